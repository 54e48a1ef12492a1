"""The permitted pairs of a crowd found in numpy blocks: where nothing can be compiled."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from penfriends.rules.columns import (
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
from penfriends.rules.crowd import Bools, Column, Crowd, Ints
from penfriends.rules.permitted import Aim, Kept, Links, Remembered, counted, offsets_of
from penfriends.rules.score import BASE_WEIGHT, PENDING_WEIGHT, WAITING_WEIGHT

PAIRS_AT_ONCE = 1 << 19
KEPT_AT_ONCE = 1 << 21
PAIRS_KEPT = 1 << 25
"""As many pairs are remembered: twelve bytes each."""

Rule = Callable[[Crowd, Ints, Ints], Bools]
ALWAYS: Sequence[Rule] = (ages_fit, languages_fit, media_fit, households_differ, not_blocked)
Piece = tuple[Column, Column, Column]


class BlockPairs:
    """See `permitted.Permitted`."""

    def __init__(self, crowd: Crowd) -> None:
        self.degree: Ints = np.zeros(len(crowd), dtype=np.int64)
        self._crowd = crowd
        self._roads: list[tuple[Links, Bools | None]] = []
        self._remembered: Remembered[Piece] = Remembered(PAIRS_KEPT)

    def add(self, links: Links, opened: Bools | None) -> None:
        self._roads.append((links, opened))
        for piece in self._found(links, opened):
            for side in piece[:2]:
                self.degree += np.bincount(side, minlength=len(self._crowd))
            self._remembered.add(piece, len(piece[0]))

    def best(self, aim: Aim) -> Kept:
        lists = _Lists(self._crowd, aim)
        for i, j, weight in self.all():
            lists.add(i, j, weight)
        return lists.kept()

    def settled(self, price: Ints, gain: Ints, aim: Aim) -> tuple[Ints, Kept]:
        return self.best(Aim(price, gain, 1)).best, self.best(aim)

    def only(self, crowd: Crowd, rows: Ints) -> "BlockPairs":
        found = BlockPairs(crowd)
        if self._remembered.pieces is None:
            for links, opened in self._roads:
                found.add(links, None if opened is None else opened[rows])
            return found
        place: Column = np.full(len(self._crowd), -1, dtype=np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        for before in self._remembered.pieces:
            i, j, weight = place[before[0]], place[before[1]], before[2]
            kept = np.flatnonzero((i >= 0) & (j >= 0))
            i, j, weight = i[kept], j[kept], weight[kept]
            free = not_blocked(crowd, i, j)
            found._remembered.add((i[free], j[free], weight[free]), len(free))
            for side in (i[free], j[free]):
                found.degree += np.bincount(side, minlength=len(crowd))
        return found

    def forget(self) -> None:
        self._remembered.forget()

    def all(self) -> Iterator[Piece]:
        if self._remembered.pieces is not None:
            yield from self._remembered.pieces
            return
        for links, opened in self._roads:
            yield from self._found(links, opened)

    def _found(self, links: Links, opened: Bools | None) -> Iterator[Piece]:
        crowd, allows = self._crowd, self._crowd.people.allows
        for i, j, link in in_blocks(offsets_of(crowd), links):
            if opened is not None:
                ok = np.flatnonzero(allows[i] & allows[j] & (opened[i] | opened[j]))
                i, j, link = i[ok], j[ok], link[ok]
            for fits in ALWAYS:
                ok = np.flatnonzero(fits(crowd, i, j))
                i, j, link = i[ok], j[ok], link[ok]
            weight = self._weights(i, j, links.counting, links.of[link])
            yield i.astype(np.int32), j.astype(np.int32), weight.astype(np.int32)

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
