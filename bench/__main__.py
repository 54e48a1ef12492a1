"""Measures the matching: python -m bench make | run | check | fill. `make bench-match` prints the whole table.

Everybody measured is invented, and drawn from a seed. What the figures are and which command made each of them is told
in docs/matching-figures.md.
"""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

from bench.matching import files, population
from bench.matching.check import BUDGET, check_file


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
    check = kinds.add_parser("check", help="hold an answer against the rules, without our code")
    check.add_argument("folder", type=Path)
    check.add_argument("answer", type=Path)
    check.add_argument("--budget", type=int, default=BUDGET, help="how many pairs a bound is held against at most")
    check.set_defaults(does=_check)
    return parser.parse_args()


def _about_people(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--per-town", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--degree", type=int, choices=(1, 2), default=2, help="2: also twins of twins")
    parser.add_argument("--towns", type=Path, default=None, help="a folder with real lists of twin towns")
    parser.add_argument("--graph", choices=("invented", "wikidata", "konect"), default="invented")


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
    made = population.make(
        asked.people, asked.per_town, asked.seed, asked.degree, folder=_folder(asked), graph=asked.graph,
        today=now.date(),
    )  # fmt: skip

    async def whole() -> None:
        engine = make_engine(asked.database)
        await fill(engine, made, now=now)
        await engine.dispose()

    start = time.perf_counter()
    asyncio.run(whole())
    print(f"{asked.people} people in {len(made.towns.names)} towns, {time.perf_counter() - start:.1f} s")


def _check(asked: argparse.Namespace) -> None:
    sys.exit(0 if check_file(asked.folder, asked.answer, asked.budget) else 1)


if __name__ == "__main__":
    main()
