"""Where does every transaction begin and end?

A door (a request, a job, the mailroom) opens `transaction()`; nobody else commits. Wishes for jobs that an action left
in the session are sent after the commit, never before, and are dropped with a rollback.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.jobs import Nudge, Wishes, wishes_of
from penfriends.near_sqlite import Turn, near

BUSY_SECONDS = 20
# PostgreSQL's classes of errors that pass: connection, serialization, resources, locks, operator intervention
PASSING_STATES = frozenset({"08", "40", "53", "55", "57"})


def make_engine(url: str, **options: Any) -> AsyncEngine:
    """An engine for SQLite or PostgreSQL with the durability that a letter accepted with 250 needs.

    SQLite: WAL, synchronous=FULL (a commit survives a power cut), foreign keys on, and BEGIN IMMEDIATE, because a
    deferred transaction that reads and then writes fails at once with "database is locked" whatever the time-out.
    """
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_pre_ping=True, **options)
    where = near(url)
    turn = Turn(str(Path(where.database).resolve()) if where.database and where.database != ":memory:" else "")
    engine = create_async_engine(where, connect_args={"timeout": BUSY_SECONDS, "turn": turn}, **options)
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _set_pragmas(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # we write BEGIN ourselves
    cursor = raw.cursor()
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        "synchronous=FULL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def passes(error: BaseException) -> bool:
    """Whether PostgreSQL says by its error that the same can go well a moment later: it stops, it starts, or it has
    ended one of two who waited for each other. While it starts its own error comes, that of the driver."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return isinstance(state, str) and state[:2] in PASSING_STATES


@dataclass(frozen=True, slots=True)
class Database:
    """The engine of this process, and how work is done on it."""

    engine: AsyncEngine
    nudge: Nudge

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A writing transaction: commits at the end, rolls back on any error, then sends the wishes for jobs."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            async with session.begin():
                yield session
            await self.send_wishes(wishes_of(session.sync_session.info))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads: on SQLite it does not wait for the writer."""
        reader = self.engine.execution_options(write=False)
        async with AsyncSession(reader, expire_on_commit=False) as session:
            yield session

    async def send_wishes(self, wishes: Wishes) -> None:
        """Ask the workers. That they cannot be reached costs seconds, never a letter: a sweep asks again."""
        for name, subject in wishes.take():
            await self.nudge(name, subject)

    async def close(self) -> None:
        await self.engine.dispose()
