"""What is the best assignment of guests to hosts, as long as nobody minds who else comes?

Best, in this order: fewest partners of before are lost, fewest share who did not volunteer, the worst pair is as good
as can be, the sum of points is as large as can be. That takes a few assignments: the best sum, then ever higher
thresholds for the worst pair as far as they lose nothing of the first two.

Each entry has as many seats as it takes guests; those that need not be filled are *spare*. The guests of a unit are
seated one by one, and may be torn apart. Or, where an entry takes one or two, they are seated `as_one`: then another
may be put beside them, where there is no room. Either is for the search to mend.
"""

from math import lcm

import numpy as np

from penfriends.rules.cheapest import FORBIDDEN, Bools, Ints, cheapest
from penfriends.rules.class_places import Board

Key = tuple[int, int, int]
"""How bad: the level (who is lost, who shares unasked), the worst pair and the sum, both below zero."""

Seated = tuple[Key, tuple[int, ...]]


class Seats:
    """The seats of a board, and what each guest costs on each."""

    def __init__(self, board: Board, *, as_one: bool) -> None:
        self.board = board
        rows = np.arange(len(board.entries))
        self.entry = np.concatenate((np.repeat(rows, board.least), np.repeat(rows, board.most - board.least)))
        self.spare = np.arange(len(self.entry)) >= board.least.sum()
        self.as_one = as_one
        units = [list(unit) for unit in board.units]
        gone = {guest for unit in units for guest in unit[1:]} if self.as_one else set()
        self.heads = np.array([guest for guest in range(board.allowed.shape[1]) if guest not in gone])
        self.head_of = np.arange(board.allowed.shape[1])
        for unit in units if self.as_one else ():
            self.head_of[unit] = unit[0]
        self.points, self.level, self.open = self._points(units), self._levels(units), self._open(units)
        self.whole = 1 + len(self.heads) * int(self.points.max(initial=0))

    def best(self, allowed: Bools, above: Key | None) -> Seated | None:
        """The largest threshold for the worst pair that loses nothing of the level, and the best sum above it. `above`
        is the key where more was allowed: at the same level it bounds the threshold, and mostly it is the same."""
        found = self.assigned(allowed)
        if found is None:
            return None
        level, ceiling = found[0][0], int(self.board.worst[allowed].max())
        if above is not None and above[0] == level:
            ceiling = min(ceiling, -above[1])
        steps = np.unique(self.board.worst[allowed])
        low = int(np.searchsorted(steps, -found[0][1]))
        high = int(np.searchsorted(steps, ceiling, side="right")) - 1
        middle = high
        while low < high:
            better = self.assigned(allowed & (self.board.worst >= steps[middle]))
            if better is not None and better[0][0] == level:
                found, low = better, int(np.searchsorted(steps, -better[0][1]))
            else:
                high = middle - 1
            middle = (low + high + 1) // 2
        return found

    def assigned(self, allowed: Bools) -> Seated | None:
        """The best sum among the assignments of the best level, with its key and the entry of each guest; None if there
        is none. On a spare seat nobody may sit too, which costs nothing."""
        seats, heads = len(self.entry), len(self.heads)
        if seats < heads or not allowed.any(axis=0).all():
            return None
        cost = np.zeros((seats, seats), np.int64)
        cost[heads:, ~self.spare] = FORBIDDEN
        cost[:heads] = self.level * self.whole + (int(self.points.max(initial=0)) - self.points.T[:, self.entry])
        cost[:heads][~(allowed.T[self.heads][:, self.entry] & self.open)] = FORBIDDEN
        found = cheapest(cost)
        if found is None:
            return None
        seat, head = found[:heads], np.arange(heads)
        entry = self.entry[seat]
        worst, points = self.board.worst[entry, self.heads].min(), self.points[entry, head].sum()
        entry_of = np.zeros(len(self.head_of), np.int64)
        entry_of[self.heads] = entry
        return (int(self.level[head, seat].sum()), -int(worst), -int(points)), tuple(entry_of[self.head_of].tolist())

    def _points(self, units: list[list[int]]) -> Ints:
        """A row an entry, a column a head. Seated as one, a unit counts with its sum. One by one, each of a unit counts
        with the middle of all of them, in whole numbers: so what tears a unit promises no more than it must."""
        points = self.board.points * (1 if self.as_one else lcm(1, *map(len, units)))
        for unit in units:
            points[:, unit] = (points[:, unit].sum(axis=1) // (1 if self.as_one else len(unit)))[:, None]
        found: Ints = points[:, self.heads]
        return found

    def _levels(self, units: list[list[int]]) -> Ints:
        """A row a head, a column a seat."""
        board, guests = self.board, self.board.allowed.shape[1]
        lost, unasked = board.lost.T.copy(), board.unasked.T.copy()
        for unit in units if self.as_one else ():
            lost[unit] = lost[unit].sum(axis=0)
            unasked[unit] = unasked[unit].sum(axis=0) + board.unwilling
        shares = unasked[self.heads][:, self.entry] + (self.spare & board.unwilling[self.entry])[None, :]
        levels: Ints = lost[self.heads][:, self.entry] * (1 + 2 * guests) + shares
        return levels

    def _open(self, units: list[list[int]]) -> Bools:
        """Who may sit where at all: a unit seated as one does not sit on a spare seat, since it takes that one too."""
        alone = np.isin(self.heads, [unit[0] for unit in units] if self.as_one else [])
        found: Bools = ~(alone[:, None] & self.spare[None, :])
        return found
