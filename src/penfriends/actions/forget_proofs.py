"""What is no longer proof of anything after six years? Decisions, yeses, checks, the oldest lines of the log (R48)."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit
from penfriends.actions.forget_addresses import without_proofs
from penfriends.models.classified import PROOF
from penfriends.models.emptied import emptied
from penfriends.models.groups import GroupApproval
from penfriends.models.matching import Block, MatchApproval
from penfriends.models.moderation import AuditEntry, Conflict, Decision, Report, Vetting
from penfriends.models.pairings import PairingApproval
from penfriends.models.residents import BirthChange, Consent, Resident
from penfriends.rules.retention import cutoffs

_DATED: tuple[tuple[type[SQLModel], str], ...] = (
    (Decision, "at"),
    (MatchApproval, "at"),
    (GroupApproval, "at"),
    (PairingApproval, "at"),
    (Report, "closed_at"),
    (Vetting, "expires_on"),
)
_OF_A_PERSON: tuple[tuple[type[SQLModel], str], ...] = (
    (Consent, "resident_id"),
    (BirthChange, "resident_id"),
    (Conflict, "resident_id"),
    (Block, "low_id"),
    (Block, "high_id"),
)


async def decisions(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """Who decided what, who said yes to a match, whose check has run out: each six years after it."""
    gone = 0
    for kind, when in _DATED:
        moment: Any = cutoffs(now).proof.date() if when == "expires_on" else cutoffs(now).proof
        key: Any = getattr(kind, "id")  # noqa: B009
        due = list(await db.exec(select(key).where(col(getattr(kind, when)) <= moment).order_by(key).limit(limit)))
        await db.exec(delete(kind).where(col(key).in_(due)))
        gone = max(gone, len(due))
    return gone


async def consents(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """Who agreed to what for somebody who was forgotten six years ago, and whom they were never to meet."""
    left = exists(select(Consent.id).where(col(Consent.resident_id) == col(Resident.id))).correlate(Resident)
    agreed = col(Resident.rules_agreed_at).is_not(None) | col(Resident.came_of_age_at).is_not(None)
    over = col(Resident.forgotten_at) <= cutoffs(now).proof
    due = list(await db.exec(select(Resident.id).where(over, left | agreed).order_by(col(Resident.id)).limit(limit)))
    guardians = select(Consent.guardian_id).where(
        col(Consent.resident_id).in_(due), col(Consent.guardian_id).is_not(None)
    )
    asked = {one for one in await db.exec(guardians) if one}
    for kind, key in _OF_A_PERSON:
        await db.exec(delete(kind).where(col(getattr(kind, key)).in_(due)))
    await db.exec(update(Resident).where(col(Resident.id).in_(due)).values(**emptied(Resident, PROOF)))
    await without_proofs(db, asked)
    return len(due)


async def log(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """The oldest lines of the log. The chain goes on from the last that went: a line keeps its hash."""
    oldest = select(AuditEntry).where(AuditEntry.at <= cutoffs(now).proof).order_by(col(AuditEntry.number))
    due = (await db.exec(oldest.limit(limit))).all()
    first_kept = (await db.exec(select(AuditEntry.number).where(AuditEntry.at > cutoffs(now).proof).limit(1))).first()
    last = due[-1] if due else None
    if last is None or first_kept is None:
        return 0  # a log without any line could not be told from one that somebody has emptied
    await audit.note(
        db, now=now, actor=audit.Actor.SYSTEM, actor_id=None, action=audit.SHORTENED, subject="audit_entry",
        subject_id=None, details={"lines": len(due), "last_hash": last.hash},
    )  # fmt: skip
    await db.exec(delete(AuditEntry).where(col(AuditEntry.number) <= last.number))
    return len(due)
