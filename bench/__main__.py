"""Measures the matching: python -m bench make | run | check | fill | house. `make bench-match` prints the whole table.

Everybody measured is invented, and drawn from a seed. What the figures are and which command made each of them is told
in docs/matching-figures.md.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path

from bench.matching import edges, files, ours, population, work, worlds
from bench.matching.check import BUDGET, check_file
from bench.matching.runs import Wanted, run
from bench.matching.table import HUGE, PEER_LIMIT, USUAL, Case, measure, usual_for

GRAPHS = ("invented", "wikidata", "konect")


def main() -> None:
    asked = _asked()
    asked.does(asked)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    kinds = parser.add_subparsers(required=True)
    make = kinds.add_parser("make", help="draw people, links and blocks into a folder")
    _about_people(make)
    make.add_argument("-o", dest="folder", type=Path, required=True)
    make.set_defaults(does=_make)
    fill = kinds.add_parser("fill", help="draw people into a fresh database; ages are those of today")
    _about_people(fill)
    fill.add_argument("--database", required=True, help="sqlite+aiosqlite:///file or postgresql+asyncpg://…")
    fill.set_defaults(does=_fill)
    house = kinds.add_parser("house", help="the weekly round, from people in a database to proposals in it")
    _about_people(house)
    house.add_argument(
        "--database", default="both", help="sqlite, postgresql, both (fresh ones), or one that is filled"
    )
    house.add_argument("--repeat", type=int, default=3)
    house.set_defaults(does=_house)
    check = kinds.add_parser("check", help="hold an answer against the rules, without our code")
    check.add_argument("folder", type=Path)
    check.add_argument("answer", type=Path)
    check.add_argument("--budget", type=int, default=BUDGET, help="how many pairs a bound is held against at most")
    check.set_defaults(does=_check)
    run = kinds.add_parser("run", help="let a solver choose, in a process of its own, and keep its answer")
    run.add_argument("folder", type=Path)
    run.add_argument("--solver", choices=work.KNOWN, default=work.ROUND)
    run.add_argument("--plain", action="store_true", help="without numba")
    run.add_argument("--repeat", type=int, default=5)
    run.add_argument("--limit", type=float, default=600, help="seconds")
    run.add_argument("-o", dest="answer", type=Path, required=True)
    run.set_defaults(does=_run)
    table = kinds.add_parser("table", help="everybody on the same possible pairs, size by size")
    table.add_argument("--all", action="store_true", help="also a million people")
    table.add_argument("--huge", action="store_true", help="only a million people")
    table.add_argument("--people", type=int, nargs="+", default=(), help="only these sizes, with the next four")
    table.add_argument("--per-town", type=int, default=50)
    table.add_argument("--seed", type=int, default=1)
    table.add_argument("--degree", type=int, choices=(1, 2), default=2)
    table.add_argument("--limit", type=float, default=PEER_LIMIT, help="seconds for each peer")
    table.add_argument("--towns", type=Path, default=None, help="a folder with real lists of twin towns")
    table.add_argument("--graph", choices=GRAPHS, default="invented")
    table.add_argument("--only", nargs="+", default=(), choices=work.KNOWN, help="measure these anew, keep the others")
    table.add_argument("-o", dest="folder", type=Path, default=Path("build/bench-match"))
    table.set_defaults(does=_table)
    weeks = kinds.add_parser("weeks", help="78 weekly rounds under several rules of waiting")
    weeks.add_argument("--weeks", type=int, default=78)
    weeks.add_argument("--seed", type=int, default=1)
    weeks.add_argument("-o", dest="folder", type=Path, default=Path("build/bench-match"))
    weeks.set_defaults(does=_weeks)
    many = kinds.add_parser("worlds", help="many small worlds: no rule broken, both engines and any order the same")
    many.add_argument("--number", type=int, default=2000)
    many.add_argument("--first", type=int, default=0)
    many.set_defaults(does=lambda asked: worlds.main(asked.number, asked.first))
    plots = kinds.add_parser("plots", help="the pictures of what table and weeks have found")
    plots.add_argument("folder", type=Path, nargs="?", default=Path("build/bench-match"))
    plots.add_argument("pictures", type=Path, nargs="?", default=Path("docs/pictures"))
    plots.set_defaults(does=_plots)
    return parser.parse_args()


def _about_people(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--per-town", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--degree", type=int, choices=(1, 2), default=2, help="2: also twins of twins")
    parser.add_argument("--towns", type=Path, default=None, help="a folder with real lists of twin towns")
    parser.add_argument("--graph", choices=GRAPHS, default="invented")


def _folder(asked: argparse.Namespace) -> Path | None:
    """Where the real lists lie, if they are wanted."""
    if asked.graph == "invented":
        return None
    known = asked.towns or (
        Path(os.environ["PENFRIENDS_CORPORA"]) / "towns" if "PENFRIENDS_CORPORA" in os.environ else None
    )
    if known is None or not known.is_dir():
        raise SystemExit("Where are the lists of twin towns? Say --towns FOLDER, or set PENFRIENDS_CORPORA.")
    return known


def _make(asked: argparse.Namespace) -> None:
    made = population.make(
        asked.people, asked.per_town, asked.seed, asked.degree, folder=_folder(asked), graph=asked.graph
    )
    about = {"per_town": asked.per_town, "seed": asked.seed, "degree": asked.degree}
    for name, digest in files.write(made, asked.folder, about).items():
        print(f"{digest}  {name}")


def _fill(asked: argparse.Namespace) -> None:
    from bench.matching.fill import fill
    from penfriends.clock import utc_now
    from penfriends.db import make_engine

    now = utc_now()
    made = _drawn(asked, now)

    async def whole() -> None:
        engine = make_engine(asked.database)
        await fill(engine, made, now=now)
        await engine.dispose()

    start = time.perf_counter()
    asyncio.run(whole())
    print(f"{asked.people} people in {len(made.towns.names)} towns, {time.perf_counter() - start:.1f} s")


def _house(asked: argparse.Namespace) -> None:
    from bench.matching import databases, house
    from penfriends.clock import utc_now

    if "://" in asked.database:
        print(house.HEAD, house.told(asked.database.split(":")[0], house.run(asked.database, asked.repeat)), sep="\n")
        return
    now = utc_now()
    made = _drawn(asked, now)
    print(house.HEAD, flush=True)
    for kind in databases.KINDS if asked.database == "both" else (asked.database,):
        print(house.measure(kind, made, now=now, repeat=asked.repeat), flush=True)


def _drawn(asked: argparse.Namespace, now: datetime) -> population.Instance:
    """People whose ages are those of today."""
    return population.make(
        asked.people, asked.per_town, asked.seed, asked.degree, folder=_folder(asked), graph=asked.graph,
        today=now.date(),
    )  # fmt: skip


def _check(asked: argparse.Namespace) -> None:
    sys.exit(0 if check_file(asked.folder, asked.answer, asked.budget) else 1)


def _run(asked: argparse.Namespace) -> None:
    if asked.solver not in (work.ROUND, *work.SEARCHES) and not (asked.folder / "edges.npy").exists():
        edges.write(ours.possible_pairs(files.read(asked.folder)), asked.folder)
    wanted = Wanted(asked.solver, asked.plain, asked.repeat, asked.limit)
    print(json.dumps(run(asked.folder, wanted, asked.answer), indent=1))


def _table(asked: argparse.Namespace) -> None:
    cases = HUGE if asked.huge else (*USUAL, *HUGE) if asked.all else USUAL
    if asked.people:
        cases = tuple(usual_for(people, asked.degree, asked.per_town, asked.seed) for people in asked.people)
    asked.folder.mkdir(parents=True, exist_ok=True)
    where = _folder(asked)

    def drawn(case: Case) -> population.Instance:
        return population.make(case.people, case.per_town, case.seed, case.degree, folder=where, graph=asked.graph)

    measure(cases, asked.folder, drawn, limit=asked.limit, only=asked.only)


def _weeks(asked: argparse.Namespace) -> None:
    from bench.matching import simulate

    asked.folder.mkdir(parents=True, exist_ok=True)
    found = []
    for policy in simulate.POLICIES:
        found.append(simulate.simulate(policy, seed=asked.seed, weeks=asked.weeks))
        print(json.dumps({name: value for name, value in found[-1].items() if name != "histogram"}), flush=True)
        (asked.folder / "weeks.json").write_text(json.dumps(found, indent=1), encoding="utf-8")


def _plots(asked: argparse.Namespace) -> None:
    from bench.matching.plots import draw

    draw(asked.folder, asked.pictures)


if __name__ == "__main__":
    main()
