"""What has to leave the house? The outbox: rows for letters and notices, taken back while nobody has claimed them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BindParameter, ColumnElement, and_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.addresses import Addresses
from penfriends.ids import alias_local_part, uuid7
from penfriends.jobs import Job, later
from penfriends.mail.notices import Notice, Value
from penfriends.models.classified import UTCDateTime
from penfriends.models.delivery import AT_ONCE, LETTERS, NOTICES, Alias, Delivery, DeliveryKind, DeliveryState
from penfriends.models.letters import Letter, Participant

GO_FIRST = 2
WAITING = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
# Somebody has just asked for it and looks into the mailbox.
AWAITED = frozenset(
    {
        Notice.SIGN_IN,
        Notice.CONFIRM_SIGN_UP,
        Notice.SIGN_UP_AGAIN,
        Notice.CONFIRM_MAIL,
        Notice.CONFIRM_ADDRESS,
        Notice.STAFF_INVITATION,
    }
)


async def queue_notice(
    db: AsyncSession,
    notice: Notice,
    *,
    to: UUID,
    language: str,
    values: Mapping[str, Value],
    association_id: UUID | None,
    at: Addresses,
    now: datetime,
    participant_id: UUID | None = None,
) -> Delivery:
    """Put a notice for the person behind sign-in `to` into the outbox.

    `participant_id` names whose letter a reply is, for the notices that take letters (introduction, nudge).
    """
    row = Delivery(
        id=uuid7(),
        kind=DeliveryKind.NOTICE,
        precedence=AT_ONCE if notice in AWAITED else NOTICES,
        notice=notice.value,
        sign_in_id=to,
        participant_id=participant_id,
        association_id=association_id,
        language=language,
        payload=packed(values),
        due_at=now,
        message_id=at.message_id(f"n-{alias_local_part()}"),
        created_at=now,
    )
    db.add(row)
    await db.flush()
    later(db, Job.DELIVER, row.id)
    return row


async def queue_letter(db: AsyncSession, letter: Letter, *, at: Addresses, now: datetime) -> list[Delivery]:
    """One delivery for each other participant, due when the letter is. A letter that comes again uses its old row,
    so there is never a second delivery of one letter to one person."""
    asked = {"letter_id": letter.id, "author_id": letter.author_id, "correspondence_id": letter.correspondence_id}
    readers = (await db.exec(_READERS, params=asked)).all()
    rows = [_queue_for(db, letter, reader, row, at=at, now=now) for reader, row in readers]
    await db.flush()
    for row in rows:
        later(db, Job.DELIVER, row.id)
    return rows


# Put together once: making it costs as much as asking it.
_READERS: Any = (
    sa.select(col(Participant.id), Delivery)
    .outerjoin(
        Delivery,
        and_(
            col(Delivery.participant_id) == col(Participant.id),
            col(Delivery.letter_id) == sa.bindparam("letter_id", type_=sa.Uuid()),
        ),
    )
    .where(
        col(Participant.correspondence_id) == sa.bindparam("correspondence_id", type_=sa.Uuid()),
        col(Participant.id) != sa.bindparam("author_id", type_=sa.Uuid()),
    )
    .order_by(col(Participant.id))
)


def _queue_for(
    db: AsyncSession, letter: Letter, reader_id: UUID, row: Delivery | None, *, at: Addresses, now: datetime
) -> Delivery:
    if row is None:
        row = Delivery(
            id=uuid7(),
            kind=DeliveryKind.LETTER,
            precedence=LETTERS,
            letter_id=letter.id,
            participant_id=reader_id,
            message_id=at.message_id(f"l-{alias_local_part()}"),
            due_at=now,
            created_at=now,
        )
    if row.state in (*WAITING, DeliveryState.WITHDRAWN):
        row.state = DeliveryState.QUEUED
        row.due_at = letter.due_at or now
        row.content_hash = letter.content_hash
        row.first_try_at = None  # the days of trying count from this release
    db.add(row)
    return row


def ready(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """Waits, and its time has come."""
    return and_(col(Delivery.state).in_(WAITING), col(Delivery.due_at) <= now)


_OWN = aliased(Delivery)
# Put together once: making it costs more than asking it.
_AHEAD: Any = (
    sa.select(col(_OWN.precedence), col(Delivery.id))
    .select_from(_OWN)
    .outerjoin(
        Delivery,
        and_(ready(sa.bindparam("now", type_=UTCDateTime())), col(Delivery.precedence) < col(_OWN.precedence)),
    )
    .where(col(_OWN.id) == sa.bindparam("row_id", type_=sa.Uuid()))
    .order_by(col(Delivery.precedence), col(Delivery.due_at))
    .limit(GO_FIRST)
)


async def ahead_of(db: AsyncSession, delivery_id: UUID, *, now: datetime) -> tuple[int, list[UUID]]:
    """The delivery's precedence, and what waits that has a better one: a few of those go first."""
    found = (await db.exec(_AHEAD, params={"row_id": delivery_id, "now": now})).all()
    return (found[0][0] if found else NOTICES), [one for _, one in found if one is not None]


async def lock(db: AsyncSession, letter_id: UUID) -> Sequence[Delivery]:
    """A letter's deliveries, which no worker claims until this transaction ends."""
    rows = await db.exec(
        select(Delivery).where(Delivery.letter_id == letter_id).order_by(col(Delivery.id)).with_for_update()
    )
    return rows.all()


async def withdraw(db: AsyncSession, letter_id: UUID, *, now: datetime) -> bool:
    """Take a letter's deliveries back. False if a worker has claimed one: then it is too late and nothing changes."""
    rows = await lock(db, letter_id)
    if any(row.state not in (*WAITING, DeliveryState.WITHDRAWN) for row in rows):
        return False
    for row in rows:
        done = await db.exec(
            update(Delivery)
            .where(col(Delivery.id) == row.id, col(Delivery.state).in_([*WAITING, DeliveryState.WITHDRAWN]))
            .values(state=DeliveryState.WITHDRAWN, due_at=now)
        )
        if done.rowcount != 1:
            return False
    return True


async def open_alias(db: AsyncSession, participant: Participant, *, now: datetime) -> Alias:
    """A masked address for one writer in one correspondence: 100 random bits, bound to both (rule R26)."""
    alias = Alias(local_part=alias_local_part(), participant_id=participant.id, created_at=now)
    db.add(alias)
    await db.flush()
    return alias


def packed(values: Mapping[str, Value]) -> dict[str, Any]:
    """The values of a notice as JSON can keep them."""
    return {name: _pack(value) for name, value in values.items()}


def unpacked(payload: Mapping[str, Any]) -> dict[str, Value]:
    """The values of a notice as they were."""
    return {name: _unpack(value) for name, value in payload.items()}


def _pack(value: Value) -> Any:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    return value


def _unpack(value: Any) -> Value:
    if isinstance(value, dict) and "date" in value:
        text = str(value["date"])
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    if isinstance(value, dict) and "seconds" in value:
        return timedelta(seconds=float(value["seconds"]))
    found: Value = value
    return found
