"""How is SQLite asked without a walk to another thread for each small question, and who may write next?

aiosqlite hands every call to a thread: a statement of a few microseconds then costs four changes of thread, which was
half of all the work of a letter. Here a statement is answered where it is asked, and only what waits for something
else than this processor goes to a thread: the flush to disk of a commit, and the turn of another process.

SQLite lets one connection write at a time and has no queue: who waits asks again every tenth of a second, and beside a
busy worker the mailroom could ask in vain for so long that it had to answer 451. So writers take turns (`Turn`), in a
process as in a row of people, between processes through two locked files beside the database.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_cursor
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_dbapi,
    SQLiteDialect_aiosqlite,
)
from sqlalchemy.util import await_only

DRIVER = "sqlite+near"


class Turn:
    """The right to write to one database file. First come, first served.

    Between processes a lock alone would be unfair: who lets go of it takes it again before the one that waits has woken
    up. So who wants it takes the place of the next one first, and leaves that place when the turn has come: whoever
    wants it again finds the place taken.
    """

    def __init__(self, database: str) -> None:
        self._row = asyncio.Lock()
        self._files = [Path(f"{database}-{name}") for name in ("next", "turn")] if database else []
        self._open: list[int] = []

    async def take(self) -> None:
        """Wait until nobody else writes. Cancelled while it waits, it gives the turn back when it comes."""
        await self._row.acquire()
        waiting: asyncio.Future[None] | None = None
        try:
            if not self._open:
                self._open = [os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) for file in self._files]
            if self._open and not self._at_once():
                waiting = asyncio.get_running_loop().run_in_executor(None, self._wait)
                await asyncio.shield(waiting)
        except BaseException:
            if waiting is None:
                self._row.release()
            else:  # its thread cannot be called back: whoever comes next has to wait for it
                waiting.add_done_callback(lambda _: self.give_back())
            raise

    def give_back(self) -> None:
        for file in self._open[1:]:
            fcntl.flock(file, fcntl.LOCK_UN)
        self._row.release()

    def _at_once(self) -> bool:
        """Whether nobody was there."""
        following, turn = self._open
        if not _locked(following):
            return False
        got = _locked(turn)
        fcntl.flock(following, fcntl.LOCK_UN)
        return got

    def _wait(self) -> None:
        following, turn = self._open
        fcntl.flock(following, fcntl.LOCK_EX)
        fcntl.flock(turn, fcntl.LOCK_EX)
        fcntl.flock(following, fcntl.LOCK_UN)

    def close(self) -> None:
        """Forget the files; a later turn opens them again."""
        while self._open:
            os.close(self._open.pop())


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class NearCursor(AsyncAdapt_dbapi_cursor):
    """Statements are answered at once; only a writing transaction waits for its turn first."""

    __slots__ = ()
    _awaitable_cursor_close = False
    _cursor: Any
    _adapt_connection: Any

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        if operation == "BEGIN IMMEDIATE":
            self._adapt_connection.begin_writing()
        else:
            await_only(_nothing())  # SQLAlchemy wants to see that a driver for asyncio is at work
            self._cursor.execute(operation, parameters or ())
            if self._cursor.description:
                self._rows = deque(self._cursor.fetchall())

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        await_only(_nothing())
        self._cursor.executemany(operation, seq_of_parameters)


class NearStream(NearCursor):
    """For results that are too long to be held at once."""

    __slots__ = ()
    server_side = True

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        await_only(_nothing())
        self._cursor.execute(operation, parameters or ())

    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    def fetchmany(self, size: int | None = None) -> Any:
        return self._cursor.fetchmany(size or self.arraysize)

    def fetchall(self) -> Any:
        return self._cursor.fetchall()

    def close(self) -> None:
        self._cursor.close()


class NearConnection(AsyncAdapt_aiosqlite_connection):
    """A connection of the standard library's sqlite3, used by one coroutine at a time: the pool sees to it."""

    __slots__ = ("_holds_turn", "_turn")
    _cursor_cls: Any = NearCursor
    _ss_cursor_cls: Any = NearStream
    _connection: Any

    def __init__(self, dbapi: Any, connection: Any, turn: Turn) -> None:
        super().__init__(dbapi, connection)
        self._turn, self._holds_turn = turn, False

    @property
    def isolation_level(self) -> str | None:
        found: str | None = self._connection.isolation_level
        return found

    @isolation_level.setter
    def isolation_level(self, value: str | None) -> None:
        self._connection.isolation_level = value

    def create_function(self, *args: Any, **kw: Any) -> None:
        self._connection.create_function(*args, **kw)

    def begin_writing(self) -> None:
        await_only(self._turn.take())
        self._holds_turn = True
        try:
            if not self._begun_at_once():
                await_only(_to_its_end(lambda: self._connection.execute("BEGIN IMMEDIATE")))
        except BaseException:
            self._end_turn()
            raise

    def _begun_at_once(self) -> bool:
        """Whether nobody outside of the row, a tool on the command line perhaps, is writing."""
        (patience,) = self._connection.execute("PRAGMA busy_timeout").fetchone()
        self._connection.execute("PRAGMA busy_timeout = 0")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {patience}")
        return True

    def commit(self) -> None:
        try:
            if self._holds_turn:
                await_only(_to_its_end(self._connection.commit))
            else:
                self._connection.commit()
        finally:
            if not self._connection.in_transaction:
                self._end_turn()

    def rollback(self) -> None:
        try:
            self._connection.rollback()
        finally:
            self._end_turn()

    def close(self) -> None:
        try:
            self._connection.close()
        finally:
            self._end_turn()

    def terminate(self) -> None:
        self.close()

    def _end_turn(self) -> None:
        if self._holds_turn:
            self._holds_turn = False
            self._turn.give_back()


async def _to_its_end(work: Callable[[], object]) -> None:
    """Do it in a thread, and leave only when it is over: nobody else may touch the connection meanwhile."""
    going = asyncio.get_running_loop().run_in_executor(None, work)
    cancelled: asyncio.CancelledError | None = None
    while not going.done():
        try:
            await asyncio.wait([going])
        except asyncio.CancelledError as error:
            cancelled = error
    going.result()
    if cancelled is not None:
        raise cancelled


async def _nothing() -> None:
    """Ready at once."""


class NearDbapi(AsyncAdapt_aiosqlite_dbapi):
    """The module's face that SQLAlchemy asks."""

    def connect(self, *given: Any, turn: Turn, **named: Any) -> NearConnection:
        return NearConnection(self, sqlite3.connect(*given, **{**named, "check_same_thread": False}), turn)


class NearDialect(SQLiteDialect_aiosqlite):
    """SQLAlchemy's dialect of SQLite for asyncio, over `NearConnection`."""

    driver = "near"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        import aiosqlite

        return NearDbapi(aiosqlite, sqlite3)

    def get_driver_connection(self, connection: Any) -> Any:
        return connection._connection


def near(url: str) -> sa.URL:
    """The same database, asked in this way."""
    return sa.make_url(url).set(drivername=DRIVER)


registry.register("sqlite.near", "penfriends.near_sqlite", "NearDialect")
