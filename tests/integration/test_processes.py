"""Does the relay keep its promise when real processes are killed at the worst moment?

Exactly once or visibly held: never lost, never twice.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import redis

from penfriends.actions import letters
from penfriends.clock import utc_now
from penfriends.db import Database
from penfriends.models.delivery import Delivery, DeliveryState
from penfriends.models.letters import LetterState, Participant
from penfriends.opening import opened
from penfriends.settings import load
from tests.support import processes, valkey
from tests.support.faulty_smtp import faulty_smtp
from tests.support.site import running
from tests.support.smtp_sink import SmtpSink, smtp_sink
from tests.support.story import House, house_on
from workers.main import LAST_JOBS


class Ground:
    """A house, its mail server and its queue, on which workers are started and killed."""

    def __init__(self, url: str, redis_url: str, folder: Path, sink: SmtpSink, house: House) -> None:
        self.folder, self.sink, self.house = folder, sink, house
        self.chosen: dict[str, str | int] = {
            "database_url": url, "redis_url": redis_url, "smtp_port": sink.port, "sweep_seconds": 1,
        }  # fmt: skip

    async def release(self, text: str, *, in_seconds: float = 0) -> UUID:
        """A letter that is let go with a real nudge through the queue, due in some seconds."""
        letter = await self.house.release(text)
        async with opened(load(processes.environment(self.folder, **self.chosen))) as database:
            if in_seconds:
                await self._change(letter.id, due_at=utc_now() + timedelta(seconds=in_seconds))
            for job, subject in self.house.nudges:
                await database.nudge(job, subject)
        self.house.nudges.clear()
        return letter.id

    async def _change(self, letter_id: UUID, **values: object) -> None:
        delivery_id = (await self.house.delivery(letter_id)).id
        async with self.house.database.transaction() as db:
            row = await db.get_one(Delivery, delivery_id)
            for name, value in values.items():
                setattr(row, name, value)
            db.add(row)

    async def let_the_lease_run_out(self, letter_id: UUID) -> None:
        await self._change(letter_id, lease_until=utc_now() - timedelta(seconds=1))

    async def becomes(self, letter_id: UUID, state: DeliveryState) -> None:
        async def is_there() -> bool:
            return (await self.house.delivery(letter_id)).state is state

        await processes.until(is_there)


@pytest.fixture
def own_valkey() -> Iterator[valkey.ValkeyServer]:
    """A queue that a test may stop."""
    server = valkey.start()
    yield server
    server.stop()


@pytest.fixture
async def ground(fresh_sqlite: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Ground]:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        yield Ground(fresh_sqlite, redis_url, tmp_path, sink, house)


async def test_kill_9_before_the_point_of_no_return_loses_nothing(ground: Ground) -> None:
    async with faulty_smtp(GREETING="hang") as silent:
        speechless = {**ground.chosen, "smtp_port": silent.port}
        async with processes.running("worker", ground.folder, **speechless) as worker:
            claimed = await ground.release("I was claimed")
            await ground.becomes(claimed, DeliveryState.SENDING)
            await worker.kill()
    released = await ground.release("I wait for a worker")
    await ground.let_the_lease_run_out(claimed)
    async with processes.running("worker", ground.folder, **ground.chosen):
        await ground.sink.wait(2)
        for letter_id in (claimed, released):
            await ground.becomes(letter_id, DeliveryState.SENT)
        await asyncio.sleep(1.2)  # the sweep looks once more
    assert len(ground.sink.mails) == 2
    assert (await ground.house.delivery(claimed)).attempt == 2


async def test_kill_9_after_data_is_unsure_and_never_sent_again(ground: Ground) -> None:
    ground.sink.answers.clear()
    async with processes.running("worker", ground.folder, **ground.chosen) as worker:
        letter_id = await ground.release("Did I arrive?")
        await ground.sink.wait(1)
        await worker.kill()
    ground.sink.answers.set()
    assert (await ground.house.delivery(letter_id)).state is DeliveryState.COMMITTED
    await ground.let_the_lease_run_out(letter_id)
    async with processes.running("worker", ground.folder, **ground.chosen):
        await ground.becomes(letter_id, DeliveryState.UNSURE)
        await asyncio.sleep(1.2)
    assert (await ground.house.letter(letter_id)).state is LetterState.UNSURE
    assert len(ground.sink.mails) == 1


async def test_an_emptied_queue_costs_seconds_and_a_mail_on_the_wire_ends_well(ground: Ground) -> None:
    async with processes.running("worker", ground.folder, **ground.chosen) as worker:
        await worker.says("worker_ready")
        letter_id = await ground.release("I was forgotten", in_seconds=1)
        with closing(redis.from_url(str(ground.chosen["redis_url"]))) as client:
            client.flushdb()
        ground.sink.answers.clear()
        await ground.sink.wait(1)
        stopping = asyncio.create_task(worker.stop())  # while the mail server still thinks
        await asyncio.sleep(0.5)
        assert not stopping.done()
        ground.sink.answers.set()
        assert await stopping == 0
    assert (await ground.house.delivery(letter_id)).state is DeliveryState.SENT
    assert len(ground.sink.mails) == 1


async def test_a_worker_that_loses_the_queue_ends_so_that_it_is_started_again(
    ground: Ground, own_valkey: valkey.ValkeyServer
) -> None:
    ground.chosen["redis_url"] = own_valkey.url()
    async with processes.running("worker", ground.folder, **ground.chosen) as worker:
        await worker.says("worker_ready")
        letter_id = await ground.release("Soon")
        await ground.sink.wait(1)
        own_valkey.process.kill()
        assert await worker.ends() == 1
        assert "worker_lost_redis" in worker.log.read_text()
        assert "Traceback" not in worker.log.read_text()
    assert (await ground.house.delivery(letter_id)).state is DeliveryState.SENT


async def test_a_mail_on_the_wire_is_waited_for_however_long_when_the_queue_is_lost(
    ground: Ground, own_valkey: valkey.ValkeyServer
) -> None:
    ground.chosen["redis_url"] = own_valkey.url()
    ground.sink.answers.clear()
    async with processes.running("worker", ground.folder, **ground.chosen) as worker:
        letter_id = await ground.release("Still on the wire")
        await ground.sink.wait(1)
        own_valkey.process.kill()
        await worker.says("worker_lost_redis")
        await asyncio.sleep(LAST_JOBS + 1)  # longer than a worker that was told to stop would wait
        ground.sink.answers.set()
        assert await worker.ends() == 1
    assert (await ground.house.delivery(letter_id)).state is DeliveryState.SENT


async def test_without_a_queue_the_site_reads_and_takes_letters_which_move_when_it_is_back(
    ground: Ground, own_valkey: valkey.ValkeyServer, tmp_path: Path
) -> None:
    gone = own_valkey.url()
    own_valkey.stop()
    house, loop = ground.house, asyncio.get_running_loop()
    async with running(str(ground.chosen["database_url"]), gone, tmp_path) as site, httpx.AsyncClient() as browser:
        assert (await browser.get(site.url)).status_code == 200
        began = loop.time()
        written = [await write(site.database, house, f"Letter {number}") for number in range(5)]
        assert loop.time() - began < 8  # generous: the machine may be busy
        assert (await browser.get(site.url)).status_code == 200
    assert {(await house.letter(one)).state for one in written} == {LetterState.WRITTEN}
    async with processes.running("worker", ground.folder, **ground.chosen):
        await ground.sink.wait(5)
    assert len(ground.sink.mails) == 5


async def write(database: Database, house: House, text: str) -> UUID:
    """Anna writes and sends, as the website does it: one transaction, then the wish for a worker."""
    now = utc_now()
    async with database.transaction() as db:
        anna = await db.get_one(Participant, house.anna.participant_id)
        letter = await letters.start_draft(db, anna, parent_id=None, language="en", now=now)
        await letters.save_draft(db, letter, title="", text=text, language="en", now=now)
        await letters.send(db, letter, now=now)
    return letter.id
