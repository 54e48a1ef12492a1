"""How is one solver started, watched and stopped? Each in a process of its own, on one core, with a limit."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ONE_CORE = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
BUSY, LOADING = 4, 60
"""So much longer than its processor time may a solver take on the clock, where others use the machine."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`plain` leaves numba out; `limit` are processor seconds for one call."""

    solver: str
    plain: bool = False
    repeat: int = 5
    limit: float = 60.0

    @property
    def name(self) -> str:
        return f"{self.solver}, without numba" if self.plain else self.solver


def run(folder: Path, wanted: Wanted, answer: Path | None = None) -> dict[str, Any]:
    """What the process told; with `over` instead of figures where it took too long, `failed` where it failed."""
    asked = {
        "folder": str(folder), "solver": wanted.solver, "plain": wanted.plain, "repeat": wanted.repeat,
        "limit": wanted.limit, "answer": str(answer) if answer else None,
    }  # fmt: skip
    known = {"solver": wanted.solver, "plain": wanted.plain, "name": wanted.name}
    command = [sys.executable, "-m", "bench.matching.child", json.dumps(asked)]
    process = subprocess.Popen(  # noqa: S603 (our own words)
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **ONE_CORE}
    )
    try:
        said, wrong = process.communicate(timeout=BUSY * wanted.limit + LOADING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {**known, "over": wanted.limit}
    if process.returncode == -signal.SIGXCPU:
        return {**known, "over": wanted.limit}
    if process.returncode:
        return {**known, "failed": wrong.strip().splitlines()[-1] if wrong.strip() else str(process.returncode)}
    found: dict[str, Any] = {**json.loads(said.splitlines()[-1]), **known}
    return found


def seconds(row: Mapping[str, Any], what: str = "wall") -> str:
    """The median, and the least behind it; `>` where the limit was passed."""
    if "over" in row:
        return f"> {row['over']:.0f}"
    if "failed" in row:
        return "failed"
    return f"{short(median(row[what]))} ({short(min(row[what]))})"


def short(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"
