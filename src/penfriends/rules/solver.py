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
from penfriends.rules.crowd import Column, Ints

EXACT_UP_TO = 2000
AUCTION_STEPS = (64, 32, 4)
"""Bids rise by so much at least, auction by auction. The first two only tell what the lists lack, so they may be rough;
what an auction misses is one step a person at most (measured with 55,000 people: 99.78 % certified, and 99.81 % with
steps of 4 throughout, in twice the time)."""

EXCHANGE_TURNS = 20
PATH_LIMIT = 300
PATH_TURNS = 3
SURROUNDINGS = 300
SURROUNDINGS_LOOKED_AT = 400
"""How many people around one left alone are solved exactly, and how often at most."""

WIDEST_RANK = 1 << 16
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
    """Neighbours of everybody, the heaviest first, with vertices numbered by the mix of their uids."""

    starts: Column
    other: Column
    weight: Column
    i: Column
    j: Column
    value: Column

    def __len__(self) -> int:
        return len(self.starts) - 1


def solve(found: Found) -> Solution:
    crowd, edges, people = found.crowd, found.edges, len(found.crowd)
    for step in AUCTION_STEPS:
        order, graph = graph_of(edges, crowd.mix)
        bought, price = held_auction(graph, step)
        prices, gains = _spread(price, order, people), _spread(gains_at(graph, price), order, people)
        if step != AUCTION_STEPS[-1]:
            edges = edges.joined(found.lacking(prices, gains).edges, people)
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
        edges = edges.joined(seen.swaps, len(mate))
        mate, now = swap_until_settled(mate, now, edges)


def graph_of(edges: Edges, mix: Column) -> tuple[Ints, Graph]:
    """The graph of those who have anybody, and which row each vertex is."""
    rows = np.unique(np.concatenate((edges.i, edges.j)))
    order = rows[np.argsort(mix[rows], kind="stable")].astype(np.int64)
    vertex = np.zeros(len(mix), dtype=np.int32)
    vertex[order] = np.arange(len(order), dtype=np.int32)
    rank = ranked(edges)
    i, j, value = vertex[edges.i[rank]], vertex[edges.j[rank]], edges.weight[rank].astype(np.int32)
    n, two = len(order), np.zeros(2 * len(rank), dtype=np.int32)
    starts, other, weight = run(loops.adjacency, n, i, j, value, np.zeros(n + 1, np.int64), two, two.copy())
    return order, Graph(_ints(starts), np.asarray(other, np.int32), np.asarray(weight, np.int32), i, j, value)


def ranked(edges: Edges) -> Column:
    """The edges from the heaviest on; equal ones by their mix."""
    below = edges.weight.max(initial=0) - edges.weight.astype(np.int64)
    if below.max(initial=0) >= WIDEST_RANK:
        return np.lexsort((edges.mix, below))
    return np.argsort((below.astype(np.uint64) << np.uint64(48)) | (edges.mix >> np.uint64(16)), kind="stable")


def held_auction(graph: Graph, step: int) -> tuple[Ints, Ints]:
    """What each vertex bought (or −1), and the prices at the end."""
    n = len(graph)
    nobody = np.full(n, -1, dtype=np.int64)
    queue = np.arange(n - 1, -1, -1, dtype=np.int64)
    bought, price = run(
        loops.auction,
        graph.starts,
        graph.other,
        graph.weight,
        step,
        np.zeros(n, np.int64),
        nobody,
        nobody.copy(),
        queue,
    )
    return _ints(bought), _ints(price)


def gains_at(graph: Graph, price: Ints) -> Ints:
    """What each vertex would gain at best at these prices."""
    if not len(graph):
        return np.zeros(0, dtype=np.int64)
    left = graph.weight - price[graph.other]
    best: Ints = np.maximum(0, np.maximum.reduceat(left, graph.starts[:-1]))
    return best


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
    n, near = len(graph), (graph.starts, graph.other, graph.weight)
    nobody = np.full(n, -1, dtype=np.int64)
    mate = _ints(run(loops.rounding, *near, bought, nobody.copy(), nobody, np.zeros(5 * (n + 2), np.int64)))
    now = _weights(graph, mate)
    dual = np.where(in_large, price + gains_at(graph, price), 0)
    everybody = np.ones(n, dtype=np.uint8)
    for _ in range(PATH_TURNS):
        mate, now = _pair(run(loops.exchanges, *near, mate, now, EXCHANGE_TURNS, everybody.copy()))
        before = int(now.sum())
        zeros = np.zeros((5, n), dtype=np.int64)
        mate, now = _pair(run(loops.augment, *near, mate, now, dual, PATH_LIMIT, *zeros))
        if int(now.sum()) == before:
            break
    _reconsider(graph, mate, now, dual)
    return _pair(run(loops.exchanges, *near, mate, now, EXCHANGE_TURNS, everybody))


def _reconsider(graph: Graph, mate: Ints, now: Ints, dual: Ints) -> None:
    """Solve exactly around those who were left alone although their dual says that something was to be gained."""
    alone = np.flatnonzero((mate < 0) & (dual > 0))
    looked_at: set[int] = set()
    for start in alone[np.argsort(-dual[alone], kind="stable")].tolist()[:SURROUNDINGS_LOOKED_AT]:
        if start in looked_at or mate[start] >= 0:
            continue
        around = _surroundings(graph, start, mate)
        looked_at |= around.keys()
        inside = [
            (v, o, w) for v in sorted(around) for o, w in zip(*_near(graph, v), strict=True) if v < o and o in around
        ]
        members = np.array(list(around))
        mate[members], now[members] = -1, 0
        _join(mate, now, best_matching(inside), inside)


def _surroundings(graph: Graph, start: int, mate: Ints) -> dict[int, None]:
    """Vertices near `start`, breadth first, each with its partner, so that all others stay as they are."""
    around = {start: None}
    for v in (queue := [start]):
        for other in _near(graph, v)[0]:
            if len(around) >= SURROUNDINGS:
                return around
            for new in (other, int(mate[other])):
                if new >= 0 and new not in around:
                    around[new] = None
                    queue.append(new)
    return around


def _near(graph: Graph, v: int) -> tuple[list[int], list[int]]:
    of = slice(graph.starts[v], graph.starts[v + 1])
    return graph.other[of].tolist(), graph.weight[of].tolist()


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
