"""What counts for how much where an association looks after the towns, how far do friends come from, who changes that,
and what would a change do?"""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, lookup, world
from penfriends.actions.queues import Face, face_of
from penfriends.actions.remit import Desk, person_for
from penfriends.errors import Refusal, Refused
from penfriends.models.moderation import Moderator, Role
from penfriends.models.places import Association, Town
from penfriends.models.residents import Resident
from penfriends.rules.matching import World
from penfriends.rules.weights import STANDARD, Weights, kept, problems

if TYPE_CHECKING:  # the solver and its numbers are heavy: the site loads them with the first question, not at its start
    from penfriends.rules.tuning import Comparison, Moved

EXAMPLES = 20
LOOKED_THROUGH = 400  # of those who would have somebody else, to find examples that this moderator may see


@dataclass(frozen=True, slots=True)
class Example:
    """Somebody of an own town who would have somebody else."""

    face: Face
    moved: "Moved"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a change would do. `counted` of the `waiting` people were looked at; `examples` are a few of the moved."""

    comparison: "Comparison"
    waiting: int
    counted: int
    examples: Sequence[Example]


def may_change(moderator: Moderator) -> bool:
    """The lead and the deputy; what others try they can look at, and tell them."""
    return moderator.role in (Role.LEAD, Role.DEPUTY)


async def table_of(db: AsyncSession, association_id: UUID) -> Weights:
    """What counts now for the towns of this association."""
    found = (await db.get_one(Association, association_id)).weights
    return kept(found) if found else STANDARD


async def change(db: AsyncSession, moderator: Moderator, wanted: Weights, *, now: datetime) -> None:
    """From the next round on this counts; the standard is stored as nothing. The log keeps what was and what is.

    Raises Refused for who is neither lead nor deputy, ValueError for a table that the form should not have let through.
    """
    if not moderator.active or not may_change(moderator):
        raise Refused(Refusal.ONLY_LEAD)
    if wrong := problems(wanted):
        raise ValueError(f"not a table of weights: {wrong}")
    found = await db.exec(select(Association).where(Association.id == moderator.association_id).with_for_update())
    association = found.one()
    before = kept(association.weights) if association.weights else STANDARD
    if before == wanted:
        return
    association.weights = None if wanted == STANDARD else asdict(wanted)
    db.add(association)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="change_weights",
        subject="association", subject_id=association.id, details={"old": asdict(before), "new": asdict(wanted)},
    )  # fmt: skip


async def from_further_away(db: AsyncSession, association_id: UUID) -> bool:
    """Whether friends may come from twin towns of the twin towns."""
    return (await db.get_one(Association, association_id)).twin_of_twin


async def let_from_further_away(db: AsyncSession, moderator: Moderator, allowed: bool, *, now: datetime) -> None:
    """From the next round on friends may, or may not, come from twin towns of the twin towns. The log keeps both.

    Friendships that exist go on. Raises Refused for who is neither lead nor deputy.
    """
    if not moderator.active or not may_change(moderator):
        raise Refused(Refusal.ONLY_LEAD)
    found = await db.exec(select(Association).where(Association.id == moderator.association_id).with_for_update())
    association = found.one()
    if association.twin_of_twin is allowed:
        return
    association.twin_of_twin = allowed
    db.add(association)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="change_twin_of_twin",
        subject="association", subject_id=association.id, details={"old": not allowed, "new": allowed},
    )  # fmt: skip


async def outlook(db: AsyncSession, desk: Desk, wanted: Weights, *, now: datetime) -> Outlook:
    """Two rounds over everybody who waits, as it is and as it would be; nothing is proposed to anybody."""
    everybody = await world.load(db, now=now, afresh=True)
    towns = frozenset(one.slug for one in await lookup.own_towns(db, desk))
    found, counted = await asyncio.to_thread(_compared, everybody, towns, wanted, now)
    return Outlook(found, len(everybody.seekers), counted, await _examples(db, desk, found, now=now))


def _compared(everybody: World, towns: frozenset[str], wanted: Weights, now: datetime) -> tuple["Comparison", int]:
    """Two rounds, beside the loop that answers others meanwhile."""
    from penfriends.rules.tuning import compare, within_bounds

    seen = within_bounds(everybody, towns)
    return compare(seen, towns, wanted, now.date()), len(seen.seekers)


async def _examples(db: AsyncSession, desk: Desk, found: "Comparison", *, now: datetime) -> list[Example]:
    """A few of those who would have somebody else: only people whom this moderator may judge (R17, R18, R38)."""
    some = found.moved[:LOOKED_THROUGH]
    rows = await db.exec(
        select(Resident, Town)
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(person_for(desk), col(Resident.id).in_([one.uid for one in some]))
    )
    faces = {resident.id: face_of(resident, town, now.date()) for resident, town in rows.all()}
    return [Example(faces[one.uid], one) for one in some if one.uid in faces][:EXAMPLES]
