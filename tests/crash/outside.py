"""How do people and their mail servers write to the house, and never give up?

Each letter is tried again until the house has said yes: a mail server does that, and so does somebody whose browser
shows an error.
"""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import httpx
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.delivery import Alias
from penfriends.models.letters import Participant
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from tests import builders
from tests.crash.house import House
from tests.crash.schedule import PAIRS, LetterPlan, Manner, Schedule, Way
from tests.crash.words import MARK, token

PATIENCE = 60.0
HELD_WORDS = "You can reach me on 01842 755 201 in the evening.\n\n"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes: their mailbox, the masked address they write to, their session on the site."""

    mailbox: str
    alias: str
    correspondence_id: UUID
    cookie: str
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Written:
    """One letter and what its writer heard: `accepted`, or `refused` for good, with the answer."""

    token: str
    plan: LetterPlan
    reader: str
    accepted: bool = False
    answer: str = ""


class NotNow(Exception):
    """Not taken this time."""


class Never(Exception):
    """Refused for good, or not understood."""


async def cast(house: House, seed: int) -> list[tuple[Person, Person]]:
    """New people for a schedule, so that what befalls one schedule's mailboxes touches no other."""
    async with house.database.transaction() as db:
        towns = list(await db.exec(select(Town).order_by(Town.slug)))
        if not towns:
            towns = [await builders.town(db, "Thetford"), await builders.town(db, "Huerth", country="DE")]
        return [await _pair(db, house, towns, f"s{seed}p{number}") for number in range(PAIRS)]


async def _pair(db: AsyncSession, house: House, towns: list[Town], name: str) -> tuple[Person, Person]:
    one = await builders.adult(db, towns[0], "Anna", email=f"{name}a@mail.example")
    other = await builders.adult(db, towns[1], "Ben", email=f"{name}b@post.example")
    sides = await builders.correspondence(db, one, other, now=house.now())
    return (
        await _person(db, house, sides[0], one, f"{name}a@mail.example"),
        await _person(db, house, sides[1], other, f"{name}b@post.example"),
    )


async def _person(db: AsyncSession, house: House, side: Participant, who: Resident, mailbox: str) -> Person:
    alias = (await db.exec(select(Alias).where(Alias.participant_id == side.id))).one()
    assert who.sign_in_id is not None
    cookie = await builders.session(db, who.sign_in_id, now=house.now())
    return Person(mailbox, builders.AT.alias(alias.local_part), side.correspondence_id, cookie)


class Outside:
    """All the writers of one schedule."""

    def __init__(self, house: House, schedule: Schedule, pairs: list[tuple[Person, Person]], smtp_port: int) -> None:
        self.house, self.schedule, self.pairs, self.smtp_port = house, schedule, pairs, smtp_port
        self.letters: list[Written] = []
        self._browser = httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.web_port}", timeout=10)

    async def close(self) -> None:
        await self._browser.aclose()

    async def write(self, plan: LetterPlan) -> None:
        """Write one letter, however long it takes. Raises TimeoutError."""
        one, other = self.pairs[plan.pair]
        writer, reader = (other, one) if plan.by_second else (one, other)
        letter = Written(token(self.schedule.seed % 10_000_000 * 1000 + plan.number), plan, reader.mailbox)
        self.letters.append(letter)
        async with asyncio.timeout(PATIENCE):
            if plan.way is Way.WEB:
                async with writer.writing:  # there is one sheet a correspondence
                    await self._until_taken(letter, writer)
            else:
                await self._until_taken(letter, writer)

    async def _until_taken(self, letter: Written, writer: Person) -> None:
        times = 2 if letter.plan.manner is Manner.TWICE and letter.plan.way is not Way.WEB else 1
        sheet = ""
        while True:
            try:
                if letter.plan.way is Way.WEB:
                    sheet = sheet or await self._sheet(writer)
                    await self._send_sheet(letter, writer, sheet)
                else:
                    await self._mail(letter, writer)
                times -= 1
                letter.accepted = True
            except Never as no:
                letter.answer = str(no)
                return
            except (NotNow, OSError, EOFError, httpx.HTTPError, TimeoutError) as no:
                letter.answer = repr(no)
                await asyncio.sleep(0.1)
            if times == 0:
                return

    # --- on the site -------------------------------------------------------------------------------------------------

    async def _sheet(self, writer: Person) -> str:
        answer = await self._post(f"/letters/with/{writer.correspondence_id}/new", writer)
        return answer.headers["location"].removesuffix("/edit")

    async def _send_sheet(self, letter: Written, writer: Person, sheet: str) -> None:
        answer = await self._post(f"{sheet}/sending", writer, text=text_of(letter), language="en")
        if "/letters/with/" not in answer.headers["location"]:
            raise Never(answer.headers["location"])

    async def _post(self, path: str, writer: Person, **form: str) -> httpx.Response:
        if "csrf" not in self._browser.cookies:
            await self._browser.get("/safety")
        key = self._browser.cookies.get("csrf") or ""
        answer = await self._browser.post(
            path, data={"_csrf_token": key, **form}, headers={"cookie": f"csrf={key}; session={writer.cookie}"}
        )
        if answer.status_code >= 500 or answer.status_code == 429:
            raise NotNow(f"{answer.status_code}")
        if answer.status_code != 303:
            raise Never(f"{path}: {answer.status_code} {answer.text[:2000]}")
        return answer

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
