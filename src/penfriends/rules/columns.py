"""The rules of `matching` and the points of `score`, for a million pairs at once.

People are laid out as numpy columns, one row a person; i and j are columns of positions. A property test holds every
function here equal to its plain sister, pair by pair. A faster engine replaces this module and `solver`, nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import numpy.typing as npt

from penfriends.rules.bands import age_on
from penfriends.rules.matching import (
    ADULT_WINDOW,
    ADULT_WINDOW_LIMIT,
    ADULT_WINDOW_STEP,
    TEEN_AGE,
    TEEN_WINDOW,
    YOUNG_WINDOW,
    Level,
    Medium,
    Seeker,
    World,
)
from penfriends.rules.score import language_points, rarity_sum
from penfriends.rules.weights import Weights

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]

NO_WISH, WISH_ELSEWHERE = -1, -2
LEVELS = sorted(Level, key=lambda level: level.rank)


@dataclass(frozen=True, slots=True)
class Columns:
    """`words` are interests as bits, each word of one rarity class; `levels` are ranks 0 to 3, a column a language."""

    month: Ints
    day: Ints
    dated: Bools
    year: Ints
    age: Ints
    levels: Ints
    wants: Bools
    words: tuple[tuple[int, Bits], ...]
    rarity: Ints
    media: Ints
    household: Ints
    town: Ints
    wish: Ints
    waited: Ints
    allows: Bools
    mix: Bits


def columns_of(people: Sequence[Seeker], world: World, today: date) -> Columns:
    codes = sorted({code for s in people for code in (*s.languages, *s.practises)})
    towns = {name: n for n, name in enumerate(sorted({s.town for s in people}))}
    homes = {uid: n for n, uid in enumerate(sorted({s.household for s in people if s.household is not None}))}
    births = [s.birth.on or date(s.birth.year, 1, 1) for s in people]
    levels = [[s.languages[code].rank if code in s.languages else 0 for code in codes] for s in people]
    wishes = [NO_WISH if s.wished_town is None else towns.get(s.wished_town, WISH_ELSEWHERE) for s in people]
    return Columns(
        month=_ints([birth.year * 12 + birth.month for birth in births]),
        day=_ints([birth.day for birth in births]),
        dated=np.array([s.birth.on is not None for s in people], dtype=bool),
        year=_ints([s.birth.year for s in people]),
        age=_ints([age_on(s.birth, today) for s in people]),
        levels=np.array(levels, dtype=np.int64).reshape(len(people), len(codes)),
        wants=np.array([[c in s.practises for c in codes] for s in people], dtype=bool).reshape(
            len(people), len(codes)
        ),
        words=tuple(_words(people, world)),
        rarity=_ints([rarity_sum(s.interests, world.rarity) for s in people]),
        media=_ints([sum(_medium_bit(medium) for medium in s.media) for s in people]),
        household=_ints([-1 if s.household is None else homes[s.household] for s in people]),
        town=_ints([towns[s.town] for s in people]),
        wish=_ints(wishes),
        waited=_ints([s.waiting_days for s in people]),
        allows=np.array([s.open_to_twin_of_twin for s in people], dtype=bool),
        mix=_splitmix(np.array([_folded(s.uid) for s in people], dtype=np.uint64)),
    )


def ages_fit(c: Columns, i: Ints, j: Ints) -> Bools:
    """Rule R03 and its adult sister. Both people are of one band already."""
    fits: Bools = _gap(c, i, j) <= _window(c, i, j)
    return fits


def languages_fit(c: Columns, i: Ints, j: Ints) -> Bools:
    return _common_rank(c, i, j) > 0


def media_fit(c: Columns, i: Ints, j: Ints) -> Bools:
    paper = _medium_bit(Medium.PAPER)
    digital = _medium_bit(Medium.WEB) | _medium_bit(Medium.EMAIL)
    both_paper: Bools = (c.media[i] & c.media[j] & paper) > 0
    return both_paper | (((c.media[i] & digital) > 0) & ((c.media[j] & digital) > 0))


def households_differ(c: Columns, i: Ints, j: Ints) -> Bools:
    differ: Bools = (c.household[i] < 0) | (c.household[i] != c.household[j])
    return differ


def scores(c: Columns, i: Ints, j: Ints, counts: Weights, town_points: int) -> Ints:
    """`score` of `penfriends.rules.score`, given the points for the link of the two towns."""
    gap, window = _gap(c, i, j), _window(c, i, j)
    age = np.maximum(0, counts.age * (window - gap) // window)
    medium = counts.medium * ((c.media[i] & c.media[j]) > 0)
    by_rank = np.array([0, *(language_points(level, counts.language) for level in LEVELS)], dtype=np.int64)
    language = by_rank[_common_rank(c, i, j)]
    total: Ints = _interest_points(c, i, j, counts.interests) + language + age + medium + town_points
    total += _practice_points(c, i, j, counts.practice) + _practice_points(c, j, i, counts.practice)
    total += _wish_points(c, i, j, counts.wish) + _wish_points(c, j, i, counts.wish)
    return total


def mix_of(a: UUID, b: UUID) -> int:
    """64 bits that belong to this unordered pair on every machine and in every run (splitmix64 with a fixed seed)."""
    one, two = (_splitmix(np.array([_folded(uid)], dtype=np.uint64)) for uid in (a, b))
    return int(_splitmix(one ^ two)[0])


def mixes(c: Columns, i: Ints, j: Ints) -> Bits:
    return _splitmix(c.mix[i] ^ c.mix[j])


def _gap(c: Columns, i: Ints, j: Ints) -> Ints:
    i_is_later = (c.month[i] * 32 + c.day[i]) > (c.month[j] * 32 + c.day[j])
    started = np.where(i_is_later, c.day[i] > c.day[j], c.day[j] > c.day[i])
    months = np.abs(c.month[i] - c.month[j]) + started
    by_year = np.abs(c.year[i] - c.year[j]) * 12
    gap: Ints = np.where(c.dated[i] & c.dated[j], months, by_year) * 100
    return gap


def _window(c: Columns, i: Ints, j: Ints) -> Ints:
    younger = np.minimum(c.age[i], c.age[j])
    adult = np.minimum(ADULT_WINDOW + ADULT_WINDOW_STEP * (younger - 18), ADULT_WINDOW_LIMIT)
    return np.where(younger < TEEN_AGE, YOUNG_WINDOW, np.where(younger < 18, TEEN_WINDOW, adult))


def _common_rank(c: Columns, i: Ints, j: Ints) -> Ints:
    best = np.zeros(len(i), dtype=np.int64)
    for language in range(c.levels.shape[1]):
        column = c.levels[:, language]
        np.maximum(best, np.minimum(column[i], column[j]), out=best)
    return best


def _interest_points(c: Columns, i: Ints, j: Ints, maximum: int) -> Ints:
    common = np.zeros(len(i), dtype=np.int64)
    for rarity, bits in c.words:
        common += rarity * np.bitwise_count(bits[i] & bits[j]).astype(np.int64)
    product = np.maximum(c.rarity[i] * c.rarity[j], 1)
    # A float root is exact here: its argument is an integer below 2**52, and IEEE 754 rounds roots correctly.
    points: Ints = np.sqrt((maximum * common) ** 2 // product).astype(np.int64)
    return points


def _practice_points(c: Columns, learner: Ints, other: Ints, maximum: int) -> Ints:
    found = np.zeros(len(learner), dtype=bool)
    for language in range(c.levels.shape[1]):
        found |= c.wants[learner, language] & (c.levels[other, language] == Level.FIRST.rank)
    return maximum * found.astype(np.int64)


def _wish_points(c: Columns, wisher: Ints, other: Ints, maximum: int) -> Ints:
    met = maximum * (c.wish[wisher] == c.town[other]).astype(np.int64)
    return np.where(c.wish[wisher] == NO_WISH, maximum // 2, met)


def _words(people: Sequence[Seeker], world: World) -> list[tuple[int, Bits]]:
    used = sorted({code for s in people for code in s.interests})
    words = []
    for rarity in sorted({world.rarity.get(code, 1) for code in used}):
        codes = [code for code in used if world.rarity.get(code, 1) == rarity]
        for start in range(0, len(codes), 64):
            bit = {code: 1 << n for n, code in enumerate(codes[start : start + 64])}
            column = [sum(bit.get(code, 0) for code in s.interests) for s in people]
            words.append((rarity, np.array(column, dtype=np.uint64)))
    return words


def _medium_bit(medium: Medium) -> int:
    return 1 << list(Medium).index(medium)


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _folded(uid: UUID) -> int:
    return (uid.int >> 64) ^ (uid.int & ((1 << 64) - 1))


def _splitmix(x: Bits) -> Bits:
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
