"""A small SMTP server that takes mail, and misbehaves at one step if it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

STEPS = ("GREETING", "EHLO", "MAIL", "RCPT", "DATA", "DOT")
ORDINARY = {
    "GREETING": b"220 sink ready",
    "EHLO": b"250 sink",
    "MAIL": b"250 sender ok",
    "RCPT": b"250 recipient ok",
    "DATA": b"354 go on",
    "DOT": b"250 2.0.0 queued",
    "RSET": b"250 forgotten",
    "QUIT": b"221 bye",
}


@dataclass
class FaultySmtp:
    """`faults` gives for a step an answer (`b"451 later"`), `hang` or `drop`."""

    faults: dict[str, bytes | str] = field(default_factory=dict)
    mails: list[bytes] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    port: int = 0

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._converse(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._answer("GREETING", writer):
            return
        while line := await reader.readline():
            verb = line[:4].decode("ascii", "replace").strip().upper()
            self.verbs.append(verb)
            if not await self._answer(verb, writer):
                return
            if verb == "DATA" and not self._refuses("DATA"):
                self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                if not await self._answer("DOT", writer):
                    return
            if verb == "QUIT":
                return

    def _refuses(self, step: str) -> bool:
        fault = self.faults.get(step)
        return isinstance(fault, bytes)

    async def _answer(self, step: str, writer: asyncio.StreamWriter) -> bool:
        fault = self.faults.get(step, ORDINARY.get(step, b"500 what"))
        if fault == "drop":
            return False
        if fault == "hang":
            await asyncio.sleep(30)
            return False
        assert isinstance(fault, bytes)
        writer.write(fault + b"\r\n")
        await writer.drain()
        return True


@asynccontextmanager
async def faulty_smtp(**faults: bytes | str) -> AsyncIterator[FaultySmtp]:
    """A listening server on a free loopback port."""
    sink = FaultySmtp(faults)
    talks: set[asyncio.Task[None]] = set()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        talks.add(talk)
        await sink.speak(reader, writer)

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
