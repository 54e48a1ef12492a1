"""How does somebody prove who they are? Apart from what they are here: resident, guardian, moderator."""

import enum
from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from penfriends.ids import uuid7
from penfriends.models.classified import ADDRESS, LINK, PLAIN, SECRET, WHEN, choice, column, moment


class LinkPurpose(enum.StrEnum):
    """What a one-time link opens. GET only shows; a POST acts."""

    SIGN_IN = "sign_in"
    CONFIRM_SIGN_UP = "confirm_sign_up"
    GUARDIAN_CONSENT = "guardian_consent"
    WITHDRAW_CONSENT = "withdraw_consent"
    CONFIRM_MAIL = "confirm_mail"
    REPORT_LETTER = "report_letter"
    STOP_LETTERS = "stop_letters"
    ANSWER_MATCH = "answer_match"
    STAFF_INVITATION = "staff_invitation"
    CONFIRM_ADDRESS = "confirm_address"
    COME_OF_AGE = "come_of_age"
    FIT_CHECK = "fit_check"
    STILL_WAITING = "still_waiting"


class SignIn(SQLModel, table=True):
    """A verified e-mail address or a staff password. One human may be several things behind one of these."""

    __tablename__ = "sign_in"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    email: str | None = column(ADDRESS, default=None, max_length=254)
    email_key: str | None = column(ADDRESS, default=None, max_length=254, unique=True)
    verified_at: datetime | None = moment(default=None)
    locale: str = column(PLAIN, max_length=8, default="en")
    theme: str = column(PLAIN, max_length=8, default="")
    shortcuts: bool = column(PLAIN, default=True)
    password_hash: str | None = column(SECRET, default=None, max_length=200)
    totp_secret: str | None = column(SECRET, default=None, max_length=64)
    totp_last_step: int = column(SECRET, default=0)
    created_at: datetime = moment()


class Session(SQLModel, table=True):
    """A signed-in browser. The cookie's random id is kept as a fingerprint only and is new at every sign-in."""

    __tablename__ = "session"

    fingerprint: str = column(SECRET, primary_key=True, max_length=64)
    sign_in_id: UUID = column(LINK, foreign_key="sign_in.id", ondelete="CASCADE", index=True)
    created_at: datetime = moment()
    seen_at: datetime = moment()
    expires_at: datetime = moment(index=True)
    staff_until: datetime | None = moment(default=None)
    resident_id: UUID | None = column(LINK, default=None, foreign_key="resident.id", ondelete="SET NULL")


class OneTimeLink(SQLModel, table=True):
    """A link that somebody got by mail. Its secret is kept as a fingerprint; `code` is the six digits beside it."""

    __tablename__ = "one_time_link"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    fingerprint: str = column(SECRET, max_length=64, unique=True)
    code_fingerprint: str | None = column(SECRET, default=None, max_length=64)
    purpose: LinkPurpose = choice(LinkPurpose, name="purpose")
    sign_in_id: UUID | None = column(LINK, default=None, foreign_key="sign_in.id", ondelete="CASCADE", index=True)
    subject_id: UUID | None = column(LINK, default=None, index=True)
    created_at: datetime = moment()
    expires_at: datetime = moment(index=True)
    used_at: datetime | None = moment(default=None)
    tries: int = column(PLAIN, default=0)


class Attempt(SQLModel, table=True):
    """One try at something that is throttled, by the fingerprint of who tried; kept for a day."""

    __tablename__ = "attempt"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    key: str = column(SECRET, max_length=64, index=True)
    at: datetime = moment(WHEN, index=True)
