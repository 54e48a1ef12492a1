"""Somebody calls a mail of ours unwanted: what then? We write there no more; about a letter a person is asked."""

from datetime import datetime

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import reports, unreachable
from penfriends.actions.addresses import Addresses
from penfriends.models.delivery import Bounce, Delivery, RawMail, RawMailState, SuppressionReason
from penfriends.models.letters import Letter
from penfriends.models.moderation import Report, ReportState
from penfriends.rules.bounces import BounceReason


async def note_complaint(db: AsyncSession, row: RawMail, delivery: Delivery, *, at: Addresses, now: datetime) -> None:
    """A complaint came to the return path of `delivery`. One about a letter opens a case, one about a notice is shown
    on the desk's mail page and is held against nobody."""
    complaint = BounceReason.COMPLAINT.value
    db.add(Bounce(delivery_id=delivery.id, raw_mail_id=row.id, hard=False, reason=complaint, at=now))
    mailbox = await unreachable.mailbox_of(db, delivery)
    if mailbox is not None:
        await unreachable.stop_mail(db, mailbox, SuppressionReason.COMPLAINT, delivery.id, at=at, now=now)
    letter = await _letter_of(db, delivery)
    row.state, row.reason = RawMailState.TAKEN if letter else RawMailState.QUARANTINED, complaint
    if letter is not None:
        await _open_case(db, delivery, letter, now=now)


async def _letter_of(db: AsyncSession, delivery: Delivery) -> Letter | None:
    """The letter, locked: two complaints about it that are read in the same moment open one case."""
    if delivery.letter_id is None or delivery.participant_id is None:
        return None
    return (await db.exec(select(Letter).where(Letter.id == delivery.letter_id).with_for_update())).first()


async def _open_case(db: AsyncSession, delivery: Delivery, letter: Letter, *, now: datetime) -> None:
    """One for a letter: not where somebody looks at it already, nor where somebody has looked at such a complaint."""
    known = await db.exec(
        select(Report.id).where(
            Report.letter_id == letter.id,
            Report.reporter_id == delivery.participant_id,
            or_(col(Report.kind) == reports.COMPLAINT, col(Report.state) != ReportState.CLOSED),
        )
    )
    if known.first() is None and delivery.participant_id is not None:
        await reports.complain(db, delivery.participant_id, letter_id=letter.id, now=now)
