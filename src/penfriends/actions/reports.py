"""What happens when somebody says that something is not right? Both sides stop at once, a person looks (rule R31)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, compose, eligible, matching, people
from penfriends.actions.addresses import Addresses
from penfriends.actions.telling import tell_resident
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.naming import report_outcome
from penfriends.mail.notices import Notice, Value
from penfriends.models.letters import (
    Correspondence,
    CorrespondenceState,
    Letter,
    LetterState,
    Participant,
    ParticipantState,
)
from penfriends.models.matching import BlockReason
from penfriends.models.moderation import Decision, Moderator, Report, ReportOutcome, ReportState, Verb
from penfriends.models.residents import Resident

CLAIM = timedelta(minutes=30)
LONGEST = 5000
COMPLAINT = "complaint"  # the kind of a report that no resident wrote: a mail provider passed it on


async def report(
    db: AsyncSession,
    reporter_id: UUID,
    *,
    letter_id: UUID | None,
    kind: str,
    text: str,
    now: datetime,
) -> Report:
    """A resident's alarm. The correspondence freezes for both in this transaction; nothing passes from now on."""
    reporter = await db.get_one(Participant, reporter_id)
    row = await _open(db, reporter, letter_id=letter_id, kind=kind, text=text, now=now)
    await _warn(db, row.reported_id)
    await audit.note(
        db, now=now, actor=audit.Actor.RESIDENT, actor_id=reporter.resident_id, action="report", subject="report",
        subject_id=row.id,
    )  # fmt: skip
    return row


async def complain(db: AsyncSession, reporter_id: UUID, *, letter_id: UUID, now: datetime) -> Report:
    """A mail provider says that its reader called a letter unwanted. Often a slip of the finger: the correspondence
    stops until a person has looked, but no letter of the writer carries a warning."""
    reporter = await db.get_one(Participant, reporter_id)
    row = await _open(db, reporter, letter_id=letter_id, kind=COMPLAINT, text="", now=now)
    await audit.note(
        db, now=now, actor=audit.Actor.SYSTEM, actor_id=None, action="complaint", subject="report", subject_id=row.id
    )
    return row


async def _open(
    db: AsyncSession, reporter: Participant, *, letter_id: UUID | None, kind: str, text: str, now: datetime
) -> Report:
    other = await _other(db, reporter)
    await freeze(db, reporter.correspondence_id, "report", now=now)
    row = Report(
        correspondence_id=reporter.correspondence_id,
        letter_id=letter_id,
        reporter_id=reporter.id,
        reported_id=other.id,
        kind=kind[:30],
        text=text.strip()[:LONGEST],
        created_at=now,
    )
    db.add(row)
    await db.flush()
    return row


async def block(db: AsyncSession, blocker_id: UUID, *, now: datetime) -> None:
    """End it for good, in one press: nothing passes between the two from now on, and they are never matched again."""
    blocker = await db.get_one(Participant, blocker_id)
    other = await _other(db, blocker)
    await matching.block(
        db,
        blocker.resident_id,
        other.resident_id,
        BlockReason.BLOCKED,
        now=now,
        stops_letters=True,
        by=blocker.resident_id,
    )
    await end(db, blocker.correspondence_id, "blocked", now=now)


async def freeze(db: AsyncSession, correspondence_id: UUID, reason: str, *, now: datetime) -> None:
    """Stop a correspondence until a person has looked. One that has ended stays ended, and one that stopped because
    somebody turned 18 does not go on when the report is closed (rule R04)."""
    await db.exec(
        update(Correspondence)
        .where(
            col(Correspondence.id) == correspondence_id,
            col(Correspondence.state).not_in([CorrespondenceState.ENDED, CorrespondenceState.FROZEN]),
        )
        .values(state=CorrespondenceState.FROZEN, state_reason=reason, state_changed_at=now)
    )


async def end(db: AsyncSession, correspondence_id: UUID, reason: str, *, now: datetime) -> None:
    """End a correspondence for good; its letters stay readable, nothing more can be written."""
    await db.exec(
        update(Correspondence)
        .where(col(Correspondence.id) == correspondence_id)
        .values(state=CorrespondenceState.ENDED, state_reason=reason, state_changed_at=now)
    )
    await db.exec(
        update(Participant)
        .where(col(Participant.correspondence_id) == correspondence_id)
        .values(open_band=None, state=ParticipantState.LEFT)
    )


async def view_report(db: AsyncSession, report_id: UUID, moderator: Moderator, *, now: datetime) -> Report:
    """A report for this moderator's eyes; every view is logged (rule R41)."""
    row = await db.get(Report, report_id, populate_existing=True)
    if row is None:
        raise NotFound
    await _must_judge(db, row, moderator, now=now)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="view_report", subject="report",
        subject_id=row.id,
    )  # fmt: skip
    return row


