"""What of the mail needs a person: messages to the team, mails set aside, deliveries that failed or are unsure?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import remit
from penfriends.actions.intake import CONFIRM_LIFETIME
from penfriends.actions.remit import Desk
from penfriends.errors import NotFound
from penfriends.models.delivery import (
    Bounce,
    Delivery,
    DeliveryState,
    RawMail,
    RawMailState,
    Suppression,
    TeamMessage,
)
from penfriends.models.letters import Blob, Participant
from penfriends.models.moderation import Moderator
from penfriends.models.places import Town
from penfriends.models.residents import Guardian, Resident
from penfriends.models.signin import SignIn

SHOWN = 100
PATIENCE = timedelta(days=1)  # a writer may be asked whether a mail is theirs; the desk hears of it after this
_ADDRESS = re.compile(r"\S{1,320}@\S{1,320}")
TROUBLED = (DeliveryState.UNSURE, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose mailbox it is: a resident's own, or that of the guardian who reads for this child."""

    resident: Resident
    is_guardian: bool


@dataclass(frozen=True, slots=True)
class Message:
    """Words to the team; `writer` where our own border vouched for them and this moderator may see who it is."""

    row: TeamMessage
    writer: Owner | None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A mail that was not taken as a letter: size in bytes, of the sender only the domain, and whose letter address it
    came to."""

    mail: RawMail
    size: int
    domain: str
    resident: Resident | None


@dataclass(frozen=True, slots=True)
class Awaited:
    """A mail that may be a letter of `writer`, who has not said so for a day; `until` when the link that asks works."""

    mail: RawMail
    writer: Resident
    until: datetime


@dataclass(frozen=True, slots=True)
class Troubled:
    """A delivery that needs a person, and whom it is for."""

    delivery: Delivery
    reader: Owner | None

    @property
    def said(self) -> str:
        """What the other mail server said, without the addresses that such servers like to repeat."""
        return _ADDRESS.sub("…", self.delivery.last_text)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Somebody whose address is no longer written to; the address itself is not shown."""

    suppression: Suppression
    resident: Resident


@dataclass(frozen=True, slots=True)
class MailDesk:
    messages: Sequence[Message]
    set_aside: Sequence[SetAside]
    awaited: Sequence[Awaited]
    troubled: Sequence[Troubled]
    unreachable: Sequence[Unreachable]

    @property
    def items(self) -> int:
        mails = len(self.messages) + len(self.set_aside) + len(self.awaited)
        return mails + len(self.troubled) + len(self.unreachable)

    @property
    def people(self) -> list[Resident]:
        """Whose names are shown, or whose own words."""
        owners = [one.reader for one in self.troubled] + [one.writer for one in self.messages]
        named = [one.resident for one in owners if one] + [one.resident for one in self.set_aside if one.resident]
        named += [one.writer for one in self.awaited]
        return [*named, *(one.resident for one in self.unreachable)]


async def load(db: AsyncSession, moderator: Moderator, *, now: datetime) -> MailDesk:
    """Everything that waits for this moderator's association, nothing of people they know or may not see (R17, R18)."""
    desk = await remit.desk_of(db, moderator, now=now)
    return MailDesk(
        await _messages(db, desk),
        await _set_aside(db, desk),
        await _awaited(db, desk, now=now),
        await _troubled(db, desk),
        await unreachable(db, moderator, now=now),
    )


async def message_for(db: AsyncSession, message_id: UUID, moderator: Moderator, *, now: datetime) -> Message:
    """One message to the team of this moderator. Raises NotFound for foreign ones and those of people they know."""
    desk = await remit.desk_of(db, moderator, now=now)
    row = (await db.exec(select(TeamMessage).where(TeamMessage.id == message_id, _message_of(desk)))).first()
    if row is None:
        raise NotFound
    return Message(row, (await owners(db, desk, [row.sign_in_id])).get(row.sign_in_id))


async def oldest(db: AsyncSession, moderator: Moderator) -> datetime | None:
    """Since when the oldest message waits."""
    found = await db.exec(
        select(func.min(TeamMessage.created_at)).where(
            TeamMessage.association_id == moderator.association_id, col(TeamMessage.closed_at).is_(None)
        )
    )
    return found.first()


async def unreachable(
    db: AsyncSession, moderator: Moderator, *, now: datetime, only: UUID | None = None
) -> list[Unreachable]:
    """The people of the own towns whose mail has stopped, a child's by the guardian's address; `only` one of them."""
    desk = await remit.desk_of(db, moderator, now=now)
    wanted = (
        select(Suppression, Resident)
        .join(SignIn, col(SignIn.id) == col(Suppression.sign_in_id))
        .outerjoin(Guardian, col(Guardian.sign_in_id) == col(SignIn.id))
        .join(Resident, _reads_mail_for())
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(remit.person_for(desk), col(Suppression.lifted_at).is_(None))
        .order_by(col(Suppression.since), col(Resident.id))
    )
    if only is not None:
        wanted = wanted.where(Resident.id == only)
    return [Unreachable(suppression, resident) for suppression, resident in (await db.exec(wanted.limit(SHOWN))).all()]


