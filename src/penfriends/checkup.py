"""Does everything stand that this installation needs? One line a thing, for whoever sets it up or wakes it up.

In development what `penfriends run` will start or make by itself may be missing; in production nothing may.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import domain_reasons, i18n, migrate, valkey
from penfriends.actions import staff
from penfriends.db import make_engine
from penfriends.doorkeys import house_of, nameserver_of, signer_of
from penfriends.mail.signing import LEAST_BITS, BadKey
from penfriends.nameserver import findings
from penfriends.rules.mail_domains import Level
from penfriends.settings import Settings

WITHIN = 5


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one thing: fine, missing for now (`run` will see to it), or wrong. Of what DNS says also better
    (it could be) and unknown (nobody answered)."""

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
        ("signing key", _signing_key, False),
        ("smarthost log", _smarthost_log, False),
    ]
    for name, question, later in asked:
        try:
            fine, said = await asyncio.wait_for(question(settings), WITHIN)
        except (OSError, TimeoutError, SQLAlchemyError, RedisError) as error:
            fine, said = False, f"does not answer ({type(error).__name__})"
        missing = "missing" if later and settings.development else "wrong"
        yield Found(name, "fine" if fine else missing, said)
    async for found in _domains(settings):
        yield found


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


async def _signing_key(settings: Settings) -> Answer:
    """Whether mail is signed with a key that can sign; whether everybody can look it up, `_domains` says."""
    signer = signer_of(settings)
    if signer is None:
        return True, "none set: the mail server signs"
    try:
        bits = signer.bits()
    except BadKey as error:
        return False, f"PENFRIENDS_DKIM_KEY_FILE: {error}"
    if bits < LEAST_BITS - 1:
        return False, f"{bits} bits are too few; take 2048"
    name = f"{signer.selector}._domainkey.{signer.domain}"
    return True, f"{bits} bits, {name}"


async def _domains(settings: Settings) -> AsyncIterator[Found]:
    """What DNS says of our domains, the same that the desk's page of mail health shows."""
    nameserver = nameserver_of(settings)
    if nameserver is None:
        yield Found("mail domains", "fine", "nobody is asked in development; PENFRIENDS_DNS_SERVER names somebody")
        return
    for one in await findings(house_of(settings), nameserver):
        state = "missing" if settings.development and one.level is Level.WRONG else one.level.value
        there = (
            f" Publish at {one.name}: {one.publish}" if one.publish and one.level in (Level.WRONG, Level.BETTER) else ""
        )
        yield Found(one.topic.value, state, f"{one.domain}: {domain_reasons.found(one.code)}{there}")


async def _smarthost_log(settings: Settings) -> Answer:
    """Whether there is a log that can say what became of a mail whose end nobody heard."""
    path = settings.smarthost_log
    if path:
        return os.access(path, os.R_OK), f"{path} {'can' if os.access(path, os.R_OK) else 'cannot'} be read"
    if settings.smarthost_log_command or settings.smarthost_queue_command:
        return True, "a command is asked"
    return True, "none set: a person decides about mails that may or may not have left"
