"""Does everything stand that this installation needs? One line a thing, for whoever sets it up or wakes it up.

In development what `penfriends run` will start or make by itself may be missing; in production nothing may.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import i18n, migrate, valkey
from penfriends.actions import staff
from penfriends.db import make_engine
from penfriends.settings import Settings

WITHIN = 5


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one thing: fine, missing for now (`run` will see to it), or wrong."""

    name: str
    state: str
    said: str

    @property
    def wrong(self) -> bool:
        return self.state == "wrong"


Answer = tuple[bool, str]


async def look(settings: Settings) -> AsyncIterator[Found]:
    """Looks at one thing after the other; each line comes as soon as it is known."""
    yield Found("settings", "fine", f"{settings.environment.value}, {settings.base_url}")
    asked: list[tuple[str, Callable[[Settings], Awaitable[Answer]], bool]] = [
        ("database", _database, True),
        ("secret key", secret_key, False),
        ("queue", _queue, True),
        ("templates", _templates, False),
        ("translations", _translations, False),
        ("mail server", _mail_server, True),
    ]
    for name, question, later in asked:
        try:
            fine, said = await asyncio.wait_for(question(settings), WITHIN)
        except (OSError, TimeoutError, SQLAlchemyError, RedisError) as error:
            fine, said = False, f"does not answer ({type(error).__name__})"
        missing = "missing" if later and settings.development else "wrong"
        yield Found(name, "fine" if fine else missing, said)


async def _database(settings: Settings) -> Answer:
    kind = settings.database.partition(":")[0]
    if not settings.database_url and not (settings.var_dir / "penfriends.sqlite3").exists():
        return False, f"{kind}: none yet; penfriends migrate makes it"
    engine = make_engine(settings.database)
    try:
        current = await migrate.is_current(engine)
    finally:
        await engine.dispose()
    return current, f"{kind}: {'current' if current else 'not current; run penfriends migrate'}"


async def secret_key(settings: Settings) -> Answer:
    """Whether it is the one that the moderators' authenticators were set up with: a backup does not bring the key."""
    if not settings.database_url and not (settings.var_dir / "penfriends.sqlite3").exists():
        return True, "no database yet"
    engine = make_engine(settings.database)
    try:
        async with AsyncSession(engine) as db:
            lost = await staff.made_with_another_key(db, settings.secret_key.encode())
    except SQLAlchemyError:
        return True, "cannot be compared: the database is not current"
    finally:
        await engine.dispose()
    if lost:
        return False, f"PENFRIENDS_SECRET_KEY is not the one {lost} moderators set up their one-time codes with"
    return True, "fits the database"


async def _queue(settings: Settings) -> Answer:
    if not settings.redis_url:
        server = valkey.find_server()
        return False, f"none set; penfriends run starts {server.name if server else 'none: there is no Valkey here'}"
    client: Redis = Redis.from_url(settings.redis_url)
    try:
        await client.ping()
    finally:
        await client.aclose()
    return True, "answers"


async def _templates(_settings: Settings) -> Answer:
    from penfriends.web.respond import environment

    found = environment().list_templates()
    return "base.html" in found, f"{len(found)} files"


async def _translations(settings: Settings) -> Answer:
    for code in settings.languages:
        i18n.catalogue(code)
    return True, ", ".join(settings.languages)


async def _mail_server(settings: Settings) -> Answer:
    reader, writer = await asyncio.open_connection(settings.smtp_host, settings.smtp_port)
    try:
        if settings.smtp_tls == "tls":  # it greets only after a handshake, which the worker will do
            return True, f"{settings.smtp_host}:{settings.smtp_port} takes connections"
        greeting = await reader.readline()
    finally:
        writer.close()
    return greeting.startswith(b"220"), f"{settings.smtp_host}:{settings.smtp_port} answers"
