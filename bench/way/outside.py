"""The world around the relay: who posts the letters, and who takes what leaves. Its own work is not measured."""

import asyncio
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtplib import SMTP

from bench.way.words import Stamp

TICKS = os.sysconf("SC_CLK_TCK")
ANSWERS = {b"EHLO": b"250-sink\r\n250 8BITMIME", b"QUIT": b"221 bye", b"DATA": b"354 go on"}


class Sink(asyncio.Protocol):
    """Takes every mail as fast as it can, and counts. It may be kept open for many mails."""

    taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.waiting, self.in_data = b"", False
        self.transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while True:
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            line, found, rest = self.waiting.partition(end)
            if not found:
                return
            self.waiting = rest
            self._answer(line)

    def _answer(self, line: bytes) -> None:
        if self.in_data:
            Sink.taken += 1
            self.in_data = False
            self.transport.write(b"250 2.0.0 taken\r\n")
            return
        verb = line[:4].upper()
        self.in_data = verb == b"DATA"
        self.transport.write(ANSWERS.get(verb, b"250 2.1.0 fine") + b"\r\n")
        if verb == b"QUIT":
            self.transport.close()


@dataclass(frozen=True, slots=True)
class Posting:
    """A mail and its way."""

    stamp: Stamp
    raw: bytes


async def post(port: int, mails: Iterable[Posting], *, connections: int = 2) -> None:
    """Hand every mail in, over a few kept connections, as a mail server in front of us does."""
    waiting = iter(mails)

    async def one() -> None:
        client = SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=120)
        async with client:
            for mail in waiting:
                await client.sendmail(mail.stamp.sender, [mail.stamp.alias], mail.raw)

    await asyncio.gather(*(one() for _ in range(connections)))


async def arrived(wanted: int, *, patience: float) -> None:
    """Wait until the sink has taken so many mails in all. Raises TimeoutError."""
    async with asyncio.timeout(patience):
        while Sink.taken < wanted:  # noqa: ASYNC110 (other processes set no events)
            await asyncio.sleep(0.05)


def seconds_of(*roots: int) -> float:
    """Processor seconds, user and system, of these processes and all that they have started; Linux only."""
    return sum(_own(process) for process in _family(roots))


def _own(process: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15]) / TICKS  # with children that have ended
    return 0.0


def _family(roots: tuple[int, ...]) -> list[int]:
    found, waiting = list[int](), list(roots)
    while waiting:
        process = waiting.pop()
        found.append(process)
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            with suppress(OSError):
                waiting += [int(child) for child in task.read_text().split()]
    return found
