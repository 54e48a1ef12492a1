"""Who judges, what waits for them, and what did they decide?"""

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
    PROOF,
    WORDS,
    WORKER,
    JSONValue,
    choice,
    column,
    long_text,
    moment,
    no_items,
    no_values,
)


class Role(enum.StrEnum):
    """Rule R46: without a named lead and a deputy the children's module of an association is off. A teacher signs in
    like a moderator and judges letters of the own classes only; what moderators do together is none of theirs."""

    MODERATOR = "moderator"
    LEAD = "lead"
    DEPUTY = "deputy"
    TEACHER = "teacher"


MODERATING = (Role.MODERATOR, Role.LEAD, Role.DEPUTY)
"""Who works at the desk of an association."""


class VettingKind(enum.StrEnum):
    """check: a criminal record check, R38; training: safeguarding training within 12 months, R39. school: a teacher's;
    the school confirms to a moderator that they teach there and are checked by it."""

    CHECK = "check"
    TRAINING = "training"
    SCHOOL = "school"


class HoldReason(enum.StrEnum):
    """Why a letter waits for a person."""

    CHILD = "child"
    FIRST_LETTERS = "first_letters"
    SAMPLE = "sample"
    FINDING = "finding"
    UNSURE_CUT = "unsure_cut"
    EMPTY = "empty"
    LEAK = "leak"
    PICTURE = "picture"
    FROZEN = "frozen"
    TOO_LONG = "too_long"


class Verb(enum.StrEnum):
    """What a moderator decided."""

    RELEASE = "release"
    RETURN = "return"
    UNDO = "undo"
    ESCALATE = "escalate"
    APPROVE = "approve"
    VETO = "veto"
    CLOSE = "close"
    FREEZE = "freeze"
    RESUME = "resume"
    CHANGE_BIRTH = "change_birth"
    RETRY = "retry"
    SETTLE = "settle"
    WRITE = "write"


