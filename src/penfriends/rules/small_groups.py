"""How are numbers of people told so that nobody can be picked out? Groups under five are not split."""

from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST = 5


@dataclass(frozen=True, slots=True)
class Split:
    """The groups that are large enough, the largest first, and what is left of the whole; None: nothing is told."""

    groups: tuple[tuple[str, int], ...]
    others: int


def told(number: int) -> int | None:
    """A number of people that may be told; None if it is small, and somebody wrote at all."""
    return number if number == 0 or number >= SMALLEST else None


def split(numbers: Mapping[str, int]) -> Split | None:
    """Groups under five go together as others; if those are still too few, the smallest that is told goes with them.

    None where nothing can be told apart: a single group says who is in it only if it is everybody.
    """
    counted = {code: number for code, number in numbers.items() if number > 0}
    large = sorted(((n, code) for code, n in counted.items() if n >= SMALLEST), key=lambda one: (-one[0], one[1]))
    others = sum(n for n in counted.values() if n < SMALLEST)
    while large and 0 < others < SMALLEST:
        others += large.pop()[0]
    if not large:
        return None
    return Split(tuple((code, n) for n, code in large), others)
