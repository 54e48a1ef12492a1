"""On which machine was this measured, and how fast does it read its memory?"""

import platform
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

BYTES = 1 << 28
PACKAGES = ("numpy", "numba", "scipy", "rustworkx", "networkx", "ortools")


def told() -> dict[str, str]:
    return {
        "processor": _processor(),
        "sum of 256 MB": f"{_bandwidth():.1f} GB a second on one core",
        "system": f"{platform.system()} {platform.machine()}, Python {sys.version.split()[0]}",
        "packages": ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _bandwidth() -> float:
    """The best of five sums over numbers that no cache holds."""
    numbers = np.ones(BYTES // 8)
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        numbers.sum()
        best = min(best, time.process_time() - begun)
    return BYTES / best / 1e9


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
