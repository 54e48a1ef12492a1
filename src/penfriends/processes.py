"""How are the processes of one run kept alive, shown, and ended in order?

Each process's lines are shown under its name. One that dies is started again after a pause that grows; one that keeps
dying ends everything, so that nobody believes in half a house. They end in the reverse order of their start, and they
end too when this process is killed.
"""

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

COLOURS = ("blue", "yellow", "magenta", "green", "cyan")
CHUNK = 64 * 1024
LAST_WORDS = 1.0  # seconds; a grandchild may hold the pipe open
LEAST = 0.4  # seconds of the grace that are kept for each part: the rest may go to one that ends a conversation
NOT_STARTED = 127  # as shells say


@dataclass(frozen=True, slots=True)
class Part:
    """One process: the name its lines are shown under, and the command that runs it until it is told to stop."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    unsaid: str = ""  # lines with this in them are not shown


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How patient the supervisor is, in seconds: `deaths` of one part within `window` end everything."""

    pauses: tuple[float, ...] = (1, 2, 4, 8)
    deaths: int = 5
    window: float = 60
    grace: float = 9  # for all parts together to end


class Processes:
    """All parts of one run. Sets `stop` itself when a part cannot live."""

    def __init__(self, stop: asyncio.Event, rhythm: Rhythm | None = None, console: Console | None = None) -> None:
        self._stop = stop
        self._rhythm = rhythm or Rhythm()
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._watches: list[asyncio.Task[None]] = []
        self._failed = False

    def start(self, part: Part) -> None:
        """Start a part and watch over it from now on."""
        style = COLOURS[len(self._watches) % len(COLOURS)]
        self._watches.append(asyncio.create_task(self._watch(part, style), name=part.name))

    async def end(self) -> int:
        """End every part, the last started first; who does not go in time is killed. Returns the exit code."""
        deadline = time.monotonic() + self._rhythm.grace
        while self._watches:
            watch = self._watches.pop()
            left = max(deadline - time.monotonic() - len(self._watches) * LEAST, LEAST)
            process = self._processes.get(watch.get_name())
            if process is not None and process.returncode is None:
                await self._end_one(watch.get_name(), process, left)
                await asyncio.wait({watch}, timeout=LAST_WORDS + 1)
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        return 1 if self._failed else 0

    async def _end_one(self, name: str, process: asyncio.subprocess.Process, patience: float) -> None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), patience)
        except TimeoutError:
            self._say(name, "did not end in time, killed", "red")
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def _watch(self, part: Part, style: str) -> None:
        deaths: deque[float] = deque(maxlen=self._rhythm.deaths)
        while not self._stop.is_set():
            code = await self._run_once(part, style)
            if self._stop.is_set():
                return
            deaths.append(time.monotonic())
            recent = sum(deaths[-1] - death <= self._rhythm.window for death in deaths)
            if recent >= self._rhythm.deaths:
                self._say(part.name, f"ended {recent} times in a short while ({_told(code)}): giving up", "bold red")
                self._failed = True
                self._stop.set()
                return
            pause = self._rhythm.pauses[min(recent, len(self._rhythm.pauses)) - 1]
            self._say(part.name, f"ended by itself ({_told(code)}), starting again in {pause:g} s", "red")
            await asyncio.sleep(pause)

    async def _run_once(self, part: Part, style: str) -> int:
        try:
            process = await asyncio.create_subprocess_exec(
                *part.command,
                env=os.environ | part.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches only us, so that parts end in order
                preexec_fn=_die_with_parent,
            )
        except OSError as error:
            self._say(part.name, f"cannot be started: {error}", "red")
            return NOT_STARTED
        self._processes[part.name] = process
        assert process.stdout is not None  # noqa: S101 (it is a pipe)
        showing = asyncio.create_task(self._show(part, process.stdout, style))
        code = await process.wait()
        with suppress(TimeoutError):
            await asyncio.wait_for(showing, LAST_WORDS)
        return code

    async def _show(self, part: Part, stream: asyncio.StreamReader, style: str) -> None:
        rest = b""
        while chunk := await stream.read(CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._show_line(part, line, style)
        if rest:
            self._show_line(part, rest, style)

    def _show_line(self, part: Part, line: bytes, style: str) -> None:
        text = line.decode(errors="replace")
        if not part.unsaid or part.unsaid not in text:
            self._say(part.name, text, style)

    def _say(self, name: str, line: str, style: str) -> None:
        self._console.print(Text(f"{name:<9}", style=style) + Text.from_ansi(line.rstrip("\r")))


def _told(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"


_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _die_with_parent() -> None:
    """In the child: ask Linux for SIGTERM when the supervisor is gone, even if it was killed."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
