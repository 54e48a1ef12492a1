"""Which groups look for a partner group, who was proposed to whom, and what did everybody say?

A group has members, and we know none of them: only its contact, an adult resident, writes and is written to. Groups
with children are no exception, so no child is in a correspondence by way of a group (rules R02, R06).
"""

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
    moment,
    no_items,
    no_values,
    pairwise,
)
from penfriends.models.matching import Answer, MatchState
from penfriends.rules.bands import Band
from penfriends.rules.group_kinds import GroupKind


class GroupState(enum.StrEnum):
    SEEKING = "seeking"
    PAUSED = "paused"
    ENDED = "ended"


class Group(SQLModel, table=True):
    """A choir, a scout group, a parish, a club of a town. `languages` maps a code to how well it is written; `stuck` is
    what stopped it in the last round. The contact is an adult by a foreign key, as in a correspondence (rule R02);
    NULL: was found to be none."""

    __tablename__ = "local_group"
    __table_args__ = (
        sa.ForeignKeyConstraint(["contact_id", "contact_band"], ["resident.id", "resident.band"]),
        sa.CheckConstraint("contact_band IS NULL OR contact_band = 'adult'", name="contact_is_adult"),
        sa.CheckConstraint("capacity BETWEEN 1 AND 3", name="capacity"),
        sa.CheckConstraint("size >= 2 AND youngest <= oldest", name="members"),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    association_id: UUID = column(LINK, foreign_key="association.id", index=True)
    town_id: UUID = column(LINK, foreign_key="town.id", index=True)
    kind: GroupKind = choice(GroupKind, name="kind")
    name: str = column(PERSON, max_length=120)
    contact_id: UUID = column(LINK, index=True)
    contact_band: Band | None = choice(Band, name="contact_band", default=Band.ADULT)
    languages: dict[str, str] = column(PERSON, sa_type=JSONValue, default_factory=no_values)
    interests: list[str] = column(PERSON, sa_type=JSONValue, default_factory=no_items)
    size: int = column(PLAIN)
    youngest: int = column(PLAIN)
    oldest: int = column(PLAIN)
    capacity: int = column(PLAIN, default=1)
    twin_of_twin: bool = column(PLAIN, default=False)
    state: GroupState = choice(GroupState, name="state", default=GroupState.SEEKING)
    stuck: str | None = column(PLAIN, default=None, max_length=40)
    waiting_since: datetime = moment()
    changed_at: datetime = moment()
    created_at: datetime = moment()


class GroupMatch(SQLModel, table=True):
    """Two groups proposed to each other, once and never again. `explanation` holds coded points, never sentences."""

    __tablename__ = "group_match"
    __table_args__ = (
        sa.UniqueConstraint("low_id", "high_id"),
        sa.CheckConstraint(pairwise("low_id", "high_id"), name="ordered"),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    low_id: UUID = column(LINK, foreign_key="local_group.id", index=True)
    high_id: UUID = column(LINK, foreign_key="local_group.id", index=True)
    state: MatchState = choice(MatchState, name="state", default=MatchState.PROPOSED)
    score: int = column(PLAIN, default=0)
    explanation: list[Any] = column(PERSON, sa_type=JSONValue, default_factory=no_items)
    low_answer: Answer | None = choice(Answer, PROOF, name="low_answer", default=None)
    high_answer: Answer | None = choice(Answer, PROOF, name="high_answer", default=None)
    correspondence_id: UUID | None = column(LINK, default=None, foreign_key="correspondence.id", unique=True)
    proposed_at: datetime = moment()
    approved_at: datetime | None = moment(default=None)
    expires_at: datetime | None = moment(default=None)
    closed_at: datetime | None = moment(default=None)


class GroupApproval(SQLModel, table=True):
    """One moderator's yes to a match of groups: who and when. Each of the two associations gives its own."""

    __tablename__ = "group_approval"
    __table_args__ = (sa.UniqueConstraint("match_id", "moderator_id"),)

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    match_id: UUID = column(LINK, foreign_key="group_match.id", ondelete="CASCADE", index=True)
    moderator_id: UUID = column(LINK, foreign_key="moderator.id", index=True)
    association_id: UUID = column(LINK, foreign_key="association.id")
    at: datetime = moment(PROOF)
