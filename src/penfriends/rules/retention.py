"""How long is what kept, and what was long enough ago? (rules R48, R49)"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

AFTER_LAST_LETTER = 12
AFTER_END = 3
"""Months. An association may keep letters for fewer months, never for more."""

RAW_MAIL = timedelta(days=30)
SECRETS = timedelta(days=30)
PEOPLE = timedelta(days=28)
"""Two days less than what is promised, so that a sweep that could not run for a day keeps the promise."""

PROOF = 6
"""Years."""


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """What happened at one of these moments, or before, is over."""

    mail: datetime
    secrets: datetime
    people: datetime
    classes: datetime
    proof: datetime


def cutoffs(now: datetime) -> Cutoffs:
    """What is over at `now`. A class that has ended keeps its pupils as long as their letters: its next year may begin
    after the summer."""
    return Cutoffs(
        now - RAW_MAIL, now - SECRETS, now - PEOPLE, months_before(now, AFTER_END), months_before(now, 12 * PROOF)
    )


def letters_over(now: datetime, kept_months: int) -> tuple[datetime, datetime]:
    """Where letters are kept for so many months: the last letter, and the end, that were long enough ago."""
    kept = min(kept_months, AFTER_LAST_LETTER)
    return months_before(now, kept), months_before(now, min(kept, AFTER_END))


def months_before(moment: datetime, months: int) -> datetime:
    """The same day of an earlier month, or its last one. Where a month is too short it is the day after that counts:
    what ended on 30 November was three months ago on 1 March, so that nothing goes a day too early."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
