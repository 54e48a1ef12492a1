"""How does one delivery leave, exactly once? Claimed under a lease, committed before DATA, recorded after.

A worker that dies before the point of no return leaves a lease that runs out: the next one starts again. A worker that
dies after it leaves a row that says so: such a mail is never sent again by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import breaker, compose, delivery, endings, gate, holds, passage
from penfriends.actions.addresses import Addresses
from penfriends.actions.passage import Way
from penfriends.actions.suppression import still_sent, suppression_of
from penfriends.mail.outcomes import Outcome, OutcomeKind
from penfriends.models.classified import UTCDateTime
from penfriends.models.delivery import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    MailTrouble,
    Suppression,
    SuppressionReason,
)
from penfriends.models.letters import Letter, LetterState
from penfriends.models.moderation import HoldReason
from penfriends.models.signin import SignIn
from penfriends.rules.relay import Obstacle

LEASE = timedelta(minutes=5)
PAUSED_WAIT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker may send: the finished bytes, and the attempt that fences it."""

    delivery_id: UUID
    attempt: int
    envelope_from: str
    envelope_to: str
    raw: bytes
    troubled: bool = False
    """Whether mail to this place, or to the smarthost, has failed of late."""


class NoRoom(Exception):
    """This worker already sends as much to `domain` as it may at once. The delivery was left as it is."""

    def __init__(self, domain: str) -> None:
        super().__init__("as much as may be sent at once")
        self.domain = domain


async def due(db: AsyncSession, *, now: datetime, limit: int = 200) -> list[UUID]:
    """Deliveries that should be moving: due ones, and claimed ones whose worker has gone quiet."""
    found = await db.exec(
        select(Delivery.id)
        .where(_CLAIMABLE)
        .order_by(col(Delivery.precedence), col(Delivery.due_at), col(Delivery.id))
        .limit(limit),
        params={"now": now},
    )
    return list(found)


async def claim(
    db: AsyncSession,
    delivery_id: UUID,
    *,
    at: Addresses,
    now: datetime,
    jitter: float = 0.0,
    room: Callable[[str], bool] = lambda _domain: True,
) -> Claim | None:
    """Take a delivery for this worker, look at everything again, and build its bytes.

    None: nothing to do — not due, taken by another, already gone, its way is closed for a while, or stopped by rule R25
    and now held for a person. Raises NoRoom where `room` says no to the recipient's domain; roll back then.
    """
    row = await _taken(db, delivery_id, now=now)
    if row is None:
        return None
    way = None
    if row.kind is DeliveryKind.LETTER and (way := await _may_pass(db, row, now=now)) is None:
        return None
    if row.kind is DeliveryKind.NOTICE and not await passage.still_stands(db, row, now=now):
        row.state, row.payload, row.lease_until = DeliveryState.WITHDRAWN, {}, None
        db.add(row)
        await db.flush()
        return None
    sign_in = await compose.reader_of(db, row, way)
    if sign_in is None or sign_in.email is None:
        await endings.reached_without_mail(db, row, now=now)
        return None
    if (stopped := await _suppressed(db, sign_in, way)) is not None and not still_sent(stopped, row):
        await _not_written_to(db, row, stopped, now=now)
        return None
    domain = breaker.domain_of(sign_in.email)
    troubles: list[MailTrouble] = [] if way and not way.may_be_troubled else await breaker.troubles(db, domain)
    if await breaker.holds_back(db, row, troubles, jitter=jitter, now=now):
        return None
    if not room(domain):
        raise NoRoom(domain)
    built = await compose.build(db, row, sign_in, way, at=at, now=now)
    if built is None:
        await cannot_leave(db, row, now=now)
        return None
    return Claim(row.id, row.attempt, built.envelope_from, sign_in.email, built.raw, bool(troubles))


async def _taken(db: AsyncSession, delivery_id: UUID, *, now: datetime) -> Delivery | None:
    """The row as it is now that it is ours; None where it is not to be had."""
    told = {"row_id": delivery_id, "now": now, "lease": now + LEASE}
    found: Delivery | None = (await db.exec(_TAKE, params=told)).scalar_one_or_none()
    return found


async def commit_point(db: AsyncSession, delivery_id: UUID, attempt: int, raw: bytes, *, now: datetime) -> bool:
    """The point of no return, after RCPT and before DATA: everything is checked once more in this transaction, last of
    all the very bytes that are to leave.

    The row is marked first: only the worker whose attempt it is gets that far, and nobody else comes near the row until
    this transaction ends. What may not leave is marked as that before the end.

    False: another worker has taken over, or the letter may not pass any more. Then nothing may be sent.
    """
    told = {"row_id": delivery_id, "its_attempt": attempt, "now": now, "lease": now + LEASE}
    row: Delivery | None = (await db.exec(_COMMIT, params=told)).scalar_one_or_none()
    if row is None:
        return False
    way = None
    if row.kind is DeliveryKind.LETTER and (way := await _may_pass(db, row, now=now)) is None:
        return False
    if not await gate.may_leave(db, row, raw, way):
        await cannot_leave(db, row, now=now)
        return False
    if row.letter_id:
        await endings.set_letter(db, row.letter_id, LetterState.ON_ITS_WAY)
    return True


