"""What does a moderator do about a piece of mail? Closed, looked at, read again, settled, sent again, let go, answered.

Each leaves a line in the log.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, delivery, desk_mail, endings, intake, remit, telling, throttle
from penfriends.actions.addresses import Addresses
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.jobs import Job, later
from penfriends.mail.notices import Notice, Value
from penfriends.models.delivery import Delivery, DeliveryState, RawMail, RawMailState
from penfriends.models.letters import Letter, LetterState
from penfriends.models.moderation import Decision, Moderator, Verb
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band


async def close_message(db: AsyncSession, message_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """Read and answered, or nothing to answer."""
    row = (await desk_mail.message_for(db, message_id, moderator, now=now)).row
    if row.closed_at is None:
        row.closed_at, row.closed_by = now, moderator.id
        db.add(row)
        await _note(db, moderator, "close_message", "team_message", row.id, now=now)


async def answer(
    db: AsyncSession, message_id: UUID, moderator: Moderator, *, text: str, at: Addresses, now: datetime
) -> bool:
    """Answer a message to the team: it leaves from the team's address and names no moderator. The message is done.

    False, and nothing leaves, where the moderator's own address stands in the text. Raises NotFound where our own
    border did not vouch for the sender: an answer to a forged sender would reach somebody who never asked.
    """
    message = await desk_mail.message_for(db, message_id, moderator, now=now)
    reader = await db.get(SignIn, message.row.sign_in_id) if message.row.sign_in_id else None
    if reader is None or reader.email is None:
        raise NotFound
    if message.row.closed_at is not None:
        raise Refused(Refusal.ALREADY_DECIDED)
    own = await db.get_one(SignIn, moderator.sign_in_id)
    if own.email and own.email.casefold() in text.casefold():
        return False
    resident = message.writer.resident if message.writer else None
    child = resident is not None and resident.band is Band.CHILD and resident.sign_in_id == reader.id
    values: dict[str, Value] = {
        "letter_text": text,
        "asked_subject": message.row.subject,
        "asked": message.row.text,
        "band": (Band.CHILD if child else Band.ADULT).value,
        "town": await _place(db, moderator, resident, reader.locale),
    }
    await delivery.queue_notice(
        db, Notice.TEAM_ANSWER, to=reader.id, language=reader.locale, values=values,
        association_id=message.row.association_id, at=at, now=now,
    )  # fmt: skip
    message.row.closed_at, message.row.closed_by = now, moderator.id
    db.add(message.row)
    await _note(db, moderator, "answer_message", "team_message", message.row.id, now=now)
    return True


async def _place(db: AsyncSession, moderator: Moderator, resident: Resident | None, language: str) -> str:
    """The town whose volunteers answer: the writer's, else one of the association."""
    ours = select(Town).where(Town.association_id == moderator.association_id).order_by(col(Town.name))
    town = await db.get(Town, resident.town_id) if resident else (await db.exec(ours)).first()
    return telling.called(town, language)


