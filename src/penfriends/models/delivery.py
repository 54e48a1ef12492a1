"""What comes in by mail, what goes out, and which addresses are masked or no longer written to?"""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from penfriends.ids import uuid7
from penfriends.models.classified import (
    ADDRESS,
    LINK,
    PLAIN,
    PROOF,
    RAW,
    JSONValue,
    choice,
    column,
    long_text,
    moment,
    no_items,
    no_values,
)

# Who goes first where many wait: mails that somebody is waiting for at a screen, letters, all other notices.
AT_ONCE, LETTERS, NOTICES = 0, 1, 2


class DeliveryKind(enum.StrEnum):
    LETTER = "letter"
    NOTICE = "notice"


class DeliveryState(enum.StrEnum):
    """sending: claimed under a lease; committed: past the point of no return, the answer not yet recorded."""

    QUEUED = "queued"
    SENDING = "sending"
    COMMITTED = "committed"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNSURE = "unsure"
    WITHDRAWN = "withdrawn"


class RawMailState(enum.StrEnum):
    """received: on disk, not yet looked at; awaiting_writer: a one-time link was sent to the registered address."""

    RECEIVED = "received"
    TAKEN = "taken"
    AWAITING_WRITER = "awaiting_writer"
    DROPPED = "dropped"
    QUARANTINED = "quarantined"


class SuppressionReason(enum.StrEnum):
    HARD_BOUNCE = "hard_bounce"
    FULL = "full"
    COMPLAINT = "complaint"
    ASKED = "asked"


class Alias(SQLModel, table=True):
    """The masked address of one writer's friend: mail sent to it is a letter of `participant_id` (rule R26)."""

    __tablename__ = "alias"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    local_part: str = column(ADDRESS, max_length=64, unique=True)
    participant_id: UUID = column(LINK, foreign_key="participant.id", ondelete="CASCADE", index=True)
    created_at: datetime = moment()
    closed_at: datetime | None = moment(default=None)


class RawMail(SQLModel, table=True):
    """A mail as it came in, on disk before the sender heard 250."""

    __tablename__ = "raw_mail"
    __table_args__ = (sa.Index("ix_raw_mail_state", "state", "received_at"),)

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    participant_id: UUID | None = column(LINK, default=None, foreign_key="participant.id", index=True)
    association_id: UUID | None = column(LINK, default=None, foreign_key="association.id")
    envelope_from: str = column(RAW, max_length=320, default="")
    envelope_to: str = column(RAW, max_length=320)
    blob_sha256: str = column(LINK, foreign_key="blob.sha256", max_length=64)
    inbound_key: str | None = column(LINK, default=None, max_length=64, unique=True)
    state: RawMailState = choice(RawMailState, name="state", default=RawMailState.RECEIVED)
    reason: str | None = column(PLAIN, default=None, max_length=60)
    letter_id: UUID | None = column(LINK, default=None, foreign_key="letter.id", ondelete="SET NULL")
    received_at: datetime = moment()
    confirmed_at: datetime | None = moment(default=None)
    handled_at: datetime | None = moment(default=None)
    seen_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    seen_at: datetime | None = moment(default=None)


class Delivery(SQLModel, table=True):
    """One dispatch of a letter or a notice to one person; the outbox of this house.

    The address is looked up when it leaves. `payload` holds a notice's values until it is sent, then it is emptied.
    `attempt` fences a claim: whoever records an outcome names the attempt it claimed.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("letter_id", "participant_id"),
        sa.Index("ix_delivery_due", "state", "precedence", "due_at"),
        sa.Index("ix_delivery_lease", "state", "lease_until"),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    kind: DeliveryKind = choice(DeliveryKind, name="kind")
    letter_id: UUID | None = column(LINK, default=None, foreign_key="letter.id", index=True)
    participant_id: UUID | None = column(LINK, default=None, foreign_key="participant.id", index=True)
    sign_in_id: UUID | None = column(LINK, default=None, foreign_key="sign_in.id", index=True)
    association_id: UUID | None = column(LINK, default=None, foreign_key="association.id")
    notice: str | None = column(PLAIN, default=None, max_length=40)
    language: str = column(PLAIN, max_length=8, default="en")
    payload: dict[str, Any] = column(RAW, sa_type=JSONValue, default_factory=no_values)
    content_hash: str | None = column(PLAIN, default=None, max_length=64)
    state: DeliveryState = choice(DeliveryState, name="state", default=DeliveryState.QUEUED)
    precedence: int = column(PLAIN, default=LETTERS)
    due_at: datetime = moment()
    attempt: int = column(PLAIN, default=0)
    lease_until: datetime | None = moment(default=None)
    message_id: str = column(LINK, max_length=200, unique=True)
    first_try_at: datetime | None = moment(default=None)
    sent_at: datetime | None = moment(default=None)
    last_code: int | None = column(PLAIN, default=None)
    last_text: str = column(RAW, max_length=500, default="")
    created_at: datetime = moment()


class Bounce(SQLModel, table=True):
    """What a delivery report said about one of our deliveries; its identity is the signed return path only."""

    __tablename__ = "bounce"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    delivery_id: UUID = column(LINK, foreign_key="delivery.id", ondelete="CASCADE", index=True)
    raw_mail_id: UUID | None = column(LINK, default=None, foreign_key="raw_mail.id", ondelete="SET NULL")
    hard: bool = column(PLAIN)
    reason: str = column(PLAIN, max_length=40)
    status: str = column(PLAIN, max_length=12, default="")
    at: datetime = moment()


class Suppression(SQLModel, table=True):
    """An address that is no longer written to, and why."""

    __tablename__ = "suppression"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    sign_in_id: UUID = column(LINK, foreign_key="sign_in.id", ondelete="CASCADE", index=True)
    reason: SuppressionReason = choice(SuppressionReason, PROOF, name="reason")
    delivery_id: UUID | None = column(LINK, default=None, foreign_key="delivery.id", ondelete="SET NULL")
    since: datetime = moment()
    lifted_at: datetime | None = moment(default=None)


class MailTrouble(SQLModel, table=True):
    """A place that mail could not be handed to: the smarthost, or a provider's domain. `until`: left alone so long;
    `probe_at`: since when one mail looks whether it is well again. Losing these rows does no harm."""

    __tablename__ = "mail_trouble"

    place: str = column(PLAIN, max_length=255, primary_key=True)
    failures: int = column(PLAIN, default=0)
    last_at: datetime = moment()
    until: datetime | None = moment(default=None)
    probe_at: datetime | None = moment(default=None)


class DomainCheck(SQLModel, table=True):
    """What DNS said of our own domains when a worker last asked: one row. Losing it does no harm."""

    __tablename__ = "domain_check"

    name: str = column(PLAIN, max_length=20, primary_key=True)
    at: datetime = moment()
    findings: list[dict[str, str]] = column(PLAIN, sa_type=JSONValue, default_factory=no_items)


class TeamMessage(SQLModel, table=True):
    """A reply to a notice: an item on the association's desk, never forwarded to a resident."""

    __tablename__ = "team_message"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    association_id: UUID = column(LINK, foreign_key="association.id", index=True)
    sign_in_id: UUID | None = column(LINK, default=None, foreign_key="sign_in.id", ondelete="SET NULL")
    raw_mail_id: UUID | None = column(LINK, default=None, foreign_key="raw_mail.id", ondelete="SET NULL")
    subject: str = column(RAW, max_length=200, default="")
    text: str = long_text(RAW)
    created_at: datetime = moment()
    closed_at: datetime | None = moment(default=None)
    closed_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
