"""Who takes part in a schedule? New pairs of pen friends each time, and the moderators of the house."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.delivery import Alias
from penfriends.models.letters import Participant
from penfriends.models.moderation import Moderator, Role
from penfriends.models.places import Town
from penfriends.models.residents import Consent, Guardian, Resident
from penfriends.rules.matching import Medium
from tests import builders
from tests.crash.house import House
from tests.crash.schedule import CHILDREN, PAIRS

YEAR = timedelta(days=365)
MODERATED = ("Thetford", "Huerth")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes: their mailbox (a child's is the guardian's), the masked address they write to, their
    session on the site."""

    mailbox: str
    alias: str
    correspondence_id: UUID
    cookie: str
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


Pair = tuple[Person, Person]


async def cast(house: House, seed: int) -> list[Pair]:
    """New people for a schedule, so that what befalls one schedule's mailboxes touches no other."""
    async with house.database.transaction() as db:
        towns = list(await db.exec(select(Town).order_by(col(Town.slug).desc())))
        if not towns:
            towns = [await _town(db, house, name) for name in MODERATED]
        return [await _pair(db, house, towns, number, f"s{seed}p{number}") for number in range(PAIRS)]


async def moderators(house: House) -> tuple[str, ...]:
    """Fresh sessions of those who read: the first reads every letter, each looks after the mail of their town."""
    async with house.database.transaction() as db:
        made = []
        for town in MODERATED:
            row = (await db.exec(select(Moderator).where(Moderator.name == f"{town} {Role.LEAD}"))).one()
            made.append(await builders.session(db, row.sign_in_id, staff=True, now=house.now()))
    return tuple(made)


async def _town(db: AsyncSession, house: House, name: str) -> Town:
    """A town whose association may have children (rule R46)."""
    made = await builders.town(db, name)
    for role in (Role.LEAD, Role.DEPUTY):
        await builders.moderator(db, made.association_id, f"{name} {role}", role=role, now=house.now())
    return made


async def _pair(db: AsyncSession, house: House, towns: list[Town], number: int, name: str) -> Pair:
    mailboxes = f"{name}a@mail.example", f"{name}b@post.example"
    if number == CHILDREN:
        one = await builders.child(db, towns[0], "Maisie", guardian_email=mailboxes[0])
        other = await builders.child(db, towns[1], "Jonas", guardian_email=mailboxes[1])
        one.medium = other.medium = Medium.EMAIL
        ours = col(Consent.resident_id).in_([one.id, other.id])
        await db.exec(update(Consent).where(ours).values(expires_at=house.now() + YEAR))
    else:
        one = await builders.adult(db, towns[0], "Anna", email=mailboxes[0])
        other = await builders.adult(db, towns[1], "Ben", email=mailboxes[1])
    sides = await builders.correspondence(db, one, other, now=house.now())
    return (
        await _person(db, house, sides[0], one, mailboxes[0]),
        await _person(db, house, sides[1], other, mailboxes[1]),
    )


async def _person(db: AsyncSession, house: House, side: Participant, who: Resident, mailbox: str) -> Person:
    alias = (await db.exec(select(Alias).where(Alias.participant_id == side.id))).one()
    sign_in_id = who.sign_in_id
    if who.guardian_id is not None:
        sign_in_id = (await db.get_one(Guardian, who.guardian_id)).sign_in_id
    assert sign_in_id is not None
    cookie = await builders.session(db, sign_in_id, now=house.now())
    return Person(mailbox, builders.AT.alias(alias.local_part), side.correspondence_id, cookie)
