"""One walk over all permitted pairs of a crowd, keeping the best few of everybody: compiled, or in numpy blocks.

Both engines give the same lists, bit for bit; `price` and `gain` say what counts as good: at first nothing is paid and
anything is a gain, later the prices of an auction tell which pairs the lists lack.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np

from penfriends.rules import compiled, pair_kernels
from penfriends.rules.bands import Band
from penfriends.rules.columns import (
    DIGITAL,
    PAPER,
    Counting,
    ages_fit,
    households_differ,
    languages_fit,
    media_fit,
    mixes,
    not_blocked,
    pair_numbers,
    scores,
)
from penfriends.rules.crowd import OLDEST_STEP, Bools, Column, Crowd, Ints
from penfriends.rules.crowd import window_by_age as windows
from penfriends.rules.score import BASE_WEIGHT, PENDING_WEIGHT, WAITING_WEIGHT

PAIRS_AT_ONCE = 1 << 19
KEPT_AT_ONCE = 1 << 21
LONGEST_GAP = 240

Rule = Callable[[Crowd, Ints, Ints], Bools]
ALWAYS: Sequence[Rule] = (ages_fit, languages_fit, media_fit, households_differ, not_blocked)


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of towns of a crowd by number, a < b, and what counts between them: row `of` of `counting`."""

    a: Ints
    b: Ints
    of: Ints
    counting: Counting

    def __len__(self) -> int:
        return len(self.a)


@dataclass(frozen=True, slots=True)
class Aim:
    """What a walk keeps: for each row the best `size` others by weight − price[other], if that passes gain[row]."""

    price: Ints
    gain: Ints
    size: int

    @classmethod
    def best(cls, people: int, size: int) -> "Aim":
        """Anybody is a gain and nothing is paid."""
        return cls(np.zeros(people, dtype=np.int64), np.zeros(people, dtype=np.int64), size)


@dataclass(frozen=True, slots=True)
class Kept:
    """Pairs i < j in order, each once, with their weights; and for every row its best weight − price, at least its
    gain."""

    i: Column
    j: Column
    weight: Column
    best: Ints


class Walk(Protocol):
    """`over` looks at every permitted pair of these links once; `degree` counts them for every row."""

    degree: Ints

    def over(self, links: Links, opened: Bools | None) -> None: ...

    def kept(self) -> Sequence[Kept]: ...


def walk(crowd: Crowd, *aims: Aim) -> Walk:
    """A new walk with one or two aims."""
    return CompiledWalk(crowd, aims) if compiled.available else BlockWalk(crowd, aims)


class BlockWalk:
    """The walk in numpy blocks."""

    def __init__(self, crowd: Crowd, aims: Sequence[Aim]) -> None:
        self.degree: Ints = np.zeros(len(crowd), dtype=np.int64)
        self._crowd, self._offsets = crowd, offsets_of(crowd)
        self._lists = [_Lists(crowd, aim) for aim in aims]

    def over(self, links: Links, opened: Bools | None) -> None:
        crowd, allows = self._crowd, self._crowd.people.allows
        for i, j, link in in_blocks(self._offsets, links):
            if opened is not None:
                ok = allows[i] & allows[j] & (opened[i] | opened[j])
                i, j, link = i[ok], j[ok], link[ok]
            for fits in ALWAYS:
                ok = fits(crowd, i, j)
                i, j, link = i[ok], j[ok], link[ok]
            for side in (i, j):
                self.degree += np.bincount(side, minlength=len(crowd))
            weight = self._weights(i, j, links.counting, links.of[link])
            for one in self._lists:
                one.add(i, j, weight)

    def kept(self) -> Sequence[Kept]:
        return [one.kept() for one in self._lists]

    def _weights(self, i: Ints, j: Ints, counting: Counting, kind: Ints) -> Ints:
        waited = self._crowd.people.waited[i].astype(np.int64) + self._crowd.people.waited[j]
        pending = np.isin(pair_numbers(self._crowd, i, j), self._crowd.pending)
        extra: Ints = BASE_WEIGHT + WAITING_WEIGHT * waited + PENDING_WEIGHT * pending
        return scores(self._crowd, i, j, counting, kind) + extra


