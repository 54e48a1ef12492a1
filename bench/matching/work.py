"""What does a measured process do? A solver on the file of possible pairs, our whole round, or candidates in SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.matching import edges, files, measures, ours, peers
from bench.matching.measures import Quality

OURS, ROUND, CANDIDATES = "ours", "round", "candidates"
SQL = ("sqlite", "postgresql")
SEARCHES = (CANDIDATES, *SQL)
KNOWN = (ROUND, OURS, *SEARCHES, *peers.PEERS)
IMPORTED = {
    "rustworkx": "rustworkx",
    "networkx": "networkx",
    "scipy-dense": "scipy.optimize",
    "scipy-sparse": "scipy.sparse.csgraph",
    "ortools": "ortools.graph.python.min_cost_flow",
}


@dataclass(frozen=True, slots=True)
class Task:
    """`run` is what is measured, `tell` what is said about its result, `answer` what the checker gets."""

    run: Callable[[], Any]
    tell: Callable[[Any], dict[str, Any]]
    answer: Callable[[Any], dict[str, Any]]


def prepare(solver: str, *, plain: bool) -> None:
    """Import what the solver needs; `plain` leaves numba out."""
    if name := IMPORTED.get(solver):
        __import__(name)
    if plain:
        ours.without_numba()


def task(solver: str, folder: Path) -> Task:
    instance = files.read(folder)
    if solver == ROUND:
        return _round(ours.Prepared(instance))
    if solver == CANDIDATES:
        return _candidates(ours.Prepared(instance).permitted)
    if solver in SQL:
        from bench.matching import sql  # only here: a server is started for it

        return _candidates({"sqlite": sql.Sqlite, "postgresql": sql.Postgresql}[solver](instance).run)
    graph = edges.read(folder, len(instance.people))
    solve = ours.solved if solver == OURS else peers.PEERS[solver]
    waiting = instance.people.waiting.astype(np.int64)
    return Task(
        run=lambda: solve(graph),
        tell=lambda found: _told(graph, found, waiting),
        answer=lambda found: _answer(graph, found),
    )


def _candidates(run: Callable[[], tuple[int, int]]) -> Task:
    return Task(
        run=run, tell=lambda found: {"permitted": found[0], "kept": found[1]}, answer=lambda _found: {"pairs": []}
    )


def _round(prepared: ours.Prepared) -> Task:
    return Task(run=prepared.run, tell=prepared.tell, answer=prepared.answer)


def _told(graph: edges.Graph, found: peers.Answer, waiting: np.ndarray) -> dict[str, Any]:
    good: Quality = measures.quality(graph, found.mate, waiting)
    bound = found.bound if found.duals is None else measures.proven(graph, found.duals)
    return {**good.told(), "bound": bound}


def _answer(graph: edges.Graph, found: peers.Answer) -> dict[str, Any]:
    chosen = found.mate[graph.u] == graph.v
    rows = np.stack((graph.u, graph.v, graph.w), axis=1)[chosen]
    return {"pairs": rows.tolist(), "capacity": 1}
