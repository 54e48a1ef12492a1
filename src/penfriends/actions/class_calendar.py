"""On which days do the letters of a pairing go, who has agreed to them, and how is each class getting on?

This module reads; `class_dates` changes. Every class has its own days of writing and reading around the one day of
sending, because schools are closed on different days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_progress, school_year, teaching
from penfriends.models.letters import Correspondence
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import LetterRound, Pairing, PairingClass, PairingState, RoundClass
from penfriends.models.places import Town
from penfriends.models.schools import School, SchoolClass
from penfriends.rules.class_lights import Light, Progress, light
from penfriends.rules.letter_calendar import ClassDates, Remark, Round, Step, Wishes
from penfriends.rules.round_by_hand import Clash, choose
from penfriends.rules.school_days import DAY, SchoolDays, SchoolYear, school_days
from penfriends.rules.themes import Theme

OPEN = (PairingState.AGREED, PairingState.APPROVED, PairingState.RUNNING)
EARLY = timedelta(days=7)  # a letter begun a week before writing begins is one of this round


@dataclass(frozen=True, slots=True)
class Dated:
    """A round as it stands: its days, its theme, and what has come to speak against its day."""

    row: LetterRound
    round: Round
    theme: Theme
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True, slots=True)
class OneClass:
    """A class of the pairing with its days, whether its teacher has agreed to the dates as they are, and its light."""

    place: PairingClass
    row: SchoolClass
    school: School
    town: Town
    own: bool
    year: SchoolYear
    days: SchoolDays
    agreed: bool
    light: Light | None = None

    @property
    def uid(self) -> str:
        return str(self.row.id)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything about the dates of a pairing. `classes`: the own ones first. `today` is that of the own town."""

    pairing: Pairing
    classes: tuple[OneClass, ...]
    rounds: tuple[Dated, ...]
    wishes: Wishes
    remarks: tuple[Remark, ...]
    today: date

    @property
    def own(self) -> OneClass:
        return self.classes[0]

    @property
    def agreed(self) -> bool:
        return bool(self.rounds) and all(one.agreed for one in self.classes)

    @property
    def mine_to_agree(self) -> bool:
        return bool(self.rounds) and any(one.own and not one.agreed for one in self.classes)

    @property
    def open(self) -> bool:
        return self.pairing.state in OPEN

    @property
    def years(self) -> Mapping[str, SchoolYear]:
        return {one.uid: one.year for one in self.classes}

    @property
    def days(self) -> Mapping[str, SchoolDays]:
        return {one.uid: one.days for one in self.classes}

    @property
    def current(self) -> Dated | None:
        return current(self.rounds, self.today)

    @property
    def next_step(self) -> tuple[Step, Theme, date] | None:
        """What the own class does next, in which round and when; None when the year is done."""
        steps = [(day, step, one.theme) for one in self.rounds for step, day in one.round.steps(self.own.uid)]
        day, step, theme = min((one for one in steps if one[0] >= self.today), default=(None, None, None))
        return (step, theme, day) if day is not None and step is not None and theme is not None else None

    def of(self, uid: str) -> OneClass:
        return next(one for one in self.classes if one.uid == uid)

    def may_move(self, number: int) -> bool:
        """Whether this round can still be moved: none after it has begun."""
        return self.open and not any(
            one.row.number > number and one.row.write_on <= self.today for one in self.rounds
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoundNow:
    """The round that is being written or was due last, of how many, and from when a letter counts for it."""

    due: Dated
    rounds: int
    begin: datetime


def current(rounds: Sequence[Dated], today: date) -> Dated | None:
    """The round that is being written or was due last; before the first, the first."""
    begun = [one for one in rounds if one.row.write_on <= today]
    return begun[-1] if begun else (rounds[0] if rounds else None)


async def of_pairing(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, now: datetime, lights: bool = False
) -> Calendar:
    """The calendar of a pairing of this teacher's. Raises NotFound."""
    pairing = await teaching.own_pairing(db, pairing_id, teacher)
    mine = set((await db.exec(teaching.classes_of(teacher.id))).all())
    return await read(db, pairing, mine, now=now, lights=lights)


async def read(
    db: AsyncSession, pairing: Pairing, mine: set[UUID], *, now: datetime, lights: bool = False
) -> Calendar:  # fmt: skip
    """The calendar of a pairing as the teachers of the classes `mine` see it. The caller has asked whether they may."""
    classes = await _classes(db, pairing, mine)
    today = now.astimezone(ZoneInfo(classes[0].town.timezone)).date()
    wished = pairing.calendar_wishes
    wishes = Wishes(
        rounds=int(wished.get("rounds", 6)),
        rhythm_weeks=int(wished.get("weeks", classes[0].row.rhythm_weeks)),
        weekday=wished.get("weekday"),
        end=min(one.row.ends_on for one in classes),
    )
    rounds = tuple(_checked(await _rounds(db, pairing.id), classes, wishes, today))
    remarks = tuple(Remark(code) for code in wished.get("remarks", ()))
    made = Calendar(pairing, tuple(classes), rounds, wishes, remarks, today)
    return await _with_lights(db, made) if lights else made


async def theme_for(db: AsyncSession, correspondence_id: UUID, today: date) -> Theme | None:
    """What a letter of this correspondence may be about today: the theme of the round that is being written or read.
    None outside of one, and where no classes write."""
    found = await db.exec(
        select(LetterRound.theme)
        .join(Pairing, col(Pairing.id) == col(LetterRound.pairing_id))
        .join(Correspondence, col(Correspondence.pairing_id) == col(Pairing.id))
        .where(
            Correspondence.id == correspondence_id,
            col(Pairing.state).in_(OPEN),
            LetterRound.write_on <= today,
            LetterRound.read_on >= today,
        )
        .order_by(col(LetterRound.number).desc())
        .limit(1)
    )
    theme = found.first()
    return theme_of(theme) if theme is not None else None


def theme_of(code: str) -> Theme:
    """A stored theme; the first of all where the list has lost it."""
    return Theme(code) if code in set(Theme) else Theme.WHO_I_AM


async def _classes(db: AsyncSession, pairing: Pairing, mine: set[UUID]) -> list[OneClass]:
    """In the order of the ring, the own ones first."""
    found = await db.exec(
        select(PairingClass, SchoolClass, School, Town)
        .join(SchoolClass, col(SchoolClass.id) == col(PairingClass.class_id))
        .join(School, col(School.id) == col(SchoolClass.school_id))
        .join(Town, col(Town.id) == col(School.town_id))
        .where(PairingClass.pairing_id == pairing.id)
        .order_by(col(PairingClass.position))
    )
    rows = found.all()
    years = await school_year.years_of(db, [row.id for _, row, _, _ in rows])
    made = [
        OneClass(
            place, row, school, town, row.id in mine, years[row.id], school_days(years[row.id]),
            place.calendar_agreed == pairing.calendar_version,
        )
        for place, row, school, town in rows
    ]  # fmt: skip
    return sorted(made, key=lambda one: (not one.own, one.place.position))


async def agreed_dates(db: AsyncSession, pairing: Pairing) -> tuple[Sequence[LetterRound], bool]:
    """The dates of a pairing, for the moderators of its towns, and whether all its teachers have agreed to them."""
    found = await db.exec(
        select(LetterRound).where(LetterRound.pairing_id == pairing.id).order_by(col(LetterRound.number))
    )
    said = await db.exec(select(PairingClass.calendar_agreed).where(PairingClass.pairing_id == pairing.id))
    return list(found), all(one == pairing.calendar_version for one in said)


async def _rounds(db: AsyncSession, pairing_id: UUID) -> list[Dated]:
    found = await db.exec(
        select(LetterRound).where(LetterRound.pairing_id == pairing_id).order_by(col(LetterRound.number))
    )
    rows = list(found)
    dates = await db.exec(select(RoundClass).where(col(RoundClass.round_id).in_([row.id for row in rows])))
    of_round: dict[UUID, list[ClassDates]] = {}
    for one in dates:
        of_round.setdefault(one.round_id, []).append(ClassDates(str(one.class_id), one.write_on, one.read_on))
    return [
        Dated(row, Round(row.number, row.send_on, tuple(sorted(of_round.get(row.id, ())))), theme_of(row.theme))
        for row in rows
    ]


def _checked(
    rounds: Sequence[Dated], classes: Sequence[OneClass], wishes: Wishes, today: date
) -> list[Dated]:  # fmt: skip
    """With what speaks against each day that is still to come: a teacher may have changed the terms since."""
    years = {one.uid: one.year for one in classes}
    all_of = [one.round for one in rounds]
    return [
        Dated(one.row, one.round, one.theme, choose(one.row.number, one.row.send_on, all_of, years, wishes).clashes)
        if one.row.send_on >= today
        else one
        for one in rounds
    ]


async def _with_lights(db: AsyncSession, seen: Calendar) -> Calendar:
    now_due = seen.current if seen.agreed else None
    before = [one for one in seen.rounds if now_due and one.row.number < now_due.row.number]
    classes = []
    for one in seen.classes:
        progress = await progress_of(db, one, now_due, before[-1] if before else None, seen.today)
        lit = light(progress, now_due.round if now_due else None, one.days, seen.today)
        classes.append(
            OneClass(one.place, one.row, one.school, one.town, one.own, one.year, one.days, one.agreed, lit)
        )  # fmt: skip
    return Calendar(seen.pairing, tuple(classes), seen.rounds, seen.wishes, seen.remarks, seen.today)


async def round_of(db: AsyncSession, pairing: Pairing, of: SchoolClass, *, now: datetime) -> RoundNow | None:
    """The round that a class is at, once all have agreed to the dates. The caller has asked whether it may be seen."""
    seen = await read(db, pairing, {of.id}, now=now)
    due = seen.current if seen.agreed else None
    if due is None or due.row.write_on > seen.today:
        return None
    before = [one for one in seen.rounds if one.row.number < due.row.number]
    return RoundNow(due, len(seen.rounds), begin_of(seen.own, due, before[-1] if before else None))


def begin_of(one: OneClass, due: Dated, before: Dated | None) -> datetime:
    """From when a letter of this class counts for a round."""
    since = max(_write_from(one, due) - EARLY, before.row.send_on + DAY if before else date.min)
    return datetime.combine(since, time(), tzinfo=ZoneInfo(one.town.timezone)).astimezone(UTC)


def _write_from(one: OneClass, due: Dated) -> date:
    return next((dates.write_from for dates in due.round.classes if dates.uid == one.uid), due.row.write_on)


async def progress_of(
    db: AsyncSession, one: OneClass, due: Dated | None, before: Dated | None, today: date
) -> Progress:  # fmt: skip
    """How far a class is with a round. Letters begun after the round before has left count for this one, but none that
    is more than a week early. A partner class is silent only once it should be writing."""
    if due is None:
        return Progress(0, 0)
    write_from = _write_from(one, due)
    standings = await class_progress.of_class(db, one.row, since=begin_of(one, due, before))
    taking_part = [standing for standing in standings if standing.ways]
    written = [way.newest.created_at.date() for one in taking_part for way in one.ways if way.newest]
    heard = max([write_from, *written]) if not one.own and today >= write_from else None
    return Progress(len(taking_part), sum(standing.ready for standing in taking_part), heard)
