"""What time does the smarthost's log say that it is? That of the house, which is ahead of Postfix’s own.

Every line is copied with its stamp put forward by as much as the clock of the house was ahead when the line was
written. Nothing else is changed: the log is as true as Postfix is.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from penfriends.mail.log_lines import stamp_of
from tests.crash.points import Board

LONG = 2**20
KEPT = 2**18


class ClockedLog:
    """Copies what Postfix writes into `real` to `shown`, which the workers read."""

    def __init__(self, real: Path, shown: Path) -> None:
        self.real, self.shown = real, shown
        self._board: Board | None = None
        self._read = 0
        shown.touch()

    def follow(self, board: Board) -> None:
        """From now on the lines bear the time of this house. It begins before its first letter, with a line that says
        nothing: a log of which the beginning is missing proves nothing."""
        self._board = board
        began = datetime.now(UTC) + board.lead - timedelta(hours=1)
        self.shown.write_text(f"{began.isoformat(timespec='microseconds')} smarthost postfix/master[1]: reload\n")

    def keep_up(self) -> None:
        """Copy what is new. To be called before the clock jumps."""
        if self._board is None or not self.real.exists():
            return
        with self.real.open("rb") as file:
            file.seek(self._read)
            whole = file.read().rpartition(b"\n")[0]
        if not whole:
            return
        self._read += len(whole) + 1
        with self.shown.open("a", encoding="utf-8") as file:
            file.writelines(self._moved(line) for line in whole.decode("utf-8", "replace").split("\n"))

    def shorten(self) -> None:
        """Forget what lies far back. Only while nobody asks about it."""
        if self.shown.stat().st_size > LONG:
            self.shown.write_bytes(self.shown.read_bytes()[-KEPT:].partition(b"\n")[2])

    def _moved(self, line: str) -> str:
        """`Nov 22 02:07:59 smarthost postfix/…`, later, in a form that says which year it is."""
        assert self._board is not None
        stamp = stamp_of(line, now=datetime.now(UTC), zone=None)
        rest = line[len("Nov 22 02:07:59") :] if stamp else line
        later = (stamp.earliest + self._board.lead).isoformat(timespec="microseconds") if stamp else ""
        return f"{later}{rest}\n"
