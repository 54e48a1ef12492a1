"""Who is told that their class writes soon, and what is still missing for it?

One mail for each round and class, a week before writing begins: to the teachers of the class who want such mails.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_progress
from penfriends.actions.addresses import Addresses
from penfriends.actions.delivery import queue_notice
from penfriends.actions.telling import called
from penfriends.errors import NotFound
from penfriends.mail.notices import Notice, Value
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import LetterRound, Pairing, PairingClass, PairingState, RoundClass
from penfriends.models.places import Town
from penfriends.models.schools import ClassState, ClassTeacher, PaperYes, School, SchoolClass, Teacher
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band
from penfriends.rules.silence import is_quiet

AHEAD = timedelta(days=7)
WRITING = (PairingState.APPROVED, PairingState.RUNNING)


async def sweep(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Remind the teachers of every class that begins to write within a week, by day only. Returns how many mails."""
    roughly = now.astimezone(UTC).date()
    found = await db.exec(
        select(RoundClass, LetterRound, SchoolClass, Town)
        .join(LetterRound, col(LetterRound.id) == col(RoundClass.round_id))
        .join(Pairing, col(Pairing.id) == col(LetterRound.pairing_id))
        .join(SchoolClass, col(SchoolClass.id) == col(RoundClass.class_id))
        .join(School, col(School.id) == col(SchoolClass.school_id))
        .join(Town, col(Town.id) == col(School.town_id))
        .where(
            col(RoundClass.reminded_at).is_(None),
            col(RoundClass.write_on).between(roughly - timedelta(days=1), roughly + AHEAD + timedelta(days=1)),
            col(Pairing.state).in_(WRITING),
            SchoolClass.state == ClassState.ACTIVE,
        )
        .order_by(col(RoundClass.write_on), col(RoundClass.round_id), col(RoundClass.class_id))
        .with_for_update(of=RoundClass, skip_locked=True)  # a round that is being moved is told of next time
    )
    told = 0
    for dates, row, of, town in found.all():
        today = now.astimezone(ZoneInfo(town.timezone)).date()
        if today <= dates.write_on <= today + AHEAD and not is_quiet(now, town.timezone):
            dates.reminded_at = now
            db.add(dates)
            pairing = await db.get_one(Pairing, row.pairing_id)
            told += await _tell(db, dates, row, pairing, of, town, at=at, now=now)
    await db.flush()
    return told


async def want(db: AsyncSession, teacher: Moderator, *, wanted: bool) -> None:
    """Switch the reminders on or off. Raises NotFound for who is no teacher."""
    row = await db.get(Teacher, teacher.id)
    if row is None:
        raise NotFound
    row.reminders = wanted
    db.add(row)
    await db.flush()


async def wanted(db: AsyncSession, teacher: Moderator) -> bool:
    row = await db.get(Teacher, teacher.id)
    return row is not None and row.reminders


async def _tell(
    db: AsyncSession, dates: RoundClass, row: LetterRound, pairing: Pairing, of: SchoolClass, town: Town,
    *, at: Addresses, now: datetime,
) -> int:  # fmt: skip
    missing = await _missing(db, pairing, of)
    found = await db.exec(
        select(Moderator, SignIn)
        .join(SignIn, col(SignIn.id) == col(Moderator.sign_in_id))
        .join(Teacher, col(Teacher.moderator_id) == col(Moderator.id))
        .join(ClassTeacher, col(ClassTeacher.moderator_id) == col(Moderator.id))
        .where(
            ClassTeacher.class_id == of.id, col(ClassTeacher.until).is_(None), Moderator.active, Teacher.reminders,
            col(SignIn.email).is_not(None),
        )
        .order_by(col(Moderator.id))
    )  # fmt: skip
    people = found.all()
    for teacher, sign_in in people:
        values: dict[str, Value] = {
            "band": Band.ADULT.value,
            "town": called(town, sign_in.locale),
            "name": teacher.name,
            "class_name": of.name,
            "write_on": dates.write_on,
            "send_on": row.send_on,
            "url": at.link(f"/pairings/{pairing.id}/dates"),
            **missing,
        }
        await queue_notice(
            db, Notice.CLASS_DATES, to=sign_in.id, language=sign_in.locale, values=values,
            association_id=teacher.association_id, at=at, now=now,
        )  # fmt: skip
    return len(people)


async def _missing(db: AsyncSession, pairing: Pairing, of: SchoolClass) -> dict[str, Value]:
    """Pupils without a yes, pupils with one but without a friend, and who has not agreed to the dates."""
    standings = await class_progress.of_class(db, of)
    agreed = await _agreed(db, pairing)
    return {
        "consents": sum(one.pupil.paper is PaperYes.NONE for one in standings),
        "alone": sum(one.pupil.paper is not PaperYes.NONE and not one.ways for one in standings),
        "agree": not agreed.get(of.id, False),
        "others": not all(agreed.values()),
    }


async def _agreed(db: AsyncSession, pairing: Pairing) -> dict[UUID, bool]:
    found = await db.exec(select(PairingClass).where(PairingClass.pairing_id == pairing.id))
    return {one.class_id: one.calendar_agreed == pairing.calendar_version for one in found}
