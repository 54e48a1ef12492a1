"""How does a process open what it works on, the database with its queue, and close it at the end?

Apart from app.py, so that a worker and the mailroom start without loading the site.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from penfriends.db import Database, make_engine
from penfriends.queue import Queue
from penfriends.settings import Settings


@asynccontextmanager
async def opened(chosen: Settings) -> AsyncIterator[Database]:
    """The database of this process with its queue, closed at the end."""
    queue = Queue(chosen.redis_url)
    database = Database(make_engine(chosen.database), queue.nudge)
    try:
        yield database
    finally:
        await queue.close()
        await database.close()
