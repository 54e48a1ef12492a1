"""How does a delivery end: sent, tried again later, given up, unsure, or reached without any mail?

Each ending writes the row and the state that its letter shows.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.passage import at_hand
from penfriends.models.delivery import Delivery, DeliveryState
from penfriends.models.letters import Letter, LetterMailId, LetterState
from penfriends.rules.retries import next_try

LAST_TEXT = 500


async def sent(db: AsyncSession, row: Delivery, *, now: datetime) -> None:
    """It left. The reader's mailbox knows the letter by our id from now on."""
    row.state, row.sent_at, row.payload, row.lease_until = DeliveryState.SENT, now, {}, None
    db.add(row)
    if row.letter_id and row.participant_id:
        db.add(LetterMailId(letter_id=row.letter_id, participant_id=row.participant_id, message_id=row.message_id))
        await set_letter(db, row.letter_id, LetterState.DELIVERED, delivered_at=now)


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
    letter = at_hand(db, Letter, letter_id)
    if letter is not None:
        letter.state = state
        letter.delivered_at = letter.delivered_at or delivered_at
        db.add(letter)
        await db.flush()
        return
    await db.exec(
        update(Letter)
        .where(col(Letter.id) == letter_id)
        .values(state=state, delivered_at=func.coalesce(Letter.delivered_at, delivered_at))
        .execution_options(synchronize_session=False)
    )
