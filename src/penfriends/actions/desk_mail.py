"""What of the mail needs a person: messages to the team, mails set aside, deliveries that failed or are unsure?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, dispatch, remit
from penfriends.actions.remit import Desk
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.jobs import Job, later
from penfriends.models.delivery import (
    Bounce,
    Delivery,
    DeliveryState,
    RawMail,
    RawMailState,
    Suppression,
    TeamMessage,
)
from penfriends.models.letters import Blob, Letter, LetterState, Participant
from penfriends.models.moderation import Decision, Moderator, Verb
from penfriends.models.places import Town
from penfriends.models.residents import Guardian, Resident
from penfriends.models.signin import SignIn

SHOWN = 100
TROUBLED = (DeliveryState.UNSURE, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A mail that was not taken as a letter: size in bytes, and of the sender only the domain."""

    mail: RawMail
    size: int
    domain: str


@dataclass(frozen=True, slots=True)
class Troubled:
    """A delivery that needs a person, and whom a letter is for."""

    delivery: Delivery
    resident: Resident | None

    @property
    def name(self) -> str:
        return self.resident.first_name if self.resident else ""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Somebody whose address is no longer written to; the address itself is not shown."""

    suppression: Suppression
    resident: Resident


@dataclass(frozen=True, slots=True)
class MailDesk:
    messages: Sequence[TeamMessage]
    set_aside: Sequence[SetAside]
    troubled: Sequence[Troubled]
    unreachable: Sequence[Unreachable]
    writers: Sequence[Resident]

    @property
    def items(self) -> int:
        return len(self.messages) + len(self.set_aside) + len(self.troubled) + len(self.unreachable)

    @property
    def people(self) -> list[Resident]:
        """Whose names are shown, or whose own words."""
        named = [one.resident for one in self.troubled if one.resident]
        return [*named, *(one.resident for one in self.unreachable), *self.writers]


async def load(db: AsyncSession, moderator: Moderator, *, now: datetime) -> MailDesk:
    """Everything that waits for this moderator's association, nothing of people they know or may not see (R17, R18)."""
    desk = await remit.desk_of(db, moderator, now=now)
    messages = await _messages(db, desk)
    return MailDesk(
        messages,
        await _set_aside(db, desk),
        await _troubled(db, desk),
        await unreachable(db, moderator, now=now),
        await _writers(db, messages),
    )


async def oldest(db: AsyncSession, moderator: Moderator) -> datetime | None:
    """Since when the oldest message waits."""
    found = await db.exec(
        select(func.min(TeamMessage.created_at)).where(
            TeamMessage.association_id == moderator.association_id, col(TeamMessage.closed_at).is_(None)
        )
    )
    return found.first()


