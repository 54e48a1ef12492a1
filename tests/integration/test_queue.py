"""Is the queue only a nudge: JSON, never in the way, never needed for a letter to be kept?"""

import asyncio
import contextlib
import json
import os
import pickle
import signal
from collections.abc import Iterator

import pytest
import redis
from arq.constants import job_key_prefix

from penfriends.ids import uuid7
from penfriends.jobs import Job, later
from penfriends.queue import Queue, from_json, to_json
from tests.support import valkey
from tests.support.story import house_on
from workers.main import FUNCTIONS, cron_of

NOTHING_THERE = "unix:///tmp/no-such-penfriends.sock"


@pytest.fixture
def own_valkey() -> Iterator[valkey.ValkeyServer]:
    """A queue that a test may stop."""
    server = valkey.start()
    yield server
    server.stop()


def clock() -> float:
    return asyncio.get_running_loop().time()


async def test_jobs_travel_as_json_and_carry_an_id_only(redis_url: str) -> None:
    queue, subject = Queue(redis_url), uuid7()
    await queue.nudge(Job.DELIVER, subject)
    await queue.close()
    with contextlib.closing(redis.from_url(redis_url)) as client:
        [key] = client.keys(f"{job_key_prefix}*")
        kept = client.get(key)
    assert isinstance(kept, bytes)
    job = json.loads(kept)
    assert (job["f"], job["a"], job["k"]) == ("deliver", [str(subject)], {})


async def test_a_queue_that_is_away_costs_nothing_a_second_time() -> None:
    queue = Queue(NOTHING_THERE)
    began = clock()
    for _ in range(50):
        await queue.nudge(Job.DELIVER, uuid7())
    assert clock() - began < 1


async def test_a_queue_that_hangs_costs_one_second_once(own_valkey: valkey.ValkeyServer) -> None:
    queue = Queue(own_valkey.url())
    await queue.nudge(Job.DELIVER, uuid7())
    os.kill(own_valkey.process.pid, signal.SIGSTOP)
    try:
        began = clock()
        await asyncio.gather(*(queue.nudge(Job.DELIVER, uuid7()) for _ in range(20)))
        await queue.nudge(Job.DELIVER, uuid7())
        assert clock() - began < 6  # twenty-one wishes, not twenty-one seconds
    finally:
        os.kill(own_valkey.process.pid, signal.SIGCONT)
        await queue.close()


async def test_a_queue_that_comes_back_is_found_again(
    own_valkey: valkey.ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penfriends.queue.FORGET_AFTER", 0.0)
    queue = Queue(NOTHING_THERE)
    await queue.nudge(Job.DELIVER, uuid7())
    queue.url = own_valkey.url()
    await queue.nudge(Job.DELIVER, uuid7())
    await queue.close()
    with contextlib.closing(redis.from_url(own_valkey.url())) as client:
        assert len(client.keys(f"{job_key_prefix}*")) == 1


async def test_wishes_are_sent_after_the_commit_and_dropped_with_a_rollback(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        subject = uuid7()
        with contextlib.suppress(RuntimeError):
            async with house.database.transaction() as db:
                later(db, Job.SCREEN_LETTER, subject)
                raise RuntimeError
        assert house.nudges == []
        async with house.database.transaction() as db:
            later(db, Job.SCREEN_LETTER, subject)
            assert house.nudges == []
        assert house.nudges == [(Job.SCREEN_LETTER, subject)]


def test_the_worker_speaks_json_and_keeps_no_results() -> None:
    """Pickle would let whoever can write to Redis run code in the worker."""
    with pytest.raises(ValueError):
        from_json(pickle.dumps({"f": "deliver"}))
    assert from_json(to_json({"a": [uuid7()]}))
    asked = {job.name for job in cron_of(15)}
    assert asked >= {"cron:sweep_letters", "cron:sweep_people", "cron:sweep_matches", "cron:propose_matches"}
    assert {job.keep_result_s for job in cron_of(15)} == {0}
    assert {name.value for name in FUNCTIONS} == {one.__name__ for one in FUNCTIONS.values()}
