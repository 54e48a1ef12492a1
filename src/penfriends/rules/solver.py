"""Which pairs, no person twice, have the largest sum of weights?

A component of up to `EXACT_UP_TO` people is solved exactly (blossom algorithm of rustworkx, integer weights). A larger
one by an integer auction in which everybody bids for everybody; who-bought-whom then forms paths and cycles, of which
the best pairs are exact again; exchanges, alternating paths from everybody left alone and an exact look around those
whom only an odd cycle left alone follow. Both end in swaps until no single pair could be put in for the one or two it
would replace, over all permitted pairs and not only those in the lists: that bounds for how long anybody can be
overtaken. Everything happens in an order that is drawn from the uids alone, so neither the order of the rows nor the
names of towns can change a result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import rustworkx

from penfriends.rules import solver_loops as loops
from penfriends.rules.candidates import Edges, Found
from penfriends.rules.compiled import run
from penfriends.rules.crowd import Column, Crowd, Ints

EXACT_UP_TO = 2000
AUCTION_STEPS = (100, 40, 12, 4, 1)
"""Bids rise by so much at least, auction by auction. The first ones tell what the lists lack, and each begins just
below the prices of the one before; what the last misses is one step a person at most (measured with 45,000 people:
99.94 % certified, and 99.85 % after 100, 40, 12, 3 in nearly the same time)."""

EXCHANGE_TURNS = 20
PATH_LIMIT = 300
PATH_TURNS = 3
SURROUNDINGS = 100
SURROUNDINGS_LOOKED_AT = 400
"""How many people around one left alone are solved exactly, and how often at most."""

Weighted = Sequence[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Solution:
    """`mate[row]` is the partner of a row or −1. `duals`: for every permitted pair duals[i] + duals[j] ≥ 2·weight, none
    negative. So half the sum of the duals is at least the weight of any matching whatever, which a reader can check by
    adding; `edges` are the pairs that were in the lists at the end."""

    mate: Ints
    duals: Ints
    edges: Edges


@dataclass(frozen=True, slots=True)
class Graph:
    """Neighbours of everybody, the heaviest first, with vertices numbered by the mixes of uids: as columns or as
    lists, whichever the loops take. The pairs themselves are columns."""

    starts: Sequence[int]
    other: Sequence[int]
    weight: Sequence[int]
    i: Column
    j: Column
    value: Column

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def all_near(self) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
        return self.starts, self.other, self.weight

    def near(self, v: int) -> tuple[list[int], list[int]]:
        """The neighbours of one, and the weights."""
        of = slice(self.starts[v], self.starts[v + 1])
        other, weight = self.other[of], self.weight[of]
        if isinstance(other, np.ndarray) and isinstance(weight, np.ndarray):
            return other.tolist(), weight.tolist()
        return list(other), list(weight)


def solve(found: Found) -> Solution:
    crowd, edges, people = found.crowd, found.edges, len(found.crowd)
    prices, before = np.zeros(people, dtype=np.int64), 0
    for step in AUCTION_STEPS:
        order, graph = graph_of(edges, crowd)
        bought, price = held_auction(graph, step, np.maximum(0, prices[order] - before))
        prices, gains, before = _spread(price, order, people), _spread(gains_at(graph, price), order, people), step
        if step != AUCTION_STEPS[-1]:
            edges = edges.joined(found.lacking(prices, gains).edges)
    mate, now = _matched(graph, bought, price)
    mates = _spread(np.where(mate >= 0, order[mate], -1), order, people, nothing=-1)
    return _settled(found, edges, mates, _spread(now, order, people), prices, gains)


def _settled(found: Found, edges: Edges, mate: Ints, now: Ints, prices: Ints, gains: Ints) -> Solution:
    """Swaps over all permitted pairs until there is none, and the bound over all of them."""
    mate, now = swap_until_settled(mate, now, edges)
    while True:
        seen = found.lacking(prices, gains, now)
        if not len(seen.swaps):
            return Solution(mate, prices + seen.gain, edges)
        edges = edges.joined(seen.swaps)
        mate, now = swap_until_settled(mate, now, edges)


def graph_of(edges: Edges, crowd: Crowd) -> tuple[Ints, Graph]:
    """The graph of those who have anybody, and which row each vertex is."""
    has = np.zeros(len(crowd), dtype=bool)
    has[edges.i] = has[edges.j] = True
    order = _in_order(crowd, np.flatnonzero(has))
    vertex = np.zeros(len(crowd), dtype=np.int32)
    vertex[order] = np.arange(len(order), dtype=np.int32)
    ends = vertex[edges.i], vertex[edges.j]
    # the smaller vertex first: which of two rows is smaller hangs on the names of their towns
    i, j, value = np.minimum(*ends), np.maximum(*ends), edges.weight.astype(np.int32)
    n, two = len(order), np.zeros(2 * len(edges), dtype=np.int32)
    starts, other, weight = run(loops.adjacency, n, i, j, value, np.zeros(n + 1, np.int64), two, two.copy())
    return order, Graph(starts, other, weight, i, j, value)


def _in_order(crowd: Crowd, rows: Ints) -> Ints:
    """Town by town, since who lives in one town bids for the same people and a million do not fit into a cache; but
    towns and people as the mixes of the uids fall, and not by name."""
    town, mix = crowd.people.town[rows], crowd.mix[rows]
    least = np.full(int(town.max(initial=0)) + 1, np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(least, town, mix)
    return rows[np.lexsort((mix, least[town]))].astype(np.int64)


def held_auction(graph: Graph, step: int, price: Ints) -> tuple[Ints, Ints]:
    """What each vertex bought (or −1), and the prices at the end, if they begin with these."""
    n = len(graph)
    nobody = np.full(n, -1, dtype=np.int64)
    queue = np.arange(n - 1, -1, -1, dtype=np.int64)
    bought, price = run(
        loops.auction,
        *graph.all_near,
        step,
        price,
        nobody,
        nobody.copy(),
        queue,
        np.zeros(n, np.int64),
    )
    return _ints(bought), _ints(price)


def gains_at(graph: Graph, price: Ints) -> Ints:
    """What each vertex would gain at best at these prices."""
    nothing = np.zeros(len(graph), np.int64)
    return _ints(run(loops.best_gains, *graph.all_near, price, nothing))


def best_matching(edges: Weighted) -> list[tuple[int, int]]:
    """The exact matching of largest weight, smaller position first. Same edges in the same order, same answer."""
    seen = sorted({n for i, j, _ in edges for n in (i, j)})
    local = {n: at for at, n in enumerate(seen)}
    graph: rustworkx.PyGraph[int, int] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(seen)
    graph.add_edges_from([(local[i], local[j], weight) for i, j, weight in edges])
    pairs = rustworkx.max_weight_matching(graph, max_cardinality=False, weight_fn=int)
    return sorted((min(seen[a], seen[b]), max(seen[a], seen[b])) for a, b in pairs)


def swap_until_settled(mate: Ints, now: Ints, edges: Edges) -> tuple[Ints, Ints]:
    """Put in every pair that weighs more than what its two people have now; repeat until there is none."""
    mate, now = mate.copy(), now.copy()
    while True:
        gain = edges.weight - now[edges.i] - now[edges.j]
        gain[mate[edges.i] == edges.j] = 0
        if not len(gain) or gain.max() <= 0:
            return mate, now
        rows = np.flatnonzero(gain > 0)
        for row in rows[np.lexsort((edges.mix[rows], -gain[rows]))].tolist():
            i, j, weight = int(edges.i[row]), int(edges.j[row]), int(edges.weight[row])
            if mate[i] != j and weight > now[i] + now[j]:
                for old in (mate[i], mate[j]):
                    if old >= 0:
                        mate[old], now[old] = -1, 0
                mate[i], mate[j] = j, i
                now[i] = now[j] = weight


def _matched(graph: Graph, bought: Ints, price: Ints) -> tuple[Ints, Ints]:
    """The pairs: exact in small components, from the auction in large ones."""
    n = len(graph)
    root = _ints(run(loops.components, np.arange(n), graph.i, graph.j))
    size = np.bincount(root, minlength=n)
    in_large = size[root] > EXACT_UP_TO
    mate, now = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.int64)
    if in_large.any():
        mate, now = _from_auction(graph, np.where(in_large, bought, -1), price, in_large)
        mate[~in_large], now[~in_large] = -1, 0  # exchanges reach into small components too
    small = np.flatnonzero(~in_large[graph.i])
    by_part = small[np.argsort(root[graph.i[small]], kind="stable")]
    for part in np.split(by_part, np.flatnonzero(np.diff(root[graph.i[by_part]])) + 1):
        triples = list(zip(graph.i[part].tolist(), graph.j[part].tolist(), graph.value[part].tolist(), strict=True))
        _join(mate, now, best_matching(triples), triples)
    return mate, now


def _from_auction(graph: Graph, bought: Ints, price: Ints, in_large: Column) -> tuple[Ints, Ints]:
    n, near = len(graph), graph.all_near
    nobody = np.full(n, -1, dtype=np.int64)
    mate = _ints(run(loops.rounding, *near, bought, nobody.copy(), nobody, np.zeros(5 * (n + 2), np.int64)))
    now = _weights(graph, mate)
    dual = np.where(in_large, price + gains_at(graph, price), 0)
    touched = np.ones(n, dtype=np.uint8)
    for _ in range(PATH_TURNS):
        mate, now = _pair(run(loops.exchanges, *near, mate, now, EXCHANGE_TURNS, touched))
        before, zeros = mate, np.zeros((5, n), dtype=np.int64)
        mate, now = _pair(run(loops.augment, *near, mate.copy(), now, dual, PATH_LIMIT, *zeros))
        touched = _around(graph, mate != before)
        if not touched.any():
            break
    before = mate.copy()
    _reconsider(graph, mate, now, dual)
    return _pair(run(loops.exchanges, *near, mate, now, EXCHANGE_TURNS, touched | _around(graph, mate != before)))


def _around(graph: Graph, changed: Column) -> Column:
    """1 for those who changed and their neighbours."""
    touched = changed.astype(np.uint8)
    touched[graph.i[changed[graph.j]]] = 1
    touched[graph.j[changed[graph.i]]] = 1
    return touched


def _reconsider(graph: Graph, mate: Ints, now: Ints, dual: Ints) -> None:
    """Solve exactly around those who were left alone although their dual says that something was to be gained."""
    alone = np.flatnonzero((mate < 0) & (dual > 0))
    looked_at: set[int] = set()
    for start in alone[np.argsort(-dual[alone], kind="stable")].tolist()[:SURROUNDINGS_LOOKED_AT]:
        if start in looked_at or mate[start] >= 0:
            continue
        around = _surroundings(graph, start, mate)
        looked_at |= around.keys()
        inside = [(v, o, w) for v in sorted(around) for o, w in zip(*around[v], strict=True) if v < o and o in around]
        members = np.array(list(around))
        mate[members], now[members] = -1, 0
        _join(mate, now, best_matching(inside), inside)


def _surroundings(graph: Graph, start: int, mate: Ints) -> dict[int, tuple[list[int], list[int]]]:
    """Vertices near `start` and their neighbours, breadth first, each with its partner: all others stay as they are."""
    around = {start: graph.near(start)}
    for v in (queue := [start]):
        for other in around[v][0]:
            if len(around) >= SURROUNDINGS:
                return around
            for new in (other, int(mate[other])):
                if new >= 0 and new not in around:
                    around[new] = graph.near(new)
                    queue.append(new)
    return around


def _weights(graph: Graph, mate: Ints) -> Ints:
    now = np.zeros(len(graph), dtype=np.int64)
    chosen = mate[graph.i] == graph.j
    for side in (graph.i, graph.j):
        now[side[chosen]] = graph.value[chosen]
    return now


def _join(mate: Ints, now: Ints, pairs: Sequence[tuple[int, int]], edges: Weighted) -> None:
    worth = {(min(i, j), max(i, j)): weight for i, j, weight in edges}
    for i, j in pairs:
        mate[i], mate[j] = j, i
        now[i] = now[j] = worth[i, j]


def _spread(values: Ints, order: Ints, people: int, nothing: int = 0) -> Ints:
    found = np.full(people, nothing, dtype=np.int64)
    found[order] = values
    return found


def _ints(values: Any) -> Ints:
    return np.asarray(values, dtype=np.int64)


def _pair(values: Any) -> tuple[Ints, Ints]:
    return _ints(values[0]), _ints(values[1])
