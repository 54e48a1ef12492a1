"""Who takes part in a schedule? New pairs of pen friends each time, and the moderators of the house."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import classroom
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
    """Somebody who writes: their mailbox (a child's is the guardian's, a pupil has none), the masked address they write
    to, their session on the site."""

    mailbox: str
    alias: str
    correspondence_id: UUID
    cookie: str
    participant_id: UUID
    teacher: UUID | None = None
    """The sign-in of who reads what a pupil writes, and what is written to them."""
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


Pair = tuple[Person, Person]


async def cast(house: House, seed: int) -> list[Pair]:
    """New people for a schedule, so that what befalls one schedule's mailboxes touches no other."""
    async with house.database.transaction() as db:
        towns = list(await db.exec(select(Town).order_by(col(Town.slug).desc())))
        if not towns:
            towns = [await _town(db, house, name) for name in MODERATED]
        made = [await _pair(db, house, towns, number, f"s{seed}p{number}") for number in range(PAIRS)]
        return [*made, await _pupils(db, house, towns, f"s{seed}")]


async def moderators(house: House) -> tuple[str, ...]:
    """Fresh sessions of those who read: the first reads every letter, each looks after the mail of their town."""
    async with house.database.transaction() as db:
        made = []
        for town in MODERATED:
            row = (await db.exec(select(Moderator).where(Moderator.name == f"{town} {Role.LEAD}"))).one()
            made.append(await builders.session(db, row.sign_in_id, staff=True, now=house.now()))
    return tuple(made)


async def staff(house: House, sign_ins: Sequence[UUID]) -> tuple[str, ...]:
    """Fresh sessions of those who read, besides the moderators."""
    async with house.database.transaction() as db:
        return tuple([await builders.session(db, one, staff=True, now=house.now()) for one in sign_ins])


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


async def _pupils(db: AsyncSession, house: House, towns: list[Town], name: str) -> Pair:
    """One pupil of each of two classes that write to each other. Nobody has a mailbox."""
    rooms = [await builders.school_class(db, town, name, teacher=name, now=house.now()) for town in towns]
    for row, _teacher in rooms:
        row.shared_devices = False
        db.add(row)
    pairing = await builders.pairing(db, *(row for row, _teacher in rooms), now=house.now())
    names = ("Ava", "Anton")
    made = [
        await builders.pupil(db, row, teacher, first_name, now=house.now())
        for (row, teacher), first_name in zip(rooms, names, strict=True)
    ]
    sides = await builders.partnered(db, pairing, made[0], made[1], now=house.now())
    found = []
    for (row, teacher), pupil, side in zip(rooms, made, sides, strict=True):
        seat = await classroom.seat(db, row, pupil.resident_id)
        cookie, _lasts = await classroom.sign_in(db, seat, replaces=None, now=house.now())
        found.append(Person("", "", side.correspondence_id, cookie, side.id, teacher.sign_in_id))
    return found[0], found[1]


async def _person(db: AsyncSession, house: House, side: Participant, who: Resident, mailbox: str) -> Person:
    alias = (await db.exec(select(Alias).where(Alias.participant_id == side.id))).one()
    sign_in_id = who.sign_in_id
    if who.guardian_id is not None:
        sign_in_id = (await db.get_one(Guardian, who.guardian_id)).sign_in_id
    assert sign_in_id is not None
    cookie = await builders.session(db, sign_in_id, now=house.now())
    return Person(mailbox, builders.AT.alias(alias.local_part), side.correspondence_id, cookie, side.id)
