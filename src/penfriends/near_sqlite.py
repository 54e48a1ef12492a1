"""How is SQLite asked without a walk to another thread and back for each small question?

aiosqlite hands every call to a thread: a statement of a few microseconds then costs four changes of thread, which was
half of all the work of a letter. Here only what may wait runs in that thread: the lock of a writing transaction, the
commit with its flush to disk, and whatever is no ordinary statement. Everything else is answered where it is asked.
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any

import aiosqlite

# A write comes after BEGIN IMMEDIATE has got the lock, and in WAL mode a reader waits for nobody.
AT_ONCE = ("SELECT", "INSERT", "UPDATE", "DELETE", "SAVEPOINT", "RELEASE", "ROLLBACK TO")
OF_A_CURSOR = frozenset({"fetchone", "fetchmany", "fetchall", "close"})


class NearConnection(aiosqlite.Connection):
    """A connection whose thread only does what may wait. Used by one coroutine at a time: the pool sees to it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._away: deque[None] = deque()  # one for each call that the thread has not finished

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """After a call that was given up (a time-out) the thread may still be at it: then everything waits its turn."""
        if self._running and self._connection is not None and not self._away and not may_wait(fn, args):
            return fn(*args, **kwargs)
        self._away.append(None)

        def there() -> Any:
            try:
                return fn(*args, **kwargs)
            finally:
                self._away.pop()

        return await super()._execute(there)  # type: ignore[no-untyped-call]


def may_wait(fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Whether this call of sqlite3 may wait for a lock or a disk."""
    owner, name = getattr(fn, "__self__", None), getattr(fn, "__name__", "")
    if isinstance(owner, sqlite3.Connection):
        return name != "cursor"
    if not isinstance(owner, sqlite3.Cursor):
        return True
    if name == "execute":
        return not (args[0] == "BEGIN" or args[0].startswith(AT_ONCE))
    return name not in OF_A_CURSOR


def connect(database: str, **options: Any) -> NearConnection:
    """For SQLAlchemy's `async_creator_fn`: a connection to open, with the options of sqlite3.connect."""
    made = NearConnection(
        lambda: sqlite3.connect(database, **{**options, "check_same_thread": False}), iter_chunk_size=64
    )
    made._thread.daemon = True  # as SQLAlchemy does with aiosqlite's own: nobody waits for it at the end
    return made
