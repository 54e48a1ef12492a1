"""Where do the mails of a test arrive? At a real SMTP server on the loopback interface that can be told to stall."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class Arrived:
    """One mail with its envelope, as the mail server got it."""

    envelope_from: str
    envelope_to: str
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        """The mail as the reader's mail program sees it."""
        found = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        return str(body.get_content()) if body is not None else ""


@dataclass
class SmtpSink:
    """`mails` holds what was taken. Until `answers` is set, the answer to DATA waits, though the mail is here."""

    mails: list[Arrived] = field(default_factory=list)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(Arrived(envelope.mail_from or "", envelope.rcpt_tos[0], envelope.content))
        self.came.set()
        await self.answers.wait()
        return "250 2.0.0 queued"

    async def wait(self, count: int, within: float = 45) -> list[Arrived]:
        """The mails, once there are `count`. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while len(self.mails) < count:
                self.came.clear()
                await self.came.wait()
        return self.mails


@asynccontextmanager
async def smtp_sink() -> AsyncIterator[SmtpSink]:
    """A listening server on a free loopback port."""
    sink = SmtpSink()
    sink.answers.set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink.test"), "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        sink.answers.set()
        server.close()
