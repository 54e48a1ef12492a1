"""Where can a part be made to die, and what time does it believe that it is?

The product knows nothing of this: the functions that matter are wrapped in the process of a harness that is about to
become a part. Each passing of a point leaves a line in a file, so that the harness knows what a dead part was doing.
"""

import functools
import mmap
import os
import signal
import struct
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

# The worker, in the order of a letter's journey; then the mailroom; then the site; then any of them; then what is of
# the site alone.
CRASH_POINTS = (
    "mail read, not committed",
    "letter screened, not committed",
    "delivery claimed, not committed",
    "claim committed, nothing said",
    "point of no return, not committed",
    "point of no return committed, DATA not said",
    "mail answered, not recorded",
    "outcome recorded, not committed",
    "outcome committed, job not ended",
    "mail kept, not committed",
    "mail kept and committed, not answered",
    "letter sent, not committed",
    "committed, nobody nudged",
    "sheet kept, not committed",
    "yes given, not committed",
    "letter given back, not committed",
    "handed over, not committed",
)
NO_RETURN = CRASH_POINTS.index("point of no return, not committed")
ANSWERED = CRASH_POINTS.index("mail answered, not recorded")
ENDED = CRASH_POINTS.index("outcome committed, job not ended")
CLAIMED = CRASH_POINTS.index("delivery claimed, not committed")
_OF_PUPILS = ("letter screened, not committed", "delivery claimed, not committed", "letter sent, not committed")
STEPS_OF_PUPILS = tuple(CRASH_POINTS.index(one) for one in (*_OF_PUPILS, *CRASH_POINTS[-5:]))
_BOARD = struct.Struct("<dii")
_has_claimed: ContextVar[list[Any]] = ContextVar("has_claimed")  # what the present turn of a worker took for itself


class Board:
    """Some bytes that the harness and all parts of one house share: the clock's lead, and the point that is armed."""

    def __init__(self, path: Path) -> None:
        with path.open("a+b") as file:
            file.truncate(_BOARD.size)
            self._bytes = mmap.mmap(file.fileno(), _BOARD.size)

    @property
    def lead(self) -> timedelta:
        return timedelta(seconds=_BOARD.unpack_from(self._bytes)[0])

    def jump(self, by: timedelta) -> None:
        """It is later now, for everybody in the house."""
        struct.pack_into("<d", self._bytes, 0, (self.lead + by).total_seconds())

    def arm(self, point: int, passing: int) -> None:
        """Whoever passes `point` for the `passing`-th time from now on dies there."""
        struct.pack_into("<ii", self._bytes, 8, point + 1, passing)

    def disarm(self) -> None:
        struct.pack_into("<ii", self._bytes, 8, 0, 0)

    def falls(self, point: int) -> bool:
        """Count one passing; whether it was the last one."""
        _lead, armed, left = _BOARD.unpack_from(self._bytes)
        if armed != point + 1:
            return False
        struct.pack_into("<i", self._bytes, 12, left - 1)
        if left > 1:
            return False
        self.disarm()
        return True


class _Here:
    """The house that this process belongs to, once it is a part of one."""

    board: Board | None = None
    told = -1


def belong_to(folder: Path) -> None:
    """From now on this process is a part of the house in `folder`."""
    _Here.board = Board(folder / "board")
    _Here.told = os.open(folder / "passed", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def now_in_house() -> datetime:
    """What penfriends.clock answers in a part."""
    lead = _Here.board.lead if _Here.board else timedelta()
    return datetime.now(UTC) + lead


def reach(point: int, subject: object = "") -> None:
    """Say that we are here; die here if that is our fate."""
    if _Here.board is None:
        return
    os.write(_Here.told, f"{os.getpid()} {point} {subject}\n".encode())
    if _Here.board.falls(point):
        os.write(_Here.told, f"{os.getpid()} -1 {subject}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


def change_clock() -> None:
    """Before anything else is imported: everybody takes `utc_now` from there by name."""
    from penfriends import clock

    clock.utc_now = now_in_house


def install() -> None:
    """Wrap the functions of the product between which a letter can be torn apart."""
    from penfriends.actions import dispatch, drafts, endings, inbox, intake, letters, moderation
    from penfriends.db import Database
    from penfriends.mail import smtp
    from workers import delivery
    from workers.mailroom import Door

    _after(intake, "read_mail", 0)
    _after(letters, "screen_letter", 1)
    _after(dispatch, "claim", CLAIMED, _if_answered)
    _around_send(smtp)
    _after(dispatch, "commit_point", NO_RETURN, _if_answered)
    _after(dispatch, "record", 7)
    _whatever_comes_of(delivery, "_one", ENDED)
    _after(inbox, "take_in", 9)
    _after(Door, "_keep", 10)
    _after(letters, "send", 11)
    _before(Database, "send_wishes", 12)
    _after(drafts, "keep_typed", 13)
    _after(moderation, "release", 14)
    _after(moderation, "return_letter", 15)
    _after(endings, "reached_without_mail", 16)


def _if_answered(answer: object) -> bool:
    return bool(answer)


def _after(place: Any, name: str, point: int, counts: Callable[[object], bool] | None = None) -> None:
    """A point right after a function's end. Its subject is the id among what it was given."""
    from penfriends.actions import dispatch

    inner = getattr(place, name)

    @functools.wraps(inner)
    async def wrapped(*given: Any, **more: Any) -> Any:
        answer = await inner(*given, **more)
        if counts is None or counts(answer):
            if point == CLAIMED:
                _has_claimed.get().append(given[1])
            reach(point, given[1] if place is dispatch else "")
        return answer

    setattr(place, name, wrapped)


def _whatever_comes_of(place: Any, name: str, point: int) -> None:
    """A point at a function's end, also where it failed; not where it found that another has claimed its subject."""
    inner = getattr(place, name)

    @functools.wraps(inner)
    async def wrapped(*given: Any, **more: Any) -> Any:
        before = _has_claimed.set([])
        try:
            return await inner(*given, **more)
        finally:
            if _has_claimed.get():
                reach(point, given[1])
            _has_claimed.reset(before)

    setattr(place, name, wrapped)


def _before(place: Any, name: str, point: int) -> None:
    inner = getattr(place, name)

    @functools.wraps(inner)
    async def wrapped(*given: Any, **more: Any) -> Any:
        reach(point)
        return await inner(*given, **more)

    setattr(place, name, wrapped)


def _around_send(smtp: Any) -> None:
    """Around the only network call: before it, in the middle of it, and after it."""
    inner = smtp.send

    @functools.wraps(inner)
    async def send(raw: bytes, *, before_data: Callable[[], Awaitable[bool]], **more: Any) -> Any:
        async def then_before_data() -> bool:
            goes_on = await before_data()
            if goes_on:
                reach(5)
            return goes_on

        reach(3)
        outcome = await inner(raw, before_data=then_before_data, **more)
        reach(ANSWERED)
        return outcome

    smtp.send = send
