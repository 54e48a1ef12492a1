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

from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, Participant
from penfriends.models.moderation import Decision, Hold, Moderator, Role, Verb
from penfriends.models.pairings import Pairing, PairingClass, PairingState
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.schools import ClassState, ClassTeacher, Pupil, School, SchoolClass, Teacher

CLOSED = (PairingState.ENDED, PairingState.REFUSED)
TAKING_PART = (ResidentState.ACTIVE, ResidentState.PAUSED)


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


async def running_class(db: AsyncSession, class_id: UUID, teacher: Moderator) -> SchoolClass:
    """The same, for what only a class takes that has not ended. Raises Refused(CLASS_ENDED)."""
    of = await own_class(db, class_id, teacher)
    must_run(of)
    return of


def must_run(of: SchoolClass) -> None:
    """Raises Refused(CLASS_ENDED): a class that is over takes no list, no pupils, no letters and no partner class."""
    if of.state is not ClassState.ACTIVE:
        raise Refused(Refusal.CLASS_ENDED)


async def own_pupil(db: AsyncSession, resident_id: UUID, teacher: Moderator) -> Pupil:
    """A pupil of a class of this teacher's. Raises NotFound."""
    pupil = await db.get(Pupil, resident_id)
    if pupil is None:
        raise NotFound
    await own_class(db, pupil.class_id, teacher)
    return pupil


async def own_pairing(db: AsyncSession, pairing_id: UUID, teacher: Moderator) -> Pairing:
    """A pairing that a class of this teacher's is in. Raises NotFound. A ring that goes on without a class that has
    ended is not its teacher's any more."""
    found = await db.exec(
        select(Pairing)
        .join(PairingClass, col(PairingClass.pairing_id) == col(Pairing.id))
        .join(SchoolClass, col(SchoolClass.id) == col(PairingClass.class_id))
        .where(
            Pairing.id == pairing_id,
            col(SchoolClass.id).in_(classes_of(teacher.id)),
            or_(col(SchoolClass.state) == ClassState.ACTIVE, col(Pairing.state).in_(CLOSED)),
        )
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
    """The condition on a query that has `Hold`, `Letter` and `Correspondence` in it: it is this reader's turn. Nobody
    is asked for both yeses to a pupil's letter."""
    if reader.role is Role.TEACHER:
        return and_(_turn_of(reader), still_goes(), ~_said_first(reader))
    urgent = col(Hold.urgent).is_(True)
    theirs = and_(or_(urgent, col(Hold.promised_at) <= now), still_goes(), ~_said_first(reader))
    return or_(col(Correspondence.pairing_id).is_(None), theirs)


def still_goes() -> ColumnElement[bool]:
    """A pupil's letter that can still arrive. What nobody can let go waits for nobody any more, unless it is urgent;
    no other class is shown the letter of a pupil whose guardian has taken the yes back (rules R08, R10)."""
    wrote = select(Participant.resident_id).where(col(Participant.id) == col(Letter.author_id)).correlate(Letter)
    takes_part = select(Resident.id).where(
        col(Resident.id).in_(wrote), col(Resident.state).in_(TAKING_PART)
    )  # fmt: skip
    ended = col(Correspondence.state) == CorrespondenceState.ENDED
    return or_(
        col(Hold.urgent).is_(True), and_(~ended, or_(col(Hold.arriving).is_(False), exists(takes_part)))
    )  # fmt: skip


def _said_first(reader: Moderator) -> ColumnElement[bool]:
    """The yes that handed the letter over to the other class was this human's, in whichever role."""
    mine = select(Moderator.id).where(Moderator.sign_in_id == reader.sign_in_id)
    said = select(Decision.id).where(
        col(Decision.subject_id) == col(Hold.letter_id),
        col(Decision.moderator_id).in_(mine),
        col(Decision.verb) == Verb.RELEASE,
        col(Decision.undone_at).is_(None),
        col(Decision.at) >= col(Hold.created_at),
    )
    return and_(col(Hold.arriving).is_(True), exists(said.correlate(Hold)))


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