class ReportState(enum.StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class ReportOutcome(enum.StrEnum):
    """What the reporter learns in the end."""

    NOTHING_FOUND = "nothing_found"
    SPOKEN_TO = "spoken_to"
    ENDED = "ended"


class Moderator(SQLModel, table=True):
    """A volunteer of an association. `household_id` and conflicts say whose letters they never see (rule R17);
    `operates`: also keeps this installation running, and sees how its mail is."""

    __tablename__ = "moderator"
    __table_args__ = (sa.UniqueConstraint("sign_in_id", "association_id"),)

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    sign_in_id: UUID = column(LINK, foreign_key="sign_in.id", index=True)
    association_id: UUID = column(LINK, foreign_key="association.id", index=True)
    name: str = column(WORKER, max_length=80)
    role: Role = choice(Role, PROOF, name="role", default=Role.MODERATOR)
    languages: list[str] = column(WORKER, sa_type=JSONValue, default_factory=no_items)
    household_id: UUID | None = column(LINK, default=None, foreign_key="household.id")
    active: bool = column(PLAIN, default=True)
    operates: bool = column(PLAIN, default=False)
    created_at: datetime = moment()


class Vetting(SQLModel, table=True):
    """A proof that a moderator may read children's letters: what, seen by whom, when, until when (rules R38, R39).
    `warnings`: how often we have said that it runs out."""

    __tablename__ = "vetting"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    moderator_id: UUID = column(LINK, foreign_key="moderator.id", ondelete="CASCADE", index=True)
    kind: VettingKind = choice(VettingKind, PROOF, name="kind")
    seen_by: str = column(PROOF, max_length=80)
    seen_on: date = column(PROOF)
    expires_on: date = column(PROOF)
    warnings: int = column(PLAIN, default=0)


class Conflict(SQLModel, table=True):
    """A resident whom a moderator knows too well to judge: relative, pupil, neighbour (rule R17)."""

    __tablename__ = "conflict"

    moderator_id: UUID = column(LINK, foreign_key="moderator.id", ondelete="CASCADE", primary_key=True)
    resident_id: UUID = column(LINK, foreign_key="resident.id", ondelete="CASCADE", primary_key=True)
    declared_at: datetime = moment(PROOF)


class Hold(SQLModel, table=True):
    """A letter that waits for a moderator. At most one is open for a letter. `arriving`: a pupil's, which the own
    teacher has read; a teacher of the class that gets it reads it before it is handed over."""

    __tablename__ = "hold"
    __table_args__ = (
        sa.Index(
            "uq_hold_open_letter",
            "letter_id",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index("ix_hold_queue", "closed_at", "urgent", "created_at"),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    letter_id: UUID = column(LINK, foreign_key="letter.id", ondelete="CASCADE", index=True)
    reasons: list[str] = column(PLAIN, sa_type=JSONValue, default_factory=no_items)
    urgent: bool = column(PLAIN, default=False)
    arriving: bool = column(PLAIN, default=False)
    created_at: datetime = moment()
    promised_at: datetime = moment()
    claimed_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    claimed_until: datetime | None = moment(default=None)
    closed_at: datetime | None = moment(default=None)
    closed_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")


class Decision(SQLModel, table=True):
    """Who did what to which and why. Written by the function that did it; an undo is a row of its own."""

    __tablename__ = "decision"
    __table_args__ = (sa.Index("ix_decision_subject", "subject_id", "at"),)

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    moderator_id: UUID = column(LINK, foreign_key="moderator.id", index=True)
    verb: Verb = choice(Verb, PROOF, name="verb")
    subject: str = column(PROOF, max_length=20)
    subject_id: UUID = column(LINK)
    reasons: list[str] = column(PROOF, sa_type=JSONValue, default_factory=no_items)
    note: str = long_text(PROOF)
    content_hash: str | None = column(PROOF, default=None, max_length=64)
    at: datetime = moment(PROOF)
    undone_at: datetime | None = moment(PROOF, default=None)


class Report(SQLModel, table=True):
    """A resident's alarm about a letter or a person. The correspondence freezes for both at once (rule R31)."""

    __tablename__ = "report"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    correspondence_id: UUID = column(LINK, foreign_key="correspondence.id", index=True)
    letter_id: UUID | None = column(LINK, default=None, foreign_key="letter.id")
    reporter_id: UUID = column(LINK, foreign_key="participant.id")
    reported_id: UUID = column(LINK, foreign_key="participant.id")
    kind: str = column(WORDS, max_length=30, default="")
    text: str = long_text(WORDS)
    state: ReportState = choice(ReportState, PROOF, name="state", default=ReportState.OPEN)
    outcome: ReportOutcome | None = choice(ReportOutcome, PROOF, name="outcome", default=None)
    created_at: datetime = moment(PROOF)
    claimed_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    claimed_until: datetime | None = moment(default=None)
    closed_at: datetime | None = moment(PROOF, default=None)


class RetentionRun(SQLModel, table=True):
    """When what has run out was last looked for, and how much of what was removed: one row, numbers only (rule R48)."""

    __tablename__ = "retention_run"

    name: str = column(PLAIN, max_length=20, primary_key=True)
    at: datetime = moment()
    removed: dict[str, int] = column(PLAIN, sa_type=JSONValue, default_factory=no_values)


class AuditEntry(SQLModel, table=True):
    """One line of the log that cannot be changed unseen: each hash covers the one before (rule R41)."""

    __tablename__ = "audit_entry"

    number: int | None = column(PLAIN, default=None, primary_key=True)
    at: datetime = moment(PROOF, index=True)
    actor: str = column(PROOF, max_length=20)
    actor_id: UUID | None = column(PROOF, default=None, index=True)
    action: str = column(PROOF, max_length=40)
    subject: str = column(PROOF, max_length=20)
    subject_id: UUID | None = column(PROOF, default=None, index=True)
    details: dict[str, Any] = column(PROOF, sa_type=JSONValue, default_factory=no_values)
    previous_hash: str = column(PROOF, max_length=64)
    hash: str = column(PROOF, max_length=64, unique=True)
