"""Does everybody get a turn at SQLite, and does a call that is given up leave nothing behind?"""

import asyncio
import fcntl
import sqlite3
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from penfriends.db import Database, make_engine
from penfriends.jobs import nobody
from penfriends.near_sqlite import Turn
from tests.support.processes import PATIENCE

BUSY = """
import asyncio, sys
import sqlalchemy as sa
from penfriends.db import Database, make_engine
from penfriends.jobs import nobody

async def write(database):
    while True:
        async with database.transaction() as db:
            await db.exec(sa.text("UPDATE counted SET busy = busy + 1"))

async def main(url):
    database = Database(make_engine(url), nobody)
    async with database.transaction() as db:
        await db.exec(sa.text("UPDATE counted SET busy = busy + 1"))
    print("writing", flush=True)
    await asyncio.gather(*(write(database) for _ in range(8)))

asyncio.run(main(sys.argv[1]))
"""


@pytest.fixture
async def counted(tmp_path: Path) -> AsyncEngine:
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path / 'counted.sqlite3'}")
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE TABLE counted (mine INTEGER, busy INTEGER)"))
        await connection.execute(sa.text("INSERT INTO counted VALUES (0, 0)"))
    return engine


async def mine(engine: AsyncEngine) -> None:
    async with Database(engine, nobody).transaction() as db:
        await db.exec(sa.text("UPDATE counted SET mine = mine + 1"))  # type: ignore[call-overload]


async def count(engine: AsyncEngine, column: str) -> int:
    async with Database(engine, nobody).reading() as db:
        found = await db.exec(sa.text(f"SELECT {column} FROM counted"))  # type: ignore[call-overload]
        return int(found.scalar_one())


async def test_a_process_that_never_stops_writing_lets_who_stands_next_go_first(
    counted: AsyncEngine, tmp_path: Path
) -> None:
    """One of theirs for one of ours, at most: without the place of the next one it was 4 to 900 of theirs."""
    busy = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BUSY, str(counted.url).replace("+near", "+aiosqlite"), stdout=asyncio.subprocess.PIPE
    )
    following, turn = ((tmp_path / f"counted.sqlite3-{name}").open("a") for name in ("next", "turn"))
    try:
        assert busy.stdout is not None
        assert await busy.stdout.readline() == b"writing\n"
        for _ in range(20):
            await mine(counted)
            await asyncio.to_thread(fcntl.flock, following, fcntl.LOCK_EX)
            before = await count(counted, "busy")
            await asyncio.to_thread(fcntl.flock, turn, fcntl.LOCK_EX)
            assert await count(counted, "busy") - before <= 1
            for file in (following, turn):
                fcntl.flock(file, fcntl.LOCK_UN)
    finally:
        busy.kill()
        await busy.wait()
        following.close()
        turn.close()
    assert await count(counted, "mine") == 20
    await counted.dispose()


async def test_many_writers_of_one_process_all_come_to_their_turn(counted: AsyncEngine) -> None:
    await asyncio.gather(*(mine(counted) for _ in range(50)))
    assert await count(counted, "mine") == 50
    await counted.dispose()


async def test_who_gives_up_waiting_keeps_nobody_from_writing(counted: AsyncEngine, tmp_path: Path) -> None:
    """Both ways of waiting: in the row of this process, and for another one."""
    elsewhere = Turn(str(tmp_path / "counted.sqlite3"))
    await elsewhere.take()
    first, second = asyncio.create_task(mine(counted)), asyncio.create_task(mine(counted))
    await asyncio.sleep(0.05)
    for one in (first, second):
        one.cancel()
    given_up = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(one) for one in given_up] == [asyncio.CancelledError] * 2
    elsewhere.give_back()
    await asyncio.wait_for(mine(counted), PATIENCE)
    assert await count(counted, "mine") == 1
    await counted.dispose()


async def test_a_commit_that_is_given_up_is_over_before_anybody_hears_of_it(counted: AsyncEngine) -> None:
    for steps in range(1, 30):
        task = asyncio.create_task(mine(counted))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    before = await count(counted, "mine")
    await asyncio.wait_for(mine(counted), PATIENCE)
    assert await count(counted, "mine") == before + 1
    await counted.dispose()


async def test_a_transaction_that_fails_gives_its_turn_back(counted: AsyncEngine) -> None:
    async def fails() -> None:
        async with Database(counted, nobody).transaction() as db:
            await db.exec(sa.text("UPDATE counted SET mine = 9"))  # type: ignore[call-overload]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    await asyncio.wait_for(mine(counted), PATIENCE)
    assert await count(counted, "mine") == 1
    await counted.dispose()


async def test_a_lock_from_outside_is_waited_for_and_its_end_is_noticed(counted: AsyncEngine, tmp_path: Path) -> None:
    """A command line tool that takes no turn: SQLite's own lock still holds."""
    other = sqlite3.connect(tmp_path / "counted.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(mine(counted))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    other.execute("COMMIT")
    await asyncio.wait_for(waiting, PATIENCE)
    assert await count(counted, "mine") == 1
    other.close()
    await counted.dispose()
