"""How is a mail kept until somebody reads it? It is on disk before it is answered with 250."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.blobs import keep
from penfriends.actions.doorway import Target
from penfriends.ids import uuid7
from penfriends.jobs import Job, later
from penfriends.models.delivery import RawMail, RawMailState
from penfriends.models.letters import Blob


async def take_in(
    db: AsyncSession, target: Target, raw: bytes, *, envelope_from: str, envelope_to: str, now: datetime
) -> UUID:
    """Keep a mail as it came. The door answers 250 only after this transaction is on disk."""
    raw_mail_id = uuid7()
    row = {
        "id": raw_mail_id,
        "participant_id": target.participant_id,
        "association_id": target.association_id,
        "envelope_from": envelope_from[:320],
        "envelope_to": envelope_to[:320].lower(),
        "blob_sha256": await keep(db, raw, now=now),
        "received_at": now,
    }
    await db.exec(_NEW, params=row)
    later(db, Job.READ_MAIL, raw_mail_id)
    return raw_mail_id


async def unread(db: AsyncSession, *, now: datetime, limit: int = 200) -> list[UUID]:
    """Mails that nobody has read yet: the sweep asks again for them."""
    found = await db.exec(
        select(RawMail.id)
        .where(col(RawMail.state) == RawMailState.RECEIVED, RawMail.received_at <= now)
        .order_by(col(RawMail.received_at), col(RawMail.id))
        .limit(limit)
    )
    return list(found)


async def bytes_of(db: AsyncSession, raw_mail_id: UUID) -> bytes | None:
    """The bytes of a mail that waits to be read; None if somebody was faster."""
    found: bytes | None = (await db.exec(_BYTES, params={"raw_mail_id": raw_mail_id})).scalar()
    return found


# Put together once: making them costs as much as asking them.
_BYTES: Any = (
    sa.select(col(Blob.data))
    .join(RawMail, col(RawMail.blob_sha256) == col(Blob.sha256))
    .where(col(RawMail.id) == sa.bindparam("raw_mail_id", type_=sa.Uuid()), col(RawMail.state) == RawMailState.RECEIVED)
)
_NEW: Any = sa.insert(SQLModel.metadata.tables["raw_mail"])
