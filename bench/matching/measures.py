"""How good is a choice of pairs, on the file of possible pairs that all solvers got?"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bench.matching.edges import Graph, Ints

BASE, A_DAY, CALM = 1000, 2, 50
CHURN = 0.01


@dataclass(frozen=True, slots=True)
class Quality:
    """`with_choice` have anybody at all; `alone` of them have nobody now. A pair that blocks would rather have each
    other than what both have. `not_pairs` counts people whose partner is none of theirs: it must be 0."""

    weight: int
    pairs: int
    with_choice: int
    alone: int
    mean_score: float
    low_score: float
    worst_score: int
    blocking_pairs: int
    blocking_share: float
    blocking_people: int
    not_pairs: int

    def told(self) -> dict[str, Any]:
        return asdict(self)


def quality(graph: Graph, mate: Ints, waiting: Ints) -> Quality:
    now = graph.weights_of(mate)
    chosen = mate[graph.u] == graph.v
    scores = (graph.w - BASE - A_DAY * (waiting[graph.u] + waiting[graph.v]))[chosen]
    has_choice = np.zeros(graph.people, dtype=bool)
    has_choice[graph.u] = has_choice[graph.v] = True
    blocks = (graph.w > now[graph.u]) & (graph.w > now[graph.v])
    unhappy = np.unique(np.concatenate((graph.u[blocks], graph.v[blocks])))
    taken = np.flatnonzero(mate >= 0)
    return Quality(
        weight=int(graph.w[chosen].sum()),
        pairs=int(chosen.sum()),
        with_choice=int(has_choice.sum()),
        alone=int((has_choice & (mate < 0)).sum()),
        mean_score=round(float(scores.mean()), 1) if len(scores) else 0.0,
        low_score=round(float(np.quantile(scores, 0.05)), 1) if len(scores) else 0.0,
        worst_score=int(scores.min()) if len(scores) else 0,
        blocking_pairs=int(blocks.sum()),
        blocking_share=float(blocks.mean()) if len(graph) else 0.0,
        blocking_people=len(unhappy),
        not_pairs=int((mate[mate[taken]] != taken).sum() + (now[taken] == 0).sum()),
    )


def proven(graph: Graph, duals: Ints) -> float:
    """The bound that duals prove; raises ValueError if they prove none."""
    if (duals < 0).any() or (duals[graph.u] + duals[graph.v] < 2 * graph.w).any():
        raise ValueError("these duals prove nothing")
    return float(duals.sum()) / 2


def kept(graph: Graph, solve: Callable[[Graph], Ints], *, calm: int, seed: int = 1) -> float:
    """The share of pairs that are proposed again when 1 % of the people have gone and as many come."""
    chance = np.random.Generator(np.random.PCG64(seed))
    changing = chance.permutation(graph.people)[: 2 * max(1, int(CHURN * graph.people))]
    come, gone = np.zeros(graph.people, dtype=bool), np.zeros(graph.people, dtype=bool)
    come[changing[::2]], gone[changing[1::2]] = True, True
    before = solve(graph.only(~come[graph.u] & ~come[graph.v]))
    then = graph.only(~gone[graph.u] & ~gone[graph.v])
    pending = before[then.u] == then.v
    after = solve(Graph(then.people, then.u, then.v, then.w + calm * pending))
    again = (before >= 0) & ~gone & ~gone[before]
    return float((after == before)[again].mean())