class _Lists:
    """The best few of everybody, as entries (row, other, net); cut back whenever there are many."""

    def __init__(self, crowd: Crowd, aim: Aim) -> None:
        self._crowd, self._aim = crowd, aim
        self._bar = aim.gain + 1
        self._entries: list[Ints] = [np.zeros((3, 0), dtype=np.int64)]
        self._held = 0

    def add(self, i: Ints, j: Ints, weight: Ints) -> None:
        for row, other in ((i, j), (j, i)):
            net = weight - self._aim.price[other]
            good = net >= self._bar[row]
            self._entries.append(np.stack((row[good], other[good], net[good])))
            self._held += len(self._entries[-1][0])
        if self._held > KEPT_AT_ONCE + self._aim.size * len(self._crowd):
            self._cut()

    def kept(self) -> Kept:
        self._cut()
        row, other, net = self._entries[0]
        weight = net + self._aim.price[other]
        low, high = np.minimum(row, other), np.maximum(row, other)
        _, first = np.unique(low * len(self._crowd) + high, return_index=True)
        best = self._aim.gain.copy()
        np.maximum.at(best, row, net)
        return Kept(low[first], high[first], weight[first], best)

    def _cut(self) -> None:
        """Only entries of the last place can be equal in what counts, so only there the mix of the pair decides."""
        row, other, net = np.concatenate(self._entries, axis=1)
        size, people = self._aim.size, len(self._crowd)
        most = int(net.max(initial=0))
        order = np.argsort(row * (most + 1) + (most - net), kind="stable")
        row, other, net = row[order], other[order], net[order]
        starts = np.searchsorted(row, np.arange(people + 1))
        last = np.minimum(starts[:-1] + size, starts[1:]) - 1
        reached = np.where(starts[1:] > starts[:-1], net[np.maximum(last, 0)] if len(net) else 0, 0)
        better = np.flatnonzero(net > reached[row])
        equal = np.flatnonzero(net == reached[row])
        equal = equal[np.lexsort((mixes(self._crowd, row[equal], other[equal]), row[equal]))]
        room = size - np.bincount(row[better], minlength=people)
        place = np.arange(len(equal)) - np.searchsorted(row[equal], row[equal])
        chosen = np.concatenate((better, equal[place < room[row[equal]]]))
        self._entries = [np.stack((row[chosen], other[chosen], net[chosen]))]
        self._held = len(chosen)
        full = starts[1:] - starts[:-1] >= size
        self._bar[full] = np.maximum(self._bar[full], reached[full])


class CompiledWalk:
    """The walk in compiled loops."""

    def __init__(self, crowd: Crowd, aims: Sequence[Aim]) -> None:
        n = len(crowd)
        self.degree: Ints = np.zeros(n, dtype=np.int64)
        self._crowd, self._aims = crowd, aims
        self._offsets = offsets_of(crowd)
        self._scan, self._joined = pair_kernels.loops()
        self._table = _table(crowd)
        self._guarded = _guarded(crowd)
        self._lists = [_room(n, aim) for aim in aims]

    def over(self, links: Links, opened: Bools | None) -> None:
        if not len(links):
            return
        first, second = self._aims[0], self._aims[-1]
        spare = _room(len(self._crowd), Aim(first.price, first.gain, 0))
        self._scan(
            self._offsets,
            links.a,
            links.b,
            links.of,
            *_terms(links),
            *self._table,
            np.zeros(len(self._crowd), dtype=bool) if opened is None else opened,
            opened is not None,
            self._guarded,
            self._crowd.blocked,
            self._crowd.pending,
            PENDING_WEIGHT,
            first.price,
            *self._lists[0],
            second.price,
            *(self._lists[1] if len(self._aims) > 1 else spare),
            self.degree,
        )

    def kept(self) -> Sequence[Kept]:
        found = []
        for aim, (ids, nets, used, _) in zip(self._aims, self._lists, strict=True):
            i, j, weight = self._joined(ids, nets, used, aim.price)
            best = np.where(used > 0, np.maximum(aim.gain, nets[:, 0]), aim.gain)
            found.append(Kept(i, j, weight, best))
        return found