async def owners(db: AsyncSession, desk: Desk, sign_ins: Sequence[UUID | None]) -> dict[UUID | None, Owner]:
    """Whose mailboxes these are, of the people whom this moderator may see. Own mail comes before that of a child."""
    found = await db.exec(
        select(SignIn.id, Resident)
        .outerjoin(Guardian, col(Guardian.sign_in_id) == col(SignIn.id))
        .join(Resident, _reads_mail_for())
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(col(SignIn.id).in_([one for one in sign_ins if one]), remit.person_for(desk))
        .order_by((col(Resident.sign_in_id) == col(SignIn.id)).asc(), col(Resident.id).desc())
    )
    return {sign_in: Owner(resident, resident.sign_in_id != sign_in) for sign_in, resident in found.all()}


async def _messages(db: AsyncSession, desk: Desk) -> list[Message]:
    found = await db.exec(
        select(TeamMessage)
        .where(col(TeamMessage.closed_at).is_(None), _message_of(desk))
        .order_by(col(TeamMessage.created_at))
        .limit(SHOWN)
    )
    rows = found.all()
    writers = await owners(db, desk, [one.sign_in_id for one in rows])
    return [Message(one, writers.get(one.sign_in_id)) for one in rows]


async def _set_aside(db: AsyncSession, desk: Desk) -> list[SetAside]:
    to = and_(col(Participant.id) == col(RawMail.participant_id), col(Participant.id).in_(_own_participants(desk)))
    found = await db.exec(
        select(RawMail, Blob.size, Resident)
        .join(Blob, col(Blob.sha256) == col(RawMail.blob_sha256))
        .outerjoin(Participant, to)
        .outerjoin(Resident, col(Resident.id) == col(Participant.resident_id))
        .where(RawMail.state == RawMailState.QUARANTINED, col(RawMail.seen_at).is_(None), mail_of(desk))
        .order_by(col(RawMail.received_at))
        .limit(SHOWN)
    )
    return [SetAside(mail, size, mail.envelope_from.rpartition("@")[2], whose) for mail, size, whose in found.all()]


async def _awaited(db: AsyncSession, desk: Desk, *, now: datetime) -> list[Awaited]:
    found = await db.exec(
        select(RawMail, Resident)
        .join(Participant, col(Participant.id) == col(RawMail.participant_id))
        .join(Resident, col(Resident.id) == col(Participant.resident_id))
        .where(
            RawMail.state == RawMailState.AWAITING_WRITER,
            col(RawMail.handled_at) <= now - PATIENCE,
            col(Participant.id).in_(_own_participants(desk)),
        )
        .order_by(col(RawMail.received_at))
        .limit(SHOWN)
    )
    return [Awaited(mail, writer, (mail.handled_at or now) + CONFIRM_LIFETIME) for mail, writer in found.all()]


async def _troubled(db: AsyncSession, desk: Desk) -> list[Troubled]:
    found = await db.exec(
        select(Delivery, Resident)
        .outerjoin(Participant, col(Participant.id) == col(Delivery.participant_id))
        .outerjoin(Resident, col(Resident.id) == col(Participant.resident_id))
        .where(col(Delivery.state).in_(TROUBLED), delivery_of(desk))
        .order_by(col(Delivery.due_at))
        .limit(SHOWN)
    )
    rows = found.all()
    readers = await owners(db, desk, [delivery.sign_in_id for delivery, _ in rows])
    return [
        Troubled(delivery, Owner(resident, is_guardian=False) if resident else readers.get(delivery.sign_in_id))
        for delivery, resident in rows
    ]


def _reads_mail_for() -> ColumnElement[bool]:
    """For a query with `SignIn` and `Guardian`: the residents whose mail goes there, a child's to the guardian."""
    return or_(
        col(Resident.sign_in_id) == col(SignIn.id),
        and_(col(Resident.guardian_id) == col(Guardian.id), col(Resident.sign_in_id).is_(None)),
    )


def _message_of(desk: Desk) -> ColumnElement[bool]:
    """To the team of the own association, and not by somebody whom this moderator may not judge."""
    return and_(
        col(TeamMessage.association_id) == desk.moderator.association_id,
        remit.not_from(desk, col(TeamMessage.sign_in_id)),
    )


def delivery_of(desk: Desk) -> ColumnElement[bool]:
    """For a participant of an own town whom this moderator may judge, or a notice of the own association."""
    return or_(
        col(Delivery.participant_id).in_(_own_participants(desk)),
        and_(col(Delivery.participant_id).is_(None), col(Delivery.association_id) == desk.moderator.association_id),
    )


def mail_of(desk: Desk) -> ColumnElement[bool]:
    """To the team of the own association, by a writer of an own town, or about one of our own deliveries."""
    reported = select(Bounce.raw_mail_id).where(
        col(Bounce.delivery_id).in_(select(Delivery.id).where(delivery_of(desk)))
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
