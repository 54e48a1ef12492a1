"""When does a class have school?

A school year is what a teacher can edit: terms, closed days in between, and the weekdays without school. Public
holidays come from the `holidays` library, by country and part of it. A year may begin in any month and span two
calendar years.
"""

import enum
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

import holidays

SATURDAY_SUNDAY = frozenset({5, 6})
FRIDAY_SATURDAY = frozenset({4, 5})
FRIDAY_SUNDAY = frozenset({4, 6})  # some Palestinian schools; the Ministry of Education knows both weeks
FRIDAY_SATURDAY_IN = frozenset({"BH", "DZ", "EG", "IQ", "JO", "KW", "LY", "OM", "PS", "QA", "SA", "SD", "SY", "YE"})
LONG_BREAK = 5  # days in a row without school; an Easter weekend has four
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From a day to a day, both inside."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def length(self) -> int:
        """How many days it has; none or fewer if it ends before it begins."""
        return (self.last - self.first).days + 1

    def each_day(self) -> Iterator[date]:
        """Every day of it, in order."""
        return (self.first + DAY * number for number in range(self.length))


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """What a teacher says of the year. `closed` is everything without school inside the terms: half-terms, bridges,
    training days, excursions. `weekend` are the weekdays without school, Monday 0. `country` is ISO 3166-1,
    `subdivision` what the `holidays` library calls the part of it (ENG, NW), empty where there is none."""

    country: str
    terms: tuple[Span, ...]
    closed: tuple[Span, ...] = ()
    weekend: frozenset[int] = SATURDAY_SUNDAY
    subdivision: str = ""


class DayOff(enum.StrEnum):
    """Why there is no school on a day, the strongest reason first."""

    OUTSIDE_TERMS = "outside_terms"
    CLOSED = "closed"
    PUBLIC_HOLIDAY = "public_holiday"
    WEEKEND = "weekend"


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """The days with school, in order, each once."""

    days: tuple[date, ...]

    def __contains__(self, day: date) -> bool:
        at = bisect_left(self.days, day)
        return at < len(self.days) and self.days[at] == day

    def count(self, first: date, last: date) -> int:
        """How many from `first` to `last`, both inside."""
        return max(0, bisect_right(self.days, last) - bisect_left(self.days, first))

    def after(self, day: date, number: int = 1) -> date | None:
        """The first school day after a day, or the second, third…; None when the year is over before."""
        at = bisect_right(self.days, day) + number - 1
        return self.days[at] if at < len(self.days) else None

    def before(self, day: date, number: int = 1) -> date | None:
        """The last school day before a day, or the last but one…; None when the year begins later."""
        at = bisect_left(self.days, day) - number
        return self.days[at] if at >= 0 else None

    def unbroken(self, first: date, last: date) -> bool:
        """Whether no holidays of `LONG_BREAK` days or more lie between two school days."""
        here = self.days[bisect_left(self.days, first) : bisect_right(self.days, last)]
        return all((later - earlier).days <= LONG_BREAK for earlier, later in pairwise(here))


def usual_weekend(country: str) -> frozenset[int]:
    """The weekdays on which most schools of a country are closed. A teacher may say otherwise."""
    return FRIDAY_SATURDAY if country in FRIDAY_SATURDAY_IN else SATURDAY_SUNDAY


def school_days(year: SchoolYear) -> SchoolDays:
    """Every day on which the class has school."""
    closed = {day for span in year.closed for day in span.each_day()}
    inside = {day for span in year.terms for day in span.each_day()} - closed
    off = public_holidays(year.country, year.subdivision, {day.year for day in inside})
    return SchoolDays(tuple(sorted(day for day in inside if day.weekday() not in year.weekend and day not in off)))


def why_off(year: SchoolYear, day: date) -> DayOff | None:
    """Why there is no school on a day; None if there is."""
    holds = {
        DayOff.OUTSIDE_TERMS: not any(day in term for term in year.terms),
        DayOff.CLOSED: any(day in span for span in year.closed),
        DayOff.PUBLIC_HOLIDAY: day in public_holidays(year.country, year.subdivision, (day.year,)),
        DayOff.WEEKEND: day.weekday() in year.weekend,
    }
    return next((reason for reason, so in holds.items() if so), None)


def public_holidays(country: str, subdivision: str, years: Iterable[int], language: str = "") -> Mapping[date, str]:
    """The public holidays of calendar years and their names: in `language` if the library has them in it, else as the
    country itself says. A country that the library does not know has none, so its teachers enter theirs as closed."""
    return {
        day: name
        for year in sorted(set(years))
        for day, name in _holidays(country, subdivision, year, language).items()
    }


@lru_cache(maxsize=512)
def _holidays(country: str, subdivision: str, year: int, language: str) -> Mapping[date, str]:
    parts = holidays.list_supported_countries().get(country)
    if parts is None:
        return {}
    part = subdivision if subdivision in parts else None
    return dict(holidays.country_holidays(country, subdiv=part, years=year, language=_language(country, language)))


def _language(country: str, language: str) -> str | None:
    """The library's own code for a language: it says en_US where we say en. Where the country has a language of its own
    one is always named, or that of the machine would decide."""
    calendar = holidays.country_holidays(country)
    known = [code for code in calendar.supported_languages if language and code.partition("_")[0] == language]
    return known[0] if known else calendar.default_language
