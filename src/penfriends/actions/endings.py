"""How does a delivery end: sent, tried again later, given up, unsure, or reached without any mail?

Each ending writes the row and the state that its letter shows.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.passage import at_hand
from penfriends.models.classified import UTCDateTime
from penfriends.models.delivery import Delivery, DeliveryState
from penfriends.models.letters import Letter, LetterMailId, LetterState
from penfriends.rules.retries import next_try

LAST_TEXT = 500


async def sent(db: AsyncSession, row: Delivery, *, now: datetime) -> None:
    """It left. The reader's mailbox knows the letter by our id from now on."""
    row.state, row.sent_at, row.payload, row.lease_until = DeliveryState.SENT, now, {}, None
    db.add(row)
    await db.flush()
    await _known_there(db, row.letter_id, row.participant_id, row.message_id, now=now)


async def left(
    db: AsyncSession, delivery_id: UUID, attempt: int, *, code: int | None, text: str, now: datetime
) -> bool:
    """The smarthost has taken what the worker sent that claimed `attempt`. False: it was no longer that worker's."""
    told = {"row_id": delivery_id, "its_attempt": attempt, "code": code, "text": text[:LAST_TEXT], "now": now}
    row = (await db.exec(_LEFT, params=told)).first()
    if row is None:
        return False
    await _known_there(db, row.letter_id, row.participant_id, row.message_id, now=now)
    return True


async def _known_there(
    db: AsyncSession, letter_id: UUID | None, participant_id: UUID | None, message_id: str, *, now: datetime
) -> None:
    if letter_id and participant_id:
        told = {"letter_id": letter_id, "participant_id": participant_id, "message_id": message_id, "origin": {}}
        await db.exec(_MAIL_ID, params=told)
        await set_letter(db, letter_id, LetterState.DELIVERED, delivered_at=now)


async def later(db: AsyncSession, row: Delivery, *, jitter: float, now: datetime) -> None:
    """Tried again by the ladder of retries, or given up at its end."""
    again = next_try(row.attempt, row.first_try_at or now, now, jitter)
    if again is None:
        await give_up(db, row, row.last_text, now=now)
        return
    row.state, row.due_at = DeliveryState.DEFERRED, again


async def give_up(db: AsyncSession, row: Delivery, why: str, *, now: datetime) -> None:
    """Given up. The letter stays readable on the website, and the desk's mail page shows the row."""
    row.state, row.last_text, row.lease_until, row.due_at = DeliveryState.FAILED, why[:LAST_TEXT], None, now
    db.add(row)
    if row.letter_id:
        await set_letter(db, row.letter_id, LetterState.DELIVERED, delivered_at=now)


async def reached_without_mail(db: AsyncSession, row: Delivery, *, now: datetime) -> None:
    """Somebody without an address reads on the website: the letter is there the moment that it may pass."""
    row.state, row.sent_at, row.payload, row.lease_until = DeliveryState.SENT, now, {}, None
    db.add(row)
    if row.letter_id:
        await set_letter(db, row.letter_id, LetterState.DELIVERED, delivered_at=now)


async def unsure_after_silence(db: AsyncSession, *, now: datetime) -> int:
    """Deliveries whose worker died past the point of no return: nobody knows; a person looks. Returns how many."""
    rows = await db.exec(
        select(Delivery).where(col(Delivery.state) == DeliveryState.COMMITTED, col(Delivery.lease_until) <= now)
    )
    found = list(rows)
    for row in found:
        await mark_unsure(db, row, now=now)
    return len(found)


async def mark_unsure(db: AsyncSession, row: Delivery, *, now: datetime) -> None:
    """The mail may or may not have arrived. It is never sent again by itself."""
    row.state, row.lease_until = DeliveryState.UNSURE, None
    row.due_at = now
    db.add(row)
    if row.letter_id:
        await set_letter(db, row.letter_id, LetterState.UNSURE)


async def settle(db: AsyncSession, row: Delivery, *, arrived: bool, now: datetime) -> None:
    """A person who asked or looked, or the smarthost's log, says whether an unsure mail arrived. If not, it is sent
    again."""
    if arrived:
        await sent(db, row, now=now)
    else:
        row.state, row.due_at, row.first_try_at = DeliveryState.QUEUED, now, None
        if row.letter_id:
            await set_letter(db, row.letter_id, LetterState.RELEASED)
    db.add(row)


async def set_letter(
    db: AsyncSession, letter_id: UUID, state: LetterState, *, delivered_at: datetime | None = None
) -> None:
    """The state that a letter shows; `delivered_at` stays what it was if there was one.

    A delivery is written before its letter, everywhere: two that wrote in another order could wait for each other.
    """
    if db.dirty or db.new:
        await db.flush()
    await db.exec(_LETTER, params={"row_id": letter_id, "its_state": state, "now": delivered_at})
    letter = at_hand(db, Letter, letter_id)
    if letter is not None:  # this session has read it
        set_committed_value(letter, "state", state)
        set_committed_value(letter, "delivered_at", letter.delivered_at or delivered_at)


# Statements on the tables, put together once: to make one, or to let the session find out what has changed, costs far
# more than to ask it.
_TABLES: Any = [sa.inspect(kind).local_table for kind in (Delivery, Letter, LetterMailId)]
_DELIVERIES, _LETTERS, _MAIL_IDS = _TABLES
_NOW: Any = sa.bindparam("now", type_=UTCDateTime())
_LEFT: Any = (
    sa.update(_DELIVERIES)
    .where(
        _DELIVERIES.c.id == sa.bindparam("row_id"),
        _DELIVERIES.c.attempt == sa.bindparam("its_attempt"),
        _DELIVERIES.c.state.in_((DeliveryState.SENDING, DeliveryState.COMMITTED)),
    )
    .values(
        state=DeliveryState.SENT, sent_at=_NOW, payload={}, lease_until=None, last_code=sa.bindparam("code"),
        last_text=sa.bindparam("text"), first_try_at=sa.func.coalesce(_DELIVERIES.c.first_try_at, _NOW),
    )
    .returning(_DELIVERIES.c.letter_id, _DELIVERIES.c.participant_id, _DELIVERIES.c.message_id)
)  # fmt: skip
_LETTER: Any = (
    sa.update(_LETTERS)
    .where(_LETTERS.c.id == sa.bindparam("row_id"))
    .values(state=sa.bindparam("its_state"), delivered_at=sa.func.coalesce(_LETTERS.c.delivered_at, _NOW))
)
_MAIL_ID: Any = sa.insert(_MAIL_IDS)
