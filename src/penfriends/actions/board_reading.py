"""Who is on the board of a pairing: its classes and pupils, as values that can be partnered, the couples, the wishes?

A board opens once both towns have said yes: before that no teacher sees the pupils of another class.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import teaching, viewing
from penfriends.errors import NotFound
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Couple, Pairing, PairingClass, PairingState, PairingWish, WishKind
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentInterest, ResidentLanguage, ResidentState
from penfriends.models.schools import ClassTeacher, Pupil, School, SchoolClass
from penfriends.rules import partners
from penfriends.rules.bands import Birth
from penfriends.rules.board_moves import Table
from penfriends.rules.class_ring import links
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level
from penfriends.rules.partners import Roster, Rules
from penfriends.rules.pupil_score import Around

OPEN = (PairingState.APPROVED, PairingState.RUNNING, PairingState.ENDED)


@dataclass(frozen=True, slots=True)
class Member:
    """A pupil with all that a board asks of them."""

    pupil: Pupil
    resident: Resident
    languages: dict[str, Level]
    interests: frozenset[str]

    @property
    def uid(self) -> str:
        return str(self.pupil.resident_id)

    @property
    def has_yes(self) -> bool:
        """Whether a guardian's yes is there."""
        return self.resident.state is ResidentState.ACTIVE


