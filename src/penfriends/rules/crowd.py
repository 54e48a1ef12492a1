"""How do a million people lie in memory, so that all of them can be compared?

One row a person, one numpy column a fact; nothing here is an object a person. `People` is what somebody read or made
up, in any order; `Crowd` holds those of one band who can be matched today, in canonical order, with what follows from
the date. A crowd of a million takes about 150 MB.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from penfriends.rules.bands import ADULT_AGE, JOINING_AGE, Band
from penfriends.rules.matching import (
    ADULT_WINDOW,
    ADULT_WINDOW_LIMIT,
    ADULT_WINDOW_STEP,
    TEEN_AGE,
    TEEN_WINDOW,
    YOUNG_WINDOW,
    Level,
    Medium,
    TownLink,
    friends_allowed,
)
from penfriends.rules.weights import Weights

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
Column = npt.NDArray[Any]

NO_WISH, WISH_ELSEWHERE = -1, -2
ELSEWHERE = "?"
WORD = 64
LEVELS = sorted(Level, key=lambda level: level.rank)
OBSTACLES = ("band_outdated", "too_young", "birth_date_missing", "no_place_left")
OLDEST_STEP = ADULT_AGE + (ADULT_WINDOW_LIMIT - ADULT_WINDOW) // ADULT_WINDOW_STEP + 1
"""From this age on the window stays as it is."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the columns point at. `languages[n]` is bit n; `interests[w][n]` is bit n of word w, all of one rarity."""

    towns: tuple[str, ...]
    links: tuple[TownLink, ...]
    languages: tuple[str, ...]
    interests: tuple[tuple[str, ...], ...]
    rarity: Mapping[str, int]
    weights: Mapping[str, Weights]


