"""How long do people wait, and can anybody be overtaken for ever? A year and a half of weekly rounds, week by week.

Every week some people come and a few give up. Of the proposals seven in ten are taken up, and both leave; one in ten is
turned down, and the two are never proposed again; the others are still open at the next round, where they count fifty
points more. Looked at in each round: whoever is left alone although somebody they could have had was given to another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bench.matching import ours, population
from bench.matching.edges import Graph, Ints
from bench.matching.population import Instance

WEEKS, A_WEEK = 78, 7
AT_FIRST, COMING = 4_000, 500
TOWNS = 200
TAKEN_UP, TURNED_DOWN, GIVING_UP = 0.7, 0.1, 0.005
CALM = 50
BASE = 1000


@dataclass(frozen=True, slots=True)
class Policy:
    """`points_a_day` is λ; twins of twins open after `open_after` days, or never."""

    points_a_day: int
    open_after: int = 28
    far: bool = True

    @property
    def name(self) -> str:
        far = "never" if not self.far else "at once" if not self.open_after else f"after {self.open_after} days"
        return f"λ = {self.points_a_day}, twins of twins {far}"


POLICIES = (
    Policy(0), Policy(1), Policy(2), Policy(4), Policy(2, open_after=0), Policy(2, far=False),
)  # fmt: skip


@dataclass(slots=True)
class Diary:
    """What happened: days until taken up, days and scores of those, and how far anybody was overtaken."""

    waits: list[Ints] = field(default_factory=list)
    scores: list[Ints] = field(default_factory=list)
    overtaken: list[Ints] = field(default_factory=list)
    lowest: int = 1000
    highest: int = 0
    broken: int = 0
    given_up: int = 0
    waiting: list[int] = field(default_factory=list)


def simulate(policy: Policy, *, seed: int = 1, weeks: int = WEEKS, at_first: int = AT_FIRST, coming: int = COMING,
             towns: int = TOWNS) -> dict[str, Any]:  # fmt: skip
    everybody = at_first + weeks * coming
    drawn = population.make(everybody, max(1, everybody // towns), seed, 2 if policy.far else 1)
    chance = np.random.Generator(np.random.PCG64(seed + 1000))
    arrival = np.empty(everybody, dtype=np.int64)
    arrival[chance.permutation(everybody)] = np.concatenate(
        (np.zeros(at_first, dtype=np.int64), np.repeat(np.arange(weeks), coming))
    )
    waited = np.where(arrival == 0, drawn.people.waiting, 0).astype(np.int64)
    here = np.zeros(everybody, dtype=bool)
    diary, pending, blocks = Diary(), [], drawn.blocks
    for week in range(weeks):
        here |= arrival == week
        rows = np.flatnonzero(here)
        with ours.tuned(policy.points_a_day, policy.open_after):
            graph, mate = _round(drawn, rows, waited, blocks, pending)
        _write_down(diary, policy, graph, mate, waited[rows], pending, rows)
        pending, refused, left = _answers(graph, mate, rows, chance)
        blocks = np.concatenate((blocks, refused))
        diary.waits.append(waited[left])
        here[left] = False
        gone = np.flatnonzero(here & (chance.random(everybody) < GIVING_UP))
        here[gone] = False
        diary.given_up += len(gone)
        pending = [(a, b) for a, b in pending if here[a] and here[b]]
        arrival[left] = arrival[gone] = -1
        waited[here] += A_WEEK
    return _told(policy, diary)


def _round(
    drawn: Instance, rows: Ints, waited: Ints, blocks: Ints, pending: list[tuple[int, int]]
) -> tuple[Graph, Ints]:
    """In positions of `rows`."""
    at = np.full(len(drawn.people), -1, dtype=np.int64)
    at[rows] = np.arange(len(rows))
    some = replace(drawn.people.rows(rows), waiting=waited[rows].astype(np.int32))
    known = at[blocks]
    return ours.weekly(
        replace(drawn, people=some, blocks=known[(known >= 0).all(axis=1)]), [(at[a], at[b]) for a, b in pending]
    )


def _write_down(
    diary: Diary, policy: Policy, graph: Graph, mate: Ints, waited: Ints, pending: list[tuple[int, int]], rows: Ints
) -> None:
    diary.waiting.append(len(rows))
    if not len(graph):
        return
    at = {int(row): n for n, row in enumerate(rows)}
    calm = {(min(at[a], at[b]), max(at[a], at[b])) for a, b in pending}
    kept = np.array([pair in calm for pair in zip(graph.u.tolist(), graph.v.tolist(), strict=True)])
    scores = graph.w - BASE - policy.points_a_day * (waited[graph.u] + waited[graph.v]) - CALM * kept
    diary.lowest, diary.highest = min(diary.lowest, int(scores.min())), max(diary.highest, int(scores.max()))
    diary.scores.append(scores[mate[graph.u] == graph.v])
    now = graph.weights_of(mate)
    for alone, other in ((graph.u, graph.v), (graph.v, graph.u)):
        some = (mate[alone] < 0) & (mate[other] >= 0)
        diary.broken += int((graph.w[some] > now[other[some]]).sum())
        ahead = waited[alone[some]] - waited[mate[other[some]]]
        diary.overtaken.append(ahead[ahead > 0])
    diary.broken += int(((mate[graph.u] < 0) & (mate[graph.v] < 0)).sum())


def _answers(
    graph: Graph, mate: Ints, rows: Ints, chance: np.random.Generator
) -> tuple[list[tuple[int, int]], Ints, Ints]:
    """Still open, turned down, and everybody who leaves with a friend."""
    chosen = mate[graph.u] == graph.v
    pairs = rows[np.stack((graph.u[chosen], graph.v[chosen]), axis=1)]
    luck = chance.random(len(pairs))
    refused = pairs[(luck >= TAKEN_UP) & (luck < TAKEN_UP + TURNED_DOWN)]
    open_ = pairs[luck >= TAKEN_UP + TURNED_DOWN]
    return [(int(a), int(b)) for a, b in open_], refused, pairs[luck < TAKEN_UP].ravel()


def _told(policy: Policy, diary: Diary) -> dict[str, Any]:
    waits, ahead = np.concatenate(diary.waits), np.concatenate([*diary.overtaken, np.zeros(1, dtype=np.int64)])
    scores = np.concatenate(diary.scores)
    spread = diary.highest - diary.lowest
    bound = (spread + CALM) / policy.points_a_day if policy.points_a_day else None
    return {
        "policy": policy.name,
        "points_a_day": policy.points_a_day,
        "taken_up": len(waits) // 2,
        "given_up": diary.given_up,
        "still_waiting": diary.waiting[-1],
        "wait": {name: float(np.quantile(waits, at)) for name, at in _QUANTILES.items()}
        | {"mean": float(waits.mean())},
        "score": float(scores.mean()),
        "overtaken": {name: float(np.quantile(ahead, at)) for name, at in _QUANTILES.items()},
        "bound": bound,
        "spread": spread,
        "broken": diary.broken,
        "histogram": np.bincount(np.minimum(waits, 371) // A_WEEK, minlength=54).tolist(),
    }


_QUANTILES: Mapping[str, float] = {"median": 0.5, "p90": 0.9, "p99": 0.99, "worst": 1.0}
