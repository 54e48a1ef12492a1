"""What need no part learn anew? One letter's whole journey in the nursery, so that whatever is forked knows the way.

Templates, screening, statements that were compiled: all that takes a started part its first second.
"""

import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy.ext.asyncio
from sqlalchemy.util import LRUCache
from sqlmodel import SQLModel

from penfriends import db as penfriends_db
from penfriends.db import make_engine
from tests import builders
from tests.support.smtp_sink import smtp_sink
from tests.support.story import house_on
from workers.delivery import deliver
from workers.letters import screen_letter
from workers.sweeps import sweep_letters

_compiled: dict[str, LRUCache[Any, Any]] = {}


def share_compiled_statements() -> None:
    """All engines of one dialect in this process, and in those forked from it, know each other's statements."""
    inner = sqlalchemy.ext.asyncio.create_async_engine

    def create(url: str, **options: Any) -> sqlalchemy.ext.asyncio.AsyncEngine:
        engine = inner(url, **options)
        engine.sync_engine._compiled_cache = _compiled.setdefault(engine.dialect.name, LRUCache(1000))
        return engine

    penfriends_db.create_async_engine = create  # type: ignore[attr-defined,assignment]


async def one_letter() -> None:
    """By mail, read, screened, delivered. Without the site, which would leave a thread behind."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder)}/warm.sqlite3"
        engine = make_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(SQLModel.metadata.create_all)
        await engine.dispose()
        async with smtp_sink() as sink, house_on(url, sink.port) as house:
            await house.post(_mail(house.anna.mail, house.anna.alias))
            for letter in await house.letters():
                await screen_letter(house.tools, letter.id)
            letter_id = (await house.release("The plums are ripe.")).id
            await deliver(house.tools, (await house.delivery(letter_id)).id)
            await sweep_letters(house.tools)


def _mail(sender: str, to: str) -> bytes:
    vouched = f"{builders.POLICY.authserv_id}; dmarc=pass header.from={sender.rpartition('@')[2]}"
    return (
        f"Authentication-Results: {vouched}\r\nFrom: {sender}\r\nTo: {to}\r\nSubject: Plums\r\n"
        "Message-ID: <warm@mail.example>\r\n\r\nThe plums are ripe.\r\n"
    ).encode()
