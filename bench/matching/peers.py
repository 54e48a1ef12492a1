"""How do others choose the pairs? Each gets the same possible pairs and gives everybody's partner (−1: nobody).

What solves the assignment of everybody to everybody (scipy, OR-Tools) gives paths and cycles, not pairs: of these the
best pairs are taken, and half of its sum is a bound that no choice of pairs can pass.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bench.matching.edges import Graph, Ints


@dataclass(frozen=True, slots=True)
class Answer:
    """`bound` is proven by the solver, if it proves any; `duals` as in `rules.solver`, if there are."""

    mate: Ints
    bound: float | None = None
    duals: Ints | None = None


def greedy(graph: Graph) -> Answer:
    """Always the heaviest pair that is left: what "first come, best served" comes to, and the only stable choice."""
    order = np.argsort(-graph.w, kind="stable")
    u, v = graph.u[order], graph.v[order]
    mate = np.full(graph.people, -1, dtype=np.int64)
    best = np.empty(graph.people, dtype=np.int64)
    while len(u):
        place = np.arange(len(u))
        ends = np.stack((u, v), axis=1).ravel()
        best[ends[::-1]] = np.repeat(place, 2)[::-1]  # written last, and so left standing: the first
        each = (best[u] == place) & (best[v] == place)
        mate[u[each]], mate[v[each]] = v[each], u[each]
        left = (mate[u] < 0) & (mate[v] < 0)
        u, v = u[left], v[left]
    return Answer(mate)


def rustworkx_exact(graph: Graph) -> Answer:
    import rustworkx

    made = rustworkx.PyGraph(multigraph=False)
    made.add_nodes_from(range(graph.people))
    made.add_edges_from(list(zip(graph.u.tolist(), graph.v.tolist(), graph.w.tolist(), strict=True)))
    return _exact(graph, rustworkx.max_weight_matching(made, max_cardinality=False, weight_fn=int))


def networkx_exact(graph: Graph) -> Answer:
    import networkx

    made = networkx.Graph()
    made.add_weighted_edges_from(zip(graph.u.tolist(), graph.v.tolist(), graph.w.tolist(), strict=True))
    return _exact(graph, networkx.max_weight_matching(made))


def scipy_dense(graph: Graph) -> Answer:
    """`linear_sum_assignment` on the whole table, which holds people × people numbers."""
    from scipy.optimize import linear_sum_assignment

    table = np.zeros((graph.people, graph.people))
    table[graph.u, graph.v] = table[graph.v, graph.u] = graph.w
    rows, columns = linear_sum_assignment(table, maximize=True)
    taken = table[rows, columns] > 0
    bought = np.full(graph.people, -1, dtype=np.int64)
    bought[rows[taken]] = columns[taken]
    return _rounded(graph, bought)


def scipy_sparse(graph: Graph) -> Answer:
    """`min_weight_full_bipartite_matching` (LAPJVsp). It must place everybody, so each has a place to be alone."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    n, alone = graph.people, float(graph.w.max() + 1) if len(graph) else 1.0
    everybody = np.arange(n)
    rows = np.concatenate((graph.u, graph.v, everybody))
    columns = np.concatenate((graph.v, graph.u, n + everybody))
    costs = np.concatenate((alone - graph.w, alone - graph.w, np.full(n, alone)))
    taken = min_weight_full_bipartite_matching(coo_array((costs, (rows, columns)), shape=(n, 2 * n)).tocsr())
    bought = np.full(n, -1, dtype=np.int64)
    bought[taken[0]] = np.where(taken[1] < n, taken[1], -1)
    return _rounded(graph, bought)


def ortools_flow(graph: Graph) -> Answer:
    """Minimum-cost flow (a scaling push-relabel in C++): everybody's unit flows to somebody or home."""
    from ortools.graph.python import min_cost_flow

    n, flow = graph.people, min_cost_flow.SimpleMinCostFlow()
    everybody, home = np.arange(n), np.full(n, 2 * n)
    pairs = flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate((graph.u, graph.v)),
        n + np.concatenate((graph.v, graph.u)),
        np.ones(2 * len(graph), dtype=np.int64),
        -np.concatenate((graph.w, graph.w)),
    )
    ones, nothing = np.ones(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(n + everybody, home, ones, nothing)
    flow.add_arcs_with_capacity_and_unit_cost(everybody, home, ones, nothing)
    flow.set_nodes_supplies(np.concatenate((everybody, [2 * n])), np.concatenate((ones, [-n])))
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("OR-Tools found no flow")
    taken = flow.flows(pairs) > 0
    bought = np.full(n, -1, dtype=np.int64)
    bought[np.concatenate((graph.u, graph.v))[taken]] = np.concatenate((graph.v, graph.u))[taken]
    return _rounded(graph, bought)


def _exact(graph: Graph, pairs: set[tuple[int, int]]) -> Answer:
    mate = np.full(graph.people, -1, dtype=np.int64)
    for a, b in pairs:
        mate[a], mate[b] = b, a
    return Answer(mate, float(graph.weights_of(mate).sum()) / 2)


def _rounded(graph: Graph, bought: Ints) -> Answer:
    """`bought` forms paths and cycles: the best pairs along each, one after the other."""
    weight = {}
    for u, v, w in zip(graph.u.tolist(), graph.v.tolist(), graph.w.tolist(), strict=True):
        if bought[u] == v or bought[v] == u:
            weight[u, v] = weight[v, u] = w
    to = bought.tolist()
    bound = sum(weight[n, other] for n, other in enumerate(to) if other >= 0) / 2
    is_bought = set(to)
    mate = np.full(graph.people, -1, dtype=np.int64)
    seen: set[int] = set()
    starts = [n for n in range(graph.people) if n not in is_bought] + list(range(graph.people))
    for start in starts:
        way, n = [], start
        while n >= 0 and n not in seen:
            seen.add(n)
            way.append(n)
            n = to[n]
        if len(way) > 1:
            for a, b in _best_pairs(way, weight, closed=n == start):
                mate[a], mate[b] = b, a
    return Answer(mate, bound)


def _best_pairs(way: list[int], weight: Mapping[tuple[int, int], int], *, closed: bool) -> list[tuple[int, int]]:
    """On a cycle: either without the pair that closes it, or with it and without its two people elsewhere."""
    open_ = _along(way, weight)
    if not closed or len(way) == 2:
        return open_[1]
    inner = _along(way[1:-1], weight)
    closing = weight[way[-1], way[0]]
    return [(way[-1], way[0]), *inner[1]] if inner[0] + closing > open_[0] else open_[1]


def _along(way: list[int], weight: Mapping[tuple[int, int], int]) -> tuple[int, list[tuple[int, int]]]:
    """The best pairs of neighbours on a path, by the sums up to each person."""
    sums = [0, 0]
    for a, b in pairwise(way):
        sums.append(max(sums[-1], sums[-2] + weight[a, b]))
    pairs, at = [], len(way)
    while at > 1:
        if sums[at] == sums[at - 1]:
            at -= 1
        else:
            pairs.append((way[at - 2], way[at - 1]))
            at -= 2
    return sums[-1], pairs


PEERS: Mapping[str, Callable[[Graph], Answer]] = {
    "greedy": greedy,
    "rustworkx": rustworkx_exact,
    "networkx": networkx_exact,
    "scipy-dense": scipy_dense,
    "scipy-sparse": scipy_sparse,
    "ortools": ortools_flow,
}
