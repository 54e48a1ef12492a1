"""How do the demo's schools, teachers, classes and pupils become rows?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.people import email_key
from penfriends.actions.pupils import end_of_year
from penfriends.demo.schools import DemoClass, DemoPupil, DemoSchool, DemoTeacher, schools
from penfriends.ids import uuid7
from penfriends.models.moderation import MODERATING, Moderator, Role, Vetting, VettingKind
from penfriends.models.places import Town
from penfriends.models.residents import (
    Consent,
    ConsentChannel,
    ConsentState,
    Resident,
    ResidentInterest,
    ResidentLanguage,
    ResidentState,
)
from penfriends.models.schools import (
    ClassTeacher,
    Duty,
    PaperYes,
    Pupil,
    School,
    SchoolClass,
    SchoolState,
    Teacher,
)
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band
from penfriends.rules.school_year import school_year

SINCE = timedelta(days=70)
"""So long ago the schools joined."""


@dataclass(frozen=True, slots=True)
class MadeClass:
    """A class, who teaches it, and its pupils by key, as drawn and as rows."""

    row: SchoolClass
    lead: Moderator
    drawn: tuple[DemoPupil, ...]
    pupils: Mapping[str, Pupil]


async def schools_of(db: AsyncSession, *, now: datetime) -> dict[str, MadeClass]:
    """Every class by its key, with everything that hangs on it."""
    drawn = schools(now.date())
    towns = {one.slug: one for one in await db.exec(select(Town))}
    known = await _Staff.known(db)
    teachers: dict[str, Moderator] = {}
    made: list[tuple[DemoClass, DemoSchool, School]] = []
    stages: list[list[SQLModel]] = [[], [], [], []]
    for one in drawn:
        town = towns[one.town]
        lead = known.leads[town.association_id]
        school = _school(one, town, lead, now=now)
        stages[0].append(school)
        for who in one.teachers:
            sign_in, row = _teacher(who, lead, known, active=not one.asked, now=now)
            teachers[who.key] = row
            stages[0].append(sign_in)
            stages[1].append(row)
            stages[2].append(Teacher(moderator_id=row.id, school_id=school.id, created_at=school.created_at))
            if not one.asked:
                stages[2].append(_confirmed(row, lead, now=now))
        made += [(row, one, school) for row in one.classes]
    classes = {row.key: _class(row, school, now=now) for row, _of, school in made}
    stages[2] += classes.values()
    stages[3] += [duty for row, _of, _school in made for duty in _duties(row, classes[row.key], teachers, now=now)]
    for stage in stages:
        db.add_all(stage)
        await db.flush()
    return {
        row.key: MadeClass(
            classes[row.key], teachers[row.lead], row.pupils,
            await _pupils(db, row, classes[row.key], towns[of.town], teachers[row.lead], now=now),
        )
        for row, of, _school in made
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Staff:
    """What the moderators bring: who looked at the schools of each association, and the one password of the demo."""

    leads: Mapping[UUID | None, Moderator]
    password_hash: str | None
    totp_secret: str | None

    @classmethod
    async def known(cls, db: AsyncSession) -> "_Staff":
        found = await db.exec(
            select(Moderator, SignIn)
            .join(SignIn, col(SignIn.id) == col(Moderator.sign_in_id))
            .where(col(Moderator.role).in_(MODERATING))
            .order_by(col(Moderator.id))
        )
        rows = found.all()
        leads: dict[UUID | None, Moderator] = {
            moderator.association_id: moderator for moderator, _ in rows if moderator.role is Role.LEAD
        }
        return cls(leads, rows[0][1].password_hash, rows[0][1].totp_secret)


def _school(one: DemoSchool, town: Town, lead: Moderator, *, now: datetime) -> School:
    return School(
        id=uuid7(),
        town_id=town.id,
        name=one.name,
        region=one.region,
        website=one.website,
        state=SchoolState.ASKED if one.asked else SchoolState.CONFIRMED,
        seen_by=None if one.asked else lead.id,
        seen_how="" if one.asked else "Telephoned the office of the school, with the number of the town’s website.",
        seen_at=None if one.asked else now - SINCE,
        created_at=now - (timedelta(days=2) if one.asked else SINCE),
    )


def _teacher(
    who: DemoTeacher, lead: Moderator, known: _Staff, *, active: bool, now: datetime
) -> tuple[SignIn, Moderator]:  # fmt: skip
    sign_in = SignIn(
        id=uuid7(),
        email=who.address,
        email_key=email_key(who.address),
        verified_at=now - SINCE if active else None,
        locale=who.languages[0],
        password_hash=known.password_hash if active else None,
        totp_secret=known.totp_secret if active else None,
        created_at=now - SINCE,
    )
    row = Moderator(
        id=uuid7(),
        sign_in_id=sign_in.id,
        association_id=lead.association_id,
        name=who.name,
        role=Role.TEACHER,
        languages=list(who.languages),
        active=active,
        created_at=now - SINCE,
    )
    return sign_in, row


def _confirmed(row: Moderator, lead: Moderator, *, now: datetime) -> Vetting:
    return Vetting(
        moderator_id=row.id,
        kind=VettingKind.SCHOOL,
        seen_by=lead.name,
        seen_on=(now - SINCE).date(),
        expires_on=school_year(now.date())[1],
    )


def _class(row: DemoClass, school: School, *, now: datetime) -> SchoolClass:
    starts_on, ends_on = school_year(now.date())
    return SchoolClass(
        id=uuid7(),
        school_id=school.id,
        name=row.name,
        starts_on=starts_on,
        ends_on=ends_on,
        size=row.size,
        youngest=row.youngest,
        oldest=row.oldest,
        languages={code: level.value for code, level in row.languages.items()},
        subject=row.subject,
        wish=row.wish,
        twin_of_twin=row.twin_of_twin,
        seeking_since=now - timedelta(days=row.seeking) if row.seeking else None,
        code=row.code,
        created_at=now - SINCE,
    )


def _duties(
    row: DemoClass, made: SchoolClass, teachers: Mapping[str, Moderator], *, now: datetime
) -> list[ClassTeacher]:  # fmt: skip
    who = ((row.lead, Duty.LEAD), (row.second, Duty.SECOND))
    return [
        ClassTeacher(class_id=made.id, moderator_id=teachers[key].id, duty=duty, since=now - SINCE)
        for key, duty in who
        if key
    ]


async def _pupils(
    db: AsyncSession, row: DemoClass, made: SchoolClass, town: Town, teacher: Moderator, *, now: datetime
) -> dict[str, Pupil]:
    """Stage by stage, because each refers to the last."""
    sign_ins = {one.key: SignIn(id=uuid7(), locale=town.language, created_at=now - SINCE) for one in row.pupils}
    residents = {one.key: _resident(one, town, sign_ins[one.key], now=now) for one in row.pupils}
    pupils = {
        one.key: Pupil(
            resident_id=residents[one.key].id,
            class_id=made.id,
            initial=one.initial,
            paper=PaperYes.FORM if one.has_yes else PaperYes.NONE,
            volunteer=one.volunteer,
            created_at=now - SINCE,
        )
        for one in row.pupils
    }
    belongings = [thing for one in row.pupils for thing in _belongings(one, residents[one.key], made, teacher, now=now)]
    stages: Sequence[Sequence[SQLModel]] = (
        list(sign_ins.values()), list(residents.values()), [*pupils.values(), *belongings],
    )  # fmt: skip
    for stage in stages:
        db.add_all(stage)
        await db.flush()
    return pupils


def _resident(one: DemoPupil, town: Town, sign_in: SignIn, *, now: datetime) -> Resident:
    return Resident(
        id=uuid7(),
        sign_in_id=sign_in.id,
        town_id=town.id,
        band=Band.CHILD,
        birth_year=one.birth.year,
        birth_on=one.birth.on,
        first_name=one.first_name,
        locale=town.language,
        avatar=one.avatar,
        colour=one.colour,
        state=ResidentState.ACTIVE if one.has_yes else ResidentState.AWAITING_CONSENT,
        profile_changed_at=now - SINCE,
        created_at=now - SINCE,
    )


def _belongings(one: DemoPupil, row: Resident, of: SchoolClass, teacher: Moderator, *, now: datetime) -> list[SQLModel]:
    """Languages, interests, and the yes that the teacher attests."""
    made: list[SQLModel] = [
        ResidentLanguage(resident_id=row.id, code=code, level=level) for code, level in one.languages.items()
    ]
    made += [ResidentInterest(resident_id=row.id, code=code) for code in one.interests]
    if one.has_yes:
        made.append(
            Consent(
                resident_id=row.id,
                attested_by=teacher.id,
                channel=ConsentChannel.ATTESTATION,
                state=ConsentState.GIVEN,
                asked_at=now - SINCE,
                answered_at=now - SINCE,
                expires_at=end_of_year(of),
            )
        )
    return made


def in_days(today: date, days: int) -> date:
    """A school day about so many days from today: never a Saturday or Sunday."""
    day = today + timedelta(days=days)
    return day - timedelta(days=max(0, day.weekday() - 4))
