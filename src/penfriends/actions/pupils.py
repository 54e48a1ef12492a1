"""How does a pupil come into a class, and on whose yes do they write? (rule R14)

A pupil is a resident without an address and without a guardian in our books: the school has the guardian's yes on
paper, a teacher attests it, and it ends with the school year.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, board_agreement, class_locks, teaching
from penfriends.errors import Refusal, Refused
from penfriends.models.moderation import Moderator
from penfriends.models.residents import (
    Consent,
    ConsentChannel,
    ConsentState,
    Resident,
    ResidentInterest,
    ResidentLanguage,
    ResidentState,
)
from penfriends.models.schools import PaperYes, Pupil, School, SchoolClass
from penfriends.models.signin import SignIn
from penfriends.rules.bands import JOINING_AGE, Band, Birth, age_on, band_on
from penfriends.rules.matching import Level


async def add(
    db: AsyncSession,
    of: SchoolClass,
    teacher: Moderator,
    *,
    first_name: str,
    initial: str,
    born: date,
    languages: Mapping[str, Level],
    interests: Sequence[str] = (),
    paper: PaperYes = PaperYes.NONE,
    volunteer: bool = False,
    now: datetime,
) -> Pupil:
    """A new pupil of a class. Without a guardian's yes they are on the list and nothing more (rule R08).

    Raises Refused(TOO_YOUNG) below 8, Refused(TOO_OLD_FOR_CLASS) from 18 on: a class is of children, and
    Refused(CLASS_ENDED).
    """
    teaching.must_run(of)
    must_be_of_age(born, now.date())
    school = await db.get_one(School, of.school_id)
    who = SignIn(locale=teacher.languages[0] if teacher.languages else "en", created_at=now)
    db.add(who)
    await db.flush()
    resident = Resident(
        sign_in_id=who.id,
        town_id=school.town_id,
        band=Band.CHILD,
        birth_year=born.year,
        birth_on=born,
        first_name=first_name,
        state=ResidentState.AWAITING_CONSENT,
        profile_changed_at=now,
        created_at=now,
    )
    db.add(resident)
    await db.flush()
    pupil = Pupil(resident_id=resident.id, class_id=of.id, initial=initial, volunteer=volunteer, created_at=now)
    db.add(pupil)
    await set_languages(db, resident.id, languages)
    await set_interests(db, resident.id, interests)
    await attest(db, pupil, of, teacher, paper, now=now)
    return pupil


def must_be_of_age(born: date, today: date) -> None:
    """Raises Refused unless somebody born then is 8 to 17 (rule R01)."""
    birth = Birth(born.year, born)
    if age_on(birth, today) < JOINING_AGE:
        raise Refused(Refusal.TOO_YOUNG)
    if band_on(birth, today) is not Band.CHILD:
        raise Refused(Refusal.TOO_OLD_FOR_CLASS)


async def attest(
    db: AsyncSession, pupil: Pupil, of: SchoolClass, teacher: Moderator, paper: PaperYes, *, now: datetime
) -> None:
    """A teacher says how the guardian of a pupil agreed; `none` takes it back, and nothing of theirs moves any more
    (rule R10). The yes ends with the school year."""
    await class_locks.pupil(db, pupil.resident_id)
    if paper is not PaperYes.NONE:
        teaching.must_run(of)
    pupil.paper = paper
    db.add(pupil)
    resident = await db.get_one(Resident, pupil.resident_id)
    born = Birth(resident.birth_year, resident.birth_on)
    if paper is not PaperYes.NONE and Band.ADULT in (resident.band, band_on(born, now.date())):
        raise Refused(Refusal.TOO_OLD_FOR_CLASS)
    await db.exec(
        update(Consent)
        .where(col(Consent.resident_id) == pupil.resident_id, col(Consent.state) == ConsentState.GIVEN)
        .values(state=ConsentState.WITHDRAWN, answered_at=now)
    )
    if paper is PaperYes.NONE:
        resident.state = ResidentState.AWAITING_CONSENT
    else:
        resident.state = ResidentState.ACTIVE
        db.add(
            Consent(
                resident_id=pupil.resident_id,
                attested_by=teacher.id,
                channel=ConsentChannel.ATTESTATION,
                state=ConsentState.GIVEN,
                asked_at=now,
                answered_at=now,
                expires_at=end_of_year(of),
            )
        )
    db.add(resident)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action="attest_consent", subject="resident",
        subject_id=pupil.resident_id, details={"paper": paper.value},
    )  # fmt: skip
    await db.flush()
    if paper is not PaperYes.NONE:
        await board_agreement.yes_came(db, pupil.resident_id, now=now)


def end_of_year(of: SchoolClass) -> datetime:
    """The first moment after the last day of a class's school year, wherever the school is."""
    return datetime.combine(of.ends_on + timedelta(days=1), time(12), UTC)


async def set_languages(db: AsyncSession, resident_id: UUID, languages: Mapping[str, Level]) -> None:
    await db.exec(delete(ResidentLanguage).where(col(ResidentLanguage.resident_id) == resident_id))
    for code, level in languages.items():
        db.add(ResidentLanguage(resident_id=resident_id, code=code, level=level))
    await db.flush()


async def set_interests(db: AsyncSession, resident_id: UUID, interests: Sequence[str]) -> None:
    await db.exec(delete(ResidentInterest).where(col(ResidentInterest.resident_id) == resident_id))
    for code in dict.fromkeys(interests):
        db.add(ResidentInterest(resident_id=resident_id, code=code))
    await db.flush()


async def in_class(db: AsyncSession, class_id: UUID) -> list[tuple[Pupil, Resident]]:
    """The pupils of a class who have not left it, by name; sort for a reader's language with `words`."""
    found = await db.exec(
        select(Pupil, Resident)
        .join(Resident, col(Resident.id) == col(Pupil.resident_id))
        .where(Pupil.class_id == class_id, col(Pupil.left_at).is_(None))
        .order_by(col(Resident.first_name), col(Pupil.initial), col(Resident.id))
    )
    return list(found)
