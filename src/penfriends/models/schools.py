"""Which schools, classes and pupils are there, who teaches them, and who has said yes for each pupil?

A pupil is a resident without an address, whose consent a teacher attests (rule R14). A teacher is staff, a moderator
whose role is that of a teacher: signs in as the others do, and judges only what the own pairings write.
"""

import enum
from datetime import date, datetime, time
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
    PUBLIC,
    SECRET,
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


class SchoolState(enum.StrEnum):
    """asked: somebody says they teach there, and a moderator of the town has still to find out whether they do."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    CLOSED = "closed"


class ClassState(enum.StrEnum):
    """ended: its school year is over or the class has stopped; its letters stay readable for its teachers."""

    ACTIVE = "active"
    ENDED = "ended"


class Duty(enum.StrEnum):
    """lead: answers for the class; second: the other adult, who takes over when the first is away."""

    LEAD = "lead"
    SECOND = "second"


class PaperYes(enum.StrEnum):
    """How a guardian said yes to the school. Without one nothing of the pupil's leaves and nothing arrives."""

    FORM = "form"  # our printed form, signed
    PAPER = "paper"  # a paper of the school's own
    NONE = "none"


class School(SQLModel, table=True):
    """A school of a town. `region` is a subdivision as in ISO 3166-2 (ENG, NW), for its holidays. `weekend` are the
    weekdays without school, Monday 0; empty: those of most schools of the country."""

    __tablename__ = "school"

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    town_id: UUID = column(LINK, foreign_key="town.id", index=True)
    name: str = column(PUBLIC, max_length=120)
    region: str = column(PUBLIC, max_length=8, default="")
    weekend: list[int] = column(PUBLIC, sa_type=JSONValue, default_factory=no_items)
    website: str = column(PUBLIC, max_length=200, default="")
    state: SchoolState = choice(SchoolState, PROOF, name="school_state", default=SchoolState.ASKED)
    seen_by: UUID | None = column(LINK, default=None, foreign_key="moderator.id")
    seen_how: str = long_text(PROOF)
    seen_at: datetime | None = moment(PROOF, default=None)
    created_at: datetime = moment()


class Teacher(SQLModel, table=True):
    """Which school a teacher is of. The row of staff (`moderator`, role teacher) says who it is and whether they may
    sign in; that the school confirms them until some day is a row of `vetting` of the kind school.
    """

    __tablename__ = "teacher"

    moderator_id: UUID = column(LINK, foreign_key="moderator.id", ondelete="CASCADE", primary_key=True)
    school_id: UUID = column(LINK, foreign_key="school.id", index=True)
    reminders: bool = column(PLAIN, default=True)
    created_at: datetime = moment()


class SchoolClass(SQLModel, table=True):
    """A class of one school year. `languages` maps a code to a level of the whole class; `code` is what its pupils sign
    in with; `year` of the letters begins and ends with `starts_on` and `ends_on`, and so does every consent.

    `seeking_since`: it looks for a partner class since then. `shared_devices`: nothing stays on the device, and pupils
    are signed out soon. `lessons`: when pupils may sign in, as weekday (0 Monday), start and end; none: always.
    `previous_id`: the same class in the school year before. `ended_at`: when it ended, before its last day perhaps.
    """

    __tablename__ = "school_class"
    __table_args__ = (
        sa.CheckConstraint("starts_on < ends_on", name="year"),
        sa.CheckConstraint("state <> 'ended' OR ended_at IS NOT NULL", name="ended_on_a_day"),
        sa.CheckConstraint("youngest <= oldest", name="ages"),
        sa.CheckConstraint("size BETWEEN 1 AND 60", name="size"),
    )

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    school_id: UUID = column(LINK, foreign_key="school.id", index=True)
    previous_id: UUID | None = column(LINK, default=None, foreign_key="school_class.id")
    name: str = column(PLAIN, max_length=40)
    state: ClassState = choice(ClassState, name="class_state", default=ClassState.ACTIVE)
    starts_on: date = column(WHEN)
    ends_on: date = column(WHEN)
    ended_at: datetime | None = moment(default=None)
    size: int = column(PLAIN)
    youngest: int = column(PLAIN)
    oldest: int = column(PLAIN)
    languages: dict[str, str] = column(PLAIN, sa_type=JSONValue, default_factory=no_values)
    subject: str = column(PLAIN, max_length=40, default="")
    rhythm_weeks: int = column(PLAIN, default=5)
    wish: str = long_text(WORDS)
    twin_of_twin: bool = column(PLAIN, default=False)
    seeking_since: datetime | None = moment(default=None)
    code: str = column(SECRET, max_length=40, unique=True)
    shared_devices: bool = column(PLAIN, default=True)
    lessons: list[list[Any]] = column(PLAIN, sa_type=JSONValue, default_factory=no_items)
    created_at: datetime = moment()


