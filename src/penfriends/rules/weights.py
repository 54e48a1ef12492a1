"""What may each fact about a pair count for at most?

The one table of weights. An association may tune it within `LIMITS`; a pair of two associations counts with the middle
of both tables, so that neither town decides alone and the score stays the same from both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

WHOLE = 1000


@dataclass(frozen=True, slots=True)
class Weights:
    """Points that a term can give at most. `practice` and `wish` count once for each side."""

    interests: int = 350
    language: int = 180
    practice: int = 35
    age: int = 200
    town: int = 100
    wish: int = 40
    medium: int = 20

    @property
    def total(self) -> int:
        """The score of a pair for whom everything is as good as can be."""
        return sum(self.by_term.values())

    @property
    def by_term(self) -> Mapping[str, int]:
        """The same by the names of the terms of a score, in their order."""
        return {
            "interests": self.interests,
            "language": self.language,
            "first_practises": self.practice,
            "second_practises": self.practice,
            "age": self.age,
            "town": self.town,
            "first_wish": self.wish,
            "second_wish": self.wish,
            "medium": self.medium,
        }


STANDARD = Weights()
TWICE = ("practice", "wish")

LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {one.name: (getattr(STANDARD, one.name) // 2, getattr(STANDARD, one.name) * 3 // 2) for one in fields(Weights)}
)
"""Half as much to half as much again: what is known to bring people together can be shifted, not turned off."""


def between(a: Weights, b: Weights) -> Weights:
    """The middle of two tables, term by term, rounded down."""
    if a == b:
        return a
    return Weights(**{one.name: (getattr(a, one.name) + getattr(b, one.name)) // 2 for one in fields(Weights)})


def kept(values: Mapping[str, int]) -> Weights:
    """A table as it was stored; what it does not name counts as it does for everybody."""
    return Weights(**{name: int(values.get(name, getattr(STANDARD, name))) for name in LIMITS})


def problems(weights: Weights) -> tuple[tuple[str, str], ...]:
    """What is wrong with a table that somebody typed: (field or `total`, `too_small`, `too_large` or `not_whole`)."""
    found = []
    for name, (least, most) in LIMITS.items():
        value = getattr(weights, name)
        if value < least:
            found.append((name, "too_small"))
        elif value > most:
            found.append((name, "too_large"))
    if weights.total != WHOLE:
        found.append(("total", "not_whole"))
    return tuple(found)
