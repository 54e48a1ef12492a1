"""Where does the smarthost keep its log, and how is it read whole? Files with their rotated ones, and commands.

A person is asked wherever this cannot be read: nothing here raises.
"""

import gzip
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path

import structlog

from penfriends.mail.log_lines import stamp_of
from penfriends.mail.smarthost_log import LogReading, Wanted

COMMAND_WITHIN = 60
MOST_BYTES = 1024**3
REST = 20  # after a reading of one second, so many seconds of rest
_NUMBER = re.compile(r"\.(\d{1,4})(?:\.gz)?$")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a log. `number`: 0 for the one that is written, 1 for the one before; None for a dated name."""

    path: Path
    number: int | None


@dataclass(slots=True)
class Smarthost:
    """The log of the smarthost as this installation may read it: a file, a command that prints it, one that prints
    the queue. All three may be empty: then nobody can be asked."""

    log_file: str = ""
    log_command: str = ""
    queue_command: str = ""
    zone: tzinfo | None = None
    clock: Callable[[], float] = time.monotonic
    _rest_until: float = field(default=0.0, repr=False)

    def can_be_asked(self) -> bool:
        return bool(self.log_file or self.log_command or self.queue_command) and self.clock() >= self._rest_until

    def read(self, wanted: Sequence[Wanted], *, since: datetime, now: datetime) -> LogReading:
        """Everything that is written of these mails since then. Takes a while: call it in a thread."""
        began = self.clock()
        reading = LogReading(wanted, now=now, zone=self.zone)
        if self.log_file:
            _read_files(reading, Path(self.log_file), since, now, self.zone)
        if self.log_command and (lines := _said_by(self.log_command)) is not None:
            reading.read_piece(lines, continues=False)
        if self.queue_command and (lines := _said_by(self.queue_command)) is not None:
            reading.read_queue(lines)
        ended = self.clock()
        self._rest_until = ended + REST * (ended - began)
        return reading


def pieces(path: Path) -> list[Piece]:
    """The log and its rotated files, newest first. Those with a number first, in their order; dated ones by name."""
    rotated = [one for one in path.parent.glob(path.name + "[.-]*") if one.is_file()]
    numbered = [Piece(one, int(found[1])) for one in rotated if (found := _NUMBER.search(one.name[len(path.name) :]))]
    known = {one.path for one in numbered}
    dated = [Piece(one, None) for one in rotated if one not in known]
    present = [Piece(path, 0)] if path.is_file() else []
    return [
        *present,
        *sorted(numbered, key=lambda one: one.number or 0),
        *sorted(dated, key=lambda one: one.path.name, reverse=True),
    ]


def _read_files(reading: LogReading, path: Path, since: datetime, now: datetime, zone: tzinfo | None) -> None:
    """The files from the one that was being written at `since` on. Only neighbouring numbers join without a gap, and
    only if nothing was rotated meanwhile."""
    before = _inodes(path)
    needed: list[Piece] = []
    size = 0
    for piece in pieces(path):
        needed.append(piece)
        size += piece.path.stat().st_size if piece.path.exists() else 0
        first = next(_lines(piece.path), None)
        stamp = stamp_of(first, now=now, zone=zone) if first else None
        if size > MOST_BYTES or (stamp and stamp.latest < since):
            break
    older: int | None = None
    for piece in reversed(needed):
        joins = older is not None and piece.number == older - 1 and _inodes(path) == before
        older = piece.number if _read_piece(reading, piece.path, continues=joins) else None
    if _inodes(path) != before:
        reading.tear()


def _read_piece(reading: LogReading, path: Path, *, continues: bool) -> bool:
    """Whether the file could be read to its end."""
    try:
        reading.read_piece(_whole(path), continues=continues)
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        log.warning("smarthost_log_unreadable", file=path.name, error=type(error).__name__)
        return False
    return True


def _inodes(path: Path) -> set[tuple[str, int]]:
    return {(one.path.name, one.path.stat().st_ino) for one in pieces(path)}


def _whole(path: Path) -> Iterator[str]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", errors="replace") as file:
        for line in file:
            yield str(line)


def _lines(path: Path) -> Iterator[str]:
    """The lines of a file, as far as it can be read."""
    try:
        yield from _whole(path)
    except (OSError, EOFError):
        return


def _said_by(command: str) -> list[str] | None:
    """What a command prints; None if it failed, because half a log proves nothing."""
    try:
        done = subprocess.run(  # noqa: S603 (the operator's own setting, without a shell)
            shlex.split(command), capture_output=True, timeout=COMMAND_WITHIN, check=True, stdin=subprocess.DEVNULL
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        log.warning("smarthost_command_failed", error=type(error).__name__)
        return None
    return done.stdout.decode("utf-8", "replace").splitlines()