class ClassTeacher(SQLModel, table=True):
    """Who teaches a class. `until` is NULL while they do; rows stay, so that it can be told who read what.

    `feed_fingerprint`: of the secret in the address of this teacher's calendar of the class; NULL: there is none."""

    __tablename__ = "class_teacher"

    class_id: UUID = column(LINK, foreign_key="school_class.id", ondelete="CASCADE", primary_key=True)
    moderator_id: UUID = column(LINK, foreign_key="moderator.id", primary_key=True, index=True)
    duty: Duty = choice(Duty, PROOF, name="duty", default=Duty.LEAD)
    since: datetime = moment(PROOF)
    until: datetime | None = moment(PROOF, default=None)
    feed_fingerprint: str | None = column(SECRET, default=None, max_length=64, unique=True)


class Pupil(SQLModel, table=True):
    """A resident in a class. `initial` is the first letter of the surname, all that we ever have of it (rule R14).
    `writes_only` is the language that a teacher wants the letters of this pupil to be in; empty: any of the pupil's.

    `pictures` is a keyed fingerprint of the three pictures, in order; NULL: no card printed yet. `wrong_tries` since
    the last right one; `locked_at`: too many, the teacher unlocks. `left_at`: no longer in the class.
    """

    __tablename__ = "pupil"

    resident_id: UUID = column(LINK, foreign_key="resident.id", ondelete="CASCADE", primary_key=True)
    class_id: UUID = column(LINK, foreign_key="school_class.id", index=True)
    initial: str = column(PERSON, max_length=8, default="")
    paper: PaperYes = choice(PaperYes, PERSON, name="paper_yes", default=PaperYes.NONE)
    volunteer: bool = column(PLAIN, default=False)
    present: bool = column(PLAIN, default=True)
    writes_only: str = column(PERSON, max_length=8, default="")
    pictures: str | None = column(SECRET, default=None, max_length=64)
    wrong_tries: int = column(SECRET, default=0)
    locked_at: datetime | None = moment(default=None)
    left_at: datetime | None = moment(default=None)
    created_at: datetime = moment()


class SchoolDays(SQLModel, table=True):
    """A term of a school, or days without school that no list of public holidays knows."""

    __tablename__ = "school_days"
    __table_args__ = (sa.CheckConstraint("first_on <= last_on", name="order"),)

    id: UUID = column(LINK, default_factory=uuid7, primary_key=True)
    school_id: UUID = column(LINK, foreign_key="school.id", ondelete="CASCADE", index=True)
    first_on: date = column(PUBLIC)
    last_on: date = column(PUBLIC)
    is_term: bool = column(PUBLIC, default=True)
    name: str = column(PUBLIC, max_length=80, default="")


def lesson(weekday: int, start: time, end: time) -> list[Any]:
    """One lesson as `SchoolClass.lessons` keeps it."""
    return [weekday, start.isoformat("minutes"), end.isoformat("minutes")]
