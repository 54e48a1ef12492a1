"""Which guardians have not answered, and whose yes runs out? Reminders, purges and ends, for workers (R08, R09)."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import links, proposals
from penfriends.actions.addresses import Addresses
from penfriends.actions.audit import Actor, note
from penfriends.actions.consent import LINK_LASTS, ask
from penfriends.actions.people import guardian_of
from penfriends.actions.privacy import forget_drafted
from penfriends.actions.telling import tell
from penfriends.mail.notices import Notice
from penfriends.models.residents import Consent, ConsentState, Resident, ResidentState
from penfriends.models.schools import PaperYes, Pupil
from penfriends.models.signin import LinkPurpose
from penfriends.rules import consent as rules
from penfriends.rules.bands import Band


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    asked_again: int
    purged: int
    reminded: int
    expired: int


async def sweep(db: AsyncSession, *, at: Addresses, now: datetime) -> Swept:
    """Do what time asks for. A second run at the same moment does nothing."""
    return Swept(
        purged=await _purge(db, now=now),
        asked_again=await _ask_again(db, at=at, now=now),
        expired=await _expire(db, now=now),
        reminded=await _remind(db, at=at, now=now),
    )


async def _purge(db: AsyncSession, *, now: datetime) -> int:
    """Day 14 without an answer: nothing of the child is kept (rule R08)."""
    silent = [child for _, child in await _unanswered(db, asked_before=now - rules.PURGE_AFTER)]
    for child in silent:
        await _log(db, child, "consent_never_answered", now=now)
        await forget_drafted(db, child)
    return len(silent)


async def _ask_again(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Day 7: one reminder with a fresh link."""
    due = [pair for pair in await _unanswered(db, asked_before=now - rules.ASK_AGAIN_AFTER) if not pair[0].reminders]
    for row, child in due:
        row.reminders, row.reminded_at = 1, now
        db.add(row)
        await ask(db, child, at=at, now=now, notice=Notice.CONSENT_REMINDER)
    return len(due)


async def _unanswered(db: AsyncSession, *, asked_before: datetime) -> list[tuple[Consent, Resident]]:
    found = await db.exec(
        select(Consent, Resident)
        .join(Resident, col(Resident.id) == col(Consent.resident_id))
        .where(
            Consent.state == ConsentState.ASKED,
            Resident.state == ResidentState.AWAITING_CONSENT,
            Consent.asked_at <= asked_before,
        )
    )
    return list(found.all())


async def _expire(db: AsyncSession, *, now: datetime) -> int:
    """A yes that has run out pauses the child and deletes nothing (rule R09). A pupil's is missing on the list."""
    over = await _given(db, ending_before=now)
    for row, child in over:
        row.state = ConsentState.EXPIRED
        child.state, child.paused_until, child.waiting_since = ResidentState.PAUSED, None, None
        db.add_all([row, child])
        pupil = await db.get(Pupil, child.id) if row.attested_by else None
        if pupil is not None:
            pupil.paper = PaperYes.NONE
            db.add(pupil)
        await proposals.lapse(db, child.id, now=now)
        await _log(db, child, "consent_expired", now=now)
    await db.flush()
    return len(over)


async def _remind(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """30, 14 and 3 days before the end. After a long silence of this house only one mail goes, not three. A pupil's yes
    ends with the class, whose teacher is told (`class_endings`)."""
    told = 0
    for row, child in await _given(db, ending_before=now + rules.REMIND_BEFORE[0]):
        if row.attested_by is not None:
            continue
        guardian = await guardian_of(db, child)
        due = rules.reminders_due(row.expires_at.date(), now.date()) if row.expires_at else 0
        if row.expires_at is None or guardian is None or row.reminders >= due:
            continue
        row.reminders, row.reminded_at = due, now
        db.add(row)
        made = await links.make(
            db, LinkPurpose.GUARDIAN_CONSENT, now=now, lifetime=LINK_LASTS, sign_in_id=guardian.id, subject_id=child.id
        )
        await tell(
            db,
            Notice.CONSENT_EXPIRING,
            to=guardian,
            about=child,
            band=Band.ADULT,
            at=at,
            now=now,
            child=child.first_name,
            ends_on=row.expires_at.date(),
            url=at.link(f"/g/{made.secret}"),
        )
        told += 1
    return told


async def _given(db: AsyncSession, *, ending_before: datetime) -> list[tuple[Consent, Resident]]:
    found = await db.exec(
        select(Consent, Resident)
        .join(Resident, col(Resident.id) == col(Consent.resident_id))
        .where(
            Consent.state == ConsentState.GIVEN,
            col(Consent.expires_at) <= ending_before,
            col(Resident.state).in_([ResidentState.ACTIVE, ResidentState.PAUSED]),
            Resident.band == Band.CHILD,
        )
    )
    return list(found.all())


async def _log(db: AsyncSession, child: Resident, action: str, *, now: datetime) -> None:
    await note(db, now=now, actor=Actor.SYSTEM, actor_id=None, action=action, subject="resident", subject_id=child.id)
