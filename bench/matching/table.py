"""Who chooses how well and how fast? The same people and the same possible pairs for everybody, size by size.

First degree and twin of twin never stand in one row. Who needs too long at one size is not tried at the next.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.matching import edges, files, machine, measures, ours, peers
from bench.matching.population import Instance
from bench.matching.runs import Wanted, run, seconds
from bench.matching.telling import markdown

PEER_LIMIT = 60.0
OWN_LIMIT = 120.0
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


Population = Callable[[Case], Instance]

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


def measure(cases: Sequence[Case], work: Path, population_of: Population, *, limit: float = PEER_LIMIT,
            only: Sequence[str] = ()) -> list[Row]:  # fmt: skip
    """Prints each case as soon as it is done; the rows also lie in table.json. `only` names solvers to measure again:
    the others keep what an earlier table found, as long as people and possible pairs are the same."""
    told = machine.told()
    for name, value in told.items():
        print(f"{name}: {value}")
    kept = work / "table.json"
    earlier = json.loads(kept.read_text(encoding="utf-8"))["cases"] if only and kept.exists() else []
    found: list[Row] = []
    for case in cases:
        before = next((one for one in earlier if one["case"] == case.name), {})
        found.append(_case(case, work, population_of, limit, only, before))
        others = [one for one in earlier if one["case"] not in {case["case"] for case in found}]
        kept.write_text(json.dumps({"machine": told, "cases": [*found, *others]}, indent=1), encoding="utf-8")
        print(markdown(found[-1]), flush=True)
    everything = json.loads(kept.read_text(encoding="utf-8"))["cases"]
    (work / "table.md").write_text("\n".join(markdown(one) for one in everything), encoding="utf-8")
    return found


def _case(case: Case, work: Path, population_of: Population, limit: float, only: Sequence[str], before: Row) -> Row:
    where = work / f"{case.people}-{case.degree}-{case.per_town}-{case.seed}"
    made = population_of(case)
    digest = files.write(made, where, {"per_town": case.per_town, "seed": case.seed, "degree": case.degree})[
        "people.csv"
    ]
    possible = ours.possible_pairs(made)
    edges.write(possible, where)
    row = {"case": case.name, "people": case.people, "degree": case.degree, "graph": made.towns.source,
           "towns": len(made.towns.names), "possible": len(possible), "people.csv": digest,
           "pairs": edges.digest(possible)}  # fmt: skip
    same = all(before.get(name) == row[name] for name in ("people.csv", "pairs"))
    known = {one["name"]: one for one in before.get("rows", ())} if same else {}
    row["rows"] = [known.get(one.name) or _measured(where, one, limit) for one in _wanted(case, only, known)]
    if case.people <= KEPT_SOLVERS and OWN[0] in case.solvers:
        row["kept"] = _kept(possible)
    return row


def _wanted(case: Case, only: Sequence[str], known: dict[str, Row]) -> list[Wanted]:
    """Forgets what is to be measured again."""
    for name in list(known):
        if known[name]["solver"] in only:
            del known[name]
    return [one for one in case.solvers if not only or one.solver in only or one.name in known]


def _measured(where: Path, one: Wanted, limit: float) -> Row:
    patient = one.limit == OWN_LIMIT
    row = run(where, one if patient else Wanted(one.solver, one.plain, one.repeat, limit))
    print(f"  {one.name}: {seconds(row)}", flush=True)
    return row


def _kept(possible: edges.Graph) -> dict[str, float]:
    """Pairs that are proposed again after 1 % of the people changed: ours with the points for calm and without."""
    return {
        "ours": measures.kept(possible, lambda graph: ours.solved(graph).mate, calm=measures.CALM),
        "ours, no points for calm": measures.kept(possible, lambda graph: ours.solved(graph).mate, calm=0),
        "greedy": measures.kept(possible, lambda graph: peers.greedy(graph).mate, calm=0),
    }