@dataclass(frozen=True, slots=True)
class People:
    """Rows in any order. `uid` in two halves, `day` 0 where only the year is known, `written` by at least little,
    well, first, `media` as bits in the order of `Medium`; `wish`, `household` negative where there is none."""

    uid: Column
    band: Column
    town: Column
    year: Column
    month: Column
    day: Column
    written: Column
    practises: Column
    interests: Column
    media: Column
    wish: Column
    waited: Column
    capacity_left: Column
    friends: Column
    household: Column
    allows: Column

    def __len__(self) -> int:
        return len(self.town)

    def only(self, rows: Column) -> "People":
        return People(*(getattr(self, one.name)[rows] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody of one band who can be matched `today`, by town, birth and uid. `blocked` and `pending` are pairs of
    rows as numbers low * len + high, sorted; `window` and `step` say how large a gap in age one's own age allows."""

    people: People
    around: Surroundings
    band: Band
    today: date
    places: Column
    age: Column
    window: Column
    step: Column
    rarity: Column
    mix: Bits
    blocked: Ints
    pending: Ints

    def __len__(self) -> int:
        return len(self.people)

    def only(self, rows: Ints, taken: Ints) -> "Crowd":
        """Some of them, in the same order; `taken` are pairs of rows that may not come again."""
        place = np.full(len(self), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))

        def moved(pairs: Ints) -> Ints:
            low, high = place[pairs // len(self)], place[pairs % len(self)]
            kept = (low >= 0) & (high >= 0)
            return np.unique(low[kept] * len(rows) + high[kept])

        return Crowd(
            people=self.people.only(rows),
            around=self.around,
            band=self.band,
            today=self.today,
            **{name: getattr(self, name)[rows] for name in ("places", "age", "window", "step", "rarity", "mix")},
            blocked=moved(np.concatenate((self.blocked, taken))),
            pending=moved(self.pending),
        )

    def uid(self, row: int) -> UUID:
        high, low = self.people.uid[row].tolist()
        return UUID(int=(high << WORD) | low)


def surroundings_of(
    towns: Sequence[str],
    links: tuple[TownLink, ...],
    languages: Sequence[str],
    rarity: Mapping[str, int],
    weights: Mapping[str, Weights],
) -> Surroundings:
    """Raises ValueError for more than 64 languages (a language is a bit of one word) or towns out of order."""
    if list(towns) != sorted(set(towns)):
        raise ValueError("towns are numbered in the order of their names")
    if len(languages) > WORD:
        raise ValueError(f"{len(languages)} languages, and there is room for {WORD}")
    words = []
    for value in sorted(set(rarity.values())):
        codes = sorted(code for code, of in rarity.items() if of == value)
        words += [tuple(codes[start : start + WORD]) for start in range(0, len(codes), WORD)]
    return Surroundings(tuple(towns), links, tuple(languages), tuple(words), rarity, weights)


def ages(people: People, today: date) -> Column:
    """Whole years at `today`; with a year only the smaller of the two possible ages (as `bands.age_on`)."""
    later = (people.month * 32 + people.day) > today.month * 32 + today.day
    dated: Column = today.year - people.year - later
    return np.where(people.day == 0, today.year - people.year - 1, dated)


def obstacles(people: People, today: date) -> Column:
    """Why somebody cannot be matched to anybody today: 1 + index into `OBSTACLES`, 0 if nothing is in the way."""
    age = ages(people, today)
    is_adult = people.band == list(Band).index(Band.ADULT)
    wrong = np.zeros(len(people), dtype=np.int8)
    for number, holds in reversed(
        [
            (1, (age >= ADULT_AGE) != is_adult),
            (2, age < JOINING_AGE),
            (3, ~is_adult & (people.day == 0)),
            (4, _places(people, age) <= 0),
        ]
    ):
        wrong[holds] = number
    return wrong


def crowd_of(people: People, around: Surroundings, band: Band, today: date, pairs: "Pairs | None" = None) -> Crowd:
    """Those of one band whom nothing keeps from being matched today. Children and adults never meet in one (R02)."""
    number = list(Band).index(band)
    rows = np.flatnonzero((people.band == number) & (obstacles(people, today) == 0))
    order = (people.uid[:, 1], people.uid[:, 0], people.day, people.month, people.year, people.town)
    mine = people.only(rows[np.lexsort(tuple(column[rows] for column in order))])
    age = ages(mine, today)
    step = np.clip(age, 0, OLDEST_STEP).astype(np.int32)
    by_word = [around.rarity[codes[0]] for codes in around.interests]
    rarity = np.zeros(len(mine), dtype=np.int32)
    for column, value in enumerate(by_word):
        rarity += value * np.bitwise_count(mine.interests[:, column]).astype(np.int32)
    blocked, pending = (pairs or Pairs()).in_rows(mine.uid)
    return Crowd(
        people=mine,
        around=around,
        band=band,
        today=today,
        places=_places(mine, age),
        age=age,
        window=(window_by_age(OLDEST_STEP)[step] // 100).astype(np.int32),
        step=step,
        rarity=rarity,
        mix=splitmix(np.bitwise_xor(mine.uid[:, 0], mine.uid[:, 1])),
        blocked=blocked,
        pending=pending,
    )


@dataclass(frozen=True, slots=True)
class Pairs:
    """Unordered pairs of uids that are blocked, and those whose proposal is still pending."""

    blocked: Sequence[tuple[int, int]] = ()
    pending: Sequence[tuple[int, int]] = ()

    def in_rows(self, uid: Column) -> tuple[Ints, Ints]:
        if not self.blocked and not self.pending:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        told = {uid for pairs in (self.blocked, self.pending) for pair in pairs for uid in pair}
        rows = np.flatnonzero(np.isin(uid[:, 0], np.array([one >> WORD for one in told], dtype=np.uint64)))
        row = {(high << WORD) | low: n for n, (high, low) in zip(rows.tolist(), uid[rows].tolist(), strict=True)}

        def numbers(pairs: Sequence[tuple[int, int]]) -> Ints:
            known = (sorted((row[a], row[b])) for a, b in pairs if a != b and a in row and b in row)
            return np.unique(np.array([low * len(uid) + high for low, high in known], dtype=np.int64))

        return numbers(self.blocked), numbers(self.pending)


def window_by_age(oldest: int) -> Ints:
    """`matching.age_window` for an age of the younger from 0 to `oldest`, in hundredths of a month."""
    windows = [
        YOUNG_WINDOW
        if age < TEEN_AGE
        else TEEN_WINDOW
        if age < ADULT_AGE
        else min(ADULT_WINDOW + ADULT_WINDOW_STEP * (age - ADULT_AGE), ADULT_WINDOW_LIMIT)
        for age in range(oldest + 1)
    ]
    return np.array(windows, dtype=np.int64)


def splitmix(x: Bits) -> Bits:
    """64 bits that belong to these 64 on every machine and in every run (splitmix64 with a fixed seed)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def halves(uid: UUID) -> tuple[int, int]:
    return uid.int >> WORD, uid.int & ((1 << WORD) - 1)


def medium_bit(medium: Medium) -> int:
    return 1 << list(Medium).index(medium)


def _places(people: People, age: Column) -> Column:
    allowed = np.array([friends_allowed(years) for years in range(ADULT_AGE + 1)])[np.clip(age, 0, ADULT_AGE)]
    places: Column = np.maximum(0, np.minimum(people.capacity_left, allowed - people.friends)).astype(np.int32)
    return places
