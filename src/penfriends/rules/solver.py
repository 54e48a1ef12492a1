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

from penfriends.rules import auction, compiled
from penfriends.rules import solver_loops as loops
from penfriends.rules.candidates import Edges, Found
from penfriends.rules.columns import mixes
from penfriends.rules.compiled import run
from penfriends.rules.crowd import Column, Crowd, Ints
from penfriends.rules.neighbours import Graph

EXACT_UP_TO = 2000
AUCTION_STEPS = (100, 40, 12, 4, 1)
"""Bids rise by so much at least, auction by auction. The first ones tell what the lists lack, and each begins just
below the prices of the one before; what the last misses is one step a person at most (measured with 45,000 people:
99.94 % certified, and 99.85 % after 100, 40, 12, 3 in nearly the same time)."""

FINE_UP_TO = 200_000
COARSE_STEPS = (60, 15, 4)
"""More people do with these: 450,000 children are certified to 99.80 % after them, and to 99.81 % after 100, 40, 12, 4,
which takes a walk over all pairs and an auction more."""

EXCHANGE_TURNS = 20
PATH_LIMIT = 300
PATH_TURNS = 3
SURROUNDINGS = 100
SURROUNDINGS_LOOKED_AT = 30
"""How many people around one left alone are solved exactly, and how often at most."""

Weighted = Sequence[tuple[int, int, int]]
"""The smaller first, and the weight."""

Columns = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """`mate[row]` is the partner of a row or −1. `duals`: for every permitted pair duals[i] + duals[j] ≥ 2·weight, none
    negative. So half the sum of the duals is at least the weight of any matching whatever, which a reader can check by
    adding; `edges` are the pairs that were in the lists at the end."""

    mate: Ints
    duals: Ints
    edges: Edges


def solve(found: Found) -> Solution:
    edges, people = [found.edges], len(found.crowd)
    graph = Graph.of(found.edges, found.crowd)
    order, before, price = graph.order, 0, np.zeros(len(graph), dtype=np.int64)
    steps = AUCTION_STEPS if len(graph) <= FINE_UP_TO else COARSE_STEPS
    for step in steps:
        bought, price = held_auction(graph, step, np.maximum(0, price - before))
        gains, before = gains_at(graph, price), step
        if step != steps[-1]:
            edges.append(found.lacking(_spread(price, order, people), _spread(gains, order, people)))
            graph = graph.grown(edges[-1])
    mate, now = _matched(graph, bought, price)
    mates = _spread(np.where(mate >= 0, order[mate], -1), order, people, nothing=-1)
    now, price, gains = (_spread(one, order, people) for one in (now, price, gains))
    return _settled(found, Edges.joined(edges), mates, now, price, gains)


def _settled(found: Found, edges: Edges, mate: Ints, now: Ints, prices: Ints, gains: Ints) -> Solution:
    """Swaps over all permitted pairs until there is none, and the bound over all of them."""
    mate, now = swap_until_settled(found.crowd, mate, now, edges)
    while True:
        seen = found.settled(prices, gains, now)
        if not len(seen.swaps):
            return Solution(mate, prices + seen.gain, edges)
        edges = Edges.joined((edges, seen.swaps))
        mate, now = swap_until_settled(found.crowd, mate, now, edges)


def near(graph: Graph) -> Columns:
    """The graph as the loops take it."""
    columns = graph.starts, graph.other, graph.weight
    return columns if compiled.available else tuple(one.tolist() for one in columns)


def held_auction(graph: Graph, step: int, price: Ints) -> tuple[Ints, Ints]:
    """What each vertex bought (or −1), and the prices at the end, if they begin with these."""
    n = len(graph)
    nobody = np.full(n, -1, dtype=np.int32)
    queue = np.arange(n - 1, -1, -1, dtype=np.int32)
    bought, price = run(
        auction.auction,
        *near(graph),
        step,
        price.astype(np.int32),
        nobody,
        nobody.copy(),
        queue,
        np.zeros(n, np.int32),
    )
    return _ints(bought), _ints(price)


def gains_at(graph: Graph, price: Ints) -> Ints:
    """What each vertex would gain at best at these prices."""
    nothing = np.zeros(len(graph), np.int64)
    return _ints(run(auction.best_gains, *near(graph), price, nothing))


