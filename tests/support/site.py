"""How does a test get the real site, answering on a port of its own, on a database of its own?"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from penfriends import opening
from penfriends.db import Database, make_engine
from penfriends.jobs import Nudge
from penfriends.settings import Settings
from tests.support.built import built


@dataclass(frozen=True, slots=True)
class Site:
    """A running site: where it is, and what it stands on."""

    url: str
    settings: Settings
    database: Database


@asynccontextmanager
async def running(
    database_url: str, redis_url: str, folder: Path, *, nudge: Nudge | None = None, port: int = 0, **more: Any
) -> AsyncIterator[Site]:
    """The site in this process, on a free port, until the end of the block.

    `nudge` replaces the queue, for tests that do the jobs themselves; `port` is that of a site that ran before and
    starts again; `more` are further settings.
    """
    listening = socket.create_server(("127.0.0.1", port))
    port = listening.getsockname()[1]
    chosen = Settings(
        database_url=database_url, redis_url=redis_url, var_dir=folder, web_port=port,
        base_url=f"http://127.0.0.1:{port}", **more,
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(_opened(chosen, nudge))
        application = stack.enter_context(built(chosen, database))
        config = uvicorn.Config(application, log_level="warning", access_log=False, lifespan="on")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            while not server.started:
                if serving.done():
                    await serving
                await asyncio.sleep(0.01)
            yield Site(chosen.base_url, chosen, database)
        finally:
            server.should_exit = True
            await asyncio.gather(serving, return_exceptions=True)
            listening.close()


@asynccontextmanager
async def _opened(chosen: Settings, nudge: Nudge | None) -> AsyncIterator[Database]:
    if nudge is None:
        async with opening.opened(chosen) as database:
            yield database
        return
    database = Database(make_engine(chosen.database), nudge)
    try:
        yield database
    finally:
        await database.close()
