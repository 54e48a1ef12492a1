"""Who did what, in a log that cannot be changed unseen? Each line's hash covers the line before it (rule R41)."""

import enum
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.moderation import AuditEntry

START = "0" * 64
SHORTENED = "shorten_log"
_LOCK = 7_265_641  # one advisory lock for the whole chain, so that two lines never follow the same one


class Actor(enum.StrEnum):
    RESIDENT = "resident"
    GUARDIAN = "guardian"
    MODERATOR = "moderator"
    SYSTEM = "system"


async def note(
    db: AsyncSession,
    *,
    now: datetime,
    actor: Actor,
    actor_id: UUID | None,
    action: str,
    subject: str,
    subject_id: UUID | None,
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append one line. On PostgreSQL an advisory lock orders the writers; SQLite has one writer anyway."""
    if db.get_bind().dialect.name == "postgresql":
        await db.exec(select(func.pg_advisory_xact_lock(_LOCK)))
    last = (await db.exec(select(AuditEntry.hash).order_by(col(AuditEntry.number).desc()).limit(1))).first()
    entry = AuditEntry(
        at=now,
        actor=actor.value,
        actor_id=actor_id,
        action=action,
        subject=subject,
        subject_id=subject_id,
        details=dict(details or {}),
        previous_hash=last or START,
        hash="",
    )
    entry.hash = line_hash(entry)
    db.add(entry)
    await db.flush()
    return entry


def line_hash(entry: AuditEntry) -> str:
    """The sha256 over a line and the hash before it. Microseconds are kept by both databases."""
    parts = [
        entry.previous_hash,
        entry.at.isoformat(),
        entry.actor,
        str(entry.actor_id),
        entry.action,
        entry.subject,
        str(entry.subject_id),
        json.dumps(entry.details, sort_keys=True, ensure_ascii=False),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


async def first_broken(db: AsyncSession) -> int | None:
    """The number of the first line whose hash is wrong or that does not follow the one before; None if all hold.

    Lines older than six years are gone: then a line further down says with which hash the last of them ended.
    """
    before, said = None, set()
    first: AuditEntry | None = None
    lines = await db.exec(select(AuditEntry).order_by(col(AuditEntry.number)))
    for entry in lines:
        first = first or entry
        if (before is not None and entry.previous_hash != before) or line_hash(entry) != entry.hash:
            return entry.number
        before = entry.hash
        if entry.action == SHORTENED:
            said.add(entry.details.get("last_hash"))
    begins_well = first is None or first.previous_hash == START or first.previous_hash in said
    return None if begins_well or first is None else first.number
