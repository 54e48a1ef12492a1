"""Does the smarthost's log settle what nobody was sure of, and only what it proves?"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from penfriends.clock import utc_now
from penfriends.mail import return_path
from penfriends.models.delivery import Delivery, DeliveryState
from penfriends.models.letters import Letter, LetterState
from penfriends.models.moderation import AuditEntry
from tests import builders
from tests.crash import postfix
from tests.crash.schedule import Fault
from tests.crash.sink import listening
from tests.support import mail_programs, processes
from tests.support.faulty_smtp import FaultySmtp, faulty_smtp
from tests.support.story import BEN_MAIL, House, house_on
from workers.delivery import deliver
from workers.smarthost import Smarthost
from workers.sweeps import sweep_unsure


class PostfixLog:
    """A Postfix that writes the truth into its log."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.note(utc_now() - timedelta(hours=3), "smtpd", "connect from localhost[127.0.0.1]")

    def note(self, at: datetime, program: str, text: str) -> None:
        with self.path.open("a") as file:
            file.write(f"{at.isoformat(timespec='microseconds')} smarthost postfix/{program}[7]: {text}\n")

    def takes(self, row: Delivery, number: int = 0) -> None:
        queue_id, at = f"4jX87n4wp9zdP{number}", utc_now()
        sender = return_path.sign(row.id, builders.AT.key, builders.AT.bounce_domain)
        self.note(at, "cleanup", f"{queue_id}: message-id={row.message_id}")
        self.note(at, "qmgr", f"{queue_id}: from=<{sender}>, size=305, nrcpt=1 (queue active)")
        self.note(at, "smtp", f"{queue_id}: to=<{BEN_MAIL}>, relay=mx[192.0.2.1]:25, dsn=2.0.0, status=sent (250 ok)")

    def goes_on(self) -> None:
        self.note(utc_now() + timedelta(hours=1), "smtpd", "connect from localhost[127.0.0.1]")


@asynccontextmanager
async def unsure_letter(
    url: str, tmp_path: Path, *, children: bool = False
) -> AsyncIterator[tuple[House, FaultySmtp, PostfixLog, Letter]]:
    """One letter that surely left, and one of which nobody is sure: the line dropped after the dot."""
    async with faulty_smtp() as sink, house_on(url, sink.port, children=children) as house:
        log = PostfixLog(tmp_path / "mail.log")
        house.tools = replace(house.tools, smarthost=Smarthost(str(log.path), zone=UTC, clock=lambda: 0.0))
        first = await house.release("First")
        await deliver(house.tools, (await house.delivery(first.id)).id)
        log.takes(await house.delivery(first.id), 1)
        sink.faults["DOT"] = "drop"
        letter = await house.release("Second")
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        sink.faults.clear()
        sink.mails.clear()
        assert (await house.delivery(letter.id)).state is DeliveryState.UNSURE
        yield house, sink, log, letter


async def lines_about(house: House) -> list[AuditEntry]:
    async with house.database.reading() as db:
        return list(await db.exec(select(AuditEntry).where(col(AuditEntry.action) == "settle_by_log")))


async def test_a_mail_that_the_log_saw_has_left(fresh_database: str, tmp_path: Path) -> None:
    async with unsure_letter(fresh_database, tmp_path) as (house, sink, log, letter):
        row = await house.delivery(letter.id)
        await sweep_unsure(house.tools)
        assert (await house.delivery(letter.id)).state is DeliveryState.UNSURE
        log.takes(row, 2)
        await sweep_unsure(house.tools)
        await deliver(house.tools, row.id)
        assert (await house.letter(letter.id)).state is LetterState.DELIVERED
        settled = await house.delivery(letter.id)
        assert (settled.state, settled.last_text) == (DeliveryState.SENT, "smarthost log: sent")
        [line] = await lines_about(house)
        assert (line.actor, line.subject_id, line.details["why"]) == ("system", row.id, "sent")
        assert BEN_MAIL not in str(line.details)
    assert sink.mails == []


