"""Where are bytes kept? Once by their sha256, in the database: one transaction, one backup."""

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.delivery import RawMail
from penfriends.models.letters import Attachment, Blob
from penfriends.models.paper import ScannedPage


async def keep(db: AsyncSession, data: bytes, *, now: datetime) -> str:
    """Keep `data` and return its sha256 in hex; the same bytes twice are kept once."""
    digest = hashlib.sha256(data).hexdigest()
    row = {"sha256": digest, "data": data, "size": len(data), "created_at": now}
    await db.exec(_KEEP[db.get_bind().dialect.name], params=row)
    return digest


async def forget(db: AsyncSession, digest: str) -> None:
    """Bytes that no letter, no mail and no page needs any more are gone."""
    needed = sa.or_(*(sa.exists().where(column == digest) for column in _NEEDED_BY))
    await db.exec(delete(Blob).where(col(Blob.sha256) == digest, ~needed))


_NEEDED_BY = (col(Attachment.blob_sha256), col(RawMail.blob_sha256), col(ScannedPage.blob_sha256))
_TABLE: Any = sa.inspect(Blob).local_table
# Nothing goes wrong where another transaction keeps the same bytes at this moment.
_KEEP: dict[str, Any] = {
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing(),
}
