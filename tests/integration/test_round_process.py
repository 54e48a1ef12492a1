"""Is a round run in a process of its own, is its progress told, and is a dead one seen? (workers/round.py)"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID

import pytest
from sqlmodel import select

from penfriends.actions import round_runs
from penfriends.db import Database, make_engine
from penfriends.ids import uuid7
from penfriends.jobs import nobody
from penfriends.models.matching import Match, MatchRound, RoundState, RoundStep
from penfriends.settings import Settings
from tests import builders as b
from tests.support.desk import twins
from workers import apart, matching
from workers import round as rounds
from workers.tools import Tools, tools_for


@asynccontextmanager
async def worker_on(url: str) -> AsyncIterator[Tools]:
    """What a worker on this database holds in its hands."""
    database = Database(make_engine(url), nobody)
    try:
        yield tools_for(Settings(), database)
    finally:
        await database.close()


async def test_the_process_of_a_round_makes_the_draft(fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENFRIENDS_DATABASE_URL", fresh_sqlite)
    async with worker_on(fresh_sqlite) as tools:
        async with tools.database.transaction() as db:
            twin = await twins(db)
            for place, name in ((twin.here, "Tom"), (twin.there, "Lotte")):
                await b.child(db, place, name, born=date(2013, 3, 2))
            row = await round_runs.start(db, twin.ilse, now=b.NOW)
        await matching.run_round(tools, row.id, apart.run_apart)
        async with tools.database.reading() as db:
            done = await db.get_one(MatchRound, row.id)
            assert (done.state, done.waiting, done.proposals) == (RoundState.DRAFT, 2, 1)


@pytest.mark.parametrize(("code", "failure"), [(1, "died"), (-9, "died")])
async def test_a_process_that_ends_badly_leaves_a_round_that_failed(fresh_sqlite: str, code: int, failure: str) -> None:
    async with worker_on(fresh_sqlite) as tools:
        async with tools.database.transaction() as db:
            row = await round_runs.start(db, (await twins(db)).ilse, now=b.NOW)

        async def killed(_round_id: UUID) -> int:
            return code

        await matching.run_round(tools, row.id, killed)
        async with tools.database.reading() as db:
            done = await db.get_one(MatchRound, row.id)
            assert (done.state, done.failure) == (RoundState.FAILED, failure)


async def test_a_round_of_a_worker_that_has_to_stop_is_begun_by_the_next(fresh_sqlite: str) -> None:
    async with worker_on(fresh_sqlite) as tools:
        async with tools.database.transaction() as db:
            row = await round_runs.start(db, (await twins(db)).ilse, now=b.NOW)
        begun = asyncio.Event()

        async def endless(round_id: UUID) -> int:
            async with tools.database.transaction() as db:
                assert await round_runs.claim(db, round_id, now=b.NOW)
            begun.set()
            await asyncio.sleep(3600)
            return 0

        job = asyncio.create_task(matching.run_round(tools, row.id, endless))
        await begun.wait()
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        assert await rounds.run(tools.database, row.id)
        async with tools.database.reading() as db:
            assert (await db.get_one(MatchRound, row.id)).state is RoundState.DRAFT


async def test_a_round_that_breaks_stores_nothing_and_says_so(
    fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penfriends.actions.rounds.check_round", lambda *_: ("rule_broken",))
    async with worker_on(fresh_sqlite) as tools:
        async with tools.database.transaction() as db:
            twin = await twins(db)
            await b.adult(db, twin.here, "Arthur")
            await b.adult(db, twin.there, "Henk")
            row = await round_runs.start(db, twin.ilse, now=b.NOW)
        assert not await rounds.run(tools.database, row.id)
        async with tools.database.reading() as db:
            done = await db.get_one(MatchRound, row.id)
            assert (done.state, done.failure) == (RoundState.FAILED, "checker")
            assert (await db.exec(select(Match))).all() == []


async def test_the_process_ends_with_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that never ends stands in for it."""
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    real = asyncio.create_subprocess_exec

    async def sleeper(*_command: str) -> asyncio.subprocess.Process:
        process = await real(sys.executable, "-c", "import time; time.sleep(3600)")
        started.set_result(process.pid)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", sleeper)
    job = asyncio.create_task(apart.run_apart(uuid7()))
    pid = await started
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


async def test_progress_is_told_step_by_step(fresh_sqlite: str) -> None:
    database = Database(make_engine(fresh_sqlite), nobody)
    progress = round_runs.Progress()
    for step, number in (("comparing", 400), ("solving", 900), ("comparing", 400), ("solving", 50), ("checking", 120)):
        progress.hear(step, number)
    assert (progress.people, progress.possible, progress.proposals) == (400, 950, 120)
    async with database.transaction() as db:
        row = await round_runs.start(db, (await twins(db)).ilse, now=b.NOW)
        assert row.step is RoundStep.ASKED
        assert await round_runs.beat(db, row.id, progress, now=b.NOW)
        await db.refresh(row)
        assert (row.step, row.possible) == (RoundStep.CHECKING, 950)
    await database.close()
