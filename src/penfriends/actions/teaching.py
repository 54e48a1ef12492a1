"""Which classes, pupils and letters are a teacher's? (rule R14, class mode)

A pupil's letter is read twice: by a teacher of the class that writes, then by one of the class that gets it. The
moderators of the two towns see it only once it is urgent or nobody has read it in time.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.errors import NotFound
from penfriends.models.letters import Correspondence, Letter, Participant
from penfriends.models.moderation import Hold, Moderator, Role
from penfriends.models.pairings import Pairing, PairingClass
from penfriends.models.schools import ClassTeacher, Pupil, School, SchoolClass, Teacher


def classes_of(teacher_id: UUID) -> Any:
    """A question for the ids of the classes that somebody teaches now."""
    return select(ClassTeacher.class_id).where(
        ClassTeacher.moderator_id == teacher_id, col(ClassTeacher.until).is_(None)
    )


def pupils_of(teacher_id: UUID) -> Any:
    """A question for the ids of the residents whom somebody teaches now."""
    return select(Pupil.resident_id).where(col(Pupil.class_id).in_(classes_of(teacher_id)))


async def own_class(db: AsyncSession, class_id: UUID, teacher: Moderator) -> SchoolClass:
    """A class of this teacher's. Raises NotFound for a foreign and an unknown one alike (rule R18)."""
    found = await db.exec(
        select(SchoolClass).where(SchoolClass.id == class_id, col(SchoolClass.id).in_(classes_of(teacher.id)))
    )
    row = found.first()
    if row is None or teacher.role is not Role.TEACHER or not teacher.active:
        raise NotFound
    return row


async def own_pupil(db: AsyncSession, resident_id: UUID, teacher: Moderator) -> Pupil:
    """A pupil of a class of this teacher's. Raises NotFound."""
    pupil = await db.get(Pupil, resident_id)
    if pupil is None:
        raise NotFound
    await own_class(db, pupil.class_id, teacher)
    return pupil


async def own_pairing(db: AsyncSession, pairing_id: UUID, teacher: Moderator) -> Pairing:
    """A pairing that a class of this teacher's is in. Raises NotFound."""
    found = await db.exec(
        select(Pairing)
        .join(PairingClass, col(PairingClass.pairing_id) == col(Pairing.id))
        .where(Pairing.id == pairing_id, col(PairingClass.class_id).in_(classes_of(teacher.id)))
    )
    row = found.first()
    if row is None or teacher.role is not Role.TEACHER or not teacher.active:
        raise NotFound
    return row


async def school_of(db: AsyncSession, teacher_id: UUID) -> School | None:
    """The school of a teacher; None for other staff."""
    found = await db.exec(
        select(School).join(Teacher, col(Teacher.school_id) == col(School.id)).where(Teacher.moderator_id == teacher_id)
    )
    return found.first()


async def only_teaches(db: AsyncSession, sign_in_id: UUID) -> bool:
    """Whether somebody who signs in as staff is a teacher: their first page is that of their classes."""
    found = await db.exec(
        select(Moderator.role).where(Moderator.sign_in_id == sign_in_id, Moderator.active).order_by(col(Moderator.id))
    )
    return found.first() is Role.TEACHER


async def must_read(db: AsyncSession, reader: Moderator, hold: Hold, *, now: datetime) -> None:
    """Raises NotFound unless it is this reader's turn: a teacher's with the own pupils' letters, those that arrive for
    them, and no others; a moderator's with all but pupils', and with these once they are urgent or late (rule R32)."""
    found = await db.exec(
        select(Hold.id)
        .join(Letter, col(Letter.id) == col(Hold.letter_id))
        .join(Correspondence, col(Correspondence.id) == col(Letter.correspondence_id))
        .where(Hold.id == hold.id, letters_for(reader, now=now))
    )
    if found.first() is None:
        raise NotFound


def letters_for(reader: Moderator, *, now: datetime) -> ColumnElement[bool]:
    """The condition on a query that has `Hold`, `Letter` and `Correspondence` in it: it is this reader's turn."""
    if reader.role is Role.TEACHER:
        return _turn_of(reader)
    return or_(
        col(Correspondence.pairing_id).is_(None), col(Hold.urgent).is_(True), col(Hold.promised_at) <= now
    )  # fmt: skip


def _turn_of(teacher: Moderator) -> ColumnElement[bool]:
    """Of a pupil's letter the teachers of the writer's class are first; after their yes it is the others' turn."""
    side = aliased(Participant)
    theirs = col(side.resident_id).in_(pupils_of(teacher.id))
    in_it = select(side.id).where(col(side.correspondence_id) == col(Correspondence.id), theirs)
    wrote = exists(in_it.where(col(side.id) == col(Letter.author_id)).correlate(Correspondence, Letter))
    gets = exists(in_it.where(col(side.id) != col(Letter.author_id)).correlate(Correspondence, Letter))
    arriving = col(Hold.arriving).is_(True)
    return and_(
        col(Correspondence.pairing_id).is_not(None), or_(and_(~arriving, wrote), and_(arriving, gets))
    )  # fmt: skip
