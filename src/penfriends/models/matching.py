"""Which residents were proposed to each other, by what reasons, and what did everybody say?"""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from penfriends.ids import uuid7
from penfriends.models.classified import (
    LINK,
    PERSON,
    PLAIN,
    PROOF,
    JSONValue,
    choice,
    column,
    long_text,
    moment,
    no_items,
    no_values,
    pairwise,
)
from penfriends.rules.bands import Band
from penfriends.rules.fit import Fit


class MatchState(enum.StrEnum):
    PROPOSED = "proposed"
    VETOED = "vetoed"
    APPROVED = "approved"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    ENDED = "ended"


class Answer(enum.StrEnum):
    YES = "yes"
    NO = "no"


class BlockReason(enum.StrEnum):
    """Why two residents are never proposed to each other (again)."""

    MATCHED_BEFORE = "matched_before"
    HOUSEHOLD = "household"
    BLOCKED = "blocked"
    VETOED = "vetoed"
    REPORTED = "reported"


class RoundState(enum.StrEnum):
    """A moderator's round is a draft until it is published; the weekly one publishes what it finds."""

    RUNNING = "running"
    DRAFT = "draft"
    PUBLISHED = "published"
    FAILED = "failed"
    DROPPED = "dropped"


class RoundStep(enum.StrEnum):
    """How far a round is that runs now."""

    ASKED = "asked"
    READING = "reading"
    COMPARING = "comparing"
    SOLVING = "solving"
    CHECKING = "checking"
    STORING = "storing"


class MatchRound(SQLModel, table=True):
    """One run of the matching over everybody who waits, with the bound that certifies it.

    `association_id` says whose moderators asked for it (NULL: the weekly batch); they see what their towns have a part
    in. At most one runs at a time: the index says so. `shortage` counts who got nobody, by town, ages and language.
    """

    __tablename__ = "match_round"
    __table_args__ = (
        sa.Index(
            "ix_match_round_one_runs",
            "state",
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        ),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    association_id: UUID | None = column(LINK, default=None, foreign_key="association.id", index=True)
    started_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    state: RoundState = choice(RoundState, name="state", default=RoundState.PUBLISHED)
    step: RoundStep | None = choice(RoundStep, name="step", default=None)
    runs: int = column(PLAIN, default=1)
    failure: str = column(PLAIN, default="", max_length=30)
    beat_at: datetime | None = moment(default=None)
    started_at: datetime = moment()
    finished_at: datetime | None = moment(default=None)
    waiting: int = column(PLAIN, default=0)
    possible: int = column(PLAIN, default=0)
    proposals: int = column(PLAIN, default=0)
    weight: int = column(PLAIN, default=0)
    bound: int = column(PLAIN, default=0)
    unmatched: dict[str, Any] = column(PERSON, sa_type=JSONValue, default_factory=no_values)
    helps: dict[str, Any] = column(PERSON, sa_type=JSONValue, default_factory=no_values)
    one_more: dict[str, Any] = column(PERSON, sa_type=JSONValue, default_factory=no_values)
    shortage: list[Any] = column(PLAIN, sa_type=JSONValue, default_factory=no_items)


class PairState(enum.StrEnum):
    """What a moderator has said to a proposal of a draft. `lapsed`: no longer possible when it was looked at again."""

    PROPOSED = "proposed"
    PINNED = "pinned"
    FORBIDDEN = "forbidden"
    PUBLISHED = "published"
    LAPSED = "lapsed"


class RoundPair(SQLModel, table=True):
    """A proposal in a moderator's draft: nobody is told, nobody is asked, until it is published and becomes a match.

    Its band is not tied to the residents' by a key as a match's is: a draft must not keep anybody from coming of age.
    The wall stands where it is published.
    """

    __tablename__ = "round_pair"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "low_id", "high_id"),
        sa.CheckConstraint(pairwise("low_id", "high_id"), name="ordered"),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    round_id: UUID = column(LINK, foreign_key="match_round.id", ondelete="CASCADE", index=True)
    low_id: UUID = column(LINK, foreign_key="resident.id", ondelete="CASCADE", index=True)
    high_id: UUID = column(LINK, foreign_key="resident.id", ondelete="CASCADE", index=True)
    band: Band = choice(Band, name="band")
    turn: int = column(PLAIN, default=1)
    score: int = column(PLAIN, default=0)
    waited: int = column(PLAIN, default=0)
    twin_of_twin: bool = column(PLAIN, default=False)
    explanation: dict[str, Any] = column(PERSON, sa_type=JSONValue, default_factory=no_values)
    state: PairState = choice(PairState, name="state", default=PairState.PROPOSED)
    decided_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    note: str = long_text(PROOF)
    match_id: UUID | None = column(LINK, default=None, foreign_key="match.id", ondelete="SET NULL")


