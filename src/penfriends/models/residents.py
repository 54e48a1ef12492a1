"""Who may write: residents, the guardians of children, and what was agreed?"""

import enum
from datetime import date, datetime
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
    SECRET,
    WHEN,
    JSONValue,
    choice,
    column,
    long_text,
    moment,
    no_values,
)
from penfriends.rules.bands import Band
from penfriends.rules.matching import Level, Medium


class ResidentState(enum.StrEnum):
    """unconfirmed: own address not yet confirmed; awaiting_consent: a child whose guardian has not said yes."""

    UNCONFIRMED = "unconfirmed"
    AWAITING_CONSENT = "awaiting_consent"
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"


class ConsentState(enum.StrEnum):
    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class ConsentChannel(enum.StrEnum):
    LINK = "link"
    PAPER = "paper"
    ATTESTATION = "attestation"


class ChangeState(enum.StrEnum):
    PROPOSED = "proposed"
    DONE = "done"
    REFUSED = "refused"


class Household(SQLModel, table=True):
    """People who live together are never matched and never judge each other's letters."""

    __tablename__ = "household"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    created_at: datetime = moment()


class Guardian(SQLModel, table=True):
    """The adult who decides for a child."""

    __tablename__ = "guardian"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    sign_in_id: UUID = column(LINK, foreign_key="sign_in.id", unique=True)
    created_at: datetime = moment()


