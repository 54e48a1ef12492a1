"""What does a teacher decide about how the own pupils sign in: code, lessons, devices, cards, who is locked out?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, classroom, pupils, sessions, teaching
from penfriends.errors import Refusal, Refused
from penfriends.ids import drawn, number_below
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Couple
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.models.schools import Pupil, SchoolClass
from penfriends.models.signin import Session
from penfriends.rules import class_codes, lessons
from penfriends.rules.lessons import Lesson

TRIES_FOR_A_CODE = 20


@dataclass(frozen=True, slots=True)
class Friend:
    """With whom a pupil is partnered, as the card says it."""

    first_name: str
    town: Town


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on one pupil's card. `pictures` are told here once and nowhere again."""

    resident: Resident
    initial: str
    pictures: tuple[str, ...]
    friends: tuple[Friend, ...]


async def new_code(db: AsyncSession, of: SchoolClass, teacher: Moderator, *, now: datetime) -> None:
    """Another code for the class: the one before opens nothing any more."""
    teaching.must_run(of)
    of.code = await free_code(db)
    db.add(of)
    await _noted(db, of, teacher, "new_class_code", now=now)


async def free_code(db: AsyncSession) -> str:
    """A code that no class has."""
    for _try in range(TRIES_FOR_A_CODE):
        code = class_codes.made(number_below(len(class_codes.WORDS)), number_below(10**class_codes.DIGITS))
        if (await db.exec(select(SchoolClass.id).where(SchoolClass.code == code))).first() is None:
            return code
    raise Refused(Refusal.CHANGED_SINCE)


async def add_lesson(db: AsyncSession, of: SchoolClass, lesson: Lesson) -> None:
    """From now on pupils sign in in this lesson, too; with the first one, in lessons only."""
    before = lessons.lessons_of(of.lessons)
    if lesson.start < lesson.end and len(before) < lessons.MOST:
        of.lessons = lessons.kept([*before, lesson])
        db.add(of)
        await db.flush()


async def remove_lesson(db: AsyncSession, of: SchoolClass, lesson: Lesson) -> None:
    """Without the last one pupils may sign in at any time."""
    of.lessons = lessons.kept([one for one in lessons.lessons_of(of.lessons) if one != lesson])
    db.add(of)
    await db.flush()


async def share_devices(db: AsyncSession, of: SchoolClass, teacher: Moderator, shared: bool, *, now: datetime) -> None:
    """Whether several pupils have one device. Once they do, who is signed in has twenty minutes left without use."""
    of.shared_devices = shared
    db.add(of)
    if shared:
        ours = select(Pupil.resident_id).where(Pupil.class_id == of.id)
        soon = now + classroom.STAYS_SHARED
        await db.exec(
            update(Session)
            .where(col(Session.resident_id).in_(ours), col(Session.expires_at) > soon)
            .values(expires_at=soon)
        )
    await _noted(db, of, teacher, "share_devices" if shared else "own_devices", now=now)


async def locked(db: AsyncSession, of: SchoolClass) -> list[tuple[Pupil, Resident]]:
    """Who has shown five wrong cards in a row."""
    return [one for one in await pupils.in_class(db, of.id) if one[0].locked_at is not None]


async def unlock(db: AsyncSession, pupil: Pupil, teacher: Moderator, *, now: datetime) -> None:
    """Let a pupil try again, with the pictures as they are."""
    pupil.locked_at, pupil.wrong_tries = None, 0
    db.add(pupil)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action="unlock_pupil", subject="resident",
        subject_id=pupil.resident_id,
    )  # fmt: skip
    await db.flush()


async def new_cards(
    db: AsyncSession,
    of: SchoolClass,
    teacher: Moderator,
    chosen: Sequence[UUID] | None = None,
    *,
    key: bytes,
    now: datetime,
) -> list[Card]:
    """New pictures for these pupils, or for all: old cards open nothing any more, and who is signed in is signed out.

    Told once, here: kept is a fingerprint only, so whoever needs a card again gets other pictures.
    """
    teaching.must_run(of)
    cards = []
    for pupil, resident in await pupils.in_class(db, of.id):
        if chosen is not None and pupil.resident_id not in chosen:
            continue
        pictures = drawn(classroom.PICTURES, classroom.LENGTH)
        pupil.pictures = classroom.pictures_fingerprint(key, pupil.resident_id, pictures)
        pupil.locked_at, pupil.wrong_tries = None, 0
        db.add(pupil)
        friends = await _friends(db, pupil.resident_id)
        cards.append(Card(resident, pupil.initial, tuple(pictures), friends))
    await sessions.end_of_residents(db, [one.resident.id for one in cards])
    await _noted(db, of, teacher, "new_cards", now=now, pupils=len(cards))
    return cards


async def _friends(db: AsyncSession, resident_id: UUID) -> tuple[Friend, ...]:
    """With whom a pupil may write already."""
    couples = await db.exec(
        select(Couple).where(
            or_(col(Couple.low_id) == resident_id, col(Couple.high_id) == resident_id),
            col(Couple.correspondence_id).is_not(None),
        )
    )
    others = [one.high_id if one.low_id == resident_id else one.low_id for one in couples]
    found = await db.exec(
        select(Resident, Town)
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(col(Resident.id).in_(others))
        .order_by(col(Resident.first_name), col(Resident.id))
    )
    return tuple(Friend(resident.first_name, town) for resident, town in found)


async def _noted(
    db: AsyncSession, of: SchoolClass, teacher: Moderator, action: str, *, now: datetime, **details: int
) -> None:
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action=action, subject="school_class",
        subject_id=of.id, details=dict(details),
    )  # fmt: skip
    await db.flush()
