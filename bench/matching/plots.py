"""How do the figures look as pictures? From what `table` and `weeks` left in a folder; the same bytes every time."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("svg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

LOOKS: Mapping[str, tuple[str, str, str]] = {
    "ours": ("#1b4f8f", "o", "-"),
    "ours, without numba": ("#1b4f8f", "o", ":"),
    "greedy": ("#b3541e", "s", "-"),
    "ortools": ("#2e7d4f", "^", "-"),
    "scipy-sparse": ("#7a5195", "v", "-"),
    "rustworkx": ("#8a6d00", "D", "-"),
    "networkx": ("#777777", "x", "-"),
    "scipy-dense": ("#c0392b", "+", "-"),
}
SHADES = ("#b9c6d8", "#7d9cc4", "#1b4f8f", "#0b2545", "#b3541e", "#2e7d4f")
SYNTHETIC = "synthetic people, invented town graph, 50 a town, twins of twins, one core"
LEAST_SHOWN = 0.01
Case = Mapping[str, Any]


def draw(found: Path, pictures: Path) -> None:
    mpl.rcParams |= {
        "svg.hashsalt": "penfriends", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 10,
        "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "axes.grid": True,
        "grid.color": "#dddddd",
    }  # fmt: skip
    if (found / "table.json").exists():
        cases = json.loads((found / "table.json").read_text(encoding="utf-8"))["cases"]
        far = [case for case in cases if case["degree"] == 2]
        _save(_times(far), pictures / "matching-time.svg")
        _save(_shares(far), pictures / "matching-share.svg")
    if (found / "weeks.json").exists():
        weeks = json.loads((found / "weeks.json").read_text(encoding="utf-8"))
        _save(_waits(weeks), pictures / "matching-waiting.svg")


def _times(cases: Sequence[Case]) -> Figure:
    figure, axes = plt.subplots(figsize=(7.5, 4.8), layout="constrained")
    for name, points in _series(cases, lambda row: median(row["cpu"]) if "cpu" in row else None).items():
        _line(axes, name, points)
    axes.set(xscale="log", yscale="log", xlabel="people who wait", ylabel="processor seconds to choose the pairs")
    axes.set_title(f"Time on the same possible pairs\n({SYNTHETIC})", fontsize=10)
    axes.legend(frameon=False, fontsize=9)
    return figure


def _shares(cases: Sequence[Case]) -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4.4), layout="constrained")
    bounds = {case["people"]: _bound(case) for case in cases}
    for case_name, points in _series(cases, lambda row: row.get("weight")).items():
        _line(left, case_name, [(n, max(LEAST_SHOWN, 100 - 100 * value / bounds[n])) for n, value in points])
    for case_name, points in _series(cases, _alone).items():
        _line(right, case_name, points)
    left.set(
        xscale="log",
        yscale="log",
        xlabel="people who wait",
        ylabel="weight missing to the proven bound, % (0.01: or less)",
    )
    right.set(xscale="log", xlabel="people who wait", ylabel="left with nobody, % of those with a candidate")
    right.set_ylim(bottom=0)
    right.legend(*left.get_legend_handles_labels(), frameon=False, fontsize=8, loc="center right")
    figure.suptitle(f"How well the pairs are chosen ({SYNTHETIC})", fontsize=10)
    return figure


def _waits(weeks: Sequence[Mapping[str, Any]]) -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4.4), layout="constrained", width_ratios=(3, 2))
    for shade, one in zip(SHADES, weeks, strict=False):
        counts = np.array(one["histogram"], dtype=float)
        still = 100 * (1 - np.cumsum(counts) / counts.sum())
        left.step(
            7 * (np.arange(len(still)) + 1), np.maximum(still, 1e-3), where="post", color=shade, label=one["policy"]
        )
    left.set(yscale="log", xlabel="days of waiting", ylabel="% of those who found a friend that waited longer")
    left.set_ylim(0.02, 100)
    left.legend(frameon=False, fontsize=8)
    places = np.arange(len(weeks))
    right.barh(places, [one["overtaken"]["worst"] for one in weeks], color=SHADES[: len(weeks)])
    for place, one in zip(places, weeks, strict=True):
        if one["bound"]:
            right.plot([one["bound"]] * 2, [place - 0.4, place + 0.4], color="black")
    right.set_yticks(places, [one["policy"].replace(", ", "\n") for one in weeks], fontsize=7)
    right.invert_yaxis()
    right.set(xlabel="worst overtaking, days; line: bound")
    figure.suptitle("78 weekly rounds, synthetic people", fontsize=10)
    return figure


def _series(cases: Sequence[Case], of: Any) -> dict[str, list[tuple[int, float]]]:
    points: dict[str, list[tuple[int, float]]] = {}
    for case in cases:
        for row in case["rows"]:
            value = of(row) if row["name"] in LOOKS else None
            if value is not None:
                points.setdefault(row["name"], []).append((case["people"], value))
    return points


def _alone(row: Mapping[str, Any]) -> float | None:
    return 100 * row["alone"] / row["with_choice"] if "alone" in row else None


def _bound(case: Case) -> float:
    return min(row["bound"] for row in case["rows"] if row.get("bound") and row["name"] in LOOKS)


def _line(axes: Axes, name: str, points: Sequence[tuple[int, float]]) -> None:
    colour, marker, style = LOOKS[name]
    xs, ys = zip(*points, strict=True)
    axes.plot(xs, ys, color=colour, marker=marker, linestyle=style, label=name, markersize=5)


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
