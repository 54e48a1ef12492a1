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
    hashed = fingerprint(key)
    tried = (
        await db.exec(select(func.count()).select_from(Attempt).where(Attempt.key == hashed, Attempt.at > now - within))
    ).one()
    if tried >= limit:
        raise Refused(Refusal.TOO_MANY_TRIES)
    db.add(Attempt(key=hashed, at=now))
    await db.flush()


async def forget_old(db: AsyncSession, *, now: datetime) -> None:
    """Tries of yesterday count for nothing."""
    await db.exec(delete(Attempt).where(col(Attempt.at) < now - timedelta(days=1)))
