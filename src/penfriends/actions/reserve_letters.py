"""What does a pupil read while the friend is silent? A reserve letter out of the class's bank, given by the teacher.

It belongs to no correspondence and says that it is not the friend's. Nobody but the pupil and the teachers reads it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, teaching
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import ReserveLetter
from penfriends.models.schools import Pupil
from penfriends.rules.policy import LONGEST_LETTER

LONGEST_TITLE = 150


async def add(
    db: AsyncSession, class_id: UUID, teacher: Moderator, *, title: str, text: str, language: str, now: datetime
) -> ReserveLetter:
    """Put a letter into the bank. Raises Refused(EMPTY_LETTER, LETTER_TOO_LONG), NotFound for a foreign class."""
    of = await teaching.running_class(db, class_id, teacher)
    row = ReserveLetter(
        class_id=of.id,
        written_by=teacher.id,
        title=kept_title(title),
        text=kept_words(text),
        language=language,
        created_at=now,
    )
    db.add(row)
    await db.flush()
    return row


def kept_words(text: str) -> str:
    """A letter as it is stored. Raises Refused(EMPTY_LETTER, LETTER_TOO_LONG)."""
    kept = text.replace("\r\n", "\n").strip()
    if not kept:
        raise Refused(Refusal.EMPTY_LETTER)
    if len(kept) > LONGEST_LETTER:
        raise Refused(Refusal.LETTER_TOO_LONG)
    return kept


def kept_title(title: str) -> str:
    return " ".join(title.split())[:LONGEST_TITLE]


async def bank(db: AsyncSession, class_id: UUID, teacher: Moderator) -> Sequence[ReserveLetter]:
    """All letters of a class's bank, those that nobody has got yet first."""
    of = await teaching.own_class(db, class_id, teacher)
    found = await db.exec(
        select(ReserveLetter)
        .where(ReserveLetter.class_id == of.id)
        .order_by(col(ReserveLetter.used_at).is_not(None), col(ReserveLetter.created_at), col(ReserveLetter.id))
    )
    return found.all()


async def give(db: AsyncSession, reserve_id: UUID, resident_id: UUID, teacher: Moderator, *, now: datetime) -> None:
    """Hand a letter of the bank to a pupil of the same class. Raises Refused(ALREADY_DECIDED) if somebody has it."""
    row = await _own(db, reserve_id, teacher)
    pupil = await teaching.own_pupil(db, resident_id, teacher)
    if pupil.class_id != row.class_id or pupil.left_at is not None:
        raise NotFound
    await teaching.running_class(db, row.class_id, teacher)
    done = await db.exec(
        update(ReserveLetter)
        .where(col(ReserveLetter.id) == row.id, col(ReserveLetter.used_at).is_(None))
        .values(used_for=pupil.resident_id, used_at=now)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise Refused(Refusal.ALREADY_DECIDED)
    await db.refresh(row)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action="give_reserve", subject="resident",
        subject_id=pupil.resident_id,
    )  # fmt: skip


async def drop(db: AsyncSession, reserve_id: UUID, teacher: Moderator) -> None:
    """Take a letter out of the bank, unless a pupil has it. Raises Refused(ALREADY_DECIDED)."""
    row = await _own(db, reserve_id, teacher, lock=True)
    if row.used_at is not None:
        raise Refused(Refusal.ALREADY_DECIDED)
    await db.delete(row)
    await db.flush()


async def of_pupil(db: AsyncSession, resident_id: UUID) -> Sequence[ReserveLetter]:
    """What a pupil was given, the newest first."""
    found = await db.exec(
        select(ReserveLetter)
        .join(Pupil, col(Pupil.resident_id) == col(ReserveLetter.used_for))
        .where(ReserveLetter.used_for == resident_id)
        .order_by(col(ReserveLetter.used_at).desc())
    )
    return found.all()


async def _own(db: AsyncSession, reserve_id: UUID, teacher: Moderator, *, lock: bool = False) -> ReserveLetter:
    row = await db.get(ReserveLetter, reserve_id, populate_existing=True, with_for_update=lock)
    if row is None:
        raise NotFound
    await teaching.own_class(db, row.class_id, teacher)
    return row
