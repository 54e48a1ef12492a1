"""What does a delivery report change? Its identity is the signed return path; its body only says the class."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import complaints, compose, endings, unreachable
from penfriends.actions.addresses import Addresses
from penfriends.mail.inbound import MailClass, ParsedMail
from penfriends.mail.outcomes import Outcome, OutcomeKind, Phase
from penfriends.models.delivery import (
    Bounce,
    Delivery,
    DeliveryState,
    RawMail,
    RawMailState,
    SuppressionReason,
)
from penfriends.rules.bounces import HARD, BounceReason, judge, status_in

# A bounce may be faster than our own record of the sending. A delivery that was taken back stays as it is.
TRIED = (
    DeliveryState.SENDING,
    DeliveryState.COMMITTED,
    DeliveryState.SENT,
    DeliveryState.UNSURE,
    DeliveryState.FAILED,
)


async def note_report(
    db: AsyncSession, row: RawMail, delivery_id: UUID, parsed: ParsedMail, *, at: Addresses, now: datetime
) -> None:
    """A mail came to the return path of `delivery_id`. Hard, or a complaint: the address is not written to any more,
    the friends are told kindly. Soft: noted. What is no report (an auto-reply, say) changes nothing."""
    delivery = await db.get(Delivery, delivery_id)
    if delivery is not None and parsed.mail_class is MailClass.COMPLAINT:
        await complaints.note_complaint(db, row, delivery, at=at, now=now)
        return
    if delivery is None or parsed.mail_class is not MailClass.BOUNCE:
        row.state, row.reason = RawMailState.DROPPED, f"no_report_{parsed.mail_class.value}"[:60]
        return
    row.state = RawMailState.TAKEN
    for one in parsed.bounces[:1]:
        hard = any(found.hard for found in parsed.bounces)
        await _note(db, delivery, one.reason, hard=hard, status=one.status, raw_mail_id=row.id, at=at, now=now)


async def refused(db: AsyncSession, delivery: Delivery, outcome: Outcome, *, at: Addresses, now: datetime) -> None:
    """A mail server said no for good, or "not now" until we gave up. At the step of the recipient that is about the
    mailbox, unless its words are about us; that a mailbox is full may be said later, too."""
    if delivery.state is not DeliveryState.FAILED:
        return  # tried again later
    step = "rcpt to" if outcome.phase is Phase.RCPT else ""
    found = judge(outcome.text, status_in(outcome.text), spoken=step)
    unnamed = outcome.kind is OutcomeKind.REFUSED and found is BounceReason.OTHER
    if found is BounceReason.MAILBOX_FULL or (step and (found in HARD or unnamed)):
        hard = found is not BounceReason.MAILBOX_FULL
        await _note(db, delivery, found, hard=hard, status=status_in(outcome.text), at=at, now=now)


async def _note(
    db: AsyncSession,
    delivery: Delivery,
    reason: BounceReason,
    *,
    hard: bool,
    status: str,
    raw_mail_id: UUID | None = None,
    at: Addresses,
    now: datetime,
) -> None:
    db.add(
        Bounce(
            delivery_id=delivery.id, raw_mail_id=raw_mail_id, hard=hard, reason=reason.value, status=status[:12], at=now
        )
    )  # fmt: skip
    await db.flush()
    if hard:
        await hard_bounce(db, delivery, at=at, now=now)
    elif reason is BounceReason.MAILBOX_FULL:
        await unreachable.note_full(db, delivery, at=at, now=now)


async def hard_bounce(db: AsyncSession, delivery: Delivery, *, at: Addresses, now: datetime) -> None:
    """A mailbox is dead: it is written to no more, and the friends hear that nobody is reached there."""
    reader = await compose.reader_of(db, delivery)
    if reader is None:
        return
    if delivery.state in TRIED:
        refused = delivery.last_code is not None and delivery.last_code >= 500  # else it was taken, and came back later
        await endings.give_up(db, delivery, delivery.last_text if refused else "bounced", now=now)
    await unreachable.stop_mail(db, reader, SuppressionReason.HARD_BOUNCE, delivery.id, at=at, now=now)
