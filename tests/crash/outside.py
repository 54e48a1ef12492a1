"""How do people and their mail servers write to the house, and never give up?

Each letter is tried again until the house has said yes: a mail server does that, and so does somebody whose browser
shows an error.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import httpx
import sqlalchemy as sa

from penfriends.models.letters import Letter, LetterState
from tests import builders
from tests.crash.browser import Browser, Never, NotNow
from tests.crash.house import House
from tests.crash.people import Pair, Person
from tests.crash.schedule import LetterPlan, Manner, Reading, Schedule, Way
from tests.crash.words import MARK, token

PATIENCE = 60.0
HELD_WORDS = "You can reach me on 01842 755 201 in the evening.\n\n"
HICCUPS = (NotNow, OSError, EOFError, httpx.HTTPError, TimeoutError, sa.exc.DBAPIError)


@dataclass(slots=True)
class Written:
    """One letter and what its writer heard: `accepted`, or `refused` for good, with the answer. `gone`: taken back and
    thrown away. `on_site`: the friend's place in the correspondence, where they have no mailbox."""

    token: str
    plan: LetterPlan
    reader: str
    on_site: UUID | None = None
    accepted: bool = False
    gone: bool = False
    answer: str = ""


class Outside:
    """All the writers of one schedule."""

    def __init__(self, house: House, browser: Browser, schedule: Schedule, pairs: list[Pair], smtp_port: int) -> None:
        self.house, self.browser, self.schedule, self.pairs = house, browser, schedule, pairs
        self.smtp_port = smtp_port
        self.letters: list[Written] = []

    def readings(self) -> dict[str, Reading]:
        """What the moderator is to do with each letter, by its word."""
        return {self._word(plan): plan.reading for plan in self.schedule.letters}

    def _word(self, plan: LetterPlan) -> str:
        return token(self.schedule.seed % 10_000_000 * 1000 + plan.number)

    async def write(self, plan: LetterPlan) -> None:
        """Write one letter, however long it takes. Raises TimeoutError."""
        one, other = self.pairs[plan.pair]
        writer, reader = (other, one) if plan.by_second else (one, other)
        letter = Written(self._word(plan), plan, reader.mailbox, None if reader.mailbox else reader.participant_id)
        self.letters.append(letter)
        async with asyncio.timeout(PATIENCE):
            if plan.way is Way.WEB:
                async with writer.writing:  # there is one sheet a correspondence
                    await self._on_the_site(letter, writer)
            else:
                await self._until_taken(letter, writer)

    async def _until_taken(self, letter: Written, writer: Person) -> None:
        times = 2 if letter.plan.manner is Manner.TWICE else 1
        while times:
            try:
                await self._mail(letter, writer)
                times -= 1
                letter.accepted = True
            except Never as no:
                letter.answer = str(no)
                return
            except HICCUPS as no:
                letter.answer = repr(no)
                await asyncio.sleep(0.1)

    # --- on the site -------------------------------------------------------------------------------------------------

    async def _on_the_site(self, letter: Written, writer: Person) -> None:
        sheet = await self._again_and_again(letter, f"/letters/with/{writer.correspondence_id}/new", writer)
        sheet = sheet.removesuffix("/edit")
        await self._send(letter, writer, sheet)
        if letter.accepted and letter.plan.manner in (Manner.SENDS_AGAIN, Manner.THROWS_AWAY):
            await asyncio.sleep(letter.plan.wait * 10)
            if not await self._took_back(letter, writer, sheet):
                return
            if letter.plan.manner is Manner.THROWS_AWAY:
                await self._again_and_again(letter, f"{sheet}/removal", writer)
                letter.gone = True
            else:
                await self._send(letter, writer, sheet)

    async def _send(self, letter: Written, writer: Person, sheet: str) -> None:
        there = await self._again_and_again(letter, f"{sheet}/sending", writer, text=text_of(letter), language="en")
        letter.accepted = "/letters/with/" in there

    async def _again_and_again(self, letter: Written, path: str, writer: Person, **form: str) -> str:
        """Where pressing the button led in the end; nowhere if it was refused."""
        while True:
            try:
                return await self.browser.go(path, writer.cookie, **form)
            except Never as no:
                letter.answer = str(no)
                return ""
            except HICCUPS as no:
                letter.answer = repr(no)
                await asyncio.sleep(0.1)

    async def _took_back(self, letter: Written, writer: Person, sheet: str) -> bool:
        """Whether the letter lies on the table again. Who heard nothing looks; the second press is refused."""
        await self._again_and_again(letter, f"{sheet}/undo", writer)
        while True:
            try:
                async with self.house.database.reading() as db:
                    row = await db.get(Letter, UUID(sheet.rpartition("/")[2]))
                    return row is not None and row.state is LetterState.DRAFT
            except HICCUPS:
                await asyncio.sleep(0.1)

    # --- by mail -----------------------------------------------------------------------------------------------------

    async def _mail(self, letter: Written, writer: Person) -> None:
        by_smtp = letter.plan.way is Way.SMTP
        port = self.smtp_port if by_smtp else self.house.lmtp_port
        async with asyncio.timeout(25):
            reader, out = await asyncio.open_connection("127.0.0.1", port)
            try:
                await _expect(reader, "2")
                hello = "EHLO" if by_smtp else "LHLO"
                for line in (f"{hello} out.test", f"MAIL FROM:<{writer.mailbox}>", f"RCPT TO:<{writer.alias}>"):
                    out.write(f"{line}\r\n".encode())
                    await _expect(reader, "2")
                out.write(b"DATA\r\n")
                await _expect(reader, "3")
                out.write(mail_of(letter, writer) + b".\r\n")
                await out.drain()
                if letter.plan.manner is Manner.HANGS_UP and not letter.answer:
                    raise NotNow("hung up before the answer")
                await _expect(reader, "2")
            finally:
                out.close()


async def _expect(reader: asyncio.StreamReader, digit: str) -> None:
    while True:
        line = (await reader.readline()).decode("utf-8", "replace")
        if not line:
            raise EOFError
        if line[3:4] != "-":
            break
    if line[0] != digit:
        raise (NotNow if line[0] == "4" else Never)(line.strip())


def text_of(letter: Written) -> str:
    """A letter that is not held, unless it is meant to be."""
    held = HELD_WORDS if letter.plan.manner is Manner.HELD else ""
    return f"Dear friend,\n\nthe plums are ripe. {MARK} {letter.token} and we laughed.\n\n{held}Until soon\n"


def mail_of(letter: Written, writer: Person) -> bytes:
    """The mail as our border hands it on, having looked at its sender; always the same bytes."""
    head = {
        "Authentication-Results": f"{builders.POLICY.authserv_id}; dmarc=pass header.from={writer.mailbox[-12:]}",
        "From": writer.mailbox,
        "To": writer.alias,
        "Subject": "Plums",
        "Message-ID": f"<{letter.token}@mail.example>",
        "Date": "Tue, 12 May 2026 10:00:00 +0000",
        "Content-Type": "text/plain; charset=utf-8",
    }
    lines = [f"{name}: {value}" for name, value in head.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + text_of(letter).replace("\n", "\r\n")).encode()
