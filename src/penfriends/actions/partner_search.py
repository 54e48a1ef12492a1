"""Which classes could a class write to, best first, and what is there to do if nobody fits? Never a pupil's name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import teaching, world
from penfriends.errors import Refusal, Refused
from penfriends.models.moderation import Moderator, Vetting, VettingKind
from penfriends.models.pairings import Pairing, PairingClass, PairingState
from penfriends.models.places import Association, Town
from penfriends.models.schools import ClassState, ClassTeacher, School, SchoolClass, SchoolState
from penfriends.rules.class_fit import SeekingClass, broken_rules, explain_classes, may_join, not_together
from penfriends.rules.matching import Level, World
from penfriends.rules.score import Explanation
from penfriends.rules.subjects import known

STANDING = (PairingState.AGREED, PairingState.APPROVED, PairingState.RUNNING)
"""A class in one of these has its partner class."""

NOT_THIS_TIME, VETOED, TIME_OVER, TAKEN_BACK, FOUND_OTHER = "no", "vetoed", "time_over", "taken_back", "found_other"
"""Why an ask came to nothing, as `Pairing.closed_because` keeps it."""

NO_TO_RING = "no_to_ring"
"""The same of a ring: remembered as a row of its own of the two classes, because the pairing goes on without one."""

REMEMBERED = (NOT_THIS_TIME, NO_TO_RING, VETOED)


@dataclass(frozen=True, slots=True)
class ClassCard:
    """What a teacher and a moderator see of another class."""

    of: SchoolClass
    school: School
    town: Town
    association_id: UUID
    far_allowed: bool

    def seeking(self, *, taken: bool, now: datetime) -> SeekingClass:
        one = self.of
        return SeekingClass(
            uid=one.id,
            town=self.town.slug,
            size=one.size,
            youngest=one.youngest,
            oldest=one.oldest,
            languages={code: Level(level) for code, level in one.languages.items()},
            starts_on=max(one.starts_on, now.date()),
            ends_on=one.ends_on,
            rhythm_weeks=one.rhythm_weeks,
            subject=known(one.subject),
            far=one.twin_of_twin and self.far_allowed,
            seeks=one.seeking_since is not None,
            taken=taken,
        )


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A class that may be asked, and why it fits."""

    card: ClassCard
    why: Explanation


@dataclass(frozen=True, slots=True)
class Outlook:
    """For a class that nobody fits: how many classes look in the linked towns, and in which towns a class would fit if
    this one were open to twins of twins."""

    looking: Sequence[tuple[Town, int]]
    further: Sequence[tuple[Town, int]]


@dataclass(frozen=True, slots=True)
class Field:
    """Everything that is compared: who may be asked at all, the links of the towns, who has a partner."""

    cards: Mapping[UUID, ClassCard]
    around: World
    taken: frozenset[UUID]
    apart: frozenset[frozenset[UUID]]

    def seeking(self, card: ClassCard, now: datetime) -> SeekingClass:
        return card.seeking(taken=card.of.id in self.taken, now=now)


async def field(db: AsyncSession, *, now: datetime) -> Field:
    """All classes that look for somebody now, read once."""
    towns = {town.id: town for town in await db.exec(select(Town))}
    cards = {one.of.id: one for one in await _cards(db, only_seeking=True, now=now)}
    return Field(cards, World((), await world.links_of(db, towns)), await _taken(db), await _apart(db))


async def suggestions(db: AsyncSession, of: SchoolClass, *, now: datetime) -> list[Suggestion]:
    """The classes that may be asked, best first; of equals, those that have waited longest."""
    return suggested(await field(db, now=now), await card_of(db, of.id), now=now)


def suggested(seen: Field, me: ClassCard, *, now: datetime) -> list[Suggestion]:
    mine, found = seen.seeking(me, now), []
    for card in seen.cards.values():
        theirs = seen.seeking(card, now)
        if frozenset((mine.uid, theirs.uid)) in seen.apart or broken_rules(mine, theirs, seen.around):
            continue
        found.append(Suggestion(card, explain_classes(mine, theirs, seen.around)))
    return sorted(found, key=lambda one: (-one.why.total, one.card.of.seeking_since or now, one.card.of.id))


async def third_ones(db: AsyncSession, ring: Sequence[SchoolClass], *, now: datetime) -> list[Suggestion]:
    """Classes that could come into a pairing as one more of a ring, best first: they fit each that is in it."""
    seen = await field(db, now=now)
    inside = [seen.seeking(await card_of(db, one.id), now) for one in ring]
    found = []
    for card in seen.cards.values():
        third = seen.seeking(card, now)
        if any(frozenset((one.uid, third.uid)) in seen.apart for one in inside):
            continue
        if may_join(inside, third, seen.around):
            told = [explain_classes(one, third, seen.around) for one in inside]
            found.append(Suggestion(card, min(told, key=lambda one: one.total)))
    return sorted(found, key=lambda one: (-one.why.total, one.card.of.id))


async def outlook(db: AsyncSession, of: SchoolClass, *, now: datetime) -> Outlook:
    """What can be said to a class that nobody fits."""
    seen, me = await field(db, now=now), await card_of(db, of.id)
    near = seen.around.twins_of(me.town.slug)
    free = [one for one in seen.cards.values() if one.of.id not in seen.taken]
    looking = [one.town for one in free if one.town.slug in near]
    if of.twin_of_twin or not me.far_allowed:
        return Outlook(_counted(looking), [])
    wider = replace(seen.seeking(me, now), far=True)
    further = [
        one.town
        for one in free
        if one.town.slug not in near and not broken_rules(wider, seen.seeking(one, now), seen.around)
    ]
    return Outlook(_counted(looking), _counted(further))