async def mark_seen(db: AsyncSession, raw_mail_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """A person has looked at a mail that was set aside; it leaves the list and is deleted when its time is over."""
    row = await _own_mail(db, raw_mail_id, moderator, now=now)
    row.seen_by, row.seen_at = moderator.id, now
    db.add(row)
    await _note(db, moderator, "see_mail", "raw_mail", row.id, now=now)


async def read_again(db: AsyncSession, raw_mail_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """A worker reads a mail once more. Where nothing proves who sent it, the writer is asked once more by that.

    Raises Refused: ALREADY_DECIDED where the mail is neither set aside nor waiting, TOO_MANY_TRIES beyond three a day.
    """
    row = await _own_mail(db, raw_mail_id, moderator, now=now)
    _must_wait(row)
    await throttle.check(db, f"read_again:{row.id}", limit=3, within=timedelta(days=1), now=now)
    row.state, row.reason, row.inbound_key = RawMailState.RECEIVED, None, None
    db.add(row)
    later(db, Job.READ_MAIL, row.id)
    await _note(db, moderator, "read_mail_again", "raw_mail", row.id, now=now)


async def put_away(db: AsyncSession, raw_mail_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """A mail whose writer did not say yes leaves the list. Should they say it after all, it becomes a letter."""
    row = await _own_mail(db, raw_mail_id, moderator, now=now)
    _must_wait(row)
    row.state, row.reason, row.handled_at = RawMailState.DROPPED, intake.PUT_AWAY, now
    db.add(row)
    await _note(db, moderator, "put_mail_away", "raw_mail", row.id, now=now)


def _must_wait(row: RawMail) -> None:
    if row.state not in (RawMailState.QUARANTINED, RawMailState.AWAITING_WRITER):
        raise Refused(Refusal.ALREADY_DECIDED)


async def settle(db: AsyncSession, delivery_id: UUID, moderator: Moderator, *, arrived: bool, now: datetime) -> None:
    """A person asked or looked: the unsure mail arrived, or it did not and is sent again."""
    row = await _own_delivery(db, delivery_id, moderator, now=now)
    if row.state is not DeliveryState.UNSURE:
        raise Refused(Refusal.ALREADY_DECIDED)
    await endings.settle(db, row, arrived=arrived, now=now)
    await _decide(db, moderator, Verb.SETTLE, row, ["arrived" if arrived else "not_arrived"], now=now)
    if not arrived:
        later(db, Job.DELIVER, row.id)


async def retry(db: AsyncSession, delivery_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """Send a failed mail once more. Whether the letter may still pass is asked again when it leaves (rule R25)."""
    row = await _own_delivery(db, delivery_id, moderator, now=now)
    if row.state is not DeliveryState.FAILED:
        raise Refused(Refusal.ALREADY_DECIDED)
    row.state, row.due_at, row.first_try_at = DeliveryState.QUEUED, now, None
    db.add(row)
    letter = await db.get(Letter, row.letter_id) if row.letter_id else None
    if letter is not None:
        letter.state = LetterState.RELEASED
        db.add(letter)
    await _decide(db, moderator, Verb.RETRY, row, [], now=now)
    later(db, Job.DELIVER, row.id)


async def let_go(db: AsyncSession, delivery_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """Nothing more to do about a failed mail: the letter stays readable on the website."""
    row = await _own_delivery(db, delivery_id, moderator, now=now)
    if row.state is not DeliveryState.FAILED:
        raise Refused(Refusal.ALREADY_DECIDED)
    row.state = DeliveryState.WITHDRAWN
    db.add(row)
    await _decide(db, moderator, Verb.SETTLE, row, ["let_go"], now=now)


async def lift(db: AsyncSession, suppression_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """Write to this address again, because somebody has said that it works."""
    mine = {one.suppression.id: one for one in await desk_mail.unreachable(db, moderator, now=now)}
    if suppression_id not in mine:
        raise NotFound
    row = mine[suppression_id].suppression
    row.lifted_at = now
    db.add(row)
    await _note(db, moderator, "lift_suppression", "resident", mine[suppression_id].resident.id, now=now)


async def _own_delivery(db: AsyncSession, delivery_id: UUID, moderator: Moderator, *, now: datetime) -> Delivery:
    desk = await remit.desk_of(db, moderator, now=now)
    found = await db.exec(
        select(Delivery).where(Delivery.id == delivery_id, desk_mail.delivery_of(desk)).with_for_update()
    )
    row = found.first()
    if row is None:
        raise NotFound
    return row


async def _own_mail(db: AsyncSession, raw_mail_id: UUID, moderator: Moderator, *, now: datetime) -> RawMail:
    desk = await remit.desk_of(db, moderator, now=now)
    found = await db.exec(select(RawMail).where(RawMail.id == raw_mail_id, desk_mail.mail_of(desk)).with_for_update())
    row = found.first()
    if row is None:
        raise NotFound
    return row


async def _decide(
    db: AsyncSession, moderator: Moderator, verb: Verb, row: Delivery, reasons: list[str], *, now: datetime
) -> None:
    db.add(
        Decision(
            moderator_id=moderator.id, verb=verb, subject="delivery", subject_id=row.id, reasons=reasons, at=now
        )
    )  # fmt: skip
    details = {"outcome": reasons[0]} if reasons else {}
    await _note(db, moderator, f"{verb.value}_delivery", "delivery", row.id, details, now=now)


async def _note(
    db: AsyncSession,
    moderator: Moderator,
    action: str,
    subject: str,
    subject_id: UUID,
    details: Mapping[str, str] | None = None,
    *,
    now: datetime,
) -> None:
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action=action, subject=subject,
        subject_id=subject_id, details=details,
    )  # fmt: skip
