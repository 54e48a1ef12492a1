"""Has somebody tried too often? Counted in the database, so that it holds over restarts and several processes."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.errors import Refusal, Refused
from penfriends.ids import fingerprint
from penfriends.models.signin import Attempt


async def check(db: AsyncSession, key: str, *, limit: int, within: timedelta, now: datetime) -> None:
    """Count one try of `key` (say `code:<id>`). Raises Refused(TOO_MANY_TRIES) beyond `limit` tries `within` a time."""
    await must_be_below(db, key, limit=limit, within=within, now=now)
    await count(db, key, now=now)


async def must_be_below(db: AsyncSession, key: str, *, limit: int, within: timedelta, now: datetime) -> None:
    """For tries of which only the wrong ones count: a whole class comes from one network. Raises Refused."""
    tried = await db.exec(
        select(func.count()).select_from(Attempt).where(Attempt.key == fingerprint(key), Attempt.at > now - within)
    )
    if tried.one() >= limit:
        raise Refused(Refusal.TOO_MANY_TRIES)


async def count(db: AsyncSession, key: str, *, now: datetime) -> None:
    """This was a wrong one."""
    db.add(Attempt(key=fingerprint(key), at=now))
    await db.flush()


async def forget_old(db: AsyncSession, *, now: datetime) -> None:
    """Tries of yesterday count for nothing."""
    await db.exec(delete(Attempt).where(col(Attempt.at) < now - timedelta(days=1)))
