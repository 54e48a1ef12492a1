"""How does the way from the workers to Postfix break? Then Postfix has the mail, or not, and the worker does not know.

Only Postfix's log can tell.
"""

import asyncio
import re
from collections.abc import Iterator

from penfriends.mail import return_path
from tests import builders
from tests.crash.schedule import ORDINARY, Fault
from tests.crash.sink import IMPATIENCE, SILENCE, Known, Sink

_FROM = re.compile(rb"MAIL FROM:\s*<([^>]*)>", re.IGNORECASE)
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Wire:
    """Carries every connection of a worker to Postfix's `port`. `faults` gives each mail on it a fate."""

    def __init__(self, sink: Sink, port: int) -> None:
        self.sink, self.port = sink, port
        self.faults: Iterator[Fault] = iter(())
        self.open_mails = 0  # of which Postfix has not said yet whether it takes them

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends or breaks."""
        fault = self._next_fault()
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                await self._converse(fault, (reader, writer), (inner_reader, inner_writer))
            finally:
                inner_writer.transport.abort()
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.transport.abort()

    def _next_fault(self) -> Fault:
        fault = next(self.faults, ORDINARY)
        self.sink.met[f"wire {fault.name}"] += 1
        return fault

    async def _converse(self, fault: Fault, worker: Ends, postfix: Ends) -> None:
        about, mails = Known(), 0
        worker[1].write(await _answer(postfix[0]))
        while line := await worker[0].readline():
            if found := _FROM.match(line):
                mails += 1
                if mails > 1:  # one more on a kept connection: a fate of its own
                    fault = self._next_fault()
                delivery_id = return_path.verify(found.group(1).decode(), builders.AT.key)
                about = self.sink.known.setdefault(delivery_id, Known()) if delivery_id else Known()
            said = line[:4].upper()
            if said == b"DATA" and fault.step == "DATA":
                about.lied = True
                return
            postfix[1].write(line)
            answer = await _answer(postfix[0])
            worker[1].write(answer)
            if said == b"DATA" and answer.startswith(b"354"):
                self.open_mails += 1
                try:
                    late = await self._data(fault, about, worker, postfix)
                finally:
                    self.open_mails -= 1
                await self._say(fault, about, worker, late)

    async def _data(self, fault: Fault, about: Known, worker: Ends, postfix: Ends) -> tuple[float, bytes]:
        """Hand the mail on; when that began, and what Postfix answered."""
        began = asyncio.get_running_loop().time()
        mail = await worker[0].readuntil(b"\r\n.\r\n")
        breaks = fault.step in ("MIDDLE", "DOT")
        about.lied = about.lied or breaks
        if breaks and not fault.taken:
            postfix[1].write(mail[: len(mail) // 2])
            raise EOFError
        postfix[1].write(mail)
        return began, await _answer(postfix[0])

    async def _say(self, fault: Fault, about: Known, worker: Ends, heard: tuple[float, bytes]) -> None:
        """Hand the answer to the mail back to the worker, or not."""
        began, answer = heard
        if fault.step not in ("MIDDLE", "DOT"):
            fault = ORDINARY
        if fault.kind in ("silent", "late"):
            await asyncio.sleep(SILENCE)
        if fault is not ORDINARY and fault.kind != "late":
            raise EOFError
        late = asyncio.get_running_loop().time() - began > IMPATIENCE  # on a busy machine: for the worker, silence
        about.lied = about.lied or late
        worker[1].write(answer)


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """All lines of an answer. Raises EOFError."""
    lines = b""
    while True:
        line = await reader.readline()
        lines += line
        if not line:
            raise EOFError
        if line[3:4] != b"-":
            return lines
