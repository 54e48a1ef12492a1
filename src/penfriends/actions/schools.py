"""How does a school come in? Somebody says that they teach there, and a moderator of the town finds out about it.

Nobody is signed in and nobody gets a mail before that (rule R40). Two who say that they teach at the same school are
found out about one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, eligible, staff, throttle
from penfriends.actions.addresses import Addresses
from penfriends.actions.newcomers import address_of
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.moderation import Moderator, Role, Vetting, VettingKind
from penfriends.models.places import Association, Town
from penfriends.models.schools import ClassState, ClassTeacher, School, SchoolClass, SchoolState, Teacher
from penfriends.models.signin import SignIn
from penfriends.rules.school_year import LONGEST

ASKED_FROM_A_SOURCE, ASKED_FOR_AN_ADDRESS = 10, 3
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says of themselves. `language` is the one that we write to them in."""

    teacher: str
    email: str
    school: str
    town: str
    website: str
    language: str


@dataclass(frozen=True, slots=True)
class TeacherCard:
    """A teacher as the desk sees them. `until`: the school confirms them until then; None: not found out yet."""

    row: Moderator
    email: str
    until: date | None
    since: datetime

    @property
    def is_asked(self) -> bool:
        return not self.row.active and (self.until is None)


@dataclass(frozen=True, slots=True)
class SchoolCard:
    """A school of the own towns, with everybody who teaches there and how many classes run."""

    row: School
    town: Town
    teachers: Sequence[TeacherCard]
    classes: int

    @property
    def asked(self) -> Sequence[TeacherCard]:
        return [one for one in self.teachers if one.is_asked]


# --- somebody asks ---------------------------------------------------------------------------------------------------


async def ask(db: AsyncSession, said: Asked, *, source: str, now: datetime) -> None:
    """Keep it for the desk of the town. Whether the address is known here is not told: nothing comes back.

    Raises NotFound for a town without an association, Refused(TOO_MANY_TRIES) for too many from one place.
    """
    await throttle.check(db, f"school:{source}", limit=ASKED_FROM_A_SOURCE, within=DAY, now=now)
    town = (await db.exec(select(Town).where(Town.slug == said.town))).first()
    if town is None or town.association_id is None:
        raise NotFound
    sign_in = await address_of(db, said.email, locale=said.language, now=now)
    known = await db.exec(
        select(Moderator.id).where(Moderator.sign_in_id == sign_in.id, Moderator.association_id == town.association_id)
    )
    if known.first() is not None:
        return  # who is known has a way in, or has asked before
    school = await _school_called(db, town, said, now=now)
    await _asks(db, school, town.association_id, sign_in, said.teacher, said.language, now=now)


async def _school_called(db: AsyncSession, town: Town, said: Asked, *, now: datetime) -> School:
    """The school of this name, if there is one in the town: two teachers of one school meet there."""
    found = await db.exec(
        select(School).where(
            School.town_id == town.id,
            func.lower(col(School.name)) == said.school.lower(),
            School.state != SchoolState.CLOSED,
        )
    )
    row = found.first()
    if row is None:
        row = School(town_id=town.id, name=said.school, website=said.website, created_at=now)
        db.add(row)
        await db.flush()
    return row


async def _asks(
    db: AsyncSession, school: School, association_id: UUID, sign_in: SignIn, name: str, language: str, *, now: datetime
) -> Moderator:
    row = Moderator(
        sign_in_id=sign_in.id, association_id=association_id, name=name, role=Role.TEACHER, languages=[language],
        active=False, created_at=now,
    )  # fmt: skip
    db.add(row)
    await db.flush()
    db.add(Teacher(moderator_id=row.id, school_id=school.id, created_at=now))
    await audit.note(
        db, now=now, actor=audit.Actor.SYSTEM, actor_id=None, action="teacher_asked", subject="school",
        subject_id=school.id, details={"teacher": str(row.id)},
    )  # fmt: skip
    await db.flush()
    return row


async def ask_for_second(
    db: AsyncSession, school: School, by: Moderator, *, email: str, name: str, now: datetime
) -> Moderator:
    """The other adult of a class, named by its teacher: somebody of the same school, known or to be found out about.

    Raises Refused(SOMEBODY_ELSE) for an address that is here as something else than a teacher of this school.
    """
    await throttle.check(db, f"second:{by.id}", limit=ASKED_FROM_A_SOURCE, within=DAY, now=now)
    language = by.languages[0] if by.languages else "en"
    sign_in = await address_of(db, email, locale=language, now=now)
    found = await db.exec(
        select(Moderator, Teacher)
        .outerjoin(Teacher, col(Teacher.moderator_id) == col(Moderator.id))
        .where(Moderator.sign_in_id == sign_in.id, Moderator.association_id == by.association_id)
    )
    known = found.first()
    if known is None:
        return await _asks(db, school, by.association_id, sign_in, name, language, now=now)
    row, teacher = known
    if teacher is None or teacher.school_id != school.id:
        raise Refused(Refusal.SOMEBODY_ELSE)
    return row


# --- the desk of the town --------------------------------------------------------------------------------------------


async def cards(db: AsyncSession, moderator: Moderator) -> list[SchoolCard]:
    """The schools of the own towns that are not closed: those where somebody waits first."""
    found = await db.exec(
        select(School, Town)
        .join(Town, col(Town.id) == col(School.town_id))
        .where(Town.association_id == moderator.association_id, School.state != SchoolState.CLOSED)
        .order_by(col(School.name), col(School.id))
    )
    made = [await _card(db, school, town) for school, town in found.all()]
    return sorted(made, key=lambda one: not one.asked)