async def record(
    db: AsyncSession, delivery_id: UUID, attempt: int, outcome: Outcome, *, jitter: float, now: datetime
) -> bool:
    """What came of it. Only the worker whose attempt it was may say so; a late word of an old one changes nothing.

    False: it was such a late word.
    """
    if outcome.kind is OutcomeKind.SENT:
        return await endings.left(db, delivery_id, attempt, code=outcome.code, text=outcome.text, now=now)
    row = await _row(db, delivery_id)
    if row.attempt != attempt or row.state not in (DeliveryState.SENDING, DeliveryState.COMMITTED):
        return False
    row.last_code, row.last_text, row.lease_until = outcome.code, outcome.text[: endings.LAST_TEXT], None
    row.first_try_at = row.first_try_at or now
    if outcome.kind is OutcomeKind.DEFERRED:
        await endings.later(db, row, jitter=jitter, now=now)
    elif outcome.kind is OutcomeKind.REFUSED:
        await endings.give_up(db, row, outcome.text, now=now)
    elif outcome.kind is OutcomeKind.UNSURE:
        await endings.mark_unsure(db, row, now=now)
    elif row.state is DeliveryState.SENDING and row.kind is DeliveryKind.LETTER:
        await _may_pass(db, row, now=now)
    db.add(row)
    return True


async def cannot_leave(db: AsyncSession, row: Delivery, *, now: datetime) -> None:
    """No mail can be made of it, or one that gives somebody away. A letter is held; a notice is on the mail page."""
    if row.kind is DeliveryKind.LETTER:
        await _stop(db, row, HoldReason.LEAK, now=now)
    else:
        await endings.give_up(db, row, "cannot be written", now=now)


_ID: Any = sa.bindparam("row_id", type_=sa.Uuid())
_NOW: Any = sa.bindparam("now", type_=UTCDateTime())
_LEASE: Any = sa.bindparam("lease", type_=UTCDateTime())
_CLAIMABLE = sa.or_(
    delivery.ready(_NOW), sa.and_(col(Delivery.state) == DeliveryState.SENDING, col(Delivery.lease_until) <= _NOW)
)
# Put together once: making them costs more than asking them.
_TAKE: Any = (
    sa.update(Delivery)
    .where(col(Delivery.id) == _ID, _CLAIMABLE)
    .values(state=DeliveryState.SENDING, attempt=Delivery.attempt + 1, lease_until=_LEASE)
    .returning(Delivery)
    .execution_options(synchronize_session=False, populate_existing=True)
)
_COMMIT: Any = (
    sa.update(Delivery)
    .where(
        col(Delivery.id) == _ID,
        col(Delivery.state) == DeliveryState.SENDING,
        col(Delivery.attempt) == sa.bindparam("its_attempt", type_=sa.Integer()),
    )
    .values(
        state=DeliveryState.COMMITTED, lease_until=_LEASE, first_try_at=sa.func.coalesce(Delivery.first_try_at, _NOW)
    )
    .returning(Delivery)
    .execution_options(synchronize_session=False, populate_existing=True)
)


async def _row(db: AsyncSession, delivery_id: UUID) -> Delivery:
    found = await db.exec(
        select(Delivery).where(Delivery.id == delivery_id).with_for_update().execution_options(populate_existing=True)
    )
    return found.one()


async def _may_pass(db: AsyncSession, row: Delivery, *, now: datetime) -> Way | None:
    """Rule R25 for a claimed letter: its way, if it is free. A pause waits by itself; anything else holds the letter
    visibly."""
    way = await passage.way_of(db, row.letter_id, row.participant_id)
    if way is None:
        row.state = DeliveryState.WITHDRAWN
        return None
    found = await passage.obstacle_on(db, way, now=now)
    if found is None:
        return way
    if found is Obstacle.PAUSED:
        row.state, row.due_at, row.lease_until = DeliveryState.DEFERRED, now + PAUSED_WAIT, None
        db.add(row)
        return None
    await _stop(db, row, HoldReason.FROZEN, now=now)
    return None


async def _stop(db: AsyncSession, row: Delivery, reason: HoldReason, *, now: datetime) -> None:
    row.state, row.lease_until = DeliveryState.WITHDRAWN, None
    db.add(row)
    letter = await db.get(Letter, row.letter_id) if row.letter_id else None
    if letter is not None and letter.state in (LetterState.RELEASED, LetterState.ON_ITS_WAY):
        await holds.hold(db, letter, [reason.value], urgent=False, now=now)
    await db.flush()


async def _not_written_to(db: AsyncSession, row: Delivery, stopped: Suppression, *, now: datetime) -> None:
    """While a mailbox is full its letters wait on the website, as in a pause; anything else a person sees."""
    if stopped.reason is SuppressionReason.FULL and row.kind is DeliveryKind.LETTER:
        await endings.reached_without_mail(db, row, now=now)
    else:
        await endings.give_up(db, row, "suppressed", now=now)


async def _suppressed(db: AsyncSession, sign_in: SignIn, way: Way | None) -> Suppression | None:
    """Why the mailbox is not written to, asked only where the way of a letter does not say already that it is."""
    if way is not None and way.mailbox is sign_in and not way.may_be_suppressed:
        return None
    return await suppression_of(db, sign_in.id)
