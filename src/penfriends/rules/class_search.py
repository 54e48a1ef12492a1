"""Which guest goes to which host, so that no wish is broken and the worst pair, then the sum, is as good as can be?

In this order: fewest partners of before are lost, fewest share who did not volunteer, the worst pair is as good as can
be, the sum of points is as large as can be. Without wishes that tie pupils of one class to each other this is a few
assignments: a search for the best threshold that the worst pair can keep, and the best sum above it. With such wishes
it is branch and bound over them: the assignment that knows nothing of a wish bounds all that keep it, so the first that
breaks none is the best. `LOOKS` limits the work; whoever reaches it is told so.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count
from math import lcm

import numpy as np

from penfriends.rules.cheapest import FORBIDDEN, Bools, Ints, cheapest
from penfriends.rules.class_places import Board

LOOKS, SIZE_OF_LOOKS = 300, 2_000_000
"""How many boards are looked at in the order of promise (of large classes fewer: so many squares of slots); then as
many again, deepest first, for any that keeps all."""

Key = tuple[int, int, int]
Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The entry of each guest, or None. `proven`: it is the best, or there is none for certain."""

    entry_of: tuple[int, ...] | None
    proven: bool


@dataclass(frozen=True, slots=True, order=True)
class _Node:
    rank: tuple[int, ...]
    number: int
    key: Key = field(compare=False)
    depth: int = field(compare=False)
    allowed: Bools = field(compare=False)
    entry_of: tuple[int, ...] = field(compare=False)


