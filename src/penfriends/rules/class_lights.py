"""Is a class with its letters where it should be: green, amber or red, and why?

Asked for the own class and for each partner class in the same way, in school days of the class that is asked about: on
its days off nothing becomes late, missing or silent.
"""

import enum
from dataclasses import dataclass
from datetime import date

from penfriends.rules.letter_calendar import Round
from penfriends.rules.school_days import DAY, SchoolDays


class Colour(enum.StrEnum):
    """From good to bad."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Why(enum.StrEnum):
    """What a light says. A number goes with each: letters, or school days."""

    NO_DATES = "no_dates"  # no round is agreed
    NO_TERMS = "no_terms"  # nothing is known of the school days
    ALL_IN = "all_in"  # how many letters are ready
    TIME_LEFT = "time_left"  # school days until the letters are sent
    DAY_OFF = "day_off"  # no school today: in how many days there is again
    LETTERS_MISSING = "letters_missing"  # how many letters
    DATE_PASSED = "date_passed"  # school days since
    SILENT = "silent"  # school days without a sign


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of a class in a round: how many pupils take part, how many letters the teacher has let go, and the
    last day on which anything came from the class. `heard_on` None: silence is not asked about (the own class)."""

    pupils: int
    ready: int
    heard_on: date | None = None

    @property
    def missing(self) -> int:
        """How many letters are not ready; pupils who write two letters do not make up for others."""
        return max(0, self.pupils - self.ready)


@dataclass(frozen=True, slots=True)
class Patience:
    """From how many school days on a light changes."""

    soon: int = 2  # before the date: letters that are missing are said
    late: int = 3  # after it: red
    quiet: int = 5
    silent: int = 10


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that a light says, with its number."""

    why: Why
    number: int = 0


@dataclass(frozen=True, slots=True)
class Light:
    """The worst colour of all reasons, and the reasons, the worst first."""

    colour: Colour
    reasons: tuple[Reason, ...]


USUAL = Patience()


def light(
    progress: Progress, next_round: Round | None, school: SchoolDays, today: date, patience: Patience = USUAL
) -> Light:
    """The light of one class for the round that is being written or was due last."""
    if next_round is None:
        return Light(Colour.AMBER, (Reason(Why.NO_DATES),))
    if not school.days:
        return Light(Colour.AMBER, (Reason(Why.NO_TERMS),))
    said = [*_letters(progress, next_round.sent, school, today, patience), *_silence(progress, school, today, patience)]
    off = () if today in school else _off(school, today)
    order = list(Colour)
    said.sort(key=lambda one: order.index(one[0]), reverse=True)
    return Light(said[0][0], (*(reason for _, reason in said), *off))


def _letters(
    progress: Progress, sent: date, school: SchoolDays, today: date, patience: Patience
) -> list[tuple[Colour, Reason]]:
    if not progress.missing:
        return [(Colour.GREEN, Reason(Why.ALL_IN, progress.ready))]
    missing = Reason(Why.LETTERS_MISSING, progress.missing)
    since = school.count(sent + DAY, today)
    if since:
        half = progress.missing * 2 > progress.pupils
        colour = Colour.RED if since >= patience.late or half else Colour.AMBER
        return [(colour, Reason(Why.DATE_PASSED, since)), (colour, missing)]
    left = school.count(today + DAY, sent)
    if left <= patience.soon:
        return [(Colour.AMBER, missing), (Colour.GREEN, Reason(Why.TIME_LEFT, left))]
    return [(Colour.GREEN, Reason(Why.TIME_LEFT, left))]


def _silence(progress: Progress, school: SchoolDays, today: date, patience: Patience) -> list[tuple[Colour, Reason]]:
    if progress.heard_on is None or not progress.missing:
        return []
    quiet = school.count(progress.heard_on + DAY, today)
    if quiet < patience.quiet:
        return []
    return [(Colour.RED if quiet >= patience.silent else Colour.AMBER, Reason(Why.SILENT, quiet))]


def _off(school: SchoolDays, today: date) -> tuple[Reason, ...]:
    back = school.after(today)
    return () if back is None else (Reason(Why.DAY_OFF, (back - today).days),)
