"""On which days of a year has a class no school, told in as few lines as possible?

For the list of the year: half-terms, the time between two terms and public holidays, but no weekends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from penfriends.rules.school_days import DAY, DayOff, SchoolYear, Span, public_holidays, why_off


@dataclass(frozen=True, slots=True, order=True)
class Free:
    """Days in a row without school, why, and the name of a public holiday."""

    span: Span
    reason: DayOff
    name: str = ""


def free_days(year: SchoolYear, within: Span, language: str = "") -> tuple[Free, ...]:
    """Every stretch without school that touches `within`, in order. A holiday inside closed days is not told again, nor
    one on a weekend or outside the terms."""
    terms = sorted(year.terms)
    between = [Span(one.last + DAY, two.first - DAY) for one, two in pairwise(terms)]
    long = [Free(span, DayOff.OUTSIDE_TERMS) for span in between if span.length > 0]
    long += [Free(span, DayOff.CLOSED) for span in year.closed if any(_touch(span, term) for term in terms)]
    names = public_holidays(year.country, year.subdivision, range(within.first.year, within.last.year + 1), language)
    single = [
        Free(Span(day, day), DayOff.PUBLIC_HOLIDAY, name)
        for day, name in names.items()
        if why_off(year, day) is DayOff.PUBLIC_HOLIDAY and day.weekday() not in year.weekend
    ]
    return tuple(sorted(one for one in [*long, *single] if _touch(one.span, within)))


def between(found: Mapping[str, tuple[Free, ...]], first: date, last: date) -> tuple[tuple[str, Free], ...]:
    """Of several classes, what begins from a day to another, both inside, in order of days."""
    here = [(free, who) for who, all_of in found.items() for free in all_of if first <= free.span.first <= last]
    return tuple((who, free) for free, who in sorted(here))


def _touch(one: Span, other: Span) -> bool:
    return one.first <= other.last and other.first <= one.last
