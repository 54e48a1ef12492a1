"""Which pairs, no person twice, have the largest sum of weights?

A component of up to `EXACT_UP_TO` people is solved exactly (blossom algorithm of rustworkx, integer weights). A larger
one by an integer auction in which everybody bids for everybody; who-bought-whom then forms paths and cycles, of which
the best matching is exact again, and so is a second look around everybody left alone. Both end in swaps until no single
pair can be put in for the one or two it would replace, which bounds for how long anybody can be overtaken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import rustworkx

from penfriends.rules.candidates import Edges, strongest
from penfriends.rules.columns import Ints

EXACT_UP_TO = 2000
AUCTION_STEP = 4
AUCTIONS = 3
SURROUNDINGS = 300
Weighted = Sequence[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Solution:
    """`mate[n]` is the partner of n or −1. `duals`: for every edge duals[i] + duals[j] ≥ 2·weight, none negative.

    So half the sum of the duals is at least the weight of any matching whatever, which a reader can check by adding.
    """

    mate: Ints
    duals: Ints


def solve(edges: Edges, people: int) -> Solution:
    kept, bought, prices = _priced(edges, people)
    triples = _triples(kept)
    mate = [-1] * people
    for part in _components(triples, people):
        members = sorted({n for i, j, _ in part for n in (i, j)})
        if len(members) <= EXACT_UP_TO:
            _join(mate, best_matching(part))
        else:
            _join(mate, best_matching(_bought_only(part, bought)))
            _reconsider(mate, members, _neighbours(part, people))
    settled = swap_until_settled(np.array(mate, dtype=np.int64), edges)
    return Solution(settled, _duals(edges, prices))


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


def _priced(edges: Edges, people: int) -> tuple[Edges, list[int], Ints]:
    """The edges worth looking at, and an auction of them.

    Short lists lose people whom everybody's best 16 leave out (measured: 1 % of the weight). So what the prices show
    to be missing is added and the auction held again; after that hardly anything is missing.
    """
    rows = strongest(edges, people)
    for again in range(AUCTIONS, 0, -1):
        kept = edges.only(rows)
        bought, listed = auction(_neighbours(_triples(kept), people))
        prices = np.array(listed, dtype=np.int64)
        duals = _duals(kept, prices)
        missing = np.flatnonzero(2 * edges.weight > duals[edges.i] + duals[edges.j])
        if again == 1 or not len(missing):
            break
        lacking = edges.only(missing)
        net = Edges(lacking.i, lacking.j, lacking.weight - prices[lacking.i] - prices[lacking.j], lacking.mix)
        rows = np.union1d(rows, missing[strongest(net, people)])
    return kept, bought, prices


def _reconsider(mate: list[int], members: Sequence[int], neighbours: Sequence[Sequence[tuple[int, int]]]) -> None:
    """Solve exactly around each person who was left alone (an odd cycle leaves one): a few hundred people at a time."""
    looked_at: set[int] = set()
    for alone in members:
        if mate[alone] >= 0 or alone in looked_at:
            continue
        around = _surroundings(alone, mate, neighbours)
        looked_at |= around.keys()
        inside = [(n, o, w) for n in sorted(around) for w, o in neighbours[n] if n < o and o in around]
        for n in around:
            mate[n] = -1
        _join(mate, best_matching(inside))


def _surroundings(start: int, mate: Sequence[int], neighbours: Sequence[Sequence[tuple[int, int]]]) -> dict[int, None]:
    """People near `start`, breadth first, each with their partner, so that all others stay as they are."""
    around = {start: None}
    for n in (queue := [start]):
        for _, other in neighbours[n]:
            if len(around) >= SURROUNDINGS:
                return around
            for new in (other, mate[other]):
                if new >= 0 and new not in around:
                    around[new] = None
                    queue.append(new)
    return around


def _join(mate: list[int], pairs: Sequence[tuple[int, int]]) -> None:
    for i, j in pairs:
        mate[i], mate[j] = j, i


def _duals(edges: Edges, prices: Ints) -> Ints:
    """Price plus the best gain left at these prices, over all edges and not only the strongest."""
    gains = np.zeros(len(prices), dtype=np.int64)
    np.maximum.at(gains, edges.i, edges.weight - prices[edges.j])
    np.maximum.at(gains, edges.j, edges.weight - prices[edges.i])
    return prices + gains


def _triples(edges: Edges) -> list[tuple[int, int, int]]:
    return list(zip(edges.i.tolist(), edges.j.tolist(), edges.weight.tolist(), strict=True))


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
