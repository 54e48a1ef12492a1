"""Which school classes are put together, which pupils are partnered inside, and when do their letters go?

A pairing joins two classes, or more in a ring. What its pupils write are correspondences like any other; only who reads
the letters differs.
"""

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
    WHEN,
    WORDS,
    JSONOrNull,
    JSONValue,
    choice,
    column,
    long_text,
    moment,
    no_items,
    no_values,
    pairwise,
)


class PairingState(enum.StrEnum):
    """asked: the other teacher has not answered. agreed: both teachers want it, moderators decide. approved: each town
    has said yes, the pupils are being partnered. running: letters go. ended, refused: closed."""

    ASKED = "asked"
    AGREED = "agreed"
    APPROVED = "approved"
    RUNNING = "running"
    REFUSED = "refused"
    ENDED = "ended"


class WishKind(enum.StrEnum):
    """What a teacher asks of the partnering, besides locks."""

    APART = "apart"
    TOGETHER = "together"


class Pairing(SQLModel, table=True):
    """Classes that write to each other. `board_version` counts the changes of who is partnered with whom, and
    `calendar_version` those of the dates: a teacher agrees to one version, and a change voids the agreement.
    `calendar_wishes`: what was wished of the dates (rounds, weeks, weekday) and what had to be said of them (remarks).
    `join_circles`: in classes of one size, pupils who are to be kept together make one circle of their two pairs."""

    __tablename__ = "pairing"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    state: PairingState = choice(PairingState, PROOF, name="pairing_state", default=PairingState.ASKED)
    words: str = long_text(WORDS)
    seed: int = column(PLAIN, default=0)
    board_version: int = column(PLAIN, default=0)
    calendar_version: int = column(PLAIN, default=0)
    calendar_wishes: dict[str, Any] = column(PLAIN, sa_type=JSONValue, default_factory=no_values)
    calendar_changed_at: datetime | None = moment(default=None)
    join_circles: bool = column(PLAIN, default=False)
    asked_at: datetime = moment(PROOF)
    approved_at: datetime | None = moment(PROOF, default=None)
    started_at: datetime | None = moment(PROOF, default=None)
    closed_at: datetime | None = moment(PROOF, default=None)
    closed_because: str = column(PLAIN, max_length=40, default="")
    thanks: str = long_text(WORDS)


class PairingClass(SQLModel, table=True):
    """One class of a pairing, at its place of the ring (0 asked). `answer`: its teacher's; NULL: not yet.
    `departures_told_at`: until when its teachers know who has left the other classes. `numbers`: how much was written,
    once the exchange is over for this class."""

    __tablename__ = "pairing_class"
    __table_args__ = (sa.UniqueConstraint("pairing_id", "position"),)

    pairing_id: UUID = column(LINK, foreign_key="pairing.id", ondelete="CASCADE", primary_key=True)
    class_id: UUID = column(LINK, foreign_key="school_class.id", primary_key=True, index=True)
    position: int = column(PLAIN)
    answer: bool | None = column(PROOF, default=None)
    answered_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    answered_at: datetime | None = moment(PROOF, default=None)
    board_agreed: int | None = column(PROOF, default=None)
    board_agreed_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    board_agreed_at: datetime | None = moment(PROOF, default=None)
    calendar_agreed: int | None = column(PROOF, default=None)
    calendar_agreed_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    departures_told_at: datetime | None = moment(default=None)
    numbers: dict[str, Any] | None = column(PLAIN, sa_type=JSONOrNull, default=None)


class PairingApproval(SQLModel, table=True):
    """One moderator's yes to a pairing. Each town's association gives its own, once for all its pupils."""

    __tablename__ = "pairing_approval"
    __table_args__ = (sa.UniqueConstraint("pairing_id", "association_id"),)

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    pairing_id: UUID = column(LINK, foreign_key="pairing.id", ondelete="CASCADE", index=True)
    moderator_id: UUID = column(LINK, foreign_key="moderator.id")
    association_id: UUID = column(LINK, foreign_key="association.id")
    at: datetime = moment(PROOF)


