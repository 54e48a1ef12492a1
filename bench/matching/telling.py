"""How do the measured rows read as a table? Made for docs/matching-figures.md; everybody in it is invented."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.matching.runs import seconds, short

Row = Mapping[str, Any]
SEARCHES = ("candidates", "sqlite", "postgresql")
EXACT = ("rustworkx", "networkx")
HEAD = (
    "solver", "processor s: median (least)", "clock s: least", "first call, imports", "MB", "of the bound",
    "of the optimum", "nobody", "score: mean, 5 %, least", "pairs that block", "people in them",
)  # fmt: skip


def markdown(case: Row) -> str:
    lines = [f"### {case['case']}", "", f"Synthetic people, {case['graph']} graph of {case['towns']:,} towns, "
             f"{case['possible']:,} possible pairs.", ""]  # fmt: skip
    chosen = [row for row in case["rows"] if row["solver"] not in SEARCHES]
    if chosen:
        bound, optimum = _bound(chosen), _optimum(chosen)
        lines += [_joined(HEAD), _joined(["---"] * len(HEAD))]
        lines += [_joined(_cells(row, bound, optimum)) for row in chosen]
    search = [row for row in case["rows"] if row["solver"] in SEARCHES]
    if search:
        lines += [
            "",
            _joined(("candidates", "processor s", "clock s: median (least)", "MB", "permitted pairs")),
            _joined(["---"] * 5),
        ]
        lines += [_joined((row["name"], _own(row), seconds(row), _mb(row), _permitted(row))) for row in search]
    for name, share in case.get("kept", {}).items():
        lines += ["", f"Proposed again after 1 % of the people changed, {name}: {share:.1%}."]
    return "\n".join([*lines, ""])


def _bound(rows: Sequence[Row]) -> float | None:
    """The least that was proven on the same possible pairs; a whole round has more pairs and a bound of its own."""
    return min((row["bound"] for row in rows if row.get("bound") and row["solver"] != "round"), default=None)


def _optimum(rows: Sequence[Row]) -> int | None:
    return max((row["weight"] for row in rows if row["solver"] in EXACT and "weight" in row), default=None)


def _cells(row: Row, bound: float | None, optimum: int | None) -> list[str]:
    if "weight" not in row:
        return [row["name"], seconds(row, "cpu"), *["–"] * (len(HEAD) - 2)]
    whole = row["solver"] == "round"
    least = row["bound"] if whole else bound
    cells = [
        row["name"],
        seconds(row, "cpu"),
        short(min(row["wall"])),
        f"{row['first_cpu']:.1f}, {row['imports']:.1f}",
        _mb(row),
        f"{row['weight'] / least:.2%}" if least else "–",
        f"{row['weight'] / optimum:.2%}" if optimum and not whole else "–",
        f"{row['alone']:,} of {row['with_choice']:,}",
    ]
    if whole:
        return [*cells, "–", "–", "–"]
    scores = f"{row['mean_score']:.0f}, {row['low_score']:.0f}, {row['worst_score']}"
    return [*cells, scores, f"{row['blocking_share']:.1%}", f"{row['blocking_people']:,}"]


def _own(row: Row) -> str:
    """A server of its own spends its processor seconds elsewhere."""
    return "–" if row["solver"] == "postgresql" or "cpu" not in row else seconds(row, "cpu")


def _permitted(row: Row) -> str:
    return f"{row['permitted'] // 2:,}" if "permitted" in row else "–"


def _mb(row: Row) -> str:
    return f"{row['peak_mb']:.0f}" if "peak_mb" in row else "–"


def _joined(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
