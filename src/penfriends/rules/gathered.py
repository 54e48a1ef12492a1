"""How do all who wait lie in memory as columns, and still answer as a list of people?

A round is worked out on columns. Few of its steps ask about single people, and those get them made one by one.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from itertools import chain
from typing import TypeVar, overload
from uuid import UUID

import numpy as np

from penfriends.rules.bands import Band, Birth
from penfriends.rules.crowd import (
    ELSEWHERE,
    LEVELS,
    NO_WISH,
    WORD,
    Column,
    Ints,
    People,
    Surroundings,
    halves,
)
from penfriends.rules.matching import Level, Medium, Roll, Seeker, World
from penfriends.rules.seeker_rows import people_of, surroundings_in

T = TypeVar("T")
AT_ONCE = 4096
_BANDS, _MEDIA = tuple(Band), tuple(Medium)
_MEDIA_OF = tuple(frozenset(one for n, one in enumerate(_MEDIA) if bits >> n & 1) for bits in range(1 << len(_MEDIA)))


@dataclass(frozen=True, slots=True, eq=False)
class Gathered(Roll):
    """Everybody who waits, in the order of their ids. `around` knows the words of the columns; what lies between
    towns (links, weights) is told by the world. Homes have numbers instead of ids."""

    people: People
    around: Surroundings
    _writers: dict[tuple[int, ...], tuple[dict[str, Level], frozenset[str]]] = field(default_factory=dict, init=False)

    def __len__(self) -> int:
        return len(self.people)

    @overload
    def __getitem__(self, at: int) -> Seeker: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Seeker]: ...

    def __getitem__(self, at: int | slice) -> Seeker | Sequence[Seeker]:
        if isinstance(at, slice):
            return self.at(np.arange(len(self))[at])
        return self.at(np.array([range(len(self))[at]]))[0]

    def __iter__(self) -> Iterator[Seeker]:
        parts = (np.arange(start, min(start + AT_ONCE, len(self))) for start in range(0, len(self), AT_ONCE))
        return chain.from_iterable(map(self.at, parts))

    def of(self, uids: Collection[UUID]) -> list[Seeker]:
        wanted = np.sort(_keys(np.array([halves(uid) for uid in uids], dtype=np.uint64).reshape(-1, 2)))
        keys = _keys(self.people.uid)
        place = np.minimum(np.searchsorted(keys, wanted), max(0, len(keys) - 1))
        return self.at(place[keys[place] == wanted]) if len(keys) else []

    def at(self, rows: Ints) -> list[Seeker]:
        """The people of these rows, made anew."""
        some, around = self.people.only(rows), self.around
        towns = around.towns
        known, found = self._writers, []
        days = (some.year * 16 + some.month) * 32 + some.day
        births = {day: _birth(day) for day in np.unique(days).tolist()}
        writes = np.concatenate((some.written, some.practises[:, None]), axis=1).tolist()
        for uid, band, town, born, bits, likes, media, wish, waited, left, friends, home, allows in zip(
            some.uid.tolist(), some.band.tolist(), some.town.tolist(), days.tolist(), map(tuple, writes),
            codes_of(some.interests, around), some.media.tolist(), some.wish.tolist(),
            some.waited.tolist(), some.capacity_left.tolist(), some.friends.tolist(), some.household.tolist(),
            some.allows.tolist(), strict=True,
        ):  # fmt: skip
            if bits not in known:
                known[bits] = _levels(bits[:-1], around.languages), frozenset(codes_in(bits[-1], around.languages))
            levels, practises = known[bits]
            found.append(
                Seeker(
                    UUID(int=uid[0] << WORD | uid[1]),
                    towns[town],
                    _BANDS[band],
                    births[born],
                    levels,
                    practises,
                    frozenset(likes),
                    _MEDIA_OF[media],
                    towns[wish] if wish >= 0 else None if wish == NO_WISH else ELSEWHERE,
                    waited,
                    left,
                    None if home < 0 else UUID(int=home),
                    allows,
                    friends,
                )
            )
        return found


def columns_in(world: World) -> tuple[Surroundings, People]:
    """The people of a world and what is around them; what was gathered as columns stays as it is."""
    if isinstance(world.seekers, Gathered):
        return replace(world.seekers.around, links=world.links, weights=world.weights), world.seekers.people
    around = surroundings_in(world)
    return around, people_of(world.seekers, around)


def joined(parts: Sequence[People]) -> People:
    """Several lots of people as one. At least one lot."""
    return People(*(np.concatenate([getattr(one, column.name) for one in parts]) for column in fields(People)))


def codes_of(bits: Column, around: Surroundings) -> list[list[str]]:
    """For each row of words of interests their codes, the rarest first, then by name."""
    codes = [(code, word * WORD + n) for word, some in enumerate(around.interests) for n, code in enumerate(some)]
    in_order = sorted(codes, key=lambda one: (-around.rarity[one[0]], one[0]))
    names = [code for code, _ in in_order]
    flat = np.unpackbits(np.ascontiguousarray(bits.astype("<u8")).view(np.uint8), axis=1, bitorder="little")
    rows, cols = np.nonzero(flat[:, np.array([place for _, place in in_order], dtype=np.int64)])
    ends = np.cumsum(np.bincount(rows, minlength=len(bits))).tolist()
    found = [names[col] for col in cols.tolist()]
    return [found[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def codes_in(bits: int, codes: Sequence[T]) -> list[T]:
    """What the bits stand for."""
    return [code for n, code in enumerate(codes) if bits >> n & 1]


def _levels(written: Sequence[int], codes: Sequence[str]) -> dict[str, Level]:
    levels: dict[str, Level] = {}
    for level, bits in zip(LEVELS, written, strict=True):
        levels.update(dict.fromkeys(codes_in(bits, codes), level))
    return levels


def _birth(day: int) -> Birth:
    """From a number like those in `Gathered.at`; day 0 is a year only."""
    year, month, on = day // 512, day // 32 % 16, day % 32
    return Birth(year, date(year, month, on) if on else None)


def _keys(uid: Column) -> Column:
    """Ids that compare as their bytes do: what is in the order of the ids can be searched by halves."""
    found: Column = np.ascontiguousarray(uid.astype(">u8")).view("S16").reshape(-1)
    return found