async def close_message(db: AsyncSession, message_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """Read and answered, or nothing to answer."""
    row = await db.get(TeamMessage, message_id, with_for_update=True)
    if row is None or row.association_id != moderator.association_id:
        raise NotFound
    if row.closed_at is None:
        row.closed_at, row.closed_by = now, moderator.id
        db.add(row)


async def mark_seen(db: AsyncSession, raw_mail_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """A person has looked at a mail that was set aside; it leaves the list and is deleted when its time is over."""
    desk = await remit.desk_of(db, moderator, now=now)
    row = (await db.exec(select(RawMail).where(RawMail.id == raw_mail_id, _mail_of(desk)))).first()
    if row is None:
        raise NotFound
    row.seen_by, row.seen_at = moderator.id, now
    db.add(row)


async def settle(db: AsyncSession, delivery_id: UUID, moderator: Moderator, *, arrived: bool, now: datetime) -> None:
    """A person asked or looked: the unsure mail arrived, or it did not and is sent again."""
    row = await _own_delivery(db, delivery_id, moderator, now=now)
    if row.state is not DeliveryState.UNSURE:
        raise Refused(Refusal.ALREADY_DECIDED)
    await dispatch.settle(db, row, arrived=arrived, now=now)
    _decide(db, moderator, Verb.SETTLE, row, ["arrived" if arrived else "not_arrived"], now=now)
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
    _decide(db, moderator, Verb.RETRY, row, [], now=now)
    later(db, Job.DELIVER, row.id)


async def let_go(db: AsyncSession, delivery_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """Nothing more to do about a failed mail: the letter stays readable on the website."""
    row = await _own_delivery(db, delivery_id, moderator, now=now)
    if row.state is not DeliveryState.FAILED:
        raise Refused(Refusal.ALREADY_DECIDED)
    row.state = DeliveryState.WITHDRAWN
    db.add(row)
    _decide(db, moderator, Verb.SETTLE, row, ["let_go"], now=now)


async def lift(db: AsyncSession, suppression_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """Write to this address again, because somebody has said that it works."""
    mine = {one.suppression.id: one for one in await unreachable(db, moderator, now=now)}
    if suppression_id not in mine:
        raise NotFound
    row = mine[suppression_id].suppression
    row.lifted_at = now
    db.add(row)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="lift_suppression",
        subject="resident", subject_id=mine[suppression_id].resident.id,
    )  # fmt: skip


async def unreachable(
    db: AsyncSession, moderator: Moderator, *, now: datetime, only: UUID | None = None
) -> list[Unreachable]:
    """The people of the own towns whose mail has stopped, a child's by the guardian's address; `only` one of them."""
    desk = await remit.desk_of(db, moderator, now=now)
    wanted = (
        select(Suppression, Resident)
        .join(SignIn, col(SignIn.id) == col(Suppression.sign_in_id))
        .outerjoin(Guardian, col(Guardian.sign_in_id) == col(SignIn.id))
        .join(
            Resident,
            or_(
                col(Resident.sign_in_id) == col(SignIn.id),
                and_(col(Resident.guardian_id) == col(Guardian.id), col(Resident.sign_in_id).is_(None)),
            ),
        )
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(remit.person_for(desk), col(Suppression.lifted_at).is_(None))
        .order_by(col(Suppression.since), col(Resident.id))
    )
    if only is not None:
        wanted = wanted.where(Resident.id == only)
    return [Unreachable(suppression, resident) for suppression, resident in (await db.exec(wanted.limit(SHOWN))).all()]


async def _messages(db: AsyncSession, desk: Desk) -> Sequence[TeamMessage]:
    found = await db.exec(
        select(TeamMessage)
        .where(
            TeamMessage.association_id == desk.moderator.association_id,
            col(TeamMessage.closed_at).is_(None),
            remit.not_from(desk, col(TeamMessage.sign_in_id)),
        )
        .order_by(col(TeamMessage.created_at))
        .limit(SHOWN)
    )
    return found.all()


async def _writers(db: AsyncSession, messages: Sequence[TeamMessage]) -> Sequence[Resident]:
    """The residents who wrote to the team from an address of their own."""
    senders = [one.sign_in_id for one in messages if one.sign_in_id]
    return (await db.exec(select(Resident).where(col(Resident.sign_in_id).in_(senders)))).all()


async def _set_aside(db: AsyncSession, desk: Desk) -> list[SetAside]:
    found = await db.exec(
        select(RawMail, Blob.size)
        .join(Blob, col(Blob.sha256) == col(RawMail.blob_sha256))
        .where(RawMail.state == RawMailState.QUARANTINED, col(RawMail.seen_at).is_(None), _mail_of(desk))
        .order_by(col(RawMail.received_at))
        .limit(SHOWN)
    )
    return [SetAside(mail, size, mail.envelope_from.rpartition("@")[2]) for mail, size in found.all()]


async def _troubled(db: AsyncSession, desk: Desk) -> list[Troubled]:
    found = await db.exec(
        select(Delivery, Resident)
        .outerjoin(Participant, col(Participant.id) == col(Delivery.participant_id))
        .outerjoin(Resident, col(Resident.id) == col(Participant.resident_id))
        .where(col(Delivery.state).in_(TROUBLED), _delivery_of(desk))
        .order_by(col(Delivery.due_at))
        .limit(SHOWN)
    )
    return [Troubled(delivery, resident) for delivery, resident in found.all()]


async def _own_delivery(db: AsyncSession, delivery_id: UUID, moderator: Moderator, *, now: datetime) -> Delivery:
    desk = await remit.desk_of(db, moderator, now=now)
    found = await db.exec(select(Delivery).where(Delivery.id == delivery_id, _delivery_of(desk)).with_for_update())
    row = found.first()
    if row is None:
        raise NotFound
    return row


def _delivery_of(desk: Desk) -> ColumnElement[bool]:
    """For a participant of an own town whom this moderator may judge, or a notice of the own association."""
    return or_(
        col(Delivery.participant_id).in_(_own_participants(desk)),
        and_(col(Delivery.participant_id).is_(None), col(Delivery.association_id) == desk.moderator.association_id),
    )


def _mail_of(desk: Desk) -> ColumnElement[bool]:
    """To the team of the own association, by a writer of an own town, or about one of our own deliveries."""
    reported = select(Bounce.raw_mail_id).where(
        col(Bounce.delivery_id).in_(select(Delivery.id).where(_delivery_of(desk)))
    )
    return or_(
        col(RawMail.association_id) == desk.moderator.association_id,
        col(RawMail.participant_id).in_(_own_participants(desk)),
        col(RawMail.id).in_(reported),
    )


def _own_participants(desk: Desk):  # type: ignore[no-untyped-def]  # a subquery, whose type has no name
    return (
        select(Participant.id)
        .join(Resident, col(Resident.id) == col(Participant.resident_id))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(remit.person_for(desk))
    )


def _decide(
    db: AsyncSession, moderator: Moderator, verb: Verb, row: Delivery, reasons: list[str], *, now: datetime
) -> None:
    db.add(
        Decision(
            moderator_id=moderator.id, verb=verb, subject="delivery", subject_id=row.id, reasons=reasons, at=now
        )
    )  # fmt: skip
