"""Does the door for mail keep what it takes, refuse for good only what leads nowhere, and say no more than that?"""

import asyncio
import smtplib
import sqlite3
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aiosmtplib
import pytest
import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlmodel import select

from penfriends.clock import utc_now
from penfriends.db import Database, make_engine
from penfriends.jobs import Job, nobody
from penfriends.mail import return_path
from penfriends.models.delivery import RawMail, RawMailState, TeamMessage
from penfriends.models.letters import Blob, Correspondence, CorrespondenceState
from penfriends.settings import Settings
from tests.support import certificates, processes
from tests.support.certificates import Pair
from tests.support.story import ANNA_MAIL, House, house_on
from workers import mailroom
from workers.letters import read_mail
from workers.mailroom import Door, lmtp_factory, smtp_factory
from workers.pace import Pace

MAIL = b"From: Anna <anna.musterfrau@mail.example>\r\nMessage-ID: <1@mail.example>\r\nSubject: Plums\r\n\r\nRipe!\r\n"
LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class Mailroom:
    door: Door
    smtp: int
    lmtp: int


@asynccontextmanager
async def mailroom_of(house: House, door: Door | None = None, **more: Any) -> AsyncIterator[Mailroom]:
    """The mailroom in this process, on two free ports."""
    at = house.tools.at
    chosen = Settings(mail_domain=at.mail_domain, bounce_domain=at.bounce_domain, mail_size_limit=LIMIT, **more)
    door = door or Door(house.tools)
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(factory(door, chosen), "127.0.0.1", 0) for factory in (smtp_factory, lmtp_factory)
    ]
    smtp, lmtp = (server.sockets[0].getsockname()[1] for server in servers)
    try:
        yield Mailroom(door, smtp, lmtp)
    finally:
        for server in servers:
            server.close()


