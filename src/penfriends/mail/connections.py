"""Which open connections to the smarthost wait for the next mail, and for how long?"""

import asyncio
import time
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

OLDEST = 300.0  # seconds from its beginning; servers ask for a new one from time to time
GOODBYE = 5.0


class Open(Protocol):
    """One open connection: whom it is with and under which name, how many mails it has carried, since when."""

    key: Hashable
    mails: int
    born: float

    async def leave(self) -> None:
        """Say goodbye and close. Never raises."""


C = TypeVar("C", bound=Open)


class Kept(Generic[C]):
    """Connections that wait. Each is given up after `seconds` without a mail, after `mails` of them, or when old."""

    def __init__(self, seconds: float, mails: int = 100, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._mails, self._clock = seconds, mails, clock
        self._waiting: list[tuple[C, asyncio.TimerHandle]] = []
        self._leaving: set[asyncio.Task[None]] = set()

    def take(self, key: Hashable) -> C | None:
        """The one that waited least, so that the others can be given up."""
        for place in range(len(self._waiting) - 1, -1, -1):
            connection, timer = self._waiting[place]
            if connection.key == key:
                del self._waiting[place]
                timer.cancel()
                return connection
        return None

    def give(self, connection: C) -> None:
        """Keep it for the next mail, or say goodbye if it has done enough."""
        if connection.mails >= self._mails or self._clock() - connection.born >= OLDEST:
            self._says_goodbye(connection)
            return
        timer = asyncio.get_running_loop().call_later(self._seconds, self._give_up, connection)
        self._waiting.append((connection, timer))

    async def close(self) -> None:
        """Say goodbye on all of them."""
        for connection, timer in self._waiting:
            timer.cancel()
            self._says_goodbye(connection)
        self._waiting.clear()
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=GOODBYE)

    def _give_up(self, connection: C) -> None:
        self._waiting = [one for one in self._waiting if one[0] is not connection]
        self._says_goodbye(connection)

    def _says_goodbye(self, connection: C) -> None:
        task = asyncio.get_running_loop().create_task(connection.leave())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
