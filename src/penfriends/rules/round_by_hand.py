"""May letters be sent on a day that a teacher has chosen, and what speaks against it?

The proposed dates keep every rule of `letter_calendar`. A teacher may know better, so some of them only warn here: what
can never be (no school on the day, before an earlier round) is refused, and everything is named with the class it is
about.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from penfriends.rules.letter_calendar import ClassDates, Round, Wishes
from penfriends.rules.school_days import DAY, DayOff, SchoolDays, SchoolYear, school_days, why_off


class Against(enum.StrEnum):
    """What speaks against a day, the impossible first."""

    PAST = "past"
    OUT_OF_ORDER = "out_of_order"  # not between the round before and the round after
    NO_TERMS = "no_terms"  # nothing is known of a class's school days
    NO_SCHOOL = "no_school"  # on this day, in a class
    NO_TIME_TO_WRITE = "no_time_to_write"  # the year of a class begins too late
    NO_TIME_TO_READ = "no_time_to_read"  # it ends too soon
    HOLIDAYS_INSIDE = "holidays_inside"  # between the first day of writing and the day of reading
    STILL_READING = "still_reading"  # a class would write before it has read the round before
    TOO_CLOSE = "too_close"  # less than the least distance from another round


IMPOSSIBLE = frozenset(
    {
        Against.PAST, Against.OUT_OF_ORDER, Against.NO_TERMS, Against.NO_SCHOOL, Against.NO_TIME_TO_WRITE,
        Against.NO_TIME_TO_READ,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clash:
    """One thing against a day: in which class (empty: in all), and why there is no school."""

    against: Against
    uid: str = ""
    off: DayOff | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The round on the day, None if it cannot be; and everything that speaks against it."""

    round: Round | None
    clashes: tuple[Clash, ...]


def choose(
    number: int,
    day: date,
    rounds: Sequence[Round],
    years: Mapping[str, SchoolYear],
    wishes: Wishes,
    *,
    today: date | None = None,
) -> Chosen:
    """Put a round on a day. Without `today` a day in the past is no clash: so what stands already is looked at."""
    before = next((one for one in reversed(rounds) if one.number < number), None)
    after = next((one for one in rounds if one.number > number), None)
    clashes = [Clash(Against.PAST)] if today is not None and day < today else []
    if (before and day <= before.sent) or (after and day >= after.sent):
        clashes.append(Clash(Against.OUT_OF_ORDER))
    dates = []
    for uid, year in sorted(years.items()):
        found, against = _of_class(uid, day, year, school_days(year), wishes)
        clashes += against
        dates += [found] if found else []
    made = Round(number, day, tuple(dates))
    if not {one.against for one in clashes} & IMPOSSIBLE:
        clashes += _beside(made, before, after, wishes)
        return Chosen(made, tuple(clashes))
    return Chosen(None, tuple(clashes))


def _of_class(
    uid: str, day: date, year: SchoolYear, school: SchoolDays, wishes: Wishes
) -> tuple[ClassDates | None, list[Clash]]:
    if not school.days:
        return None, [Clash(Against.NO_TERMS, uid)]
    off = why_off(year, day)
    if off is not None:
        return None, [Clash(Against.NO_SCHOOL, uid, off)]
    first = school.before(day, wishes.writing) if wishes.writing else day
    last = school.after(day, wishes.reading) if wishes.reading else day
    if first is None or last is None:
        return None, [Clash(Against.NO_TIME_TO_WRITE if first is None else Against.NO_TIME_TO_READ, uid)]
    inside = [] if school.unbroken(first, last) else [Clash(Against.HOLIDAYS_INSIDE, uid)]
    return ClassDates(uid, first, last), inside


def _beside(made: Round, before: Round | None, after: Round | None, wishes: Wishes) -> list[Clash]:
    found = []
    least = max(DAY, timedelta(weeks=wishes.least_weeks))
    for one, two in ((before, made), (made, after)):
        if one is None or two is None:
            continue
        if two.sent - one.sent < least:
            found.append(Clash(Against.TOO_CLOSE))
        read = {dates.uid: dates.read_by for dates in one.classes}
        found += [
            Clash(Against.STILL_READING, dates.uid)
            for dates in two.classes
            if dates.uid in read and dates.write_from < read[dates.uid]
        ]
    return list(dict.fromkeys(found))
