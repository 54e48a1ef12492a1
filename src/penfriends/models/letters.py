"""What was written, to whom, and where is it now?"""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from penfriends.ids import uuid7
from penfriends.models.classified import (
    LINK,
    PLAIN,
    RAW,
    WHEN,
    WORDS,
    JSONValue,
    choice,
    column,
    long_text,
    moment,
    no_items,
    no_values,
)
from penfriends.rules.bands import Band


class CorrespondenceState(enum.StrEnum):
    """frozen: a report or a birthday stopped it, a person decides; ended: for good, still readable."""

    OPEN = "open"
    PAUSED = "paused"
    FROZEN = "frozen"
    ENDED = "ended"


class ParticipantState(enum.StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"


class Channel(enum.StrEnum):
    """How a letter came in."""

    WEB = "web"
    EMAIL = "email"
    PAPER = "paper"


class LetterState(enum.StrEnum):
    """draft → written or received → held or released → on_its_way → delivered; else returned, discarded, …

    `unconfirmed`: came by mail that nobody vouched for; waits for the writer's one-time link (rule R27).
    """

    DRAFT = "draft"
    WRITTEN = "written"
    RECEIVED = "received"
    UNCONFIRMED = "unconfirmed"
    HELD = "held"
    RELEASED = "released"
    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"
    RETURNED = "returned"
    DISCARDED = "discarded"
    UNSURE = "unsure"
    WITHDRAWN = "withdrawn"


class Correspondence(SQLModel, table=True):
    """What an accepted match opens, or two teachers for their pupils (`pairing_id`): its people and their letters."""

    __tablename__ = "correspondence"
    __table_args__ = (sa.UniqueConstraint("id", "band"),)

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    band: Band = choice(Band, name="band")
    match_id: UUID | None = column(LINK, default=None, foreign_key="match.id", unique=True)
    pairing_id: UUID | None = column(LINK, default=None, foreign_key="pairing.id", index=True)
    state: CorrespondenceState = choice(CorrespondenceState, name="state", default=CorrespondenceState.OPEN)
    state_reason: str | None = column(PLAIN, default=None, max_length=40)
    opened_at: datetime = moment()
    state_changed_at: datetime = moment()
    looked_at: datetime | None = moment(default=None)


class Participant(SQLModel, table=True):
    """One resident in one correspondence. `open_band` NULL means: may not write (rules R02, R04).

    `nudged_at`: we reminded them of a letter that they owe; `late_at`: they let their friend know that it is coming.
    """

    __tablename__ = "participant"
    __table_args__ = (
        sa.UniqueConstraint("correspondence_id", "resident_id"),
        sa.ForeignKeyConstraint(
            ["correspondence_id", "band"], ["correspondence.id", "correspondence.band"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["resident_id", "open_band"], ["resident.id", "resident.band"]),
        sa.CheckConstraint("open_band IS NULL OR open_band = band", name="open_band"),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    correspondence_id: UUID = column(LINK, index=True)
    resident_id: UUID = column(LINK, foreign_key="resident.id", index=True)
    band: Band = choice(Band, name="band")
    open_band: Band | None = choice(Band, name="open_band_word", default=None)
    state: ParticipantState = choice(ParticipantState, name="state", default=ParticipantState.ACTIVE)
    paused_until: date | None = column(WHEN, default=None)
    mail_paused: bool = column(PLAIN, default=False)
    nudged_at: datetime | None = moment(default=None)
    late_at: datetime | None = moment(default=None)
    joined_at: datetime = moment()


class Letter(SQLModel, table=True):
    """One letter. The text as it came, the part kept as the writer's own, and the text a moderator released stay apart.

    `findings` are dicts of kind, consequence, check and start, end in code points of `kept_text`.
    `content_hash` is the sha256 of what the friend will read, set at release; the relay compares it (rule R24).
    """

    __tablename__ = "letter"
    __table_args__ = (
        sa.Index("ix_letter_due", "state", "due_at"),
        sa.Index("ix_letter_thread", "correspondence_id", "created_at", "id"),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    correspondence_id: UUID = column(LINK, foreign_key="correspondence.id")
    author_id: UUID = column(LINK, foreign_key="participant.id", index=True)
    parent_id: UUID | None = column(LINK, default=None, foreign_key="letter.id")
    state: LetterState = choice(LetterState, name="state", default=LetterState.DRAFT)
    channel: Channel = choice(Channel, name="channel", default=Channel.WEB)
    title: str = column(WORDS, max_length=150, default="")
    language: str | None = column(WORDS, max_length=8, default=None)
    original_text: str = long_text(RAW)
    kept_text: str = long_text(WORDS)
    removed_text: str = long_text(RAW)
    released_text: str = long_text(WORDS)
    cut_is_sure: bool = column(PLAIN, default=True)
    findings: list[dict[str, Any]] = column(WORDS, sa_type=JSONValue, default_factory=no_items)
    left_out: list[str] = column(WORDS, sa_type=JSONValue, default_factory=no_items)
    content_hash: str | None = column(PLAIN, default=None, max_length=64)
    return_reasons: list[str] = column(WORDS, sa_type=JSONValue, default_factory=no_items)
    return_note: str = long_text(WORDS)
    warned: bool = column(PLAIN, default=False)
    created_at: datetime = moment()
    changed_at: datetime = moment()
    sent_at: datetime | None = moment(default=None)
    screened_at: datetime | None = moment(default=None)
    released_at: datetime | None = moment(default=None)
    due_at: datetime | None = moment(default=None)
    delivered_at: datetime | None = moment(default=None)
    read_at: datetime | None = moment(default=None)


class LetterMailId(SQLModel, table=True):
    """Under which Message-ID a letter is known in one participant's mailbox, so that threads hold on each side.

    `origin` is what the header of the writer's own mail tells of them (mail/origins.py): the gate looks that none of it
    leaves. The id is empty where a mail had none.
    """

    __tablename__ = "letter_mail_id"
    __table_args__ = (sa.Index("ix_letter_mail_id_lookup", "participant_id", "message_id"),)

    letter_id: UUID = column(LINK, foreign_key="letter.id", ondelete="CASCADE", primary_key=True)
    participant_id: UUID = column(LINK, foreign_key="participant.id", ondelete="CASCADE", primary_key=True)
    message_id: str = column(WORDS, max_length=998)
    origin: dict[str, Any] = column(RAW, sa_type=JSONValue, default_factory=no_values)


class Blob(SQLModel, table=True):
    """Bytes, kept once by their sha256: raw mail and pictures."""

    __tablename__ = "blob"

    sha256: str = column(PLAIN, primary_key=True, max_length=64)
    data: bytes = column(RAW, sa_type=sa.LargeBinary)
    size: int = column(PLAIN)
    created_at: datetime = moment()


class Attachment(SQLModel, table=True):
    """A picture of a letter, re-encoded by us and under our own name."""

    __tablename__ = "attachment"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    letter_id: UUID = column(LINK, foreign_key="letter.id", ondelete="CASCADE", index=True)
    blob_sha256: str = column(LINK, foreign_key="blob.sha256", max_length=64)
    name: str = column(WORDS, max_length=80)
    content_type: str = column(PLAIN, max_length=40)
    width: int = column(PLAIN, default=0)
    height: int = column(PLAIN, default=0)
    position: int = column(PLAIN, default=0)
