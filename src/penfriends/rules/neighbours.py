"""Who could be proposed to whom, as a graph that the loops of the solver walk through.

Vertices are numbered by the mixes of uids, so that neither the order of the rows nor the names of towns can change a
result. Neighbours stand in order: the heaviest first, equal ones by the mix of the pair. The graph of a million people
grows by a few pairs again and again: these are put in where they belong, and nothing is sorted anew.
"""

from dataclasses import dataclass

import numpy as np

from penfriends.rules import compiled
from penfriends.rules.candidates import Edges
from penfriends.rules.crowd import Bits, Column, Crowd, Ints, splitmix
from penfriends.rules.permitted_compiled import loops


@dataclass(frozen=True, slots=True)
class Graph:
    """The neighbours of v are other[starts[v]:starts[v + 1]], each with its weight. `order` is the row of each vertex,
    `vertex` the other way round; `mix` belongs to the vertices."""

    order: Ints
    vertex: Column
    mix: Bits
    starts: Column
    other: Column
    weight: Column

    @classmethod
    def of(cls, edges: Edges, crowd: Crowd) -> "Graph":
        """The graph of those who have anybody."""
        has = np.zeros(len(crowd), dtype=bool)
        has[edges.i] = has[edges.j] = True
        order = _in_order(crowd, np.flatnonzero(has))
        vertex = np.zeros(len(crowd), dtype=np.int32)
        vertex[order] = np.arange(len(order), dtype=np.int32)
        nothing = np.zeros(0, dtype=np.int32)
        empty = cls(order, vertex, crowd.mix[order], np.zeros(len(order) + 1, np.int32), nothing, nothing)
        return empty.grown(edges)

    def __len__(self) -> int:
        return len(self.order)

    def grown(self, edges: Edges) -> "Graph":
        """With more pairs, none of which is there yet."""
        if not len(edges):
            return self
        i, j, value = self.vertex[edges.i], self.vertex[edges.j], edges.weight.astype(np.int32)
        if not compiled.available:
            here, there, value = np.concatenate((i, j)), np.concatenate((j, i)), np.concatenate((value, value))
            return Graph(self.order, self.vertex, self.mix, *self._sorted(here, there, value))
        # made here and not in the loop: numpy asks the system for large pages
        size = len(self.other) + 2 * len(edges)
        near = np.zeros(len(self) + 1, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
        loops().put_in(self.starts, self.other, self.weight, i, j, value, self.mix, *near)
        return Graph(self.order, self.vertex, self.mix, *near)

    def _sorted(self, here: Column, there: Column, value: Column) -> tuple[Column, Column, Column]:
        here = np.concatenate((np.repeat(np.arange(len(self)), np.diff(self.starts)), here))
        there, value = np.concatenate((self.other, there)), np.concatenate((self.weight, value))
        rank = np.lexsort((splitmix(self.mix[here] ^ self.mix[there]), -value, here))
        starts = np.searchsorted(here[rank], np.arange(len(self) + 1)).astype(np.int32)
        return starts, there[rank], value[rank]

    def near(self, v: int) -> tuple[list[int], list[int]]:
        """The neighbours of one, and the weights."""
        of = slice(self.starts[v], self.starts[v + 1])
        return self.other[of].tolist(), self.weight[of].tolist()

    def among(self, some: Column) -> tuple[Ints, Ints, Ints]:
        """The pairs of those whose neighbours are among them too, v < other with their weights, the heaviest first."""
        rows = np.flatnonzero(some)
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = np.cumsum(lengths) - lengths
        place = np.repeat(self.starts[rows] - starts, lengths) + np.arange(int(lengths.sum()))
        v, other, weight = np.repeat(rows, lengths), self.other[place].astype(np.int64), self.weight[place]
        once = v < other
        v, other, weight = v[once], other[once], weight[once].astype(np.int64)
        rank = np.lexsort((splitmix(self.mix[v] ^ self.mix[other]), -weight))
        return v[rank], other[rank], weight[rank]


def _in_order(crowd: Crowd, rows: Ints) -> Ints:
    """Town by town, since who lives in one town bids for the same people and a million do not fit into a cache; but
    towns and people as the mixes of the uids fall, and not by name."""
    town, mix = crowd.people.town[rows], crowd.mix[rows]
    least = np.full(int(town.max(initial=0)) + 1, np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(least, town, mix)
    return rows[np.lexsort((mix, least[town]))].astype(np.int64)