class Resident(SQLModel, table=True):
    """A person of a town who may write. (id, band) is what the adult-child wall hangs on (rule R02).

    `age_told_at`: told that they turn 18 soon; `came_of_age_at`: they did, and agree to the rules anew after it (R04).
    `gist`: languages and likes as bits (rules/gist.py), for the newcomer's preview; NULL until a sweep has packed them.
    `still_asked_at`: when we last asked whether they still wait, after proposals without an answer; `waited_days`: how
    long they had waited, until they say so.
    `left_at`: since when they are gone; `forgotten_at`: when what was known of them was deleted (rule R48). The row
    stays as a number, which letters of others and proofs hang on.
    `ix_resident_waiting` holds all that the preview asks of somebody who waits, so that it need not open their rows.
    """

    __tablename__ = "resident"
    __table_args__ = (
        sa.UniqueConstraint("id", "band"),
        sa.CheckConstraint(
            "band = 'adult' OR birth_on IS NOT NULL OR forgotten_at IS NOT NULL", name="child_has_birth_date"
        ),
        sa.CheckConstraint("state <> 'left' OR left_at IS NOT NULL", name="left_on_a_day"),
        sa.CheckConstraint("band = 'adult' OR (facts = '' AND question = '')", name="child_has_no_free_text"),
        sa.CheckConstraint("capacity BETWEEN 1 AND 3", name="capacity"),
        sa.CheckConstraint("band = 'adult' OR capacity <= 2", name="child_capacity"),
        sa.Index(
            "ix_resident_waiting",
            *("state", "band", "town_id", "birth_year", "twin_of_twin"),
            *("id", "birth_on", "medium", "wished_town_id", "household_id", "capacity", "gist", "waiting_since"),
            sqlite_where=sa.text("waiting_since IS NOT NULL"),
            postgresql_where=sa.text("waiting_since IS NOT NULL"),
        ),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    sign_in_id: UUID | None = column(LINK, default=None, foreign_key="sign_in.id", index=True)
    guardian_id: UUID | None = column(LINK, default=None, foreign_key="guardian.id", index=True)
    household_id: UUID | None = column(LINK, default=None, foreign_key="household.id", index=True)
    town_id: UUID = column(LINK, foreign_key="town.id", index=True)
    band: Band = choice(Band, LINK, name="band")
    birth_year: int = column(PERSON)
    birth_on: date | None = column(PERSON, default=None)
    first_name: str = column(PERSON, max_length=60)
    locale: str = column(PERSON, max_length=8, default="en")
    avatar: str = column(PERSON, max_length=30, default="mail")
    colour: str = column(PERSON, max_length=12, default="navy")
    medium: Medium = choice(Medium, PERSON, name="medium", default=Medium.WEB)
    capacity: int = column(PERSON, default=1)
    wished_town_id: UUID | None = column(PERSON, default=None, foreign_key="town.id")
    twin_of_twin: bool = column(PERSON, default=False)
    facts: str = long_text(PERSON)
    question: str = long_text(PERSON)
    gist: bytes | None = column(PERSON, default=None)
    state: ResidentState = choice(ResidentState, name="state", default=ResidentState.UNCONFIRMED)
    paused_until: date | None = column(WHEN, default=None)
    waiting_since: datetime | None = moment(default=None)
    still_asked_at: datetime | None = moment(default=None)
    waited_days: int | None = column(PERSON, default=None)
    profile_changed_at: datetime = moment()
    rules_agreed_at: datetime | None = moment(PROOF, default=None)
    reminded_at: datetime | None = moment(default=None)
    age_told_at: datetime | None = moment(default=None)
    came_of_age_at: datetime | None = moment(PROOF, default=None)
    left_at: datetime | None = moment(default=None, index=True)
    forgotten_at: datetime | None = moment(default=None)
    created_at: datetime = moment()


class ResidentAddress(SQLModel, table=True):
    """Another address that somebody writes from. Their mail never goes there; nobody else ever sees it."""

    __tablename__ = "resident_address"
    __table_args__ = (sa.UniqueConstraint("resident_id", "sign_in_id"),)

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    resident_id: UUID = column(LINK, foreign_key="resident.id", ondelete="CASCADE", index=True)
    sign_in_id: UUID = column(LINK, foreign_key="sign_in.id", ondelete="CASCADE", index=True)
    verified_at: datetime | None = moment(default=None)
    created_at: datetime = moment()


class ResidentLanguage(SQLModel, table=True):
    """A language somebody writes; `practises` says they would like to get better at it."""

    __tablename__ = "resident_language"

    resident_id: UUID = column(LINK, foreign_key="resident.id", ondelete="CASCADE", primary_key=True)
    code: str = column(PERSON, max_length=8, primary_key=True)
    level: Level = choice(Level, PERSON, name="level")
    practises: bool = column(PERSON, default=False)


class ResidentInterest(SQLModel, table=True):
    """One interest of the curated list (rules/interests.py)."""

    __tablename__ = "resident_interest"

    resident_id: UUID = column(LINK, foreign_key="resident.id", ondelete="CASCADE", primary_key=True)
    code: str = column(PERSON, max_length=40, primary_key=True)


class SignUpDraft(SQLModel, table=True):
    """An unfinished sign-up, saved at each step; found by the fingerprint of a cookie, gone after 30 days."""

    __tablename__ = "sign_up_draft"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    fingerprint: str = column(SECRET, max_length=64, unique=True)
    answers: dict[str, Any] = column(PERSON, sa_type=JSONValue, default_factory=no_values)
    created_at: datetime = moment()
    changed_at: datetime = moment(index=True)


class ConsentText(SQLModel, table=True):
    """The exact sentences that a guardian agreed to, kept once by their sha256."""

    __tablename__ = "consent_text"

    sha256: str = column(PLAIN, primary_key=True, max_length=64)
    version: str = column(PLAIN, max_length=20)
    language: str = column(PLAIN, max_length=8)
    text: str = long_text(PROOF)


class Consent(SQLModel, table=True):
    """What a guardian was asked and answered for a child: who, when, which text, by which channel (rules R07–R11). For
    a pupil a teacher attests that the school has a guardian's yes; it ends with the school year (rule R14)."""

    __tablename__ = "consent"
    __table_args__ = (
        sa.CheckConstraint(
            "(channel = 'attestation') = (guardian_id IS NULL AND attested_by IS NOT NULL)", name="whose_yes"
        ),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    resident_id: UUID = column(LINK, foreign_key="resident.id", ondelete="CASCADE", index=True)
    guardian_id: UUID | None = column(LINK, default=None, foreign_key="guardian.id", index=True)
    attested_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    state: ConsentState = choice(ConsentState, PROOF, name="state", default=ConsentState.ASKED)
    channel: ConsentChannel = choice(ConsentChannel, PROOF, name="channel", default=ConsentChannel.LINK)
    text_sha256: str | None = column(PROOF, default=None, foreign_key="consent_text.sha256", max_length=64)
    asked_at: datetime = moment(PROOF)
    answered_at: datetime | None = moment(PROOF, default=None)
    expires_at: datetime | None = moment(PROOF, default=None, index=True)
    reminded_at: datetime | None = moment(default=None)
    reminders: int = column(PLAIN, default=0)


class BirthChange(SQLModel, table=True):
    """Rule R05: a birth date changes only by a moderator with a reason; one that crosses 18 needs two."""

    __tablename__ = "birth_change"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    resident_id: UUID = column(LINK, foreign_key="resident.id", ondelete="CASCADE", index=True)
    old_year: int = column(PROOF)
    old_on: date | None = column(PROOF, default=None)
    new_year: int = column(PROOF)
    new_on: date | None = column(PROOF, default=None)
    reason: str = long_text(PROOF)
    crosses: bool = column(PROOF, default=False)
    state: ChangeState = choice(ChangeState, PROOF, name="state", default=ChangeState.PROPOSED)
    proposed_by: UUID = column(LINK, foreign_key="moderator.id")
    proposed_at: datetime = moment(PROOF)
    decided_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    decided_at: datetime | None = moment(PROOF, default=None)