class Couple(SQLModel, table=True):
    """Two pupils of different classes who are partnered. `explanation` holds coded points, never sentences; once both
    teachers have agreed, they have a correspondence. `changed_in`: the version of the board that it came with."""

    __tablename__ = "couple"
    __table_args__ = (
        sa.UniqueConstraint("pairing_id", "low_id", "high_id"),
        sa.CheckConstraint(pairwise("low_id", "high_id"), name="ordered"),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    pairing_id: UUID = column(LINK, foreign_key="pairing.id", ondelete="CASCADE", index=True)
    low_id: UUID = column(LINK, foreign_key="pupil.resident_id", ondelete="CASCADE", index=True)
    high_id: UUID = column(LINK, foreign_key="pupil.resident_id", ondelete="CASCADE", index=True)
    locked: bool = column(PLAIN, default=False)
    score: int = column(PLAIN, default=0)
    explanation: list[Any] = column(PLAIN, sa_type=JSONValue, default_factory=no_items)
    changed_in: int = column(PLAIN, default=0)
    changed_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    correspondence_id: UUID | None = column(LINK, default=None, foreign_key="correspondence.id", unique=True)


class BoardChange(SQLModel, table=True):
    """Two pupils who came onto a board as partners, or went from it, in one version of it. So a teacher who has looked
    at an older one is told what another has changed."""

    __tablename__ = "board_change"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    pairing_id: UUID = column(LINK, foreign_key="pairing.id", ondelete="CASCADE", index=True)
    version: int = column(PLAIN)
    low_id: UUID = column(LINK, foreign_key="pupil.resident_id", ondelete="CASCADE")
    high_id: UUID = column(LINK, foreign_key="pupil.resident_id", ondelete="CASCADE")
    came: bool = column(PLAIN)
    by_id: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    at: datetime = moment()


class PairingWish(SQLModel, table=True):
    """Two pupils whom a teacher wants apart or with the same partner. The other class's teacher sees that there is a
    wish, never why."""

    __tablename__ = "pairing_wish"
    __table_args__ = (
        sa.UniqueConstraint("pairing_id", "low_id", "high_id"),
        sa.CheckConstraint(pairwise("low_id", "high_id"), name="ordered"),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    pairing_id: UUID = column(LINK, foreign_key="pairing.id", ondelete="CASCADE", index=True)
    kind: WishKind = choice(WishKind, name="wish_kind")
    low_id: UUID = column(LINK, foreign_key="pupil.resident_id", ondelete="CASCADE")
    high_id: UUID = column(LINK, foreign_key="pupil.resident_id", ondelete="CASCADE")
    wished_by: UUID = column(LINK, foreign_key="moderator.id")


class LetterRound(SQLModel, table=True):
    """One time that all pupils of a pairing write; all letters are sent on one day. `write_on` is when the first class
    begins, `read_on` when the last has read: each class has its own days, because schools are closed on different ones.
    """

    __tablename__ = "letter_round"
    __table_args__ = (
        sa.UniqueConstraint("pairing_id", "number"),
        sa.CheckConstraint("write_on <= send_on AND send_on <= read_on", name="order"),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    pairing_id: UUID = column(LINK, foreign_key="pairing.id", ondelete="CASCADE", index=True)
    number: int = column(PLAIN)
    write_on: date = column(WHEN)
    send_on: date = column(WHEN)
    read_on: date = column(WHEN)
    theme: str = column(PLAIN, max_length=40, default="")


class RoundClass(SQLModel, table=True):
    """What a round is for one class: from when it writes, and by when it has read. `reminded_at`: when its teachers
    were told that writing begins soon."""

    __tablename__ = "round_class"

    round_id: UUID = column(LINK, foreign_key="letter_round.id", ondelete="CASCADE", primary_key=True)
    class_id: UUID = column(LINK, foreign_key="school_class.id", ondelete="CASCADE", primary_key=True, index=True)
    write_on: date = column(WHEN)
    read_on: date = column(WHEN)
    reminded_at: datetime | None = moment(default=None)


class VolunteerLetter(SQLModel, table=True):
    """A letter that a volunteer wrote for the classes of the association's towns: each may take it into its bank."""

    __tablename__ = "volunteer_letter"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    association_id: UUID = column(LINK, foreign_key="association.id", index=True)
    written_by: UUID = column(LINK, foreign_key="moderator.id")
    title: str = column(WORDS, max_length=150, default="")
    text: str = long_text(WORDS)
    language: str = column(WORDS, max_length=8, default="en")
    created_at: datetime = moment()


class ReserveLetter(SQLModel, table=True):
    """A letter of the class's bank, for a pupil whose partner is silent. `used_for` is the pupil who got it;
    `volunteer_letter_id`: what it is a copy of, unless a teacher of the class wrote it."""

    __tablename__ = "reserve_letter"
    __table_args__ = (sa.UniqueConstraint("class_id", "volunteer_letter_id"),)

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    class_id: UUID = column(LINK, foreign_key="school_class.id", ondelete="CASCADE", index=True)
    written_by: UUID = column(LINK, foreign_key="moderator.id")
    volunteer_letter_id: UUID | None = column(
        LINK, default=None, foreign_key="volunteer_letter.id", ondelete="SET NULL", index=True
    )
    title: str = column(WORDS, max_length=150, default="")
    text: str = long_text(WORDS)
    language: str = column(WORDS, max_length=8, default="en")
    used_for: UUID | None = column(LINK, default=None, foreign_key="pupil.resident_id", ondelete="SET NULL")
    used_at: datetime | None = moment(default=None)
    created_at: datetime = moment()
