"""Which two school classes may write to each other, and how well do they fit?

Only what a teacher says of the whole class is compared; pupils are partnered later (`class_pairing`). Integers from
0 to 1000 that add up, each with coded facts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from penfriends.rules.matching import Level, World
from penfriends.rules.school_days import Span
from penfriends.rules.score import Explanation, Term, language_points, link_of_towns

MAXIMA: Mapping[str, int] = MappingProxyType(
    {"ages": 250, "language": 250, "size": 150, "rhythm": 150, "subject": 100, "town": 100}
)
MIDDLES_APART = 2
"""The middles of the ages of two classes are at most so many years apart."""

SHORTEST = timedelta(weeks=6)
"""Two classes need so much of a school year together: one letter each way, with time to read."""

ANSWER_DAYS = 14
ANSWER_LONGEST = 60
"""An ask waits for so many days on which the asked school is open; never longer than the second number in all."""

WEEKS_APART = 6


@dataclass(frozen=True, slots=True)
class SeekingClass:
    """A class as its teacher describes it. `starts_on` is today for a year that has begun. `far`: the class and its
    association also want the twin of a twin. `seeks`: it looks for a partner; `taken`: it has one, or will have."""

    uid: UUID
    town: str
    size: int
    youngest: int
    oldest: int
    languages: Mapping[str, Level]
    starts_on: date
    ends_on: date
    rhythm_weeks: int = 5
    subject: str = ""
    far: bool = False
    seeks: bool = True
    taken: bool = False


# --- the rules: one named predicate each, in the order in which two classes meet them --------------------------------


def towns_linked(a: SeekingClass, b: SeekingClass, world: World) -> bool:
    """Twin towns; or the twin of a twin, if both classes and both associations allow that. Never the same town."""
    if a.town == b.town:
        return False
    return world.link(a.town, b.town) is not None or (
        a.far and b.far and world.town_between(a.town, b.town) is not None
    )


def ages_fit(a: SeekingClass, b: SeekingClass, _world: World) -> bool:
    """There is an age that both have, or theirs are neighbours; and on the whole neither is much older."""
    near = max(a.youngest, b.youngest) - min(a.oldest, b.oldest) <= 1
    return near and abs(a.youngest + a.oldest - b.youngest - b.oldest) <= 2 * MIDDLES_APART


def language_enough(a: SeekingClass, b: SeekingClass, _world: World) -> bool:
    """A language that both write, and at least one of them well: two beginners have nobody to help them on."""
    return _best_language(a, b) is not None


def year_together(a: SeekingClass, b: SeekingClass, _world: World) -> bool:
    """Both school years have enough time in common."""
    return min(a.ends_on, b.ends_on) - max(a.starts_on, b.starts_on) >= SHORTEST


def both_seek(a: SeekingClass, b: SeekingClass, _world: World) -> bool:
    return a.seeks and b.seeks and a.uid != b.uid


def both_free(a: SeekingClass, b: SeekingClass, _world: World) -> bool:
    """Neither has a partner class. In a ring the others come to one that has (`may_join`)."""
    return not (a.taken or b.taken)


Rule = Callable[[SeekingClass, SeekingClass, World], bool]
TOGETHER: Mapping[str, Rule] = MappingProxyType(
    {
        "towns_linked": towns_linked,
        "ages_fit": ages_fit,
        "language_enough": language_enough,
        "year_together": year_together,
    }
)
RULES: Mapping[str, Rule] = MappingProxyType({**TOGETHER, "both_seek": both_seek, "both_free": both_free})


def broken_rules(a: SeekingClass, b: SeekingClass, world: World) -> tuple[str, ...]:
    """Names of the rules that forbid these two, in the order of the table; empty if one may ask the other."""
    return tuple(name for name, holds in RULES.items() if not holds(a, b, world))


def not_together(a: SeekingClass, b: SeekingClass, world: World) -> tuple[str, ...]:
    """The same for two classes that have found each other: whether they look for somebody does not matter any more."""
    return tuple(name for name, holds in TOGETHER.items() if not holds(a, b, world))


def may_join(ring: Sequence[SeekingClass], third: SeekingClass, world: World) -> bool:
    """Whether a class may come into a ring: it looks for somebody, is free, and fits each that is in it."""
    if third.taken or not third.seeks:
        return False
    return all(third.uid != one.uid and not not_together(one, third, world) for one in ring)


# --- the score -------------------------------------------------------------------------------------------------------


def explain_classes(a: SeekingClass, b: SeekingClass, world: World) -> Explanation:
    """Why two classes fit, 0 to 1000. Meant for two that break no rule; its total is symmetric."""
    terms = (
        _ages(a, b),
        _language(a, b),
        _size(a, b),
        _rhythm(a, b),
        _subject(a, b),
        link_of_towns(a.town, b.town, world, MAXIMA["town"]),
    )
    return Explanation(terms, sum(term.points for term in terms))


def _ages(a: SeekingClass, b: SeekingClass) -> Term:
    """The part of all ages that both have; neighbours get a little. Detail: from which age to which, or none."""
    youngest, oldest = max(a.youngest, b.youngest), min(a.oldest, b.oldest)
    if oldest < youngest:
        return Term("ages", MAXIMA["ages"] // 5, MAXIMA["ages"])
    whole = max(a.oldest, b.oldest) - min(a.youngest, b.youngest) + 1
    points = MAXIMA["ages"] * (oldest - youngest + 1) // whole
    return Term("ages", points, MAXIMA["ages"], (str(youngest), str(oldest)))


def _language(a: SeekingClass, b: SeekingClass) -> Term:
    """The best common language, at the level of the weaker class. Detail: code, level."""
    best = _best_language(a, b)
    if best is None:
        return Term("language", 0, MAXIMA["language"])
    level, code = best
    return Term("language", language_points(level, MAXIMA["language"]), MAXIMA["language"], (code, level.value))


def _best_language(a: SeekingClass, b: SeekingClass) -> tuple[Level, str] | None:
    common = [
        (min(level, b.languages[code], key=lambda one: one.rank), code)
        for code, level in a.languages.items()
        if code in b.languages and {level, b.languages[code]} != {Level.LITTLE}
    ]
    return min(common, key=lambda one: (-one[0].rank, one[1])) if common else None


def _size(a: SeekingClass, b: SeekingClass) -> Term:
    """How many of the larger class could have somebody of their own. Detail: both sizes, the smaller first."""
    small, large = sorted((a.size, b.size))
    return Term("size", MAXIMA["size"] * small // large, MAXIMA["size"], (str(small), str(large)))


def _rhythm(a: SeekingClass, b: SeekingClass) -> Term:
    """How near the wishes are, how many weeks lie between two letters. Detail: both, the shorter first."""
    short, long = sorted((a.rhythm_weeks, b.rhythm_weeks))
    points = MAXIMA["rhythm"] * max(0, WEEKS_APART - (long - short)) // WEEKS_APART
    return Term("rhythm", points, MAXIMA["rhythm"], (str(short), str(long)))


def _subject(a: SeekingClass, b: SeekingClass) -> Term:
    """The same lessons; half where one is open to anything. Detail: the subject, both subjects, or none."""
    maximum, told = MAXIMA["subject"], sorted({one.subject for one in (a, b) if one.subject})
    if a.subject and a.subject.casefold() == b.subject.casefold():
        return Term("subject", maximum, maximum, (told[0],))
    return Term("subject", maximum // 2 if len(told) < 2 else 0, maximum, tuple(told))


# --- how long an ask waits -------------------------------------------------------------------------------------------


def answer_by(asked_on: date, closed: Sequence[Span], days: int = ANSWER_DAYS) -> date:
    """The last day on which an ask can be answered: holidays of the asked school stand still."""
    day, left = asked_on, days
    while left > 0 and (day - asked_on).days < ANSWER_LONGEST:
        day += timedelta(days=1)
        if not any(day in span for span in closed):
            left -= 1
    return day
