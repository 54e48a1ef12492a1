"""Two people press at the very same moment: how does a test make the two transactions overlap?

On PostgreSQL the second begins when the first has done all but commit, so it has read what was before; the first
commits once the second has ended or waits for it. On SQLite writers queue before they read, and the second sees what
the first did. Both are tested by the same story.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.db import Database
from tests.support.processes import PATIENCE

Press = Callable[[AsyncSession], Awaitable[Any]]
LOOK = 0.01
_WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def overlapping(database: Database, first: Press, second: Press) -> tuple[Any, Any]:
    """What came of both: what was returned, or the exception."""
    done, may_end = asyncio.Event(), asyncio.Event()

    async def begin() -> Any:
        async with database.transaction() as db:
            try:
                return await first(db)
            finally:
                done.set()
                await may_end.wait()

    async def follow() -> Any:
        async with database.transaction() as db:
            return await second(db)

    one = asyncio.create_task(begin())
    await done.wait()
    other = asyncio.create_task(follow())
    async with asyncio.timeout(PATIENCE):
        await _ended_or_waits(database, other)
        may_end.set()
        ends = await asyncio.gather(one, other, return_exceptions=True)
    return ends[0], ends[1]


async def _ended_or_waits(database: Database, task: "asyncio.Task[Any]") -> None:
    if database.engine.dialect.name != "postgresql":
        return
    while not task.done():
        async with database.engine.connect() as connection:
            if (await connection.execute(_WAITING)).scalar_one():
                return
        await asyncio.sleep(LOOK)