def _counted(towns: Sequence[Town]) -> list[tuple[Town, int]]:
    by_id = {one.id: one for one in towns}
    numbers = Counter(one.id for one in towns)
    return [
        (by_id[key], number) for key, number in sorted(numbers.items(), key=lambda one: (-one[1], by_id[one[0]].slug))
    ]


async def look(db: AsyncSession, class_id: UUID, teacher: Moderator, *, now: datetime) -> SchoolClass:
    """From now on a class looks for a partner class. Raises Refused for a school that nobody has confirmed yet."""
    of = await teaching.running_class(db, class_id, teacher)
    school = await db.get_one(School, of.school_id)
    if school.state is not SchoolState.CONFIRMED:
        raise Refused(Refusal.NOT_ACTIVE)
    if of.seeking_since is None:
        of.seeking_since = now
        db.add(of)
        await db.flush()
    return of


async def stop_looking(db: AsyncSession, class_id: UUID, teacher: Moderator) -> SchoolClass:
    of = await teaching.own_class(db, class_id, teacher)
    of.seeking_since = None
    db.add(of)
    await db.flush()
    return of


async def open_to_far(db: AsyncSession, class_id: UUID, teacher: Moderator, *, far: bool) -> SchoolClass:
    """Whether a class also takes a partner in a twin town of a twin town."""
    of = await teaching.own_class(db, class_id, teacher)
    of.twin_of_twin = far
    db.add(of)
    await db.flush()
    return of


async def nobody_fits(db: AsyncSession, moderator: Moderator, *, now: datetime) -> list[ClassCard]:
    """For the desk: classes of the own towns that look for a partner and have nobody to ask, the longest wait first."""
    seen = await field(db, now=now)
    own = [one for one in seen.cards.values() if one.association_id == moderator.association_id]
    alone = [one for one in own if one.of.id not in seen.taken and not suggested(seen, one, now=now)]
    return sorted(alone, key=lambda one: (one.of.seeking_since or now, one.of.id))


async def still_together(db: AsyncSession, classes: Sequence[SchoolClass], *, now: datetime) -> bool:
    """Whether classes that found each other may still write: asked again at each step."""
    towns = {town.id: town for town in await db.exec(select(Town))}
    around = World((), await world.links_of(db, towns))
    cards = {one.of.id: one for one in await _cards(db, only_seeking=False, now=now)}
    if any(one.id not in cards for one in classes):
        return False
    known = [cards[one.id].seeking(taken=False, now=now) for one in classes]
    return not any(not_together(a, b, around) for place, a in enumerate(known) for b in known[place + 1 :])


async def card_of(db: AsyncSession, class_id: UUID) -> ClassCard:
    """Any class as others see it. Whoever calls has asked whether it may be seen."""
    row = (await db.exec(_CARD.where(SchoolClass.id == class_id))).one()
    return ClassCard(row[0], row[1], row[2], row[3].id, row[3].twin_of_twin)


_CARD = (
    select(SchoolClass, School, Town, Association)
    .join(School, col(School.id) == col(SchoolClass.school_id))
    .join(Town, col(Town.id) == col(School.town_id))
    .join(Association, col(Association.id) == col(Town.association_id))
)


async def _cards(db: AsyncSession, *, only_seeking: bool, now: datetime) -> list[ClassCard]:
    """Classes with a confirmed school, a teacher for whom it vouches, in towns where children may take part (R46)."""
    vouched = (
        select(ClassTeacher.class_id)
        .join(Moderator, col(Moderator.id) == col(ClassTeacher.moderator_id))
        .join(Vetting, col(Vetting.moderator_id) == col(Moderator.id))
        .where(
            col(ClassTeacher.until).is_(None),
            Moderator.active,
            Vetting.kind == VettingKind.SCHOOL,
            Vetting.expires_on > now.date(),
        )
    )
    asked = _CARD.where(
        SchoolClass.state == ClassState.ACTIVE,
        School.state == SchoolState.CONFIRMED,
        SchoolClass.ends_on > now.date(),
        col(SchoolClass.id).in_(vouched),
        col(Town.paused_reason).is_(None),
    )
    if only_seeking:
        asked = asked.where(col(SchoolClass.seeking_since).is_not(None))
    guarded = await world.children_allowed(db)
    rows = await db.exec(asked.order_by(col(SchoolClass.id)))
    return [ClassCard(*row[:3], row[3].id, row[3].twin_of_twin) for row in rows.all() if row[3].id in guarded]


async def _taken(db: AsyncSession) -> frozenset[UUID]:
    found = await db.exec(
        select(PairingClass.class_id)
        .join(Pairing, col(Pairing.id) == col(PairingClass.pairing_id))
        .where(col(Pairing.state).in_(STANDING))
    )
    return frozenset(found)


async def _apart(db: AsyncSession) -> frozenset[frozenset[UUID]]:
    """Classes that are asked at this moment, or where a moderator or the other teacher said no."""
    found = await db.exec(
        select(PairingClass.pairing_id, PairingClass.class_id)
        .join(Pairing, col(Pairing.id) == col(PairingClass.pairing_id))
        .where((col(Pairing.state) == PairingState.ASKED) | col(Pairing.closed_because).in_(REMEMBERED))
    )
    together: dict[UUID, set[UUID]] = {}
    for pairing_id, class_id in found.all():
        together.setdefault(pairing_id, set()).add(class_id)
    return frozenset(frozenset((a, b)) for classes in together.values() for a in classes for b in classes if a != b)