@dataclass(frozen=True, slots=True)
class Side:
    """One class of a pairing: where it is, who teaches it, its pupils who have not left it."""

    place: PairingClass
    of: SchoolClass
    school: School
    town: Town
    teachers: tuple[Moderator, ...]
    members: tuple[Member, ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class Board:
    """All of a pairing. `couples` are those of pupils who are still in their classes; `gone` the others."""

    pairing: Pairing
    sides: tuple[Side, ...]
    couples: tuple[Couple, ...]
    gone: tuple[Couple, ...]
    wishes: tuple[PairingWish, ...]
    around: Around

    @property
    def members(self) -> dict[UUID, Member]:
        return {one.pupil.resident_id: one for side in self.sides for one in side.members}

    @property
    def links(self) -> tuple[tuple[int, int], ...]:
        """Which classes write to each other, by their place in `sides`."""
        return links(self.rosters())

    @property
    def own_links(self) -> tuple[int, ...]:
        """The links that a class of the teacher's has a part in: the others are not for their eyes."""
        return tuple(n for n, pair in enumerate(self.links) if any(self.sides[m].is_own for m in pair))

    @property
    def rules(self) -> Rules:
        """What the teachers want."""
        by_kind = {kind: [] for kind in WishKind}  # type: dict[WishKind, list[partners.Couple]]
        for one in self.wishes:
            by_kind[one.kind].append(two(one.low_id, one.high_id))
        return Rules(
            apart=frozenset(by_kind[WishKind.APART]),
            together=frozenset(by_kind[WishKind.TOGETHER]),
            locks=frozenset(two(one.low_id, one.high_id) for one in self.couples if one.locked),
            join_circles=self.pairing.join_circles,
        )

    def rosters(self) -> tuple[Roster, ...]:
        """The classes as values. Who writes to somebody already counts as present, also on a day at home."""
        writing = {uid for one in self.couples if one.correspondence_id for uid in (one.low_id, one.high_id)}
        return tuple(Roster(side.of.name, tuple(_value(one, writing) for one in side.members)) for side in self.sides)

    def table(self, link: int) -> Table:
        """Two classes that write to each other, for a move by hand. Raises NotFound for one there is not."""
        if not 0 <= link < len(self.links):
            raise NotFound
        rosters = self.rosters()
        first, second = (rosters[n] for n in self.links[link])
        here = {one.uid for roster in (first, second) for one in roster.pupils}
        couples = frozenset(couple for couple in map(couple_of, self.couples) if couple <= here)
        rules = self.rules.only(tuple(one for one in self.rules.listed if one[1] <= here))
        return Table(first, second, couples, rules, self.around)

    def in_link(self, link: int) -> list[Couple]:
        known = self.table(link).couples
        return [one for one in self.couples if couple_of(one) in known]


def two(one: UUID, other: UUID) -> partners.Couple:
    return partners.Couple((str(one), str(other)))


def couple_of(row: Couple) -> partners.Couple:
    return two(row.low_id, row.high_id)


async def read(db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, today: date) -> Board:
    """The board for a teacher of one of the classes. Raises NotFound for a foreign pairing, and for one that the towns
    have not said yes to."""
    pairing = await teaching.own_pairing(db, pairing_id, teacher)
    if pairing.state not in OPEN:
        raise NotFound
    own = set(await db.exec(teaching.classes_of(teacher.id)))
    return await read_all(db, pairing, own, today=today)


async def read_all(db: AsyncSession, pairing: Pairing, own: Collection[UUID] = (), *, today: date) -> Board:
    """The same for the house itself; `own` are ids of classes."""
    places = await db.exec(
        select(PairingClass).where(PairingClass.pairing_id == pairing.id).order_by(col(PairingClass.position))
    )
    sides = [await _side(db, one, own) for one in places.all()]
    rows = (await db.exec(select(Couple).where(Couple.pairing_id == pairing.id).order_by(col(Couple.id)))).all()
    if pairing.state is PairingState.ENDED:
        sides = [one if one.is_own else _only_partners(one, rows) for one in sides]
    here = {one.pupil.resident_id for side in sides for one in side.members}
    wishes = await db.exec(
        select(PairingWish).where(PairingWish.pairing_id == pairing.id).order_by(col(PairingWish.id))
    )
    return Board(
        pairing=pairing,
        sides=tuple(sides),
        couples=tuple(one for one in rows if {one.low_id, one.high_id} <= here),
        gone=tuple(one for one in rows if not {one.low_id, one.high_id} <= here),
        wishes=tuple(one for one in wishes if {one.low_id, one.high_id} <= here),
        around=Around(today, {code: one.rarity for code, one in INTERESTS.items()}),
    )


async def _side(db: AsyncSession, place: PairingClass, own: Collection[UUID]) -> Side:
    of = await db.get_one(SchoolClass, place.class_id)
    school = await db.get_one(School, of.school_id)
    teachers = await db.exec(
        select(Moderator)
        .join(ClassTeacher, col(ClassTeacher.moderator_id) == col(Moderator.id))
        .where(ClassTeacher.class_id == of.id, col(ClassTeacher.until).is_(None))
        .order_by(col(ClassTeacher.duty), col(ClassTeacher.since), col(Moderator.id))
    )
    return Side(
        place=place,
        of=of,
        school=school,
        town=await db.get_one(Town, school.town_id),
        teachers=tuple(teachers),
        members=tuple(await _members(db, of.id)),
        is_own=of.id in own,
    )


def _only_partners(side: Side, rows: Sequence[Couple]) -> Side:
    """Of another class, once the exchange is over: who wrote in it. Who came later is nobody's to see (rule R18)."""
    wrote = {uid for one in rows for uid in (one.low_id, one.high_id)}
    return replace(side, members=tuple(one for one in side.members if one.pupil.resident_id in wrote))


async def _members(db: AsyncSession, class_id: UUID) -> list[Member]:
    found = await db.exec(
        select(Pupil, Resident)
        .join(Resident, col(Resident.id) == col(Pupil.resident_id))
        .where(Pupil.class_id == class_id, col(Pupil.left_at).is_(None))
    )
    rows = found.all()
    ids = [resident.id for _, resident in rows]
    spoken: dict[UUID, dict[str, Level]] = {one: {} for one in ids}
    for language in await db.exec(select(ResidentLanguage).where(col(ResidentLanguage.resident_id).in_(ids))):
        spoken[language.resident_id][language.code] = language.level
    liked: dict[UUID, set[str]] = {one: set() for one in ids}
    for like in await db.exec(select(ResidentInterest).where(col(ResidentInterest.resident_id).in_(ids))):
        liked[like.resident_id].add(like.code)
    return [Member(pupil, one, spoken[one.id], frozenset(liked[one.id])) for pupil, one in rows]


def _value(one: Member, writing: Collection[UUID]) -> partners.Pupil:
    """A pupil for the engine. A language that a teacher asks for is the only one they have here."""
    only = one.pupil.writes_only
    return partners.Pupil(
        uid=one.uid,
        name=one.resident.first_name,
        languages={code: level for code, level in one.languages.items() if not only or code == only},
        birth=Birth(one.resident.birth_year, one.resident.birth_on),
        interests=one.interests,
        volunteer=one.pupil.volunteer,
        present=one.pupil.present or one.pupil.resident_id in writing,
    )


async def look(db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, now: datetime) -> Board:
    """The same for somebody's eyes: that they saw the pupils of another class leaves a line (rule R41)."""
    board = await read(db, pairing_id, teacher, today=now.date())
    shown = {n for link in board.own_links for n in board.links[link]}
    foreign = [board.sides[n] for n in sorted(shown) if not board.sides[n].is_own]
    await viewing.note_list(db, teacher, [one.resident for side in foreign for one in side.members], now=now)
    return board


def own_members(board: Board) -> Sequence[Member]:
    return [one for side in board.sides if side.is_own for one in side.members]
