"""Who of many could write with one person, and how good would each be?

The rules of `matching` and the points of `score` once more, for one person against a few thousand at once: people come
as rows of a database with their `gist`. A property test holds both equal to their plain sisters, person by person. What
a row does not hold (blocks, places left, consents, another home, the same way of writing) is for the caller to ask.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from penfriends.rules import gist
from penfriends.rules.bands import ADULT_AGE, JOINING_AGE, Band, Birth, age_on, band_on
from penfriends.rules.matching import (
    ADULT_WINDOW,
    ADULT_WINDOW_LIMIT,
    ADULT_WINDOW_STEP,
    TEEN_AGE,
    TEEN_WINDOW,
    YOUNG_WINDOW,
    Level,
)
from penfriends.rules.newcomer_rows import Key, Me, Others, Reached
from penfriends.rules.score import language_points, town_points

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]

_LEVELS = sorted(Level, key=lambda level: level.rank)
_RARITIES = np.array(gist.RARITY_OF_WORD, dtype=np.int64)
_LIKES = 1 + gist.LANGUAGE_WORDS


def judge(me: Me, others: Others, reach: Mapping[Key, Reached], today: date) -> tuple[Bools, Ints]:
    """For each of the others whether no hard rule speaks against the two, as far as the columns tell, and the score."""
    if not others.year:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64)
    mine, theirs = _words([me.gist])[0], _words(others.gist)
    born, counts = _days(others), _Counts(others.town, reach)
    ages = _ages(others, born, today)
    gap, window = _gap(me.birth, others, born), _window(np.minimum(ages, age_on(me.birth, today)))
    rank = _common_rank(mine, theirs)
    fits = (gap <= window) & (rank > 0) & _grown_alike(me, born, ages, today) & counts.reached
    points = _likes_points(mine, theirs, counts.of("interests")) + counts.language(rank)
    points += _who_could_practise(mine, theirs) * counts.of("practice")
    points += np.maximum(0, counts.of("age") * (window - gap) // window) + counts.of("medium")
    points += counts.town() + _wish_points(np.array(others.wish), counts.of("wish"))
    points += _wish_points(counts.wished(me.wish), counts.of("wish"))
    return fits, points


class _Counts:
    """What each term counts for at most between my town and that of each of the others."""

    def __init__(self, towns: Sequence[Key], reach: Mapping[Key, Reached]) -> None:
        kinds = {kind: number for number, kind in enumerate(dict.fromkeys(reach.values()))}
        kind_of = {town: kinds[reached] for town, reached in reach.items()}
        self._place = np.array([kind_of.get(town, -1) for town in towns], dtype=np.int64)
        self._towns, self._kinds = towns, tuple(kinds)
        self.reached: Bools = self._place >= 0

    def of(self, term: str) -> Ints:
        return self._spread([getattr(one.weights, term) for one in self._kinds])

    def wished(self, town: Key | None) -> Ints:
        """The halves of my own wish for a town, as `Others.wish` counts theirs."""
        if town is None:
            return np.ones(len(self._towns), dtype=np.int64)
        return np.array([2 * (one == town) for one in self._towns], dtype=np.int64)

    def town(self) -> Ints:
        return self._spread([town_points(one.kind, one.weights.town) for one in self._kinds])

    def language(self, rank: Ints) -> Ints:
        """For the best level of the weaker writer; 0 is no common language."""
        by_rank = [
            self._spread([language_points(level, one.weights.language) for one in self._kinds]) for level in _LEVELS
        ]
        return np.choose(rank, [np.zeros(len(rank), dtype=np.int64), *by_rank])

    def _spread(self, by_kind: list[int]) -> Ints:
        """The value for each one's town; nought for a town out of reach, which stands last."""
        return np.array([*by_kind, 0], dtype=np.int64)[self._place]


def _words(gists: Sequence[bytes]) -> Bits:
    return np.frombuffer(b"".join(gists), dtype="<u8").reshape(len(gists), gist.WORDS)


def _days(others: Others) -> Ints:
    """Each one's birthday as a number like 20150327; nought where only the year is known."""
    return np.array(
        [0 if one is None else one.year * 10_000 + one.month * 100 + one.day for one in others.born], dtype=np.int64
    )


def _ages(others: Others, born: Ints, today: date) -> Ints:
    """As `age_on` counts them: of a year only the smaller of the two possible ages."""
    by_year = today.year - 1 - np.array(others.year, dtype=np.int64)
    by_day = (today.year * 10_000 + today.month * 100 + today.day - born) // 10_000
    return np.where(born > 0, by_day, by_year)


def _grown_alike(me: Me, born: Ints, ages: Ints, today: date) -> Bools:
    """Rules R01 to R03: all of one band today, nobody under eight, and a child's date is known."""
    mine = age_on(me.birth, today)
    if band_on(me.birth, today) is not me.band or mine < JOINING_AGE:
        return np.zeros(len(ages), dtype=bool)
    if me.band is Band.ADULT:
        return ages >= ADULT_AGE
    dated = (born > 0) & (me.birth.on is not None)
    return np.asarray(dated & (ages >= JOINING_AGE) & (ages < ADULT_AGE), dtype=bool)


def _gap(mine: Birth, others: Others, born: Ints) -> Ints:
    """Hundredths of a month between two birthdays, as `age_gap` counts them."""
    by_year = np.abs(np.array(others.year, dtype=np.int64) - mine.year) * 12
    if mine.on is None:
        return by_year * 100
    month, day = born // 10_000 * 12 + born // 100 % 100, born % 100
    my_month, my_day = mine.on.year * 12 + mine.on.month, mine.on.day
    theirs_later = (month * 32 + day) > (my_month * 32 + my_day)
    months = np.abs(month - my_month) + np.where(theirs_later, day > my_day, my_day > day)
    gap: Ints = np.where(born > 0, months, by_year) * 100
    return gap


def _window(younger: Ints) -> Ints:
    adult = np.minimum(ADULT_WINDOW + ADULT_WINDOW_STEP * (younger - 18), ADULT_WINDOW_LIMIT)
    return np.where(younger < TEEN_AGE, YOUNG_WINDOW, np.where(younger < 18, TEEN_WINDOW, adult))


def _common_rank(mine: Bits, theirs: Bits) -> Ints:
    """Of the languages of both, the best level of the weaker writer; nought without one."""
    return np.asarray(((theirs[:, 1:4] & mine[1:4]) != 0).sum(axis=1), dtype=np.int64)


def _who_could_practise(mine: Bits, theirs: Bits) -> Ints:
    """How many of the two: the other's first language is one that they wish to practise."""
    learn, teach = (theirs[:, 3] & mine[4]) != 0, (theirs[:, 4] & mine[3]) != 0
    return np.asarray(learn.astype(np.int64) + teach, dtype=np.int64)


def _likes_points(mine: Bits, theirs: Bits, maximum: Ints) -> Ints:
    own, other = mine[_LIKES:], theirs[:, _LIKES:]
    common = np.bitwise_count(other & own).astype(np.int64) @ _RARITIES
    product = (np.bitwise_count(other).astype(np.int64) @ _RARITIES) * int(
        np.bitwise_count(own).astype(np.int64) @ _RARITIES
    )
    # A float root is exact here: its argument is an integer below 2**52, and IEEE 754 rounds roots correctly.
    points: Ints = np.sqrt((maximum * common) ** 2 // np.maximum(product, 1)).astype(np.int64)
    return points


def _wish_points(halves: Ints, maximum: Ints) -> Ints:
    """Nothing wished for counts half, a wish that is met in full."""
    return np.choose(halves, [0 * maximum, maximum // 2, maximum])