def search(board: Board, *, any_will_do: bool = False) -> Outcome:
    """The best assignment that keeps every wish; with `any_will_do` only whether there is one."""
    if not board.has_room or any(low == high for low, high in board.apart):
        return Outcome(None, proven=True)
    look = _Look(board, any_will_do)
    open_nodes: list[_Node] = list(look.nodes(board.allowed, None))
    limit = min(LOOKS, SIZE_OF_LOOKS // len(look.slot_of) ** 2)
    for looked in range(2 * limit):
        if not open_nodes:
            return Outcome(None, proven=True)
        if looked == limit:
            open_nodes = [_deepest_first(node) for node in open_nodes]
            heapify(open_nodes)
        node = heappop(open_nodes)
        wrong = _conflict(board, node.entry_of)
        if wrong is None:
            return Outcome(node.entry_of, proven=looked < limit)
        for allowed in _without(board, node, wrong):
            for child in look.nodes(allowed, node):
                heappush(open_nodes, _deepest_first(child) if looked >= limit else child)
    return Outcome(None, proven=False)


def _deepest_first(node: _Node) -> _Node:
    return _Node((-node.depth, *node.key), node.number, node.key, node.depth, node.allowed, node.entry_of)


# --- what breaks a wish ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Either a unit that is torn, and the entry where its first guest is; or edges of which one has to go."""

    unit: tuple[int, ...] = ()
    entry: int = -1
    edges: tuple[Edge, ...] = ()


def _conflict(board: Board, entry_of: tuple[int, ...]) -> _Wrong | None:
    for unit in board.units:
        if len({entry_of[guest] for guest in unit}) > 1:
            return _Wrong(unit=unit, entry=entry_of[unit[0]])
    near = _neighbours(board, entry_of)
    for low, high in board.apart:
        edges = _way(near, low, high, len(board.entries))
        if edges is not None:
            return _Wrong(edges=edges)
    return None


def _neighbours(board: Board, entry_of: tuple[int, ...]) -> dict[int, list[int]]:
    """Who is beside whom in a circle, by nodes."""
    near: dict[int, list[int]] = {}
    hosted = [(entry, len(board.entries) + guest) for guest, entry in enumerate(entry_of)]
    for one, other in [*hosted, *sorted(board.joined)]:
        near.setdefault(one, []).append(other)
        near.setdefault(other, []).append(one)
    return near


def _way(near: dict[int, list[int]], start: int, end: int, entries: int) -> tuple[Edge, ...] | None:
    """The pairs (entry, guest) through which two are in one circle; None if they are not."""
    came: dict[int, int] = {start: start}
    queue = deque([start])
    while queue and end not in came:
        one = queue.popleft()
        for other in near.get(one, ()):
            if other not in came:
                came[other] = one
                queue.append(other)
    if end not in came:
        return None
    steps = []
    while end != start:
        steps.append((min(end, came[end]), max(end, came[end])))
        end = came[end]
    return tuple((low, high - entries) for low, high in steps if low < entries <= high)


def _without(board: Board, node: _Node, wrong: _Wrong) -> Iterator[Bools]:
    """What is left to look at: between them these hold every answer that keeps the wish, and none holds this one."""
    if wrong.unit:
        members, here = list(wrong.unit), np.arange(len(board.entries)) == wrong.entry
        for closed in (~here, here):
            allowed = node.allowed.copy()
            allowed[np.ix_(closed, members)] = False
            yield allowed
    together = {guest: list(unit) for unit in board.units for guest in unit}
    for entry, guest in wrong.edges:
        allowed = node.allowed.copy()
        allowed[entry, together.get(guest, [guest])] = False
        yield allowed


# --- the assignment that knows nothing of these wishes ---------------------------------------------------------------


class _Look:
    """The best assignment within what is allowed. Each entry has as many slots as it takes guests; those that need not
    be filled are *spare*, and nobody may sit there too, which costs nothing."""

    def __init__(self, board: Board, any_will_do: bool) -> None:
        self.board, self.any_will_do, self.numbers = board, any_will_do, count()
        rows = np.arange(len(board.entries))
        self.slot_of = np.concatenate((np.repeat(rows, board.least), np.repeat(rows, board.most - board.least)))
        self.spare = np.arange(len(self.slot_of)) >= board.least.sum()
        self.guests = board.allowed.shape[1]
        self.level, self.points = self._levels(), self._points()
        self.whole = 1 + self.guests * int(self.points.max(initial=0))

    def nodes(self, allowed: Bools, parent: _Node | None) -> Iterator[_Node]:
        """The one node for what is allowed, if anything is possible there."""
        found = self._best(allowed, None if parent is None else parent.key)
        if found is not None:
            key, entry_of = found
            yield _Node(key, next(self.numbers), key, 0 if parent is None else parent.depth + 1, allowed, entry_of)

    def _levels(self) -> Ints:
        """A row a guest, a column a slot: partners lost first, then who shares without having volunteered."""
        board = self.board
        unasked = board.unasked.T[:, self.slot_of] + (self.spare & board.unwilling[self.slot_of])[None, :]
        levels: Ints = board.lost.T[:, self.slot_of] * (1 + 2 * self.guests) + unasked
        return levels

    def _points(self) -> Ints:
        """A row an entry. Each of a unit counts with the middle of all of them, in whole numbers: so an assignment that
        tears a unit promises no more than it must."""
        sizes = lcm(1, *(len(unit) for unit in self.board.units))
        points = self.board.points * sizes
        for unit in self.board.units:
            members = list(unit)
            points[:, members] = (points[:, members].sum(axis=1) // len(members))[:, None]
        return points

    def _best(self, allowed: Bools, above: Key | None) -> tuple[Key, tuple[int, ...]] | None:
        """The largest threshold for the worst pair that loses nothing of the level, and the best sum above it. A node
        further up with the same level bounds the threshold, and mostly it is the same."""
        found = self._assigned(allowed)
        if found is None or self.any_will_do:
            return found
        level, ceiling = found[0][0], int(self.board.worst[allowed].max())
        if above is not None and above[0] == level:
            ceiling = min(ceiling, -above[1])
        steps = np.unique(self.board.worst[allowed])
        low = int(np.searchsorted(steps, -found[0][1]))
        high = int(np.searchsorted(steps, ceiling, side="right")) - 1
        middle = high
        while low < high:
            better = self._assigned(allowed & (self.board.worst >= steps[middle]))
            if better is not None and better[0][0] == level:
                found, low = better, int(np.searchsorted(steps, -better[0][1]))
            else:
                high = middle - 1
            middle = (low + high + 1) // 2
        return found

    def _assigned(self, allowed: Bools) -> tuple[Key, tuple[int, ...]] | None:
        """The best sum among the assignments of the best level, with its key; None if there is none."""
        slots = len(self.slot_of)
        if slots < self.guests or not allowed.any(axis=0).all():
            return None
        highest = int(self.points.max(initial=0))
        cost = np.zeros((slots, slots), np.int64)
        cost[self.guests :, ~self.spare] = FORBIDDEN
        cost[: self.guests] = self.level * self.whole + (highest - self.points.T[:, self.slot_of])
        cost[: self.guests][~allowed.T[:, self.slot_of]] = FORBIDDEN
        slot = cheapest(cost)
        if slot is None:
            return None
        guest = np.arange(self.guests)
        entry = self.slot_of[slot[: self.guests]]
        level = int(self.level[guest, slot[: self.guests]].sum())
        key = (level, -int(self.board.worst[entry, guest].min()), -int(self.points[entry, guest].sum()))
        return key, tuple(entry.tolist())
