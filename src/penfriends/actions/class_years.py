"""How does a class live on: a new school year begins, pupils come along, the partner class is kept?"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    audit,
    class_asks,
    class_endings,
    class_locks,
    class_teachers,
    partner_search,
    pupils,
    teaching,
)
from penfriends.actions.addresses import Addresses
from penfriends.actions.class_doors import free_code
from penfriends.actions.partner_search import ClassCard
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Pairing, PairingClass, PairingState
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.schools import ClassState, ClassTeacher, PaperYes, Pupil, SchoolClass
from penfriends.rules.bands import ADULT_AGE, Band
from penfriends.rules.class_fit import SHORTEST

OLDEST = ADULT_AGE - 1
LONGEST = timedelta(days=400)
"""A class is for one school year, with what the guardians agreed to (rule R14)."""

WROTE = (PairingState.RUNNING, PairingState.ENDED)


async def grown_up(db: AsyncSession, of: SchoolClass) -> list[tuple[Pupil, Resident]]:
    """Who has turned 18: what they write in is frozen, and their friends can be partnered anew (rule R04)."""
    return [one for one in await pupils.in_class(db, of.id) if one[1].band is Band.ADULT]


@dataclass(frozen=True, slots=True)
class Former:
    """A partner class of the year before, as it is now. `is_ready`: it has begun its new year, too."""

    card: ClassCard
    is_ready: bool


async def next_of(db: AsyncSession, class_id: UUID) -> SchoolClass | None:
    """The same class in the school year after."""
    return (await db.exec(select(SchoolClass).where(SchoolClass.previous_id == class_id))).first()


async def may_stay(db: AsyncSession, of: SchoolClass) -> list[tuple[Pupil, Resident]]:
    """The pupils who can come along into the next year: whoever has turned 18 cannot (rule R04)."""
    return [one for one in await pupils.in_class(db, of.id) if one[1].band is Band.CHILD]


async def begin_next(
    db: AsyncSession,
    class_id: UUID,
    teacher: Moderator,
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    staying: Collection[UUID],
    at: Addresses,
    now: datetime,
) -> SchoolClass:
    """The old class ends, a new one begins with these pupils; everybody's guardian has to say yes anew.

    Raises Refused(ALREADY_DECIDED) if the next year has begun, Refused(OUT_OF_TIME) for impossible dates.
    """
    await class_locks.whole_class(db, class_id)  # of two presses the second finds the year that the first has begun
    old = await teaching.own_class(db, class_id, teacher)
    if await next_of(db, class_id) is not None:
        raise Refused(Refusal.ALREADY_DECIDED)
    if not starts_on < ends_on <= starts_on + LONGEST or ends_on <= now.date():
        raise Refused(Refusal.OUT_OF_TIME)
    chosen = [one for one in await may_stay(db, old) if one[0].resident_id in staying]
    if old.state is ClassState.ACTIVE:
        await class_endings.end_class(db, old, by=teacher, at=at, now=now)
    new = _copied(old, name=name, starts_on=starts_on, ends_on=ends_on, size=len(chosen) or old.size, now=now)
    new.code = await free_code(db)
    db.add(new)
    await db.flush()
    for one in await class_teachers.adults(db, old):
        if one.who.active:
            db.add(ClassTeacher(class_id=new.id, moderator_id=one.who.id, duty=one.row.duty, since=now))
    for pupil, resident in chosen:
        pupil.class_id, pupil.paper, pupil.present = new.id, PaperYes.NONE, True
        resident.state = ResidentState.AWAITING_CONSENT
        db.add_all([pupil, resident])
    await db.flush()
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action="next_class_year",
        subject="school_class", subject_id=new.id, details={"pupils": len(chosen)},
    )  # fmt: skip
    return new


def _copied(old: SchoolClass, *, name: str, starts_on: date, ends_on: date, size: int, now: datetime) -> SchoolClass:
    """A year older, else the same."""
    return SchoolClass(
        school_id=old.school_id,
        previous_id=old.id,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        size=size,
        youngest=min(old.youngest + 1, OLDEST),
        oldest=min(old.oldest + 1, OLDEST),
        languages=old.languages,
        subject=old.subject,
        rhythm_weeks=old.rhythm_weeks,
        wish=old.wish,
        twin_of_twin=old.twin_of_twin,
        code="",
        shared_devices=old.shared_devices,
        lessons=old.lessons,
        created_at=now,
    )


async def former_partners(db: AsyncSession, of: SchoolClass) -> list[Former]:
    """With whom the class wrote in the year before: their new classes where the year has begun there, too."""
    if of.previous_id is None:
        return []
    ours = (
        select(PairingClass.pairing_id)
        .join(Pairing, col(Pairing.id) == col(PairingClass.pairing_id))
        .where(PairingClass.class_id == of.previous_id, col(Pairing.state).in_(WROTE))
    )
    found = await db.exec(
        select(PairingClass.class_id)
        .where(col(PairingClass.pairing_id).in_(ours), PairingClass.class_id != of.previous_id)
        .distinct()
    )
    formers = []
    for class_id in sorted(found.all()):
        card = await partner_search.card_of(db, await _newest(db, class_id))
        ready = card.of.state is ClassState.ACTIVE and card.of.ends_on - of.starts_on >= SHORTEST
        formers.append(Former(card, ready))
    return formers


async def keep_partner(
    db: AsyncSession, class_id: UUID, other_id: UUID, teacher: Moderator, *, words: str, at: Addresses, now: datetime
) -> Pairing:
    """Ask a partner class of the year before once more: its teacher presses yes, and the towns look anew."""
    await class_locks.classes(db, sorted((class_id, other_id)))
    of = await teaching.running_class(db, class_id, teacher)
    known = {one.card.of.id: one for one in await former_partners(db, of)}
    if other_id not in known:
        raise NotFound
    taken = [*await class_asks.standing_of(db, class_id), *await class_asks.standing_of(db, other_id)]
    if taken or not known[other_id].is_ready or of.state is not ClassState.ACTIVE:
        raise Refused(Refusal.CLASSES_DO_NOT_FIT)
    if await _asked(db, class_id, other_id):
        raise Refused(Refusal.ALREADY_DECIDED)
    return await class_asks.put(db, class_id, other_id, teacher, words=words, at=at, now=now)


async def _newest(db: AsyncSession, class_id: UUID) -> UUID:
    """The last of the years of a class."""
    seen: Sequence[UUID] = [class_id]
    while (following := await next_of(db, seen[-1])) is not None and following.id not in seen:
        seen = [*seen, following.id]
    return seen[-1]


async def _asked(db: AsyncSession, class_id: UUID, other_id: UUID) -> bool:
    mine = {one.id for one in await class_asks.open_asks(db, class_id, by_us=True)}
    mine |= {one.id for one in await class_asks.open_asks(db, class_id, by_us=False)}
    theirs = await class_asks.open_asks(db, other_id, by_us=False)
    theirs += await class_asks.open_asks(db, other_id, by_us=True)
    return any(one.id in mine for one in theirs)
