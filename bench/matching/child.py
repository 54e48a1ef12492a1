"""One solver, measured in a process of its own: python -m bench.matching.child '{"folder": …}' prints one line of JSON.

Imports, and the first call (which compiles, where something is compiled), are told apart from the calls after it. The
limit counts processor seconds, so that a busy machine stops nobody early; the system stops who passes it (SIGXCPU).
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPEATING_AT_MOST = 0.4
WALL_AT_MOST = 3
FOR_THE_REST = 3600


def main() -> None:
    asked = json.loads(sys.argv[1])
    begun = time.process_time()
    from bench.matching import work

    work.prepare(asked["solver"], plain=asked["plain"])
    imports = time.process_time() - begun
    task = work.task(asked["solver"], Path(asked["folder"]))
    found, seconds = _timed(task.run, asked["repeat"], asked["limit"])
    _stop_after(FOR_THE_REST)
    most = peak()
    told = {"solver": asked["solver"], "imports": imports, "peak_mb": most, **seconds, **task.tell(found)}
    if asked.get("answer"):
        Path(asked["answer"]).write_text(json.dumps(task.answer(found)), encoding="utf-8")
    print(json.dumps(told))


def _timed(run: Callable[[], Any], repeat: int, limit: float) -> tuple[Any, dict[str, Any]]:
    """Called once more than `repeat`, unless the time is over before."""
    begun, wall, cpu, found = time.process_time(), [], [], None
    for _ in range(repeat + 1):
        at, busy = time.perf_counter(), time.process_time()
        _stop_after(limit)
        found = run()
        wall.append(time.perf_counter() - at)
        cpu.append(time.process_time() - busy)
        if max(time.process_time() - begun, sum(wall) / WALL_AT_MOST) > limit * REPEATING_AT_MOST:
            break
    return found, {"first_cpu": cpu[0], "wall": wall[1:] or wall, "cpu": cpu[1:] or cpu}


def _stop_after(limit: float) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + limit) + 1, most))


def peak() -> float:
    """The most memory this process ever had, in megabytes; Linux tells it without what was there before the start."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
