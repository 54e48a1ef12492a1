"""Which deliveries does each worker hold in its hands, and what was torn when one was killed?

Told by the points that the workers pass.
"""

from collections.abc import Iterable
from pathlib import Path

from tests.crash.points import CLAIMED, ENDED, NO_RETURN


class Hands:
    """Reads on in the file of points passed."""

    def __init__(self, passed: Path) -> None:
        self.torn: set[str] = set()
        self._passed = passed
        self._read = 0
        self._held: dict[int, dict[str, int]] = {}

    def holds(self, pids: Iterable[int]) -> bool:
        """Whether one of these processes is in the middle of a delivery."""
        self._look()
        return any(self._held.get(pid) for pid in pids)

    def bury(self, pid: int) -> None:
        """What a dead worker had past the point of no return, nobody but the smarthost knows of."""
        self._look()
        for subject, point in self._held.pop(pid, {}).items():
            if point == NO_RETURN:
                self.torn.add(subject)

    def _look(self) -> None:
        with self._passed.open() as file:
            file.seek(self._read)
            for line in file:
                if line.endswith("\n"):
                    self._read += len(line)
                    self._note(*line.rstrip("\n").split(" ", 2))

    def _note(self, pid: str, point: str, subject: str) -> None:
        held, number = self._held.setdefault(int(pid), {}), int(point)
        if number in (CLAIMED, NO_RETURN):
            held[subject] = number
        elif number == ENDED:
            held.pop(subject, None)
