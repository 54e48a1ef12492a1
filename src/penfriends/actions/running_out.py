"""What runs out soon in a class, and who is told? The school's word for a teacher, the yes of guardians (R14, R38).

When the word is over, every page of the teacher’s classes is closed. So the teacher, the other adults of the classes
and the moderators of the town hear of it 60, 30 and 7 days before, and the page of the class says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_teachers
from penfriends.actions.addresses import Addresses
from penfriends.actions.delivery import queue_notice
from penfriends.actions.telling import called
from penfriends.mail.notices import Notice, Value
from penfriends.models.moderation import MODERATING, Moderator, Vetting, VettingKind
from penfriends.models.pairings import LetterRound, Pairing, PairingState, RoundClass
from penfriends.models.places import Town
from penfriends.models.residents import Consent, ConsentState
from penfriends.models.schools import ClassState, ClassTeacher, Pupil, School, SchoolClass, Teacher
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band
from penfriends.rules.silence import is_quiet
from penfriends.rules.vetting import WARN_BEFORE, warnings_due

WRITING = (PairingState.APPROVED, PairingState.RUNNING)


@dataclass(frozen=True, slots=True)
class Word:
    """Until when a school confirms one of the adults of a class; `is_me`: who looks at the page."""

    name: str
    until: date
    is_me: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class RunningOut:
    """What the page of a class says. `yeses`: pupils whose guardian's yes ends before the last letter, of `last_on`."""

    words: Sequence[Word]
    yeses: int
    last_on: date | None


async def of_class(db: AsyncSession, of: SchoolClass, reader: Moderator, *, now: datetime) -> RunningOut:
    """What is over, or will be within two months."""
    today = now.date()
    words = []
    for one in await class_teachers.adults(db, of):
        until = await word_until(db, one.who.id)
        if one.who.active and until is not None and until <= today + WARN_BEFORE[0]:
            words.append(Word(one.who.name, until, one.who.id == reader.id, until <= today))
    last_on = await _last_letter(db, of.id, today)
    return RunningOut(words, await _yeses_before(db, of.id, last_on) if last_on else 0, last_on)


async def word_until(db: AsyncSession, teacher_id: UUID) -> date | None:
    """Until when the school confirms a teacher, by the newest that it said."""
    found = await db.exec(
        select(func.max(Vetting.expires_on)).where(
            Vetting.moderator_id == teacher_id, Vetting.kind == VettingKind.SCHOOL
        )
    )
    return found.one()


async def sweep(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Warn of each word of a school that runs out, by day only, three times. Returns how many mails."""
    today, told = now.date(), 0
    found = await db.exec(
        select(Vetting, Moderator, School, Town)
        .join(Moderator, col(Moderator.id) == col(Vetting.moderator_id))
        .join(Teacher, col(Teacher.moderator_id) == col(Moderator.id))
        .join(School, col(School.id) == col(Teacher.school_id))
        .join(Town, col(Town.id) == col(School.town_id))
        .where(
            Vetting.kind == VettingKind.SCHOOL, Moderator.active, col(Vetting.expires_on) > today,
            col(Vetting.expires_on) <= today + WARN_BEFORE[0],
        )
        .order_by(col(Vetting.id))
    )  # fmt: skip
    for row, teacher, school, town in found.all():
        due = warnings_due(row.seen_on, row.expires_on, today)
        newest = await word_until(db, teacher.id) == row.expires_on
        if newest and row.warnings < due and not is_quiet(now, town.timezone):
            row.warnings = due
            db.add(row)
            told += await _tell(db, row, teacher, school, town, at=at, now=now)
    await db.flush()
    return told


async def _tell(
    db: AsyncSession, row: Vetting, teacher: Moderator, school: School, town: Town, *, at: Addresses, now: datetime
) -> int:
    desk = at.link(f"/desk/schools/{school.id}")
    mine = select(ClassTeacher.class_id).where(
        ClassTeacher.moderator_id == teacher.id, col(ClassTeacher.until).is_(None)
    )
    running = select(SchoolClass.id).where(col(SchoolClass.id).in_(mine), SchoolClass.state == ClassState.ACTIVE)
    beside = select(ClassTeacher.moderator_id).where(
        col(ClassTeacher.class_id).in_(running), col(ClassTeacher.until).is_(None)
    )
    judges = col(Moderator.role).in_(MODERATING) & (col(Moderator.association_id) == teacher.association_id)
    found = await db.exec(
        select(Moderator, SignIn)
        .join(SignIn, col(SignIn.id) == col(Moderator.sign_in_id))
        .where(
            Moderator.active, col(SignIn.email).is_not(None),
            (col(Moderator.id) == teacher.id) | col(Moderator.id).in_(beside) | judges,
        )
        .order_by(col(Moderator.id))
    )  # fmt: skip
    people = found.all()
    for who, box in people:
        part = "own" if who.id == teacher.id else "desk" if who.role in MODERATING else "beside"
        values: dict[str, Value] = {
            "band": Band.ADULT.value, "town": called(town, box.locale), "name": who.name, "teacher": teacher.name,
            "school_name": school.name, "part": part, "ends_on": row.expires_on,
            "url": desk if part == "desk" else at.link("/classes"),
        }  # fmt: skip
        await queue_notice(
            db, Notice.SCHOOL_WORD, to=box.id, language=box.locale, values=values,
            association_id=who.association_id, at=at, now=now,
        )  # fmt: skip
    return len(people)


async def _last_letter(db: AsyncSession, class_id: UUID, today: date) -> date | None:
    """Until when the class reads the last letter that is planned."""
    found = await db.exec(
        select(func.max(RoundClass.read_on))
        .join(LetterRound, col(LetterRound.id) == col(RoundClass.round_id))
        .join(Pairing, col(Pairing.id) == col(LetterRound.pairing_id))
        .where(RoundClass.class_id == class_id, col(Pairing.state).in_(WRITING), RoundClass.read_on >= today)
    )
    return found.one()


async def _yeses_before(db: AsyncSession, class_id: UUID, last_on: date) -> int:
    end = datetime.combine(last_on, time(), UTC) + timedelta(days=1)
    found = await db.exec(
        select(func.count(func.distinct(Consent.resident_id)))
        .join(Pupil, col(Pupil.resident_id) == col(Consent.resident_id))
        .where(
            Pupil.class_id == class_id, col(Pupil.left_at).is_(None), Consent.state == ConsentState.GIVEN,
            col(Consent.expires_at) < end,
        )
    )  # fmt: skip
    return found.one()