class Match(SQLModel, table=True):
    """Two residents proposed to each other. `explanation` holds the coded points and runners-up, never sentences."""

    __tablename__ = "match"
    __table_args__ = (sa.UniqueConstraint("id", "band"), sa.Index("ix_match_queue", "state", "proposed_at"))

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    round_id: UUID | None = column(LINK, default=None, foreign_key="match_round.id", index=True)
    band: Band = choice(Band, name="band")
    state: MatchState = choice(MatchState, name="state", default=MatchState.PROPOSED)
    score: int = column(PLAIN, default=0)
    explanation: dict[str, Any] = column(PERSON, sa_type=JSONValue, default_factory=no_values)
    proposed_at: datetime = moment()
    approved_at: datetime | None = moment(default=None)
    expires_at: datetime | None = moment(default=None, index=True)
    closed_at: datetime | None = moment(default=None)
    claimed_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    claimed_until: datetime | None = moment(default=None)


class MatchSide(SQLModel, table=True):
    """One of the two. Its band equals the match's, and the resident's while `open_band` is set (rule R02).

    `waited_days`: how long they had waited when both said yes; from it others are told how long it usually takes.
    """

    __tablename__ = "match_side"
    __table_args__ = (
        sa.UniqueConstraint("match_id", "resident_id"),
        sa.ForeignKeyConstraint(["match_id", "band"], ["match.id", "match.band"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["resident_id", "open_band"], ["resident.id", "resident.band"]),
        sa.CheckConstraint("open_band IS NULL OR open_band = band", name="open_band"),
        sa.Index(
            "ix_match_side_waited",
            *("band", "answered_at"),
            sqlite_where=sa.text("waited_days IS NOT NULL"),
            postgresql_where=sa.text("waited_days IS NOT NULL"),
        ),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    match_id: UUID = column(LINK)
    resident_id: UUID = column(LINK, foreign_key="resident.id", index=True)
    band: Band = choice(Band, name="band")
    open_band: Band | None = choice(Band, name="open_band_word", default=None)
    answer: Answer | None = choice(Answer, PROOF, name="answer", default=None)
    answered_at: datetime | None = moment(PROOF, default=None)
    waited_days: int | None = column(PLAIN, default=None)


class MatchApproval(SQLModel, table=True):
    """One moderator's yes to a match: a row with who and when, never a counter (rules R15, R16)."""

    __tablename__ = "match_approval"
    __table_args__ = (sa.UniqueConstraint("match_id", "moderator_id"),)

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    match_id: UUID = column(LINK, foreign_key="match.id", ondelete="CASCADE", index=True)
    moderator_id: UUID = column(LINK, foreign_key="moderator.id", index=True)
    association_id: UUID = column(LINK, foreign_key="association.id")
    at: datetime = moment(PROOF)


class FitCheck(SQLModel, table=True):
    """One of two is asked, 30 and 90 days (`after_days`) after they began, whether it is a good fit. The other never
    sees the answer; `seen_by` is the moderator who has looked at a “not”."""

    __tablename__ = "fit_check"
    __table_args__ = (sa.UniqueConstraint("participant_id", "after_days"), sa.Index("ix_fit_check_answer", "answer"))

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    correspondence_id: UUID = column(LINK, foreign_key="correspondence.id", ondelete="CASCADE", index=True)
    participant_id: UUID = column(LINK, foreign_key="participant.id", ondelete="CASCADE")
    after_days: int = column(PLAIN)
    asked_at: datetime = moment()
    answer: Fit | None = choice(Fit, PERSON, name="fit", default=None)
    answered_at: datetime | None = moment(default=None)
    seen_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    seen_at: datetime | None = moment(default=None)


class Block(SQLModel, table=True):
    """Two residents who are never proposed to each other; while `stops_letters`, nothing passes between them."""

    __tablename__ = "block"
    __table_args__ = (
        sa.UniqueConstraint("low_id", "high_id", "reason"),
        sa.CheckConstraint(pairwise("low_id", "high_id"), name="ordered"),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    low_id: UUID = column(LINK, foreign_key="resident.id", ondelete="CASCADE", index=True)
    high_id: UUID = column(LINK, foreign_key="resident.id", ondelete="CASCADE", index=True)
    reason: BlockReason = choice(BlockReason, PROOF, name="reason")
    stops_letters: bool = column(PLAIN, default=False)
    by_resident_id: UUID | None = column(LINK, default=None, foreign_key="resident.id")
    created_at: datetime = moment(PROOF)
