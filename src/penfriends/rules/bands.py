"""How old is somebody, and are they a child or an adult here?"""

import enum
from dataclasses import dataclass
from datetime import date

JOINING_AGE = 8
ADULT_AGE = 18
FULL_DATE_BELOW = 19


class Band(enum.StrEnum):
    """Rule R01: 8 to 17 is a child, from 18 an adult. Computed, never typed."""

    CHILD = "child"
    ADULT = "adult"


@dataclass(frozen=True, slots=True)
class Birth:
    """What we know of a birthday: the full date of everybody who may be under 19, else only the year (rule R01)."""

    year: int
    on: date | None = None


def age_on(birth: Birth, today: date) -> int:
    """Whole years at `today`. With a year only: the smaller of the two possible ages."""
    if birth.on is None:
        return today.year - birth.year - 1
    had_birthday = (today.month, today.day) >= (birth.on.month, birth.on.day)
    return today.year - birth.on.year - (0 if had_birthday else 1)


def needs_full_date(year: int, today: date) -> bool:
    """Whether somebody born in `year` may still be under 19 at `today`."""
    return today.year - year - 1 < FULL_DATE_BELOW


def band_on(birth: Birth, today: date) -> Band:
    """The band at `today`. Whoever might still be 17 is a child."""
    return Band.ADULT if age_on(birth, today) >= ADULT_AGE else Band.CHILD


def eighteenth_birthday(born: date) -> date:
    """The day on which a child becomes an adult; 29 February counts on 1 March in other years."""
    try:
        return born.replace(year=born.year + ADULT_AGE)
    except ValueError:
        return date(born.year + ADULT_AGE, 3, 1)


def months_between(a: date, b: date) -> int:
    """Months from the earlier to the later date, a started month counting in full: 18 months and a day are 19."""
    early, late = sorted((a, b))
    whole = (late.year - early.year) * 12 + late.month - early.month
    return whole + (1 if late.day > early.day else 0)
