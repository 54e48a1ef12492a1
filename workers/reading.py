"""Who reads a mail or a picture that may be poison? A process of its own, watched, and ended with what hurts it.

The answer to any bytes is a parsed mail; one that the process did not survive is quarantined with the reason. A few
such processes are kept and used one mail at a time; what they send back is checked before it is believed.
"""

import atexit
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

import structlog

from penfriends.mail import frames, plain
from penfriends.mail.frames import BadFrame, Frame
from penfriends.mail.images import MOST_BYTES, MOST_PICTURES, Drawn, SafeImage, name_of
from penfriends.mail.inbound import ParsedMail, quarantined
from penfriends.mail.mime_parts import LARGEST_MAIL, MOST_PARTS, Headers

AT_ONCE = 2
LAST_MOMENT = 5.0
STARTING_PATIENCE = 60.0
MEGABYTE = 1024 * 1024
# Nothing of ours is in it: no secret, no address of a database. One arena, and large pieces given back at once.
BARE = {
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
TOO_LONG = "took_too_long"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one mail may take of memory above idle, processor seconds, and seconds on the clock."""

    memory: int
    seconds: float
    patience: float


SMALL = Allowance(64 * MEGABYTE, 3, 60)  # up to a megabyte
LARGE = Allowance(512 * MEGABYTE, 10, 100)
DRAWING = Allowance(512 * MEGABYTE, 30, 100)  # five pictures of 24 megapixels


class Died(Exception):
    """The process ended, or had to be ended, before it had answered in full; `reason` is a code."""

    def __init__(self, reason: str, answered: list[Frame]) -> None:
        super().__init__(reason)
        self.reason, self.answered = reason, answered


class Reader:
    """Reads mails in processes that can be lost. Made once a process; used from threads."""

    def __init__(self, *, small: Allowance = SMALL, large: Allowance = LARGE, drawing: Allowance = DRAWING) -> None:
        self._small, self._large, self._drawing = small, large, drawing
        self._idle: list[Confined] = []
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()

    def parse(self, raw: bytes) -> tuple[ParsedMail, Headers]:
        """The mail in `raw` and its header fields. Raises OSError only where no process can be started."""
        if len(raw) > LARGEST_MAIL:
            return quarantined(raw[:1000], "mail_too_large"), ()
        allowance = self._small if len(raw) <= MEGABYTE else self._large
        try:
            [frame] = self._asked("parse", raw, allowance)
            return plain.mail_in(frame)
        except Died as end:
            return quarantined(raw, end.reason), ()
        except (BadFrame, ValueError):
            return quarantined(raw, "reader_died"), ()

    def draw(self, raw: bytes, parsed: ParsedMail) -> Drawn:
        """The pictures of a mail, drawn anew. Where that goes wrong the letter lacks them, and says so."""
        pictures: list[SafeImage] = []
        left_out: list[str] = []
        waiting = list(parsed.attachments)
        try:
            answer = self._asked("draw", raw, self._drawing)
        except Died as end:
            log.warning("pictures_not_drawn", reason=end.reason)
            answer = end.answered
        with suppress(BadFrame, IndexError):
            for frame in answer:
                if "left_out" not in frame.words:
                    pictures.append(plain.picture_in(frame))
                    waiting.pop(0)
                else:
                    left_out.append(name_of(waiting.pop(0)))
        names = [name_of(attachment) for attachment in waiting]
        return Drawn(tuple(pictures[:MOST_PICTURES]), (*left_out, *names))

    def picture(self, data: bytes) -> SafeImage | None:
        """The picture in a file that somebody uploaded, drawn anew; None where it is none that we take, or where the
        process did not survive it. Raises OSError only where no process can be started."""
        if len(data) > MOST_BYTES:
            return None
        try:
            return next((plain.picture_in(frame) for frame in self._asked("picture", data, self._drawing)), None)
        except (Died, BadFrame) as end:
            log.warning("picture_not_drawn", reason=getattr(end, "reason", "bad_frame"))
            return None

    def close(self) -> None:
        """End the processes that wait for work."""
        with self._lock:
            idle, self._idle = self._idle, []
        for one in idle:
            one.end()

    def _asked(self, what: str, raw: bytes, allowance: Allowance) -> list[Frame]:
        """Every frame of the answer. A kept process may have been hurt before: then a fresh one tries once more."""
        with self._places:
            one = self._take()
            fresh = one.answered == 0
            try:
                found = one.ask(what, raw, allowance)
            except Died as end:
                log.warning("mail_reader_ended", reason=end.reason, ended=one.ended())
                if fresh or end.answered or end.reason == TOO_LONG:
                    raise
                one = Confined()
                found = one.ask(what, raw, allowance)
            if one.serves:
                with self._lock:
                    self._idle.append(one)
            return found

    def _take(self) -> "Confined":
        with self._lock:
            return self._idle.pop() if self._idle else Confined()


class Confined:
    """One process that reads mails, or what else came from outside, bare of everything of ours (see
    penfriends.mail.confined)."""

    def __init__(self, module: str = "penfriends.mail.confined") -> None:
        self.answered = 0
        self.serves = True
        self._timed_out = False
        self._process = subprocess.Popen(  # noqa: S603 (modules of ours only)
            [sys.executable, "-I", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=BARE,
            cwd="/",
            start_new_session=True,
        )
        self._be_ready()

    def ask(self, what: str, raw: bytes, allowance: Allowance, **more: int) -> list[Frame]:
        """The frames of the answer. Raises Died; then this process is gone."""
        watch = threading.Timer(allowance.patience, self._give_up)
        watch.start()
        found: list[Frame] = []
        try:
            for frame in self._answers(what, raw, allowance, more):
                found.append(frame)
        except (BadFrame, OSError, ValueError) as error:
            why = self._why()
            self.end()
            raise Died(why, found) from error
        finally:
            watch.cancel()
        self.answered += 1
        if not self.serves:
            self.end()
        return found

    def ended(self) -> int | None:
        return self._process.returncode

    def end(self) -> None:
        """End the process, and wait until it is gone."""
        self.serves = False
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _be_ready(self) -> None:
        """Wait until it has loaded everything. Raises OSError: that is our own fault, and no mail's."""
        watch = threading.Timer(STARTING_PATIENCE, self._give_up)
        watch.start()
        try:
            frame = frames.read(self._process.stdout) if self._process.stdout else None
        except BadFrame:
            frame = None
        finally:
            watch.cancel()
        if frame is None or frame.words.get("ready") is not True:
            self.end()
            raise OSError("the process that reads mail does not start")

    def _answers(self, what: str, raw: bytes, allowance: Allowance, more: dict[str, int]) -> Iterator[Frame]:
        asked, answers = self._process.stdin, self._process.stdout
        if asked is None or answers is None:
            raise BadFrame
        words = {"do": what, "memory": allowance.memory, "seconds": allowance.seconds} | more
        frames.write(asked, Frame(words, raw))
        for _ in range(MOST_PARTS * 2):
            frame = frames.read(answers)
            if frame is None:
                raise BadFrame
            if frame.words.get("done") is True:
                self.serves = frame.words.get("last") is False
                return
            yield frame
        raise BadFrame

    def _give_up(self) -> None:
        self._timed_out = True
        self._process.kill()

    def _why(self) -> str:
        """What became of the process; it is given a moment to have ended by itself."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(LAST_MOMENT)
        late = self._timed_out or self._process.returncode == -signal.SIGPROF
        return TOO_LONG if late else "reader_died"


@cache
def shared() -> Reader:
    """The reader of this process; it ends with it."""
    reader = Reader()
    atexit.register(reader.close)
    return reader