def best_matching(edges: Weighted) -> list[tuple[int, int]]:
    """The exact matching of largest weight, smaller position first. Same edges in the same order, same answer."""
    seen = sorted({n for i, j, _ in edges for n in (i, j)})
    local = {n: at for at, n in enumerate(seen)}
    graph: rustworkx.PyGraph[int, int] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(seen)
    graph.add_edges_from([(local[i], local[j], weight) for i, j, weight in edges])
    pairs = rustworkx.max_weight_matching(graph, max_cardinality=False, weight_fn=int)
    return sorted((min(seen[a], seen[b]), max(seen[a], seen[b])) for a, b in pairs)


def swap_until_settled(crowd: Crowd, mate: Ints, now: Ints, edges: Edges) -> tuple[Ints, Ints]:
    """Put in every pair that weighs more than what its two people have now; repeat until there is none."""
    mate, now = mate.copy(), now.astype(np.int32)
    while True:
        gain = edges.weight - now[edges.i]
        gain -= now[edges.j]
        gain[mate[edges.i] == edges.j] = 0
        if not len(gain) or gain.max() <= 0:
            return mate, _ints(now)
        rows = np.flatnonzero(gain > 0)
        mix = mixes(crowd, edges.i[rows], edges.j[rows])
        for row in rows[np.lexsort((mix, -gain[rows]))].tolist():
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
    root = _ints(run(loops.components, *near(graph)[:2], np.arange(n)))
    size = np.bincount(root, minlength=n)
    in_large = size[root] > EXACT_UP_TO
    mate, now = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.int64)
    if in_large.any():
        mate, now = _from_auction(graph, np.where(in_large, bought, -1), price, in_large)
        mate[~in_large], now[~in_large] = -1, 0  # exchanges reach into small components too
    i, j, value = graph.among(~in_large)
    # two or three people make one pair, whatever else: the first
    few = size[root[i]] <= 3
    first = np.flatnonzero(few)[np.unique(root[i[few]], return_index=True)[1]]
    for one, other in ((i[first], j[first]), (j[first], i[first])):
        mate[one], now[one] = other, value[first]
    by_part = np.flatnonzero(~few)
    by_part = by_part[np.argsort(root[i[by_part]], kind="stable")]
    for part in np.split(by_part, np.flatnonzero(np.diff(root[i[by_part]])) + 1):
        triples = list(zip(i[part].tolist(), j[part].tolist(), value[part].tolist(), strict=True))
        _join(mate, now, best_matching(triples), triples)
    return mate, now


def _from_auction(graph: Graph, bought: Ints, price: Ints, in_large: Column) -> tuple[Ints, Ints]:
    n, columns = len(graph), near(graph)
    nobody = np.full(n, -1, dtype=np.int64)
    mate = _ints(run(loops.rounding, *columns, bought, nobody.copy(), nobody, np.zeros(5 * (n + 2), np.int64)))
    now = _ints(run(loops.weights, *columns, mate, np.zeros(n, np.int64)))
    dual = np.where(in_large, price + gains_at(graph, price), 0)
    touched = np.ones(n, dtype=np.uint8)
    for _ in range(PATH_TURNS):
        mate, now = _pair(run(loops.exchanges, *columns, mate, now, EXCHANGE_TURNS, touched))
        before, zeros = mate, np.zeros((5, n), dtype=np.int64)
        mate, now = _pair(run(loops.augment, *columns, mate.copy(), now, dual, PATH_LIMIT, *zeros))
        touched = _around(columns, mate != before)
        if not touched.any():
            break
    before = mate.copy()
    _reconsider(graph, mate, now, dual)
    return _pair(run(loops.exchanges, *columns, mate, now, EXCHANGE_TURNS, touched | _around(columns, mate != before)))


def _around(columns: Columns, changed: Column) -> Column:
    """1 for those who changed and their neighbours."""
    return np.asarray(run(loops.around, *columns[:2], changed, changed.astype(np.uint8)), dtype=np.uint8)


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


def _join(mate: Ints, now: Ints, pairs: Sequence[tuple[int, int]], edges: Weighted) -> None:
    worth = {(i, j): weight for i, j, weight in edges}
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
