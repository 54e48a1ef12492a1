"""Who teaches a class: who leads it, who is the other adult, and how does one of them go?

Letters go on when somebody is ill only if two can read them. Whom a teacher names is found out about by a moderator
like everybody who says that they teach there (actions/schools.py), and sees nothing before that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, class_locks, schools, teaching
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.moderation import Moderator
from penfriends.models.schools import ClassTeacher, Duty, School, SchoolClass
from penfriends.models.signin import SignIn


@dataclass(frozen=True, slots=True)
class Adult:
    """Somebody who teaches a class, or waits to be confirmed."""

    row: ClassTeacher
    who: Moderator
    email: str

    @property
    def leads(self) -> bool:
        return self.row.duty is Duty.LEAD


async def adults(db: AsyncSession, of: SchoolClass) -> Sequence[Adult]:
    """Who leads first."""
    found = await db.exec(
        select(ClassTeacher, Moderator, SignIn)
        .join(Moderator, col(Moderator.id) == col(ClassTeacher.moderator_id))
        .join(SignIn, col(SignIn.id) == col(Moderator.sign_in_id))
        .where(ClassTeacher.class_id == of.id, col(ClassTeacher.until).is_(None))
        .order_by(col(ClassTeacher.since), col(Moderator.id))
    )
    made = [Adult(row, who, sign_in.email or "") for row, who, sign_in in found]
    return sorted(made, key=lambda one: not one.leads)


async def invite(
    db: AsyncSession, class_id: UUID, teacher: Moderator, *, email: str, name: str, now: datetime
) -> Moderator:
    """Name the other adult. Who teaches at the school already is in at once. Raises NotFound for another's class,
    Refused(SOMEBODY_ELSE) for an address that is not that of a teacher of the school."""
    of = await _own(db, class_id, teacher)
    school = await db.get_one(School, of.school_id)
    who = await schools.ask_for_second(db, school, teacher, email=email, name=name, now=now)
    row = await db.get(ClassTeacher, (of.id, who.id))
    if row is None:
        row = ClassTeacher(class_id=of.id, moderator_id=who.id, duty=Duty.SECOND, since=now)
    elif row.until is not None:
        row.until, row.since, row.duty = None, now, Duty.SECOND
    db.add(row)
    await _note(db, of, teacher, "class_teacher_named", who.id, now=now)
    return who


async def make_lead(db: AsyncSession, class_id: UUID, teacher: Moderator, other_id: UUID, *, now: datetime) -> None:
    """From now on the other one answers for the class. Raises NotFound; Refused(NOT_ACTIVE) for one who still waits."""
    of = await _own(db, class_id, teacher)
    known = await adults(db, of)
    chosen = _one_of(known, other_id)
    if not chosen.who.active:
        raise Refused(Refusal.NOT_ACTIVE)
    for one in known:
        one.row.duty = Duty.LEAD if one is chosen else Duty.SECOND
        db.add(one.row)
    await _note(db, of, teacher, "class_lead_changed", other_id, now=now)


async def remove(db: AsyncSession, class_id: UUID, teacher: Moderator, other_id: UUID, *, now: datetime) -> None:
    """They read nothing of this class any more; that they did stays known. Raises NotFound; Refused(LAST_TEACHER) for
    the last who can sign in: somebody has to read what the pupils write."""
    of = await _own(db, class_id, teacher)
    known = await adults(db, of)
    gone = _one_of(known, other_id)
    staying = [one for one in known if one is not gone and one.who.active]
    if not staying:
        raise Refused(Refusal.LAST_TEACHER)
    gone.row.until = now
    db.add(gone.row)
    if not any(one.leads for one in staying):
        staying[0].row.duty = Duty.LEAD
        db.add(staying[0].row)
    await _note(db, of, teacher, "class_teacher_removed", other_id, now=now)


async def _own(db: AsyncSession, class_id: UUID, teacher: Moderator) -> SchoolClass:
    """A class whose teachers nobody else changes meanwhile: two who take each other out leave nobody."""
    await class_locks.classes(db, [class_id])
    return await teaching.own_class(db, class_id, teacher)


def _one_of(known: Sequence[Adult], moderator_id: UUID) -> Adult:
    for one in known:
        if one.who.id == moderator_id:
            return one
    raise NotFound


async def _note(
    db: AsyncSession, of: SchoolClass, teacher: Moderator, action: str, whom: UUID, *, now: datetime
) -> None:
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action=action, subject="class",
        subject_id=of.id, details={"whom": str(whom)},
    )  # fmt: skip
    await db.flush()
