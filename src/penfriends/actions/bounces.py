"""What does a delivery report change? Its identity is the signed return path; its body only says the class."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import complaints, compose, dispatch, unreachable
from penfriends.actions.addresses import Addresses
from penfriends.mail.inbound import MailClass, ParsedMail
from penfriends.mail.outcomes import Outcome, Phase
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
    hard = any(one.hard for one in parsed.bounces)
    for one in parsed.bounces[:1]:
        db.add(
            Bounce(
                delivery_id=delivery.id, raw_mail_id=row.id, hard=hard, reason=str(one.reason)[:40],
                status=one.status[:12], at=now,
            )
        )  # fmt: skip
    if hard:
        await hard_bounce(db, delivery, at=at, now=now)


async def refused(db: AsyncSession, delivery: Delivery, outcome: Outcome, *, at: Addresses, now: datetime) -> None:
    """A mail server said no to the recipient for good. That is about the mailbox, unless its words are about us."""
    found = judge(outcome.text, status_in(outcome.text), spoken="rcpt to")
    if outcome.phase is Phase.RCPT and (found in HARD or found is BounceReason.OTHER):
        await hard_bounce(db, delivery, at=at, now=now)


async def hard_bounce(db: AsyncSession, delivery: Delivery, *, at: Addresses, now: datetime) -> None:
    """A mailbox is dead: it is written to no more, and the friends hear that nobody is reached there."""
    reader = await compose.reader_of(db, delivery)
    if reader is None:
        return
    if delivery.state in TRIED:
        await dispatch.give_up(db, delivery, delivery.last_text or "bounced", now=now)
    await unreachable.stop_mail(db, reader, SuppressionReason.HARD_BOUNCE, delivery.id, at=at, now=now)
