"""What is told of a pair that a round has chosen: the points, and who else was possible for either of the two?

Told in the order of the choice, some thousand pairs at a time, because a hundred thousand at once are many megabytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

import numpy as np

from penfriends.rules.bands import Band
from penfriends.rules.candidates import Edges
from penfriends.rules.crowd import WORD, Column, Crowd, Ints
from penfriends.rules.neighbours import Graph
from penfriends.rules.reasons import Reasons
from penfriends.rules.score import Explanation

ALTERNATIVES = 2
REASONS = ("weaker", "taken", "costs_others")
AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Alternative:
    """Somebody else who was possible for `of`, and why not: `weaker` (than the one proposed), `taken` (by somebody
    for whom they weigh more) or `costs_others` (together all others would lose more)."""

    of: UUID
    other: UUID
    weight: int
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pair (`first` has the smaller uid), its explanation in that order, and two alternatives of each."""

    first: UUID
    second: UUID
    band: Band
    turn: int
    weight: int
    explanation: Explanation
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The pairs of one turn as rows of its crowd, with their weights."""

    i: Column
    j: Column
    weight: Column

    def some(self, start: int) -> "Chosen":
        end = start + AT_ONCE
        return Chosen(self.i[start:end], self.j[start:end], self.weight[start:end])


def tell(crowd: Crowd, turn: int, chosen: Chosen, strongest: Edges, mate: Ints) -> Iterator[Proposal]:
    """The chosen pairs with their explanations and those who were possible instead. `strongest`: of everybody one pair
    more than there are alternatives."""
    if not len(chosen.i):
        return
    uids = [UUID(int=high << WORD | low) for high, low in crowd.people.uid.tolist()]
    reasons = Reasons(crowd)
    options = _Options(uids, Graph.of(strongest, crowd), mate)
    for start in range(0, len(chosen.i), AT_ONCE):
        some = chosen.some(start)
        first, second = _by_uid(crowd, some.i, some.j)
        for a, b, weight, explanation, mine, theirs in zip(
            first.tolist(), second.tolist(), some.weight.tolist(), reasons.of(first, second),
            options.of(first, second, some.weight), options.of(second, first, some.weight), strict=True,
        ):  # fmt: skip
            yield Proposal(uids[a], uids[b], crowd.band, turn, weight, explanation, (*mine, *theirs))


def _by_uid(crowd: Crowd, i: Ints, j: Ints) -> tuple[Ints, Ints]:
    one, other = crowd.people.uid[i], crowd.people.uid[j]
    smaller = (one[:, 0] < other[:, 0]) | ((one[:, 0] == other[:, 0]) & (one[:, 1] < other[:, 1]))
    return np.where(smaller, i, j), np.where(smaller, j, i)


class _Options:
    """Who else was possible for somebody."""

    def __init__(self, uids: list[UUID], graph: Graph, mate: Ints) -> None:
        self._uids, self._order, self._mate, self._vertex = uids, graph.order, mate, graph.vertex
        self._starts, self._other, self._weight = graph.starts, graph.other, graph.weight.astype(np.int64)

    def of(self, rows: Ints, partners: Ints, weights: Column) -> Iterator[list[Alternative]]:
        """For each row the two strongest others, and why it was not them."""
        vertex = self._vertex[rows]
        place = self._starts[vertex][:, None] + np.arange(ALTERNATIVES + 1)
        there = place < self._starts[vertex + 1][:, None]
        place = np.where(there, place, 0)
        other, value = self._order[self._other[place]], self._weight[place]
        there &= other != partners[:, None]
        there &= np.cumsum(there, axis=1) <= ALTERNATIVES
        why = np.where(value <= weights[:, None], 0, np.where(self._mate[other] >= 0, 1, 2))
        found = zip(other[there].tolist(), value[there].tolist(), why[there].tolist(), strict=True)
        for row, number in zip(rows.tolist(), there.sum(axis=1).tolist(), strict=True):
            uid = self._uids[row]
            yield [
                Alternative(uid, self._uids[one], weight, REASONS[reason])
                for one, weight, reason in islice(found, number)
            ]
