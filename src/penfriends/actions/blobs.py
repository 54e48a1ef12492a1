"""Where are bytes kept? Once by their sha256, in the database: one transaction, one backup."""

import contextlib
import hashlib
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.letters import Blob


async def keep(db: AsyncSession, data: bytes, *, now: datetime) -> str:
    """Keep `data` and return its sha256 in hex; the same bytes twice are kept once."""
    digest = hashlib.sha256(data).hexdigest()
    if (await db.exec(select(Blob.sha256).where(Blob.sha256 == digest))).first() is None:
        with contextlib.suppress(IntegrityError):  # another transaction keeps the same bytes at this moment
            async with db.begin_nested():
                await db.exec(insert(Blob).values(sha256=digest, data=data, size=len(data), created_at=now))
    return digest


async def fetch(db: AsyncSession, sha256: str) -> bytes | None:
    """The bytes with this sha256."""
    return (await db.exec(select(Blob.data).where(Blob.sha256 == sha256))).first()
