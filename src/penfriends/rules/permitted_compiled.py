"""The permitted pairs of a crowd found in compiled loops, where numba is."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from penfriends.rules import list_kernels, pair_kernels
from penfriends.rules.bands import Band
from penfriends.rules.columns import DIGITAL, PAPER
from penfriends.rules.crowd import OLDEST_STEP, Bools, Column, Crowd, Ints
from penfriends.rules.crowd import window_by_age as windows
from penfriends.rules.pair_kernels import FURTHEST, Facts, Piece, Roads
from penfriends.rules.permitted import Aim, Kept, Links, Remembered, offsets_of
from penfriends.rules.score import BASE_WEIGHT, PENDING_WEIGHT, WAITING_WEIGHT
from penfriends.rules.weights import WHOLE

PAIRS_AT_ONCE = 1 << 24
"""So large a piece goes straight back to the operating system when it is forgotten."""
NEIGHBOURS_AT_ONCE = 1 << 20
PAIRS_KEPT = 1 << 28
"""As many pairs are remembered: three bytes each, five where somebody has waited for decades."""
LONGEST_GAP = 240
DAYS_A_MONTH = 32
DAYS_A_YEAR = 12 * DAYS_A_MONTH
"""Enough for each month to have its own days. Births in these are whole numbers that a float of 32 bits holds."""
NARROW = 1 << 16


class Loops(NamedTuple):
    """What is compiled for numba only."""

    pairs_from: Any
    best_few: Any
    settled: Any
    joined: Any
    only: Any
    put_in: Any


@cache
def loops() -> Loops:
    """The compiled loops. Compiling takes seconds, so numba keeps them on disk if it can."""
    numba = importlib.import_module("numba")
    try:
        return _made(numba.njit(cache=True), numba.njit(cache=True, inline="always"))
    except RuntimeError:  # no folder that numba may keep them in
        return _made(numba.njit, numba.njit(inline="always"))


def _made(njit: Any, inlined: Any) -> Loops:
    return Loops(pair_kernels.make(njit, inlined), *list_kernels.make(njit, inlined))


class CompiledPairs:
    """See `permitted.Permitted`."""

    def __init__(self, crowd: Crowd) -> None:
        self.degree: Ints = np.zeros(len(crowd), dtype=np.int64)
        self._crowd = crowd
        self._loops = loops()
        self._roads: list[Roads] = []
        self._remembered: Remembered[Piece] = Remembered(PAIRS_KEPT)

    def add(self, links: Links, opened: Bools | None) -> None:
        if not len(links):
            return
        self._roads.append(roads := _roads(self._crowd, links, opened))
        for piece in self._found(roads, self.degree):
            self._remembered.add(piece, len(piece.apart))

    def best(self, aim: Aim) -> Kept:
        lists = _Lists.of(self._crowd, aim)
        for piece in self._all():
            self._loops.best_few(piece, lists.price, self._crowd.mix, *lists.columns)
        return self._kept(lists, aim)

    def settled(self, price: Ints, gain: Ints, aim: Aim) -> tuple[Ints, Kept]:
        lists = _Lists.of(self._crowd, aim)
        asked, most = price.astype(np.int32), gain.astype(np.int32)
        for piece in self._all():
            self._loops.settled(piece, asked, lists.price, most, self._crowd.mix, *lists.columns)
        return most.astype(np.int64), self._kept(lists, aim)

    def _kept(self, lists: "_Lists", aim: Aim) -> Kept:
        i, j, weight = self._loops.joined(lists.ids, lists.nets, lists.used, lists.price)
        return Kept(i, j, weight, lists.best(aim.gain))

    def only(self, crowd: Crowd, rows: Ints) -> "CompiledPairs":
        found = CompiledPairs(crowd)
        if self._remembered.pieces is None:
            found._roads = [_among(one, crowd, rows) for one in self._roads]
            for roads in found._roads:
                for piece in found._found(roads, found.degree):
                    found._remembered.add(piece, len(piece.apart))
            return found
        place = np.full(len(self._crowd), -1, dtype=np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        for before in self._remembered.pieces:
            piece = Piece(*self._loops.only(before, place, crowd.blocked, len(crowd), found.degree))
            found._remembered.add(piece, len(piece.apart))
        return found

    def forget(self) -> None:
        self._remembered.forget()

    def all(self) -> Iterator[tuple[Column, Column, Column]]:
        for piece in self._all():
            yield _columns(piece)

    def _all(self) -> Iterator[Piece]:
        if self._remembered.pieces is not None:
            yield from self._remembered.pieces
            return
        for roads in self._roads:
            yield from self._found(roads, np.zeros_like(self.degree))

    def _found(self, roads: Roads, degree: Ints) -> Iterator[Piece]:
        crowd, people = self._crowd, len(self._crowd)
        facts, width = _facts(crowd), np.diff(roads.offsets)
        most = BASE_WEIGHT + WHOLE + PENDING_WEIGHT + 2 * WAITING_WEIGHT * int(crowd.people.waited.max(initial=0))
        # how many people there are around each town at most
        around = np.add.reduceat(np.append(width[roads.other], 0), roads.starts[:-1]) * (np.diff(roads.starts) > 0)
        widest = int(around.max(initial=0))
        row = 0
        while row < people:
            left, room = people - row, max(PAIRS_AT_ONCE, widest + widest // FURTHEST + 1)
            piece = Piece(
                row,
                np.zeros(left + 1, np.int64),
                np.zeros(left, np.int64),
                np.zeros(left, np.int32),
                np.empty(max(NEIGHBOURS_AT_ONCE, widest), np.int32),
                np.empty(room, np.uint8),
                np.empty(room, np.uint16 if most < NARROW else np.int32),
            )
            end, found, laid = self._loops.pairs_from(facts, roads, row, piece, degree)
            rows = end - row
            yield Piece(
                row,
                piece.starts[: rows + 1].copy(),
                piece.where[:rows].copy(),
                piece.begin[:rows].copy(),
                piece.near[:laid],
                piece.apart[:found],
                piece.weight[:found],
            )
            row = end


@dataclass(frozen=True, slots=True)
class _Lists:
    """The best few of everybody as the loops fill them; `bar` is what one more has to reach."""

    price: Column
    ids: Column
    nets: Column
    used: Column
    bar: Column

    @classmethod
    def of(cls, crowd: Crowd, aim: Aim) -> "_Lists":
        ids = np.zeros((len(crowd), aim.size), np.int32)
        used = np.zeros(len(crowd), np.int32)
        return cls(aim.price.astype(np.int32), ids, ids.copy(), used, (aim.gain + 1).astype(np.int32))

    @property
    def columns(self) -> tuple[Column, Column, Column, Column]:
        return self.ids, self.nets, self.used, self.bar

    def best(self, gain: Ints) -> Ints:
        return np.where(self.used > 0, np.maximum(gain, self.nets[:, 0]), gain)


def _columns(piece: Piece) -> tuple[Column, Column, Column]:
    counts = np.diff(piece.starts)
    first = np.repeat(np.arange(piece.first, piece.first + len(counts), dtype=np.int32), counts)
    walked = np.cumsum(piece.apart, dtype=np.int64)
    before = np.append(0, walked)[piece.starts[:-1]]
    at = walked + np.repeat(piece.where + piece.begin - before, counts)
    pairs = piece.weight > 0
    return first[pairs], piece.near[at[pairs]], piece.weight[pairs]


def _roads(crowd: Crowd, links: Links, opened: Bools | None) -> Roads:
    order = np.lexsort((links.b, links.a))
    towns = np.arange(len(crowd.around.towns) + 1)
    kinds, points = _terms(links)
    return Roads(
        offsets=offsets_of(crowd),
        starts=np.searchsorted(links.a[order], towns),
        other=links.b[order],
        kind=links.of[order],
        terms=kinds,
        age_points=points,
        far=opened is not None,
        opened=np.zeros(len(crowd), dtype=bool) if opened is None else opened,
    )


def _among(roads: Roads, crowd: Crowd, rows: Ints) -> Roads:
    return roads._replace(offsets=offsets_of(crowd), opened=roads.opened[rows])


def _terms(links: Links) -> tuple[Column, Column]:
    """A row a kind: interests, three levels, practice, number of the table of ages, town, wish, no wish, medium."""
    told = links.counting
    most, table = np.unique(told.age, return_inverse=True)
    rows = (
        told.interests,
        *told.levels[:, 1:].T,
        told.practice,
        table,
        told.town,
        told.wish,
        told.wish // 2,
        told.medium,
    )
    return np.stack(rows, axis=1).astype(np.int32), np.array([_age_points(points) for points in most.tolist()])


@cache
def _age_points(most: int) -> Column:
    """Points by the age of the younger and the gap in months."""
    window = windows(OLDEST_STEP)[:, None]
    gap = 100 * np.arange(LONGEST_GAP + 1)[None, :]
    points: Column = np.maximum(0, most * (window - gap) // window).astype(np.uint16)
    return points


def _facts(crowd: Crowd) -> Facts:
    p = crowd.people
    is_child = crowd.band is Band.CHILD
    months = p.year * 12 + p.month
    speech = np.uint32 if len(crowd.around.languages) <= 32 else np.uint64
    return Facts(
        order=months if is_child else p.year,
        reach=crowd.window if is_child else crowd.window // 12 + 1,
        when=np.where(p.day > 0, months * 32 + p.day, p.year * DAYS_A_YEAR).astype(np.float32),
        year=(p.year * DAYS_A_YEAR).astype(np.float32),
        dated=(p.day > 0).astype(np.float32),
        window=(crowd.window * DAYS_A_MONTH).astype(np.float32),
        step=crowd.step,
        speaks=np.stack((*p.written.T, p.practises)).astype(speech),
        likes=np.ascontiguousarray(p.interests.T),
        rarity_of_word=np.array([crowd.around.rarity[codes[0]] for codes in crowd.around.interests], dtype=np.int64),
        root=1 / np.sqrt(np.maximum(1, crowd.rarity)),
        ways=((p.media & PAPER) > 0).astype(np.uint32) | (((p.media & DIGITAL) > 0).astype(np.uint32) << 1),
        media=p.media,
        household=p.household,
        town=p.town,
        wish=p.wish,
        extra=(BASE_WEIGHT // 2 + WAITING_WEIGHT * p.waited).astype(np.int64),
        allows=p.allows,
        guarded=_guarded(crowd),
        blocked=crowd.blocked,
        pending=crowd.pending,
        pending_weight=PENDING_WEIGHT,
    )


def _guarded(crowd: Crowd) -> Column:
    """Bit 1 for rows in any blocked pair, bit 2 for rows in any pending one."""
    flags = np.zeros(len(crowd), dtype=np.uint8)
    for bit, pairs in ((1, crowd.blocked), (2, crowd.pending)):
        flags[np.concatenate((pairs // max(1, len(crowd)), pairs % max(1, len(crowd))))] |= np.uint8(bit)
    return flags