def in_blocks(offsets: Ints, links: Links) -> Iterator[tuple[Ints, Ints, Ints]]:
    """All pairs of rows of these links and the number of their link, many at a time."""
    wide = offsets[links.b + 1] - offsets[links.b]
    high = offsets[links.a + 1] - offsets[links.a]
    # a link that is too large for one block is cut into slices of its rows
    slices = np.maximum(1, -(-(high * wide) // PAIRS_AT_ONCE))
    link = np.repeat(np.arange(len(links)), slices)
    part = counted(slices)
    first = offsets[links.a[link]] + high[link] * part // slices[link]
    pairs = (offsets[links.a[link]] + high[link] * (part + 1) // slices[link] - first) * wide[link]
    block = np.cumsum(pairs) // PAIRS_AT_ONCE
    for some in np.split(np.arange(len(link)), np.flatnonzero(np.diff(block)) + 1):
        inside, of = counted(pairs[some]), np.repeat(some, pairs[some])
        yield first[of] + inside // wide[link[of]], offsets[links.b[link[of]]] + inside % wide[link[of]], link[of]


def counted(lengths: Ints) -> Ints:
    """0, 1, 2… anew for each length."""
    starts = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) - np.repeat(starts, lengths)


def offsets_of(crowd: Crowd) -> Ints:
    """Rows of town t: offsets[t] to offsets[t + 1]."""
    found: Ints = np.searchsorted(crowd.people.town, np.arange(len(crowd.around.towns) + 1)).astype(np.int64)
    return found


def _guarded(crowd: Crowd) -> Column:
    """Bit 1 for rows in any blocked pair, bit 2 for rows in any pending one."""
    flags = np.zeros(len(crowd), dtype=np.uint8)
    for bit, pairs in ((1, crowd.blocked), (2, crowd.pending)):
        flags[np.concatenate((pairs // max(1, len(crowd)), pairs % max(1, len(crowd))))] |= np.uint8(bit)
    return flags


def _room(people: int, aim: Aim) -> tuple[Column, Column, Column, Column]:
    """Empty lists: others, their nets, how many there are, and what the next one has to reach."""
    ids, nets = np.zeros((people, aim.size), np.int32), np.zeros((people, aim.size), np.int32)
    return ids, nets, np.zeros(people, np.int32), aim.gain + 1


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
    return np.stack(rows, axis=1).astype(np.int64), np.array([_age_points(points) for points in most.tolist()])


@cache
def _age_points(most: int) -> Column:
    """Points by the age of the younger and the gap in months."""
    window = windows(OLDEST_STEP)[:, None]
    gap = 100 * np.arange(LONGEST_GAP + 1)[None, :]
    points: Column = np.maximum(0, most * (window - gap) // window)
    return points


def _table(crowd: Crowd) -> tuple[Column, ...]:
    """The columns in the order in which the loop takes them."""
    p = crowd.people
    is_child = crowd.band is Band.CHILD
    months = p.year * 12 + p.month
    ways = ((p.media & PAPER) > 0).astype(np.uint8) | (((p.media & DIGITAL) > 0).astype(np.uint8) << 1)
    sums = max(1, int(crowd.rarity.max(initial=0)))
    rarities = [crowd.around.rarity[codes[0]] for codes in crowd.around.interests]
    return (
        months if is_child else p.year,
        crowd.window if is_child else crowd.window // 12 + 1,
        months * 32 + p.day,
        p.year,
        (p.day > 0).astype(np.uint8),
        crowd.window,
        crowd.step,
        np.concatenate((p.written, p.practises[:, None], p.interests), axis=1),
        np.ascontiguousarray(p.written[:, 0]),
        np.array(rarities, dtype=np.int64),
        crowd.rarity,
        1 / np.sqrt(np.maximum(np.arange(sums + 1), 1)),
        ways,
        p.media,
        p.household,
        p.town,
        p.wish,
        (BASE_WEIGHT // 2 + WAITING_WEIGHT * p.waited).astype(np.int64),
        crowd.mix,
        p.allows,
    )
