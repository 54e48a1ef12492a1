"""Which groups are there in the demo, who speaks for them, and how far are their partnerships?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import group_matches, group_rounds, groups
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.groups import GroupFacts
from penfriends.models.groups import Group, GroupMatch
from penfriends.models.moderation import Moderator, Role
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band
from penfriends.rules.group_kinds import GroupKind
from penfriends.rules.matching import Level


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """An invented group. `contact` is the key of a resident; somebody of the town speaks for it where none is named."""

    town: str
    kind: GroupKind
    name: str
    language: str
    size: int
    youngest: int
    oldest: int
    likes: tuple[str, ...]
    contact: str = ""


GROUPS = (
    DemoGroup("thetford", GroupKind.CHOIR, "Breckland Voices", "en", 34, 19, 81, ("singing", "gardening"), "margaret"),
    DemoGroup("thetford", GroupKind.SCOUTS, "Priory Pines Scouts", "en", 24, 10, 14, ("hiking", "camping")),
    DemoGroup("huerth", GroupKind.CHOIR, "Chor Villequelle", "de", 41, 22, 79, ("singing", "baking")),
    DemoGroup("spijkenisse", GroupKind.CHOIR, "Zangkoor De Botlek", "nl", 28, 30, 80, ("singing",)),
    DemoGroup("skawina", GroupKind.SCOUTS, "Gromada Zielony Szlak", "pl", 30, 11, 15, ("hiking", "football")),
    DemoGroup("les-ulis", GroupKind.MUSIC, "Harmonie du Courtaboeuf", "fr", 26, 18, 66, ("guitar", "singing")),
    DemoGroup("preston", GroupKind.SPORT, "Ribble Wheelers", "en", 35, 18, 70, ("cycling", "hiking")),
    DemoGroup("almelo", GroupKind.SPORT, "Fietsclub Twentse Wind", "nl", 30, 20, 72, ("cycling", "baking")),
    DemoGroup("nimes", GroupKind.SENIORS, "Les Cigales du Gardon", "fr", 40, 62, 90, ("gardening", "chess")),
    DemoGroup("preston", GroupKind.SENIORS, "Moor Park Tuesday Club", "en", 33, 60, 88, ("chess", "baking")),
)


async def groups_of(
    db: AsyncSession, residents: Mapping[str, Resident], *, at: Addresses, policy: Policy, now: datetime
) -> None:
    """Groups of two months ago, partners proposed a week ago; one pair has its two yeses and waits for the contacts."""
    entered = [await _entered(db, row, residents, now=now - timedelta(days=60)) for row in GROUPS]
    await group_rounds.propose(db, now=now - timedelta(days=7))
    first = entered[0].id
    found = await db.exec(
        select(GroupMatch).where(or_(col(GroupMatch.low_id) == first, col(GroupMatch.high_id) == first))
    )
    for match in found.all():
        for side in (match.low_id, match.high_id):
            moderator = await _lead(db, (await db.get_one(Group, side)).association_id)
            await group_matches.approve(db, match.id, moderator, at=at, policy=policy, now=now - timedelta(days=5))


async def _entered(db: AsyncSession, row: DemoGroup, residents: Mapping[str, Resident], *, now: datetime) -> Group:
    town = (await db.exec(select(Town).where(Town.slug == row.town))).one()
    contact = _contact(residents, town, row)
    address = await db.get_one(SignIn, contact.sign_in_id)
    facts = GroupFacts(
        name=row.name, kind=row.kind, town=row.town, contact=address.email or "",
        languages={"en": Level.WELL, row.language: Level.FIRST}, interests=row.likes, size=row.size,
        youngest=row.youngest, oldest=row.oldest, capacity=1, twin_of_twin=False,
    )  # fmt: skip
    return await groups.enter(db, await _lead(db, town.association_id), facts, now=now)


def _contact(residents: Mapping[str, Resident], town: Town, row: DemoGroup) -> Resident:
    """Somebody in the choir by name; else the oldest who takes part and has an address of their own."""
    if row.contact:
        return residents[row.contact]
    there = [
        one
        for key, one in sorted(residents.items())
        if one.town_id == town.id and one.band is Band.ADULT and one.state is ResidentState.ACTIVE and one.sign_in_id
    ]
    return min(there, key=lambda one: one.birth_year)


async def _lead(db: AsyncSession, association_id: UUID | None) -> Moderator:
    found = await db.exec(
        select(Moderator).where(Moderator.association_id == association_id, Moderator.role == Role.LEAD)
    )
    return found.one()
