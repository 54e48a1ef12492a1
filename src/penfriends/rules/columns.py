"""The rules of `matching` and the points of `score`, for a million pairs at once.

i and j are columns of row numbers in a `Crowd`. Property tests hold every function here equal to its plain sister, and
the compiled sister in `pair_kernels` equal to this one, pair by pair.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from penfriends.rules.crowd import LEVELS, NO_WISH, Bits, Bools, Column, Crowd, Ints, medium_bit, splitmix
from penfriends.rules.crowd import window_by_age as windows
from penfriends.rules.matching import LinkKind, Medium
from penfriends.rules.score import language_points, town_points
from penfriends.rules.weights import Weights

PAPER = medium_bit(Medium.PAPER)
DIGITAL = medium_bit(Medium.WEB) | medium_bit(Medium.EMAIL)


@dataclass(frozen=True, slots=True)
class Counting:
    """What the terms count for: a row for each different kind of link between differently tuned towns.

    `levels` has a column for no common language and one for each level, the others are one column each.
    """

    interests: Ints
    levels: Ints
    practice: Ints
    age: Ints
    town: Ints
    wish: Ints
    medium: Ints

    @classmethod
    def of(cls, kinds: Sequence[tuple[Weights, LinkKind | None]]) -> "Counting":
        """A link kind of None is the twin of a twin."""

        def column(values: Iterable[int]) -> Ints:
            return np.array(list(values), dtype=np.int64)

        levels = [[0, *(language_points(level, most.language) for level in LEVELS)] for most, _ in kinds]
        return cls(
            interests=column(most.interests for most, _ in kinds),
            levels=np.array(levels, dtype=np.int64).reshape(len(kinds), len(LEVELS) + 1),
            practice=column(most.practice for most, _ in kinds),
            age=column(most.age for most, _ in kinds),
            town=column(town_points(kind, most.town) for most, kind in kinds),
            wish=column(most.wish for most, _ in kinds),
            medium=column(most.medium for most, _ in kinds),
        )


def ages_fit(c: Crowd, i: Ints, j: Ints) -> Bools:
    """Rule R03 and its adult sister. Both people are of one band already."""
    fits: Bools = gap_in_months(c, i, j) <= np.minimum(c.window[i], c.window[j])
    return fits


def languages_fit(c: Crowd, i: Ints, j: Ints) -> Bools:
    fits: Bools = (c.people.written[i, 0] & c.people.written[j, 0]) > 0
    return fits


def media_fit(c: Crowd, i: Ints, j: Ints) -> Bools:
    mine, other = c.people.media[i], c.people.media[j]
    both_paper: Bools = (mine & other & PAPER) > 0
    return both_paper | (((mine & DIGITAL) > 0) & ((other & DIGITAL) > 0))


def households_differ(c: Crowd, i: Ints, j: Ints) -> Bools:
    home = c.people.household[i]
    differ: Bools = (home < 0) | (home != c.people.household[j])
    return differ


def not_blocked(c: Crowd, i: Ints, j: Ints) -> Bools:
    free: Bools = ~np.isin(pair_numbers(c, i, j), c.blocked)
    return free


def scores(c: Crowd, i: Ints, j: Ints, counting: Counting, kind: Ints) -> Ints:
    """`score` of `penfriends.rules.score`; `kind` is the row of `counting` for each pair."""
    p = c.people
    gap = 100 * gap_in_months(c, i, j).astype(np.int64)
    window = windows(int(c.step.max(initial=0)))[np.minimum(c.step[i], c.step[j])]
    total: Ints = np.maximum(0, counting.age[kind] * (window - gap) // window)
    total += _interest_points(c, i, j, counting.interests[kind]) + counting.town[kind]
    total += counting.levels[kind, (p.written[i] & p.written[j] > 0).sum(axis=1)]
    total += counting.medium[kind] * ((p.media[i] & p.media[j]) > 0)
    for one, other in ((i, j), (j, i)):
        total += counting.practice[kind] * ((p.practises[one] & p.written[other, -1]) > 0)
        met = counting.wish[kind] * (p.wish[one] == p.town[other])
        total += np.where(p.wish[one] == NO_WISH, counting.wish[kind] // 2, met)
    return total


def mixes(c: Crowd, i: Ints, j: Ints) -> Bits:
    return splitmix(c.mix[i] ^ c.mix[j])


def pair_numbers(c: Crowd, i: Ints, j: Ints) -> Ints:
    numbers: Ints = np.minimum(i, j).astype(np.int64) * len(c) + np.maximum(i, j)
    return numbers


def gap_in_months(c: Crowd, i: Ints, j: Ints) -> Column:
    """A started month in full; by years where a date is not known (`matching.age_gap` without its hundredths)."""
    p = c.people
    # 32 days a month: the day decides whether one more has started
    apart = np.abs((p.year[i] - p.year[j]) * 384 + (p.month[i] - p.month[j]) * 32 + (p.day[i] - p.day[j]))
    by_year = np.abs(p.year[i] - p.year[j]) * 12
    gap: Column = np.where((p.day[i] > 0) & (p.day[j] > 0), (apart + 31) >> 5, by_year)
    return gap


def _interest_points(c: Crowd, i: Ints, j: Ints, maximum: Ints) -> Ints:
    common = np.zeros(len(i), dtype=np.int64)
    for column, codes in enumerate(c.around.interests):
        bits = c.people.interests[i, column] & c.people.interests[j, column]
        common += c.around.rarity[codes[0]] * np.bitwise_count(bits).astype(np.int64)
    product = np.maximum(c.rarity[i].astype(np.int64) * c.rarity[j], 1)
    # A float root is exact here: its argument is an integer below 2**52, and IEEE 754 rounds roots correctly.
    points: Ints = np.sqrt((maximum * common) ** 2 // product).astype(np.int64)
    return points
