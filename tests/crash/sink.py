"""The world's mail servers, seen from us as one: takes mail, refuses it, falls silent, hangs up, and lies.

It knows by the signed return path which delivery it talks about, so it remembers for each what really happened.
"""

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from penfriends.mail import return_path
from tests import builders
from tests.crash.schedule import ORDINARY, Fault
from tests.crash.words import token_in

SILENCE = 5.5  # seconds: longer than our patience, and Postfix's
IMPATIENCE = 1.5  # seconds after which we may have been given up (nursery.ANSWER_SECONDS less what we are late)
SLOW = 0.3
_ADDRESS = re.compile(rb"<([^>]*)>")
_QUEUE_ID = re.compile(rb"\(Postfix\) with E?SMTP id (\w+)")
ANSWERS = {
    "GREETING": "220 sink.test ESMTP",
    "EHLO": "250-sink.test\r\n250-8BITMIME\r\n250 SMTPUTF8",
    "HELO": "250 sink.test",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 taken",
    "RSET": "250 2.0.0 forgotten",
    "NOOP": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
}


class _HangUp(Exception):
    """The connection ends here, without a word."""


@dataclass(slots=True)
class Known:
    """What the world knows of one delivery: how often it was sent to it, for whom, and how it behaved.

    A smarthost that was killed may hand one mail on twice, as every mail server may; that is one sending.
    """

    taken: int = 0
    queue_ids: set[str] = field(default_factory=set)
    recipients: set[str] = field(default_factory=set)
    token: str | None = None
    lied: bool = False
    unheard: bool = False
    refused: bool = False


@dataclass(slots=True)
class _Talk:
    """One conversation: its fault, and the envelope."""

    fault: Fault
    sender: str = ""
    recipient: str = ""
    data_at: float = 0.0
    parted: bool = False


class Sink:
    """Listens on a port. `faults` gives the next conversation its fate; without one it goes well."""

    def __init__(self) -> None:
        self.port = 0
        self.faults: Iterator[Fault] = iter(())
        self.known: dict[UUID, Known] = {}
        self.strays: list[str] = []  # recipients of mail whose return path we did not sign
        self.refused_to: set[str] = set()
        self.met: Counter[str] = Counter()

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = _Talk(next(self.faults, ORDINARY))
        self.met[talk.fault.name] += 1
        try:
            await self._converse(talk, reader, writer)
        except (_HangUp, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._was_it_heard(talk)
            writer.transport.abort()

    async def _converse(self, talk: _Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._answer(talk, "GREETING", writer)
        while line := await reader.readline():
            verb = line[:4].decode("ascii", "replace").strip().upper()
            if verb == "MAIL" and talk.data_at:  # one more on a kept connection: a fate of its own
                talk.fault, talk.data_at = next(self.faults, ORDINARY), 0.0
                self.met[talk.fault.name] += 1
            if verb in ("MAIL", "RCPT"):
                self._note_envelope(talk, verb, line)
            went_well = await self._answer(talk, verb, writer)
            if verb == "DATA" and went_well:
                talk.data_at, talk.parted = asyncio.get_running_loop().time(), False
                await self._take(talk, reader, writer)
            talk.parted = verb in ("QUIT", "RSET", "MAIL")
            if verb == "QUIT":
                return

    def _note_envelope(self, talk: _Talk, verb: str, line: bytes) -> None:
        found = _ADDRESS.search(line)
        address = found.group(1).decode("utf-8", "replace") if found else ""
        if verb == "MAIL":
            talk.sender = address
        else:
            talk.recipient = address

    async def _answer(self, talk: _Talk, step: str, writer: asyncio.StreamWriter) -> bool:
        """Say what is to be said at this step, or what the fault says instead; True if it was not a no."""
        says = ANSWERS.get(step, "500 5.5.1 what")
        if talk.fault.step == step:
            says = await self._misbehave(talk, step, says)
        writer.write(says.encode() + b"\r\n")
        await writer.drain()
        return says[0] in "23"

    async def _misbehave(self, talk: _Talk, step: str, says: str) -> str:
        kind = talk.fault.kind
        about = self._about(talk)
        if kind == "slow":
            await asyncio.sleep(SLOW)
            return says
        if kind in ("drop", "silent", "late"):
            about.lied = about.lied or step in ("DATA", "DOT")
            if kind != "drop":
                await asyncio.sleep(SILENCE)
            if kind != "late":
                raise _HangUp
            return says
        if kind.startswith("5"):
            about.refused = True
            self.refused_to.add(talk.recipient)
        return kind

    async def _take(self, talk: _Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read the mail. A fault at the dot says whether it was taken; without one it was."""
        about = self._about(talk)
        if talk.fault.step == "MIDDLE":
            await reader.readexactly(100)
            about.lied = True
            raise _HangUp
        raw = await reader.readuntil(b"\r\n.\r\n")
        about.token = about.token or token_in(raw)
        taken = talk.fault.step != "DOT" or talk.fault.taken
        if taken:
            self._count(about, raw)
            about.recipients.add(talk.recipient.lower())
            if return_path.verify(talk.sender, builders.AT.key) is None:
                self.strays.append(talk.recipient)
        await self._answer(talk, "DOT", writer)

    def _count(self, about: Known, raw: bytes) -> None:
        found = _QUEUE_ID.search(raw)
        queue_id = found.group(1).decode() if found else ""
        if queue_id and queue_id in about.queue_ids:
            self.met["sent on twice by the smarthost"] += 1
            return
        about.queue_ids.add(queue_id)
        about.taken += 1

    def _was_it_heard(self, talk: _Talk) -> None:
        """No word after our answer to a mail: it was not heard. And if seconds were gone, it came too late."""
        late = asyncio.get_running_loop().time() - talk.data_at > IMPATIENCE
        if talk.data_at and not talk.parted:
            about = self._about(talk)
            about.unheard = True
            about.lied = about.lied or late

    def _about(self, talk: _Talk) -> Known:
        delivery_id = return_path.verify(talk.sender, builders.AT.key)
        return self.known.setdefault(delivery_id, Known()) if delivery_id else Known()


@asynccontextmanager
async def listening(port: int = 0) -> AsyncIterator[Sink]:
    """A sink on a loopback port until the end of the block."""
    sink = Sink()
    talks: set[asyncio.Task[None]] = set()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        talks.add(talk)
        talk.add_done_callback(talks.discard)
        with contextlib.suppress(asyncio.CancelledError):  # the house is closed
            await sink.speak(reader, writer)

    server = await asyncio.start_server(speak, "127.0.0.1", port, limit=2**20)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        for talk in list(talks):
            talk.cancel()
        with contextlib.suppress(Exception):
            await asyncio.gather(*talks, return_exceptions=True)
