"""How well does the relay read mail that nobody here wrote? Prints one table of what was measured and what is the goal.

The mails are not part of this repository. Give their folder as an argument or as PENFRIENDS_CORPORA; without it only
what needs no mails is measured, and the table says so.
"""

import argparse
import os
from pathlib import Path

from bench.corpus import any_input, automatic, hostile_headers, kept_text, leaks_left, reports
from bench.corpus.rows import Row

ON_CORPORA = (any_input, kept_text, reports, leaks_left)
ALWAYS = (automatic, hostile_headers)


def main() -> int:
    """0 where every goal is reached, 1 where one is missed, 2 where the mails are not here."""
    options = _options()
    folder: Path = options.corpora
    here = (folder / "replies").is_dir() and (folder / "bounces").is_dir() and (folder / "mail").is_dir()
    misses: list[str] = []
    rows = [row for measure in (ON_CORPORA if here else ()) for row in measure.rows(folder, misses)]
    rows += [row for measure in ALWAYS for row in measure.rows(folder, misses)]
    print(_table(rows))
    if options.misses:
        print("\n".join(["", "Where we differ:", *misses]))
    if not here:
        print(f"\nNot measured: kept text, reports, leaks, broken mails. There are no corpora in {folder}.")
        print("Say where they are: make corpus CORPORA=folder (replies, bounces, mail below it).")
        return 2
    return int(any(row.reached is False for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make corpus", description=__doc__)
    given = os.environ.get("PENFRIENDS_CORPORA", "../shared/corpora")
    parser.add_argument("corpora", nargs="?", type=Path, default=Path(given), help="folder of the corpora")
    parser.add_argument("--misses", action="store_true", help="name every file where we differ")
    return parser.parse_args()


def _table(rows: list[Row]) -> str:
    marks = {True: "reached", False: "MISSED", None: ""}
    lines = [("what", "figure", "goal", "")] + [(r.what, r.figure, r.goal, marks[r.reached]) for r in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    drawn = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([drawn[0], "-" * len(drawn[0]), *drawn[1:]])


if __name__ == "__main__":
    raise SystemExit(main())