async def card(db: AsyncSession, school_id: UUID, moderator: Moderator) -> SchoolCard:
    """A school of the own towns. Raises NotFound for others alike (rule R18)."""
    found = await db.exec(
        select(School, Town)
        .join(Town, col(Town.id) == col(School.town_id))
        .where(School.id == school_id, Town.association_id == moderator.association_id)
    )
    row = found.first()
    if row is None or moderator.role is Role.TEACHER or not moderator.active:
        raise NotFound
    return await _card(db, *row)


async def waiting(db: AsyncSession, moderator: Moderator) -> int:
    """How many say that they teach, and nobody has found out yet."""
    return sum(len(one.asked) for one in await cards(db, moderator))


async def _card(db: AsyncSession, school: School, town: Town) -> SchoolCard:
    found = await db.exec(
        select(Moderator, SignIn, Teacher)
        .join(SignIn, col(SignIn.id) == col(Moderator.sign_in_id))
        .join(Teacher, col(Teacher.moderator_id) == col(Moderator.id))
        .where(Teacher.school_id == school.id)
        .order_by(col(Moderator.created_at), col(Moderator.id))
    )
    teachers = [
        TeacherCard(row, sign_in.email or "", await _until(db, row.id), teacher.created_at)
        for row, sign_in, teacher in found.all()
    ]
    running = await db.exec(
        select(func.count())
        .select_from(SchoolClass)
        .where(SchoolClass.school_id == school.id, SchoolClass.state == ClassState.ACTIVE)
    )
    return SchoolCard(school, town, teachers, running.one())


async def _until(db: AsyncSession, moderator_id: UUID) -> date | None:
    found = await db.exec(
        select(func.max(Vetting.expires_on)).where(
            Vetting.moderator_id == moderator_id, Vetting.kind == VettingKind.SCHOOL
        )
    )
    return found.one()


async def confirm(
    db: AsyncSession,
    school_id: UUID,
    teacher_id: UUID,
    moderator: Moderator,
    *,
    how: str,
    until: date,
    at: Addresses,
    now: datetime,
) -> None:
    """A moderator has found out, says how and until when it holds. The teacher is invited by mail; who has signed in
    before just goes on. Raises Refused(NEEDS_REASON) without a how, Refused(OUT_OF_TIME) for a day that is no good, and
    Refused(VETTING_MISSING): who may not judge about children lets nobody in to them (rule R38)."""
    await eligible.must_be_vetted(db, moderator, now=now)
    known = await card(db, school_id, moderator)
    teacher = _one_of(known, teacher_id)
    if not how.strip():
        raise Refused(Refusal.NEEDS_REASON)
    if not now.date() < until <= now.date() + LONGEST:
        raise Refused(Refusal.OUT_OF_TIME)
    school = known.row
    school.state, school.seen_by, school.seen_how, school.seen_at = (
        SchoolState.CONFIRMED, moderator.id, how.strip(), now,
    )  # fmt: skip
    db.add(school)
    db.add(
        Vetting(
            moderator_id=teacher.row.id, kind=VettingKind.SCHOOL, seen_by=moderator.name, seen_on=now.date(),
            expires_on=until,
        )
    )  # fmt: skip
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="teacher_confirmed",
        subject="moderator", subject_id=teacher.row.id, details={"until": until.isoformat(), "school": str(school.id)},
    )  # fmt: skip
    teacher.row.active = True
    db.add(teacher.row)
    await db.flush()
    if not await _has_way_in(db, teacher.row):
        house = await db.get_one(Association, moderator.association_id)
        await staff.add_moderator(
            db, association=house.slug, email=teacher.email, name=teacher.row.name, role=Role.TEACHER,
            inviter=house.name, school=school.name, at=at, now=now,
        )  # fmt: skip


async def refuse(
    db: AsyncSession, school_id: UUID, teacher_id: UUID, moderator: Moderator, *, now: datetime
) -> None:  # fmt: skip
    """They do not teach there: what they said of themselves goes, and a school where nobody else is is closed.

    Raises Refused(ALREADY_DECIDED) for somebody whom the school confirms.
    """
    known = await card(db, school_id, moderator)
    teacher = _one_of(known, teacher_id)
    if not teacher.is_asked:
        raise Refused(Refusal.ALREADY_DECIDED)
    await db.exec(delete(ClassTeacher).where(col(ClassTeacher.moderator_id) == teacher.row.id))
    await db.exec(delete(Teacher).where(col(Teacher.moderator_id) == teacher.row.id))
    await db.exec(delete(Moderator).where(col(Moderator.id) == teacher.row.id))
    if known.row.state is SchoolState.ASKED and len(known.teachers) == 1:
        known.row.state = SchoolState.CLOSED
        db.add(known.row)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="teacher_refused", subject="school",
        subject_id=known.row.id, details={"teacher": str(teacher_id)},
    )  # fmt: skip
    await db.flush()


def _one_of(known: SchoolCard, teacher_id: UUID) -> TeacherCard:
    for one in known.teachers:
        if one.row.id == teacher_id:
            return one
    raise NotFound


async def _has_way_in(db: AsyncSession, row: Moderator) -> bool:
    sign_in = await db.get_one(SignIn, row.sign_in_id)
    return sign_in.password_hash is not None