class Talk:
    """One conversation with a mail server, line by line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, line: str | bytes) -> str:
        self.writer.write((line if isinstance(line, bytes) else line.encode()) + b"\r\n")
        return await self.answer()

    async def answer(self) -> str:
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), 30)).decode()
            if line[3:4] != "-":
                return line.strip()


@asynccontextmanager
async def talk(port: int, sender: str = ANNA_MAIL, hello: str = "EHLO") -> AsyncIterator[Talk]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = Talk(reader, writer)
    await found.answer()
    await found.say(f"{hello} mail.example")
    assert (await found.say(f"MAIL FROM:<{sender}>")).startswith("250")
    yield found
    writer.close()


async def hand_in(port: int, to: str, mail: bytes = MAIL, *, sender: str = ANNA_MAIL, hello: str = "EHLO") -> str:
    """The answer to a whole mail."""
    async with talk(port, sender, hello) as mine:
        answer = await mine.say(f"RCPT TO:<{to}>")
        if not answer.startswith("250"):
            return answer
        await mine.say("DATA")
        return await mine.say(mail + b".")


async def kept(house: House) -> list[RawMail]:
    async with house.database.reading() as db:
        return list(await db.exec(select(RawMail)))


@pytest.mark.parametrize("hello", ["EHLO", "LHLO"])
async def test_what_is_answered_with_250_is_kept_as_it_came(fresh_database: str, hello: str) -> None:
    async with house_on(fresh_database) as house, mailroom_of(house) as room:
        port = room.smtp if hello == "EHLO" else room.lmtp
        answer = await hand_in(port, house.anna.alias.upper(), MAIL + b"..dot\r\n\xff\r\n", hello=hello)
        [row] = await kept(house)
        async with house.database.reading() as db:
            blob = await db.get_one(Blob, row.blob_sha256)
    assert answer == "250 2.0.0 Taken in"
    assert blob.data == MAIL + b".dot\r\n\xff\r\n"
    assert (row.participant_id, row.envelope_to) == (house.anna.participant_id, house.anna.alias)
    assert (Job.READ_MAIL, row.id) in house.nudges


async def test_r26_unknown_closed_foreign_and_forged_addresses_get_the_same_answer(fresh_database: str) -> None:
    async with house_on(fresh_database) as house, mailroom_of(house) as room:
        local = house.anna.alias.partition("@")[0]
        foreign_key = return_path.sign(UUID(int=5), b"another key", "bounce.test")
        wrong = [
            "aaaaaaaaaaaaaaaaaaaa@letters.test", f"{local}@elsewhere.test", f"{local}@bounce.test",
            f"x{local}@letters.test", "team-nobody@letters.test", foreign_key, "postmaster@letters.test",
            "ä@letters.test", f"{local}@xn--letters.test", '"team-\\\x01"@letters.test',
        ]  # fmt: skip
        answers = {await hand_in(room.smtp, address) for address in wrong}
        async with house.database.transaction() as db:
            correspondence = await db.get_one(Correspondence, house.correspondence_id)
            correspondence.state = CorrespondenceState.ENDED
            db.add(correspondence)
        answers |= {
            await hand_in(room.smtp, house.anna.alias),
            await hand_in(room.lmtp, house.anna.alias, hello="LHLO"),
        }
        assert await kept(house) == []
    assert answers == {"550 5.1.1 No such pen friend address here"}


async def test_one_recipient_at_a_time(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house, mailroom_of(house) as room, talk(room.smtp) as mine:
        assert (await mine.say(f"RCPT TO:<{house.anna.alias}>")).startswith("250")
        assert (await mine.say(f"RCPT TO:<{house.ben.alias}>")).startswith("452 4.5.3")
        await mine.say("DATA")
        assert (await mine.say(MAIL + b".")).startswith("250")
        assert [row.envelope_to for row in await kept(house)] == [house.anna.alias]


async def test_too_large_is_552_before_and_after_it_was_sent(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house, mailroom_of(house) as room:
        reader, writer = await asyncio.open_connection("127.0.0.1", room.smtp)
        mine = Talk(reader, writer)
        await mine.answer()
        await mine.say("EHLO mail.example")
        assert (await mine.say(f"MAIL FROM:<{ANNA_MAIL}> SIZE={LIMIT + 1}")).startswith("552")
        writer.close()
        assert (await hand_in(room.smtp, house.anna.alias, MAIL + b"x" * 70 * 2000 + b"\r\n")).startswith("552")
        assert (await hand_in(room.smtp, house.anna.alias, b" \r\n")).startswith("554")
        assert await kept(house) == []


async def test_a_line_longer_than_the_standard_allows_is_taken(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house, mailroom_of(house) as room:
        assert (await hand_in(room.smtp, house.anna.alias, MAIL + b"x" * 20_000 + b"\r\n")).startswith("250")


async def test_a_database_that_is_away_makes_the_sender_try_again(fresh_sqlite: str, tmp_path: Path) -> None:
    away = Database(make_engine(f"sqlite+aiosqlite:///{tmp_path}/no/such/folder.sqlite3"), nobody)
    async with house_on(fresh_sqlite) as house, mailroom_of(house) as room:
        good, bad = house.tools, replace(house.tools, database=away)
        room.door.tools = bad
        at_rcpt = await hand_in(room.smtp, house.anna.alias)
        room.door.tools = good
        async with talk(room.smtp) as mine:
            assert (await mine.say(f"RCPT TO:<{house.anna.alias}>")).startswith("250")
            await mine.say("DATA")
            room.door.tools = bad
            at_data = await mine.say(MAIL + b".")
    await away.close()
    assert {at_rcpt, at_data} == {"451 4.3.0 We cannot take mail right now, please try again"}


async def test_our_own_fault_is_451_without_its_words(fresh_sqlite: str) -> None:
    class Broken(Door):
        async def handle_MAIL(self, _server: SMTP, _s: Session, _e: Envelope, _a: str, _o: list[str]) -> str:
            raise ValueError("the password is swordfish")

    async with house_on(fresh_sqlite) as house, mailroom_of(house, Broken(house.tools)) as room:
        reader, writer = await asyncio.open_connection("127.0.0.1", room.smtp)
        mine = Talk(reader, writer)
        await mine.answer()
        await mine.say("EHLO mail.example")
        answer = await mine.say(f"MAIL FROM:<{ANNA_MAIL}>")
        writer.close()
    assert answer == "451 4.3.0 We cannot take mail right now, please try again"


async def test_a_sender_who_hangs_up_in_the_middle_leaves_nothing(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house, mailroom_of(house) as room:
        async with talk(room.smtp) as mine:
            await mine.say(f"RCPT TO:<{house.anna.alias}>")
            await mine.say("DATA")
            mine.writer.write(MAIL)
            await mine.writer.drain()
        await asyncio.sleep(0.1)
        assert await kept(house) == []
        assert (await hand_in(room.smtp, house.anna.alias)).startswith("250")


async def test_a_sender_who_hangs_up_after_the_last_dot_does_not_tear_the_commit(fresh_sqlite: str) -> None:
    path = str(sa.make_url(fresh_sqlite).database)
    async with house_on(fresh_sqlite) as house, mailroom_of(house) as room:
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")  # the commit has to wait
            async with talk(room.smtp) as mine:
                await mine.say(f"RCPT TO:<{house.anna.alias}>")
                await mine.say("DATA")
                mine.writer.write(MAIL + b".\r\n")
                await mine.writer.drain()
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.1)
            assert await kept(house) == []
            writer.execute("ROLLBACK")
        await processes.until(lambda: kept(house))
        assert len(await kept(house)) == 1


async def test_mail_without_a_sender_is_accepted_and_dropped(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house, mailroom_of(house) as room:
        assert (await hand_in(room.smtp, house.anna.alias, sender="")).startswith("250")
        [row] = await kept(house)
        await read_mail(house.tools, row.id)
        after = await house.raw_mail(row.id)
        assert (after.envelope_from, after.state, after.reason) == ("", RawMailState.DROPPED, "null_sender")
        assert await house.letters() == []


async def test_mail_to_the_team_is_an_item_on_its_desk(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house, mailroom_of(house) as room:
        assert (await hand_in(room.smtp, "team-huerth@letters.test")).startswith("250")
        [row] = await kept(house)
        await read_mail(house.tools, row.id)
        async with house.database.reading() as db:
            [message] = await db.exec(select(TeamMessage))
        assert (message.subject, message.text.strip()) == ("Plums", "Ripe!")
        assert message.sign_in_id is None, "nobody vouched for the sender: it is not shown as Anna's"
        assert (await house.raw_mail(row.id)).state is RawMailState.TAKEN


async def test_the_same_mail_for_two_at_the_same_moment_is_kept_for_both(fresh_database: str) -> None:
    async with house_on(fresh_database) as house, mailroom_of(house) as room:
        answers = await asyncio.gather(
            *(hand_in(room.smtp, alias) for alias in (house.anna.alias, house.ben.alias) for _ in range(4))
        )
        assert len(await kept(house)) == 8
    assert set(answers) == {"250 2.0.0 Taken in"}


async def test_what_was_answered_with_250_survives_kill_9(fresh_database: str, tmp_path: Path) -> None:
    smtp, lmtp = processes.free_port(), processes.free_port()
    async with house_on(fresh_database) as house:
        async with processes.running(
            "mailroom", tmp_path, database_url=fresh_database, mailroom_smtp_port=smtp, mailroom_lmtp_port=lmtp
        ) as part:
            await part.says("mailroom_open")
            answer = await hand_in(smtp, house.anna.alias)
            await part.kill()
        assert answer.startswith("250")
        [row] = await kept(house)
        assert row.state is RawMailState.RECEIVED
        await read_mail(house.tools, row.id)
        assert (await house.raw_mail(row.id)).state is RawMailState.AWAITING_WRITER


# --- encryption, other alphabets, floods ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return certificates.make(tmp_path_factory.mktemp("tls"))


async def test_with_a_certificate_a_mail_comes_in_encrypted_or_not(fresh_sqlite: str, pair: Pair) -> None:
    files: dict[str, Any] = {"mailroom_certificate": pair.certificate, "mailroom_certificate_key": pair.key}
    context = ssl.create_default_context(cafile=pair.certificate)
    context.check_hostname = False
    async with house_on(fresh_sqlite) as house, mailroom_of(house, **files) as room:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=room.smtp, start_tls=True, tls_context=context) as client:
            assert client.get_transport_info("cipher")
            errors, said = await client.sendmail(ANNA_MAIL, [house.anna.alias], MAIL)
        assert (errors, said) == ({}, "2.0.0 Taken in")
        await asyncio.to_thread(_by_lmtp, room.lmtp, house.anna.alias, context)
        assert (await hand_in(room.smtp, house.anna.alias)).startswith("250")
        assert (await hand_in(room.lmtp, house.anna.alias, hello="LHLO")).startswith("250")
        assert len(await kept(house)) == 4


def _by_lmtp(port: int, alias: str, context: ssl.SSLContext) -> None:
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.starttls(context=context)
        assert client.sendmail(ANNA_MAIL, [alias], MAIL) == {}


async def test_without_a_certificate_none_is_offered(fresh_sqlite: str) -> None:
    async with (
        house_on(fresh_sqlite) as house,
        mailroom_of(house) as room,
        aiosmtplib.SMTP(hostname="127.0.0.1", port=room.smtp, start_tls=False) as client,
    ):
        assert not client.supports_extension("starttls")


async def test_a_sender_in_another_alphabet_is_taken(fresh_sqlite: str) -> None:
    sender = "zażółć@gęś.example"
    async with house_on(fresh_sqlite) as house, mailroom_of(house) as room:
        reader, writer = await asyncio.open_connection("127.0.0.1", room.smtp)
        mine = Talk(reader, writer)
        await mine.answer()
        await mine.say("EHLO mail.example")
        assert (await mine.say(f"MAIL FROM:<{sender}> SMTPUTF8")).startswith("250")
        assert (await mine.say("RCPT TO:<zażółć@letters.test>")).startswith("550 5.1.1")
        assert (await mine.say(f"RCPT TO:<{house.anna.alias}>")).startswith("250")
        await mine.say("DATA")
        assert (await mine.say("From: zażółć@gęś.example\r\nSubject: Śliwki\r\n\r\nDojrzały!\r\n.")).startswith("250")
        writer.close()
        [row] = await kept(house)
    assert row.envelope_from == sender


async def test_a_flood_is_asked_to_come_later_whatever_the_address(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house, mailroom_of(house, Door(house.tools, per_sender=3)) as room:
        answers = [await hand_in(room.smtp, house.anna.alias) for _ in range(5)]
        unknown = await hand_in(room.lmtp, "aaaaaaaaaaaaaaaaaaaa@letters.test", hello="LHLO")
        other = await hand_in(room.smtp, house.anna.alias, sender="grandmother@mail.example")
        report = await hand_in(room.smtp, house.anna.alias, sender="")
    assert [answer[:3] for answer in answers] == ["250", "250", "250", "450", "450"]
    assert unknown == answers[-1]
    assert (other[:3], report[:3]) == ("250", "250")


async def test_the_border_which_brings_everybodys_mail_is_no_flood(
    fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailroom, "_is_this_machine", lambda _host: False)
    async with house_on(fresh_sqlite) as house, mailroom_of(house, Door(house.tools, per_host=1)) as room:
        by_smtp = [await hand_in(room.smtp, house.anna.alias) for _ in range(2)]
        by_lmtp = [await hand_in(room.lmtp, house.anna.alias, hello="LHLO") for _ in range(3)]
    assert [answer[:3] for answer in by_smtp] == ["250", "450"]
    assert {answer[:3] for answer in by_lmtp} == {"250"}


def test_after_an_hour_a_source_may_send_again_and_few_are_remembered() -> None:
    now, pace = utc_now(), Pace(2)
    assert [pace.allows("a", now=now) for _ in range(3)] == [True, True, False]
    assert pace.allows("a", now=now + timedelta(hours=1))
    for number in range(20_000):
        pace.allows(str(number), now=now)
    assert len(pace._counted) == 10_000
