"""Who waits? Draws an invented population: the same seed gives the same people on every machine.

Draws in this order, each of its own for everybody: link kinds, sizes of the towns, town, age, languages, interests,
wishes, media, capacity, waiting, the order of the ids; then households and blocks. People are plain columns, so that a
million of them fit; `ours` makes of them what the engine takes, and `files` what a stranger reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.matching.towns import COUNTRIES, Towns, towns_for
from penfriends.rules.interests import GROUPS, INTERESTS
from penfriends.rules.matching import Level, LinkKind, Medium

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Column = npt.NDArray[np.generic]
Chance = np.random.Generator

DAY = date(2026, 9, 1)
LANGUAGES: Sequence[str] = tuple(sorted({language for _, _, language, _ in COUNTRIES}))
LIKED: Sequence[str] = tuple(sorted(INTERESTS, key=lambda code: (INTERESTS[code].rarity, code)))
"""Commonest class first: the popularity that Zipf gives falls along this row."""
LEVELS = (None, Level.LITTLE, Level.WELL, Level.FIRST)
FIRST_RANK = LEVELS.index(Level.FIRST)
MEDIA = (Medium.WEB, Medium.EMAIL, Medium.PAPER)
BY_MAIL, BY_POST, BY_BOTH = 0b011, 0b100, 0b111
KINDS, KIND_SHARES = tuple(LinkKind), (0.80, 0.15, 0.05)

MINORS = 0.45
ZIPF, OWN_GROUPS, OWN_GROUP_FACTOR = 0.8, 2, 4.0
FEWEST_INTERESTS, MOST_INTERESTS = 5, 12
FURTHER_LANGUAGES = (("fr", 0.34), ("de", 0.32), ("es", 0.20), ("it", 0.08), ("ru", 0.06))
CAPACITIES = (0.75, 0.18, 0.07)
MEAN_WAIT, LONGEST_WAIT = 30.0, 365
DATED_ADULTS = 0.1
"""Grown up here: they gave their date as children. Of other adults who cannot be under 19 only the year is known."""
WISHERS, HOUSEHOLDS, BLOCKS = 0.10, 0.005, 0.02
ROWS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class People:
    """A row a person, sorted by town and birth. `month` and `day` are 0 where only the year is known; `levels` are
    positions in `LEVELS`, a column a language; `interests` are bits in the order of `LIKED`; −1 says none."""

    uid_high: Column
    uid_low: Column
    town: Column
    year: Column
    month: Column
    day: Column
    levels: Column
    practises: Column
    interests: Column
    media: Column
    wish: Column
    capacity: Column
    waiting: Column
    household: Column
    allows: Column

    def __len__(self) -> int:
        return len(self.town)

    def rows(self, some: Ints) -> "People":
        return People(*(getattr(self, one.name)[some] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Instance:
    """Everything that a round is decided from. `kind` is a position in `KINDS`; `blocks` are pairs of rows."""

    today: date
    towns: Towns
    kind: Ints
    since: Ints
    people: People
    blocks: Ints


def make(people: int, per_town: int, seed: int, degree: int, *, folder: Path | None = None, graph: str = "wikidata",
         today: date = DAY) -> Instance:  # fmt: skip
    """`degree` 2: everybody may be proposed to the twin of a twin, where and when the rules open it; 1: nobody."""
    chance = np.random.Generator(np.random.PCG64(seed))
    towns = towns_for(round(people / per_town), folder, graph)
    kind = chance.choice(len(KINDS), size=len(towns.links), p=KIND_SHARES)
    since = chance.integers(1950, 2020, len(towns.links))
    size = np.sqrt(np.maximum(towns.population, 1000)) * chance.lognormal(0, 0.5, len(towns.names))
    town = chance.choice(len(towns.names), size=people, p=size / size.sum())
    born, dated, years = _births(people, today, chance)
    levels, practises = _languages(towns.country[town], years, chance)
    interests = _interests(years < 18, chance)
    wish = _wishes(town, towns.links, chance)
    media = chance.choice((BY_MAIL, BY_POST, BY_BOTH), size=people, p=(0.3, 0.2, 0.5))
    capacity = _capacities(years, chance)
    waiting = np.minimum(chance.exponential(MEAN_WAIT, people), LONGEST_WAIT).astype(np.int16)
    high, low = _uids(chance.permutation(people))
    year, month, day = _parts(born, dated)
    drawn = People(
        high, low, town.astype(np.int32), year, month, day, levels, practises, interests, media.astype(np.uint8),
        wish.astype(np.int32), capacity, waiting, np.full(people, -1, dtype=np.int32), np.full(people, degree == 2),
    )  # fmt: skip
    sorted_ = drawn.rows(np.lexsort((low, high, day, month, year, town)))
    _households(sorted_, towns.links, chance)
    return Instance(today, towns, kind, since, sorted_, _blocks(sorted_, towns.links, chance))


def _births(people: int, today: date, chance: Chance) -> tuple[Column, Bools, Ints]:
    """Birthdays, whether they are known, and whole years at `today`: as many as rule R01 counts."""
    minor = chance.random(people) < MINORS
    child = np.clip(chance.normal(13, 2.4, people), 8.01, 17.99)
    adult = np.clip(18 + chance.gamma(1.7, 14, people), 18.01, 92)
    kept = chance.random(people) < DATED_ADULTS
    days = (np.where(minor, child, adult) * 365.2425).astype(np.int64)
    born = np.datetime64(today) - days
    year = born.astype("datetime64[Y]").astype(np.int64) + 1970
    dated = kept | (today.year - year - 1 < 19)
    month = born.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (born - born.astype("datetime64[M]")).astype(np.int64) + 1
    had_birthday = month * 32 + day <= today.month * 32 + today.day
    return born, dated, np.where(dated, today.year - year - ~had_birthday, today.year - year - 1)


def _parts(born: Column, dated: Bools) -> tuple[Column, Column, Column]:
    month = born.astype("datetime64[M]")
    return (
        (born.astype("datetime64[Y]").astype(np.int64) + 1970).astype(np.int16),
        np.where(dated, month.astype(np.int64) % 12 + 1, 0).astype(np.int8),
        np.where(dated, (born - month).astype(np.int64) + 1, 0).astype(np.int8),
    )


def _languages(country: Ints, years: Ints, chance: Chance) -> tuple[Column, Column]:
    """The language of the country; English the more often the nearer to school; for some a third one."""
    everybody = np.arange(len(country))
    native = np.array([LANGUAGES.index(language) for _, _, language, _ in COUNTRIES])[country]
    levels = np.zeros((len(country), len(LANGUAGES)), dtype=np.uint8)
    levels[everybody, native] = FIRST_RANK
    school = np.clip(0.85 - 0.006 * (years - 18), 0.30, 0.85)
    speaks_english = chance.random(len(country)) < np.where(years < 10, 0.35, np.where(years < 18, 0.85, school))
    _add(levels, np.full(len(country), LANGUAGES.index("en")), speaks_english, chance)
    codes, shares = zip(*FURTHER_LANGUAGES, strict=True)
    third = np.array([LANGUAGES.index(code) for code in codes])[chance.choice(len(codes), len(country), p=shares)]
    _add(levels, third, chance.random(len(country)) < np.where(years < 11, 0.05, 0.38), chance)
    learnt = levels * (levels < FIRST_RANK)
    wants = (learnt.max(axis=1) > 0) & (chance.random(len(country)) < 0.6)
    practises = np.zeros(levels.shape, dtype=bool)
    practises[everybody[wants], learnt.argmax(axis=1)[wants]] = True
    return levels, practises


def _add(levels: Column, language: Ints, speaks: Bools, chance: Chance) -> None:
    """Of those who name a further language 40 in 90 write a little and the others well; nobody unlearns their own."""
    level = np.where(chance.random(len(language)) < 40 / 90, LEVELS.index(Level.LITTLE), LEVELS.index(Level.WELL))
    rows = np.arange(len(language))
    levels[rows, language] = np.maximum(levels[rows, language], np.where(speaks, level, 0))


def _interests(child: Bools, chance: Chance) -> Column:
    """The best of popularity, own groups and chance (Gumbel's trick draws without putting back)."""
    kinds = [INTERESTS[code] for code in LIKED]
    popularity = -ZIPF * np.log(np.arange(1, len(kinds) + 1))
    group = np.array([list(GROUPS).index(one.group) for one in kinds])
    for_children = np.array([one.for_children for one in kinds])
    count = chance.integers(FEWEST_INTERESTS, MOST_INTERESTS + 1, len(child))
    own = chance.integers(0, len(GROUPS), (len(child), OWN_GROUPS))
    bits = np.zeros((len(child), (len(kinds) + 63) // 64), dtype=np.uint64)
    for start in range(0, len(child), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        liking = popularity + chance.gumbel(size=(len(child[some]), len(kinds)))
        liking += np.log(OWN_GROUP_FACTOR) * (group == own[some, :1]) + np.log(OWN_GROUP_FACTOR) * (
            (group == own[some, 1:]) & (own[some, :1] != own[some, 1:])
        )
        liking[child[some][:, None] & ~for_children] = -np.inf
        best = np.argsort(-liking, axis=1)[:, :MOST_INTERESTS]
        for place in range(MOST_INTERESTS):
            rows = np.flatnonzero(place < count[some])
            word, bit = np.divmod(best[rows, place], 64)
            bits[start + rows, word] |= np.uint64(1) << bit.astype(np.uint64)
    return bits


def _wishes(town: Ints, links: Ints, chance: Chance) -> Ints:
    """One in ten wishes for one of the twins of their town."""
    wishes = np.flatnonzero(chance.random(len(town)) < WISHERS)
    wished = np.full(len(town), -1, dtype=np.int64)
    wished[wishes] = _some_twin(town[wishes], links, chance)
    return wished


def _some_twin(town: Ints, links: Ints, chance: Chance) -> Ints:
    """A twin of each town, −1 where it has none."""
    ends = np.concatenate((links, links[:, ::-1]))
    ends = ends[np.argsort(ends[:, 0], kind="stable")]
    first, end = np.searchsorted(ends[:, 0], town), np.searchsorted(ends[:, 0], town, side="right")
    at = first + (chance.random(len(town)) * (end - first)).astype(np.int64)
    return np.where(end > first, ends[np.minimum(at, len(ends) - 1), 1], -1)


def _capacities(years: Ints, chance: Chance) -> Column:
    wanted = chance.choice(3, size=len(years), p=CAPACITIES) + 1
    return np.minimum(wanted, np.where(years < 13, 1, np.where(years < 18, 2, 3))).astype(np.int8)


def _uids(rank: Ints) -> tuple[Column, Column]:
    """Ids of version 7, one millisecond apart, in the order of `rank`."""
    high = ((np.uint64(0x0190_0000_0000) + rank.astype(np.uint64)) << np.uint64(16)) | np.uint64(0x7000)
    mixed = (rank.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return high, (mixed >> np.uint64(2)) | np.uint64(1 << 63)


def _neighbours(people: People, links: Ints, share: float, chance: Chance) -> Ints:
    """Some pairs of rows out of twin towns, whoever they are."""
    one = chance.choice(len(people), size=int(share * len(people)), replace=False)
    twin = _some_twin(people.town[one].astype(np.int64), links, chance)
    first, end = np.searchsorted(people.town, twin), np.searchsorted(people.town, twin, side="right")
    other = first + (chance.random(len(one)) * (end - first)).astype(np.int64)
    return np.stack((one, other), axis=1)[end > first]


def _households(people: People, links: Ints, chance: Chance) -> None:
    """A few families live in two towns; those within one town decide nothing, as no town is its own twin."""
    for number, pair in enumerate(_neighbours(people, links, HOUSEHOLDS, chance).tolist()):
        if (people.household[pair] < 0).all():
            people.household[pair] = number


def _blocks(people: People, links: Ints, chance: Chance) -> Ints:
    """Earlier partners and people who blocked each other."""
    pairs = np.sort(_neighbours(people, links, BLOCKS, chance), axis=1)
    found: Ints = np.unique(pairs, axis=0)
    return found
