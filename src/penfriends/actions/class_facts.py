"""What is said of a class, by its teachers: entered once for a school year, changed when it has to be?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, class_doors, teaching
from penfriends.actions.pupils import end_of_year
from penfriends.errors import NotFound
from penfriends.models.moderation import Moderator
from penfriends.models.residents import Consent, ConsentState
from penfriends.models.schools import ClassTeacher, Duty, Pupil, SchoolClass, SchoolState
from penfriends.rules.matching import Level


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """`languages`: what the class writes in, and how well. `rhythm_weeks`: from one letter to the next, as wished."""

    name: str
    size: int
    youngest: int
    oldest: int
    languages: Mapping[str, Level]
    subject: str
    rhythm_weeks: int
    starts_on: date
    ends_on: date
    wish: str
    twin_of_twin: bool


async def enter(db: AsyncSession, teacher: Moderator, facts: ClassFacts, *, now: datetime) -> SchoolClass:
    """A new class that this teacher leads. Raises NotFound for whom no school confirms (rule R40)."""
    school = await teaching.school_of(db, teacher.id)
    if school is None or school.state is not SchoolState.CONFIRMED or not teacher.active:
        raise NotFound
    row = SchoolClass(
        school_id=school.id, name=facts.name, starts_on=facts.starts_on, ends_on=facts.ends_on, size=facts.size,
        youngest=facts.youngest, oldest=facts.oldest, code=await class_doors.free_code(db), created_at=now,
    )  # fmt: skip
    _say(row, facts)
    db.add(row)
    await db.flush()
    db.add(ClassTeacher(class_id=row.id, moderator_id=teacher.id, duty=Duty.LEAD, since=now))
    await _note(db, row, teacher, "class_entered", now=now)
    return row


async def change(
    db: AsyncSession, class_id: UUID, teacher: Moderator, facts: ClassFacts, *, now: datetime
) -> SchoolClass:
    """Raises NotFound for another's class. What guardians agreed to ends with a school year that becomes shorter; one
    that becomes longer they have not agreed to (rule R14)."""
    row = await teaching.running_class(db, class_id, teacher)
    shorter = facts.ends_on < row.ends_on
    _say(row, facts)
    db.add(row)
    await db.flush()
    if shorter:
        pupils = select(Pupil.resident_id).where(Pupil.class_id == row.id)
        await db.exec(
            update(Consent)
            .where(
                col(Consent.resident_id).in_(pupils), col(Consent.state) == ConsentState.GIVEN,
                col(Consent.attested_by).is_not(None), col(Consent.expires_at) > end_of_year(row),
            )
            .values(expires_at=end_of_year(row))
        )  # fmt: skip
    await _note(db, row, teacher, "class_changed", now=now)
    return row


def _say(row: SchoolClass, facts: ClassFacts) -> None:
    row.name, row.size, row.youngest, row.oldest = facts.name, facts.size, facts.youngest, facts.oldest
    row.languages = {code: level.value for code, level in facts.languages.items()}
    row.subject, row.rhythm_weeks, row.wish = facts.subject, facts.rhythm_weeks, facts.wish
    row.starts_on, row.ends_on, row.twin_of_twin = facts.starts_on, facts.ends_on, facts.twin_of_twin


async def _note(db: AsyncSession, row: SchoolClass, teacher: Moderator, action: str, *, now: datetime) -> None:
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action=action, subject="class",
        subject_id=row.id, details={"until": row.ends_on.isoformat()},
    )  # fmt: skip
    await db.flush()
