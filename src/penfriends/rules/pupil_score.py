"""Which two pupils of partner classes may write to each other, and how well do they fit?

The terms are those of `score` that make sense inside an exchange of two classes, in the same proportion: what both
like, how well they understand each other, how close they are in age. The classes as such were found to fit in age
before, so a larger gap costs points and forbids nothing; the wall between children and adults (rule R02) stands here as
everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from penfriends.rules.bands import Band, band_on
from penfriends.rules.matching import TEEN_WINDOW, age_gap
from penfriends.rules.partners import Pupil, Trouble
from penfriends.rules.score import Explanation, Term, common_interests, common_language

MAXIMA: Mapping[str, int] = MappingProxyType({"interests": 480, "language": 250, "age": 270})


@dataclass(frozen=True, slots=True)
class Around:
    """What a score needs besides the two: the day, and how rare each interest is."""

    today: date
    rarity: Mapping[str, int]


def hindrance(a: Pupil, b: Pupil, today: date) -> Trouble | None:
    """Why these two can never be partners, whatever a teacher wants."""
    if a.languages.keys().isdisjoint(b.languages.keys()):
        return Trouble.LOCK_NO_LANGUAGE
    return None if band_of(a, today) == band_of(b, today) else Trouble.LOCK_WALL


def band_of(pupil: Pupil, today: date) -> Band:
    """Of whom we do not know the birth we take it that they are a child."""
    return Band.CHILD if pupil.birth is None else band_on(pupil.birth, today)


def explain_pupils(first: Pupil, second: Pupil, around: Around) -> Explanation:
    """Why these two have their score (0 to 1000). Symmetric."""
    terms = (
        common_interests(first.interests, second.interests, around.rarity, MAXIMA["interests"]),
        common_language(first.languages, second.languages, MAXIMA["language"]),
        _age(first, second),
    )
    return Explanation(terms, sum(term.points for term in terms))


def _age(a: Pupil, b: Pupil) -> Term:
    """Closeness in age, nothing from two years on. Detail: `months` or `years`, and how many; or `unknown`, which
    counts for half, so that nobody is last because a teacher left out a birthday."""
    maximum = MAXIMA["age"]
    if a.birth is None or b.birth is None:
        return Term("age", maximum // 2, maximum, ("unknown",))
    gap = age_gap(a.birth, b.birth)
    points = max(0, maximum * (TEEN_WINDOW - gap) // TEEN_WINDOW)
    months = gap // 100
    by_year = a.birth.on is None or b.birth.on is None or months >= 24
    return Term("age", points, maximum, ("years", str(months // 12)) if by_year else ("months", str(months)))
