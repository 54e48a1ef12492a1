"""How does a test get a whole house: the site, the mailroom, a worker, and the world outside that takes its mail?

Everything runs in the test's own event loop on free ports. The worker does the real jobs, one after another, as soon as
a transaction has wished for them; `settled()` waits until nothing is left to do. No code of ours is replaced.
"""

import asyncio
import base64
import quopri
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlmodel import select

from penfriends.jobs import Job
from penfriends.models.matching import MatchRound, RoundState
from penfriends.settings import Settings
from tests.support.site import Site, running
from workers import delivery, letters, matching, sweeps
from workers import round as rounds
from workers.mailroom import Door, smtp_factory
from workers.tools import Tools, tools_for

LINK = re.compile(r"https?://[^\s<>\"]+")
PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that left the house, as the world outside sees it."""

    envelope_from: str
    envelope_to: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text part."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part is not None else ""

    @property
    def reply_to(self) -> str:
        """The bare address that a mail program would answer to."""
        answer_to = self.message["Reply-To"] or self.message["From"]
        found: str = answer_to.addresses[0].addr_spec
        return found

    def link(self, path: str) -> str:
        """The first link of the text whose path begins with `path`."""
        found: list[str] = LINK.findall(self.text)
        return next(one for one in found if re.sub(r"^https?://[^/]+", "", one).startswith(path))

    def everything(self) -> bytes:
        """The raw bytes, and again every encoding undone that could hide something: headers, parts, stray base64."""
        parsed = message_from_bytes(self.raw, policy=policy.default)
        seen = [self.raw, quopri.decodestring(self.raw), quopri.decodestring(self.raw, header=True)]
        seen += [f"{name}: {value}".encode() for part in parsed.walk() for name, value in part.items()]
        for part in parsed.walk():
            content = part.get_payload(decode=True)
            seen += [content] if isinstance(content, bytes) else []
        for run in re.findall(rb"[A-Za-z0-9+/\r\n]{24,}={0,2}", self.raw):
            packed = re.sub(rb"[\s=]", b"", run)
            seen += [base64.b64decode(packed[start:][: (len(packed) - start) // 4 * 4]) for start in range(4)]
        return b"\n".join(seen)


@dataclass(slots=True)
class Post:
    """The world outside: takes every mail, and keeps it for whom it was meant."""

    mails: list[Mail] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        self.mails += [Mail(envelope.mail_from or "", to, raw) for to in envelope.rcpt_tos]
        return "250 2.0.0 Taken"

    def to(self, address: str) -> list[Mail]:
        """Every mail to `address`, the oldest first."""
        return [mail for mail in self.mails if mail.envelope_to.lower() == address.lower()]

    def latest(self, address: str) -> Mail:
        found = self.to(address)
        assert found, f"no mail to {address}; there is mail to {sorted({mail.envelope_to for mail in self.mails})}"
        return found[-1]


@dataclass(slots=True)
class Hands:
    """The worker: does what was wished for, in order, and remembers what went wrong."""

    wishes: "asyncio.Queue[tuple[Job, UUID | None]]" = field(default_factory=asyncio.Queue)
    done: list[Job] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    async def nudge(self, job: Job, subject: UUID | None) -> None:
        self.wishes.put_nowait((job, subject))

    async def work(self, tools: Tools) -> None:
        while True:
            job, subject = await self.wishes.get()
            try:
                await _do(tools, job, subject)
                self.done.append(job)
            except Exception as error:  # noqa: BLE001 (the test that waits in settled() raises it)
                self.failures.append(error)
            finally:
                self.wishes.task_done()


async def _do(tools: Tools, job: Job, subject: UUID | None) -> None:
    if job is Job.PROPOSE_MATCHES or subject is None:
        await matching.propose_matches(tools, _without_a_process(tools))
        return
    if job is Job.RUN_ROUND:
        await matching.run_round(tools, subject, _without_a_process(tools))
        return
    jobs = {Job.READ_MAIL: letters.read_mail, Job.SCREEN_LETTER: letters.screen_letter, Job.DELIVER: delivery.deliver}
    await jobs[job](tools, subject)


def _without_a_process(tools: Tools) -> matching.Runner:
    """A round is run here and now; that it has a process of its own is tested in test_round_process.py."""

    async def run(round_id: UUID) -> int:
        return 0 if await rounds.run(tools.database, round_id) else 1

    return run


@dataclass(frozen=True, slots=True)
class House:
    """A whole running house."""

    site: Site
    post: Post
    hands: Hands
    tools: Tools
    door_port: int

    @property
    def url(self) -> str:
        return self.site.url

    @property
    def settings(self) -> Settings:
        return self.site.settings

    async def settled(self) -> None:
        """Wait until every job is done and a sweep finds nothing more; raises what a job raised."""
        async with asyncio.timeout(PATIENCE):
            while True:
                await self.hands.wishes.join()
                if self.hands.failures:
                    raise self.hands.failures[0]
                await sweeps.sweep_letters(self.tools)
                if self.hands.wishes.empty():
                    return

    async def match_round(self) -> None:
        """What the worker does once a week."""
        await self.settled()
        async with self.site.database.transaction() as db:
            for row in await db.exec(select(MatchRound).where(MatchRound.state == RoundState.PUBLISHED)):
                row.started_at -= timedelta(days=7)  # a week has gone by
                db.add(row)
        await matching.propose_matches(self.tools, _without_a_process(self.tools))
        await self.settled()

    async def arrives(self, raw: bytes, *, sender: str, to: str, vouched: bool = True) -> str:
        """A mail from outside reaches the mailroom; our border has vouched for its sender, or nobody has.

        Returns the last answer of the mailroom.
        """
        if vouched:
            domain = sender.rpartition("@")[2]
            line = f"Authentication-Results: {self.settings.authserv_id}; dmarc=pass header.from={domain}\r\n"
            raw = line.encode() + raw
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=self.door_port, start_tls=False) as client:
            _, answer = await client.sendmail(sender, [to], raw)
        await self.settled()
        return answer


@asynccontextmanager
async def house(database_url: str, folder: Path, **more: Any) -> AsyncIterator[House]:
    """A house on this database; letters leave at once unless `undo_minutes` says otherwise."""
    loop = asyncio.get_running_loop()
    post, hands = Post(), Hands()
    sink = await loop.create_server(lambda: SMTP(post, enable_SMTPUTF8=True), "127.0.0.1", 0)
    wanted: dict[str, Any] = {"undo_minutes": 0, "smtp_port": sink.sockets[0].getsockname()[1], **more}
    async with running(database_url, "", folder, nudge=hands.nudge, **wanted) as site:
        tools = tools_for(site.settings, site.database)
        door = await loop.create_server(smtp_factory(Door(tools), site.settings), "127.0.0.1", 0)
        worker = asyncio.create_task(hands.work(tools))
        try:
            yield House(site, post, hands, tools, door.sockets[0].getsockname()[1])
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
            door.close()
            sink.close()