async def take(db: AsyncSession, report_id: UUID, moderator: Moderator, *, now: datetime) -> bool:
    """Claim a report. False if another moderator has it."""
    row = await db.get(Report, report_id)
    if row is None:
        raise NotFound
    await _must_judge(db, row, moderator, now=now)
    done = await db.exec(
        update(Report)
        .where(
            col(Report.id) == report_id,
            col(Report.state) != ReportState.CLOSED,
            or_(
                col(Report.claimed_by).is_(None),
                col(Report.claimed_by) == moderator.id,
                col(Report.claimed_until) <= now,
            ),
        )
        .values(state=ReportState.TAKEN, claimed_by=moderator.id, claimed_until=now + CLAIM)
        .execution_options(synchronize_session=False)
    )
    return done.rowcount == 1


async def close(
    db: AsyncSession,
    report_id: UUID,
    moderator: Moderator,
    *,
    outcome: ReportOutcome,
    note: str,
    at: Addresses,
    now: datetime,
) -> bool:
    """Close a report with a reason: the correspondence goes on or ends. Whether the reporter hears what came of it."""
    if not note.strip():
        raise Refused(Refusal.NEEDS_REASON)
    if not await take(db, report_id, moderator, now=now):
        raise Refused(Refusal.TAKEN_BY_ANOTHER)
    row = await db.get_one(Report, report_id, populate_existing=True)
    row.state, row.outcome, row.closed_at = ReportState.CLOSED, outcome, now
    row.claimed_by = row.claimed_until = None
    db.add(row)
    db.add(
        Decision(
            moderator_id=moderator.id, verb=Verb.CLOSE, subject="report", subject_id=row.id, reasons=[outcome.value],
            note=note.strip(), at=now,
        )
    )  # fmt: skip
    await db.flush()
    if outcome is ReportOutcome.ENDED:
        reporter, other = await db.get_one(Participant, row.reporter_id), await db.get_one(Participant, row.reported_id)
        await matching.block(
            db, reporter.resident_id, other.resident_id, BlockReason.REPORTED, now=now, stops_letters=True
        )
        await end(db, row.correspondence_id, "report", now=now)
    else:
        await _resume(db, row.correspondence_id, now=now)
    return await _tell_reporter(db, row, at=at, now=now)


async def other_friends(db: AsyncSession, participant_id: UUID, moderator: Moderator) -> list[compose.Side]:
    """Everybody else whom the reported person writes with: a moderator should look at them too. Only friendships in
    which one of the own towns has a part (rule R18)."""
    person = await db.get_one(Participant, participant_id)
    mine = await db.exec(select(Participant.id).where(Participant.resident_id == person.resident_id))
    found = [await compose.friend_of(db, one) for one in mine if one != participant_id]
    home = await people.association_of(db, (await db.get_one(Resident, person.resident_id)).town_id)
    ours = home is not None and home.id == moderator.association_id
    return [one for one in found if one and (ours or one.town.association_id == moderator.association_id)]


async def _resume(db: AsyncSession, correspondence_id: UUID, *, now: datetime) -> None:
    """Open again, unless another report still waits or a guardian has withdrawn meanwhile (then it is not frozen)."""
    waiting = await db.exec(
        select(Report.id).where(Report.correspondence_id == correspondence_id, Report.state != ReportState.CLOSED)
    )
    if waiting.first() is None:
        await db.exec(
            update(Correspondence)
            .where(
                col(Correspondence.id) == correspondence_id,
                col(Correspondence.state) == CorrespondenceState.FROZEN,
                col(Correspondence.state_reason) == "report",
            )
            .values(state=CorrespondenceState.OPEN, state_reason=None, state_changed_at=now)
        )


async def _warn(db: AsyncSession, author_id: UUID) -> None:
    """Letters that were delivered already carry a warning from now on."""
    await db.exec(
        update(Letter)
        .where(col(Letter.author_id) == author_id, col(Letter.state) == LetterState.DELIVERED)
        .values(warned=True)
    )


async def _other(db: AsyncSession, mine: Participant) -> Participant:
    found = await db.exec(
        select(Participant).where(Participant.correspondence_id == mine.correspondence_id, Participant.id != mine.id)
    )
    other = found.first()
    if other is None:
        raise NotFound
    return other


async def _must_judge(db: AsyncSession, row: Report, moderator: Moderator, *, now: datetime) -> None:
    correspondence = await db.get_one(Correspondence, row.correspondence_id)
    sides = await eligible.residents_in(db, correspondence.id)
    await eligible.must_judge_match(db, moderator, sides, correspondence.band, now=now)


async def _tell_reporter(db: AsyncSession, row: Report, *, at: Addresses, now: datetime) -> bool:
    if row.kind == COMPLAINT:
        return False  # nobody here asked, and that mailbox gets no mail
    side = await compose.side_of(db, row.reporter_id)
    mailbox = await people.mail_to(db, side.resident) if side else None
    if side is None or mailbox is None or row.outcome is None:
        return False
    values: dict[str, Value] = {
        "name": side.resident.first_name,
        "outcome": report_outcome(row.outcome.value, side.resident.locale),
        "url": at.link("/me"),
    }
    await tell_resident(db, Notice.REPORT_OUTCOME, side.resident, mailbox, values, at=at, now=now)
    return True
