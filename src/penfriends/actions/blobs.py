"""Where are bytes kept? Once by their sha256, in the database: one transaction, one backup."""

import hashlib
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.letters import Blob


async def keep(db: AsyncSession, data: bytes, *, now: datetime) -> str:
    """Keep `data` and return its sha256 in hex; the same bytes twice are kept once."""
    digest = hashlib.sha256(data).hexdigest()
    # also where another transaction keeps the same bytes at this moment
    row = {"sha256": digest, "data": data, "size": len(data), "created_at": now}
    if db.get_bind().dialect.name == "postgresql":
        await db.exec(postgresql.insert(Blob).values(row).on_conflict_do_nothing())
    else:
        await db.exec(sqlite.insert(Blob).values(row).on_conflict_do_nothing())
    return digest


async def fetch(db: AsyncSession, sha256: str) -> bytes | None:
    """The bytes with this sha256."""
    return (await db.exec(select(Blob.data).where(Blob.sha256 == sha256))).first()
