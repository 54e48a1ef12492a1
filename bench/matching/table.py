"""Who chooses how well and how fast? The same people and the same possible pairs for everybody, size by size.

First degree and twin of twin never stand in one row. Who needs too long at one size is not tried at the next.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.matching import edges, files, machine, measures, ours, peers, population
from bench.matching.runs import Wanted, run, seconds
from bench.matching.telling import markdown

PEER_LIMIT = 60.0
OWN_LIMIT = 400.0
OWN = (Wanted("ours", limit=OWN_LIMIT), Wanted("ours", plain=True, limit=OWN_LIMIT))
WHOLE = (Wanted("round", limit=OWN_LIMIT), Wanted("round", plain=True, limit=OWN_LIMIT))
SEARCH = (
    Wanted("candidates", limit=OWN_LIMIT),
    Wanted("candidates", plain=True, limit=OWN_LIMIT),
    Wanted("sqlite"),
    Wanted("postgresql"),
)
GREEDY, FLOW, SPARSE, EXACT = (Wanted(name) for name in ("greedy", "ortools", "scipy-sparse", "rustworkx"))
SLOW = (Wanted("networkx"), Wanted("scipy-dense"))
KEPT_SOLVERS = 20_000
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One population, and who is tried on it."""

    people: int
    degree: int
    solvers: Sequence[Wanted]
    per_town: int = 50
    seed: int = 1

    @property
    def name(self) -> str:
        far = "first degree" if self.degree == 1 else "twin of twin"
        return f"{self.people:,} people, {self.per_town} a town, {far}, seed {self.seed}"


USUAL = (
    Case(1_000, 2, (*OWN, GREEDY, EXACT, FLOW, SPARSE, *SLOW, *WHOLE)),
    Case(10_000, 1, SEARCH),
    Case(10_000, 2, (*OWN, GREEDY, EXACT, FLOW, SPARSE, Wanted("networkx"), *WHOLE)),
    Case(100_000, 1, (OWN[0], GREEDY, FLOW, SPARSE, WHOLE[0], *SEARCH[:1], *SEARCH[2:])),
    Case(100_000, 2, (OWN[0], GREEDY, FLOW, SPARSE, *WHOLE)),
)
HUGE = (
    Case(1_000_000, 1, (OWN[0], GREEDY, FLOW, WHOLE[0])),
    Case(1_000_000, 2, (OWN[0], GREEDY, FLOW, WHOLE[0])),
)


def usual_for(people: int, degree: int, per_town: int, seed: int) -> Case:
    """One population of your own, with those who can be expected to end in time."""
    quick = (*OWN, *WHOLE) if people <= 20_000 else (OWN[0], WHOLE[0])
    exact = (EXACT,) if people <= 10_000 else ()
    sparse = (SPARSE,) if people <= 100_000 else ()
    return Case(people, degree, (*quick, GREEDY, FLOW, *sparse, *exact), per_town, seed)


def measure(cases: Sequence[Case], work: Path, *, folder: Path | None = None, graph: str = "invented",
            limit: float = PEER_LIMIT) -> list[Row]:  # fmt: skip
    """Prints each case as soon as it is done; the rows also lie in table.json."""
    told = machine.told()
    for name, value in told.items():
        print(f"{name}: {value}")
    found: list[Row] = []
    for case in cases:
        found.append(_case(case, work, folder, graph, limit))
        (work / "table.json").write_text(json.dumps({"machine": told, "cases": found}, indent=1), encoding="utf-8")
        (work / "table.md").write_text("\n".join(markdown(one) for one in found), encoding="utf-8")
        print(markdown(found[-1]), flush=True)
    return found


def _case(case: Case, work: Path, folder: Path | None, graph: str, limit: float) -> Row:
    where = work / f"{case.people}-{case.degree}-{case.per_town}-{case.seed}-{graph}"
    begun = time.perf_counter()
    made = population.make(case.people, case.per_town, case.seed, case.degree, folder=folder, graph=graph)
    about = {"per_town": case.per_town, "seed": case.seed, "degree": case.degree}
    digests = files.write(made, where, about)
    possible = ours.possible_pairs(made)
    edges.write(possible, where)
    drawn = time.perf_counter() - begun
    rows = []
    for one in case.solvers:
        wanted = one if one in (*OWN, *WHOLE, *SEARCH[:2]) else Wanted(one.solver, one.plain, one.repeat, limit)
        rows.append(run(where, wanted))
        print(f"  {wanted.name}: {seconds(rows[-1])}", flush=True)
    row = {"case": case.name, "people": case.people, "degree": case.degree, "graph": made.towns.source,
           "towns": len(made.towns.names), "possible": len(possible), "drawn": drawn, "rows": rows,
           "people.csv": digests["people.csv"]}  # fmt: skip
    if case.people <= KEPT_SOLVERS and OWN[0] in case.solvers:
        row["kept"] = _kept(possible)
    return row


def _kept(possible: edges.Graph) -> dict[str, float]:
    """Pairs that are proposed again after 1 % of the people changed: ours with the points for calm and without."""
    return {
        "ours": measures.kept(possible, lambda graph: ours.solved(graph).mate, calm=measures.CALM),
        "ours, no points for calm": measures.kept(possible, lambda graph: ours.solved(graph).mate, calm=0),
        "greedy": measures.kept(possible, lambda graph: peers.greedy(graph).mate, calm=0),
    }
