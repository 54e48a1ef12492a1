"""Which guest goes to which host, so that no wish is broken and the worst pair, then the sum, is as good as can be?

Without wishes that tie pupils of one class to each other the assignment of `class_seats` is the answer. With them it is
branch and bound: an assignment that knows nothing of a wish bounds all those that keep it, so the first that breaks
none, in the order of promise, is the best. `LOOKS` limits the work; whoever reaches it is told so.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

import numpy as np

from penfriends.rules.cheapest import Bools
from penfriends.rules.class_places import Board
from penfriends.rules.class_seats import Key, Seats

LOOKS, SIZE_OF_LOOKS = 200, 2_000_000
"""How many boards are looked at in the order of promise (of large classes fewer: so many squares of slots); then as
many again, deepest first, for any that keeps all."""

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
    cut: list[Outcome] = []
    runs = [_run(board, _Look(Seats(board, as_one=one), any_will_do)) for one in _ways_to_seat(board)]
    while runs:
        for run in list(runs):
            found = next(run)
            if found is not None and found.proven:
                return found
            if found is not None:
                cut.append(found)
                runs.remove(run)
    return max(cut, key=lambda one: one.entry_of is not None)


def _ways_to_seat(board: Board) -> tuple[bool, ...]:
    """Units as one, and one by one: which of them is quick depends on how much room there is, so both are tried in turn
    where both are possible."""
    in_twos = bool(board.units) and int(board.least.max()) == 1 and int(board.most.max()) == 2
    return (True, False) if in_twos else (False,)


def _run(board: Board, look: "_Look") -> Iterator[Outcome | None]:
    """None after each look that did not end it."""
    open_nodes: list[_Node] = list(look.nodes(board.allowed, None))
    limit = min(LOOKS, SIZE_OF_LOOKS // len(look.seats.entry) ** 2)
    for looked in range(2 * limit):
        if not open_nodes:
            yield Outcome(None, proven=True)
            return
        if looked == limit:
            open_nodes = [_deepest_first(node) for node in open_nodes]
            heapify(open_nodes)
        node = heappop(open_nodes)
        wrong = _conflict(board, node.entry_of)
        if wrong is None:
            yield Outcome(node.entry_of, proven=looked < limit)
            return
        for allowed in _without(board, node, wrong):
            for child in look.nodes(allowed, node):
                heappush(open_nodes, _deepest_first(child) if looked >= limit else child)
        yield None
    yield Outcome(None, proven=False)


@dataclass(slots=True)
class _Look:
    """Looks at what is allowed, and numbers what it sees."""

    seats: Seats
    any_will_do: bool
    number: int = 0

    def nodes(self, allowed: Bools, parent: _Node | None) -> Iterator[_Node]:
        """The one node for what is allowed, if anything is possible there."""
        if self.any_will_do:
            found = self.seats.assigned(allowed)
        else:
            found = self.seats.best(allowed, None if parent is None else parent.key)
        if found is not None:
            key, entry_of = found
            self.number += 1
            yield _Node(key, self.number, key, 0 if parent is None else parent.depth + 1, allowed, entry_of)


def _deepest_first(node: _Node) -> _Node:
    return _Node((-node.depth, *node.key), node.number, node.key, node.depth, node.allowed, node.entry_of)


# --- what breaks a wish ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Either a unit that is torn, and the entry where its first guest is, or a unit that leaves no room for others at
    its entry (`crowded`); or edges of which one has to go."""

    unit: tuple[int, ...] = ()
    entry: int = -1
    crowded: bool = False
    edges: tuple[Edge, ...] = ()


def _conflict(board: Board, entry_of: tuple[int, ...]) -> _Wrong | None:
    for unit in board.units:
        entry = entry_of[unit[0]]
        if len({entry_of[guest] for guest in unit}) > 1:
            return _Wrong(unit, entry)
        if entry_of.count(entry) > board.most[entry]:
            return _Wrong(unit, entry, crowded=True)
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
        others = [guest for guest in range(len(node.entry_of)) if guest not in wrong.unit]
        for closed in (~here, here):
            allowed = node.allowed.copy()
            allowed[np.ix_(closed, members)] = False
            if wrong.crowded and closed is not here:
                allowed[wrong.entry, others] = False
            yield allowed
    together = {guest: list(unit) for unit in board.units for guest in unit}
    for entry, guest in wrong.edges:
        allowed = node.allowed.copy()
        allowed[entry, together.get(guest, [guest])] = False
        yield allowed
