"""When do the demo's two classes write? One round is over, one is being written, and those to come keep all the rules.

The days off are those of the region's usual year where that is known, else an invented year of the usual shape.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import school_year
from penfriends.demo.load_schools import in_days
from penfriends.models.pairings import LetterRound, Pairing, RoundClass
from penfriends.models.places import Town
from penfriends.models.schools import School, SchoolClass, SchoolDays
from penfriends.rules.letter_calendar import ClassDates, Round, Wishes, propose
from penfriends.rules.school_days import Span, school_days
from penfriends.rules.school_regions import with_usual_year
from penfriends.rules.school_terms import usual_year
from penfriends.rules.themes import themes_for

ROUNDS, WEEKS = 6, 5
BEGUN = 2
SHAPE = (((0, 10, 26), (0, 10, 30)), ((0, 12, 21), (1, 1, 4)), ((1, 2, 15), (1, 2, 19)), ((1, 3, 29), (1, 4, 9)))
"""Days off of an invented year: school year's first or second calendar year, month and day."""


async def dates(db: AsyncSession, pairing: Pairing, classes: Sequence[SchoolClass], *, now: datetime) -> None:
    """The terms of both schools, and the rounds of the year that everybody has agreed to."""
    today = now.date()
    for of in classes:
        await _terms(db, of)
    rounds = [_begun(number, classes, today) for number in range(1, BEGUN + 1)]
    wishes = Wishes(
        rounds=ROUNDS - BEGUN, rhythm_weeks=WEEKS, start=rounds[-1].sent + timedelta(days=7),
        end=min(one.ends_on for one in classes),
    )  # fmt: skip
    years = await school_year.years_of(db, [one.id for one in classes])
    found = propose({str(class_id): school_days(year) for class_id, year in years.items()}, wishes)
    rounds += [Round(one.number + BEGUN, one.sent, one.classes) for one in found.rounds]
    for one, theme in zip(rounds, themes_for(len(rounds)), strict=True):
        row = LetterRound(
            pairing_id=pairing.id, number=one.number, theme=theme.value, send_on=one.sent,
            write_on=min(own.write_from for own in one.classes), read_on=max(own.read_by for own in one.classes),
        )  # fmt: skip
        db.add(row)
        await db.flush()
        db.add_all(_rows(row, one, classes, now))
    pairing.calendar_wishes = {"rounds": ROUNDS, "weeks": WEEKS, "weekday": None, "remarks": []}
    pairing.calendar_changed_at = pairing.started_at
    db.add(pairing)
    await db.flush()


async def _terms(db: AsyncSession, of: SchoolClass) -> None:
    """One term with days off in it."""
    school = await db.get_one(School, of.school_id)
    town = await db.get_one(Town, school.town_id)
    begins = of.starts_on.year
    region = with_usual_year(town.country, school.region, begins)
    known = usual_year(region, begins) if region else None
    whole, free = (known.terms[0], known.closed) if known else (Span(of.starts_on, of.ends_on), _shape(begins))
    db.add(SchoolDays(school_id=school.id, first_on=whole.first, last_on=whole.last))
    db.add_all(SchoolDays(school_id=school.id, first_on=one.first, last_on=one.last, is_term=False) for one in free)
    await db.flush()


def _shape(begins: int) -> tuple[Span, ...]:
    return tuple(
        Span(*(date(begins + later, month, day) for later, month, day in (first, last))) for first, last in SHAPE
    )  # fmt: skip


def _begun(number: int, classes: Sequence[SchoolClass], today: date) -> Round:
    """What the letters of the demo were written for: one five weeks after the other, the second is being written."""
    far = WEEKS * 7 * (number - 1)
    own = (in_days(today, far - 42), in_days(today, far - 24))
    uids = sorted(str(one.id) for one in classes)
    return Round(number, in_days(today, far - 31), tuple(ClassDates(uid, *own) for uid in uids))


def _rows(row: LetterRound, one: Round, classes: Sequence[SchoolClass], now: datetime) -> Iterator[RoundClass]:
    for of in classes:
        own = one.of(str(of.id))
        told = now - timedelta(days=20) if one.number <= BEGUN else None
        yield RoundClass(
            round_id=row.id, class_id=of.id, write_on=own.write_from, read_on=own.read_by, reminded_at=told
        )
