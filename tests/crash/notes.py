"""What came of which schedule? A line each in a file, so that the figures of many runs add up."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.crash import checker
from tests.crash.checker import COUNTED, Verdict


@dataclass(slots=True)
class Line:
    """What came of the schedules of one kind of house."""

    verdicts: list[Verdict] = field(default_factory=list)
    deaths: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def note(path: Path, kind: str, seed: int, verdict: Verdict, *, killed: int, seconds: float) -> None:
    """Write down one schedule."""
    line = {"house": kind, "seed": seed, "killed": killed, "seconds": round(seconds, 1), **asdict(verdict)}
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def noted(paths: Iterable[Path]) -> dict[str, Line]:
    """All that was written down, by the kind of house."""
    lines: dict[str, Line] = {}
    for path in paths:
        for text in path.read_text().splitlines():
            found = json.loads(text)
            line = lines.setdefault(found.pop("house"), Line())
            line.seconds += found.pop("seconds")
            line.deaths["in all"] += found.pop("killed", 0)
            del found["seed"]
            line.verdicts.append(Verdict(**found))
    return lines


def table(lines: dict[str, Line]) -> str:
    """The figures, a line for each kind of house."""
    heads = ["house", "schedules", *(one.replace("_", " ") for one in COUNTED), "killed", "seconds"]
    rows = [heads]
    for kind, line in lines.items():
        rows.append([kind, *map(str, _numbers(line))])
    every = [_numbers(line) for line in lines.values()]
    rows.append(["together", *(str(sum(column)) for column in zip(*every, strict=True))])
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _numbers(line: Line) -> list[int]:
    sums = checker.total(line.verdicts)
    return [len(line.verdicts), *(sums[one] for one in COUNTED), line.deaths.total(), round(line.seconds)]