async def test_a_mail_that_it_never_saw_is_sent_again_once_the_log_has_gone_on(
    fresh_database: str, tmp_path: Path
) -> None:
    async with unsure_letter(fresh_database, tmp_path) as (house, sink, log, letter):
        row = await house.delivery(letter.id)
        await sweep_unsure(house.tools)
        assert (await house.delivery(letter.id)).state is DeliveryState.UNSURE  # the log does not go on yet
        log.goes_on()
        await sweep_unsure(house.tools)
        assert (await house.delivery(letter.id)).state is DeliveryState.QUEUED
        assert (await house.letter(letter.id)).state is LetterState.RELEASED
        await deliver(house.tools, row.id)
        await sweep_unsure(house.tools)
        assert (await house.letter(letter.id)).state is LetterState.DELIVERED
        assert [one.details["fate"] for one in await lines_about(house)] == ["not_taken"]
    assert len(sink.mails) == 1


@pytest.mark.parametrize("seen", [True, False])
async def test_a_childs_letter_is_sent_again_by_a_person_only(fresh_sqlite: str, tmp_path: Path, seen: bool) -> None:
    async with unsure_letter(fresh_sqlite, tmp_path, children=True) as (house, sink, log, letter):
        if seen:
            log.takes(await house.delivery(letter.id), 2)
        log.goes_on()
        await sweep_unsure(house.tools)
        row = await house.delivery(letter.id)
        assert row.state is (DeliveryState.SENT if seen else DeliveryState.UNSURE)
        assert row.last_text == f"smarthost log: {'sent' if seen else 'not taken'}"
    assert sink.mails == []


async def test_the_log_of_another_server_proves_nothing(fresh_sqlite: str, tmp_path: Path) -> None:
    async with unsure_letter(fresh_sqlite, tmp_path) as (house, sink, log, letter):
        log.path.write_text("")
        other = PostfixLog(log.path)
        other.goes_on()
        await sweep_unsure(house.tools)
        assert (await house.delivery(letter.id)).state is DeliveryState.UNSURE
    assert sink.mails == []


async def test_where_no_log_is_set_a_person_decides(fresh_sqlite: str, tmp_path: Path) -> None:
    async with unsure_letter(fresh_sqlite, tmp_path) as (house, _sink, log, letter):
        log.takes(await house.delivery(letter.id), 2)
        await sweep_unsure(replace(house.tools, smarthost=Smarthost()))
        assert (await house.delivery(letter.id)).state is DeliveryState.UNSURE


# --- a real Postfix ---------------------------------------------------------------------------------------------------


@pytest.fixture
def postfix_folder() -> Iterator[Path]:
    """A folder that Postfix, which gives up its rights, may enter."""
    folder = Path(tempfile.mkdtemp(prefix="pf-postfix-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.skipif(not mail_programs.postfix_is_here(), reason="no Postfix here, or not root")
async def test_a_real_postfix_that_was_cut_off_after_the_dot_says_that_it_has_the_mail(
    fresh_sqlite: str, postfix_folder: Path
) -> None:
    async with listening() as world, postfix.running(world, postfix_folder, processes.free_port()) as server:
        server.faults = iter([Fault("DOT", "drop", taken=True), Fault("DOT", "drop")])
        async with house_on(fresh_sqlite, server.port) as house:
            queue = f"postqueue -c {postfix_folder / 'etc'} -j"
            smarthost = Smarthost(str(server.log), queue_command=queue, clock=lambda: 0.0)
            house.tools = replace(house.tools, smarthost=smarthost)
            taken, cut_off = [await house.release(text) for text in ("taken", "cut off")]
            for letter in (taken, cut_off):
                await deliver(house.tools, (await house.delivery(letter.id)).id)
                assert (await house.delivery(letter.id)).state is DeliveryState.UNSURE

            async def is_settled() -> bool:
                await sweep_unsure(house.tools)
                return (await house.delivery(taken.id)).state is DeliveryState.SENT

            await processes.until(is_settled)
            assert (await house.delivery(cut_off.id)).state is DeliveryState.UNSURE  # too early to know
            witness = await house.release("known")
            await deliver(house.tools, (await house.delivery(witness.id)).id)
            longer = PostfixLog(postfix_folder / "longer")  # the same log, hours before and after
            with longer.path.open("a") as file:
                file.write(server.log.read_text())
            longer.goes_on()
            house.tools = replace(house.tools, smarthost=Smarthost(str(longer.path), clock=lambda: 0.0))
            await sweep_unsure(house.tools)
            assert (await house.delivery(cut_off.id)).state is DeliveryState.QUEUED
            whys = {line.subject_id: line.details["why"] for line in await lines_about(house)}
            assert whys[(await house.delivery(cut_off.id)).id] == "cut_off"
