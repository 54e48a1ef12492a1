"""Which classes does a teacher have, how far are they, and what is to be done next for each?"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import teaching
from penfriends.models.letters import Correspondence, Letter, Participant
from penfriends.models.moderation import Hold, Moderator
from penfriends.models.pairings import Pairing, PairingClass, PairingState
from penfriends.models.places import Town
from penfriends.models.schools import ClassState, ClassTeacher, Duty, PaperYes, Pupil, School, SchoolClass


class NextStep(enum.StrEnum):
    """What the teacher of a class does next; of several, the first that nothing can go on without."""

    READ = "read"  # letters wait for this teacher
    PUPILS = "pupils"
    PARTNER = "partner"
    ANSWER = "answer"  # another class asks
    WAIT = "wait"  # for the other teacher or the towns
    BOARD = "board"
    CONSENTS = "consents"
    NOTHING = "nothing"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Friends:
    """A class of the same pairing, and where it is."""

    row: SchoolClass
    school: School
    town: Town


@dataclass(frozen=True, slots=True)
class ClassCard:
    """A class as its teachers see it. `missing`: pupils without a guardian's yes; `waiting`: letters to read now;
    `pairing` and `friends`: the one that is asked for, agreed or running, and the other classes of it."""

    row: SchoolClass
    school: School
    town: Town
    duty: Duty
    pupils: int
    missing: int
    waiting: int
    pairing: Pairing | None
    answer: bool | None
    friends: Sequence[Friends]

    @property
    def next_step(self) -> NextStep:
        if self.row.state is ClassState.ENDED:
            return NextStep.ENDED
        if self.waiting:
            return NextStep.READ
        if not self.pupils:
            return NextStep.PUPILS
        state = self.pairing.state if self.pairing else None
        if state is None:
            return NextStep.PARTNER
        if state in (PairingState.ASKED, PairingState.AGREED):
            return NextStep.ANSWER if self.answer is None else NextStep.WAIT
        if state is PairingState.APPROVED:
            return NextStep.BOARD
        return NextStep.CONSENTS if self.missing else NextStep.NOTHING


OPEN = (PairingState.ASKED, PairingState.AGREED, PairingState.APPROVED, PairingState.RUNNING)


async def cards(db: AsyncSession, teacher: Moderator) -> list[ClassCard]:
    """The classes that somebody teaches now; those that have ended last, else by the name."""
    found = await _cards(db, teacher, col(SchoolClass.id).in_(teaching.classes_of(teacher.id)))
    return sorted(found, key=lambda one: (one.row.state is ClassState.ENDED, one.row.name, one.row.id))


async def card(db: AsyncSession, class_id: UUID, teacher: Moderator) -> ClassCard:
    """One class of this teacher's. Raises NotFound (rule R18)."""
    own = await teaching.own_class(db, class_id, teacher)
    return (await _cards(db, teacher, col(SchoolClass.id) == own.id))[0]


async def _cards(db: AsyncSession, teacher: Moderator, which: Any) -> list[ClassCard]:
    found = await db.exec(
        select(SchoolClass, School, Town, ClassTeacher)
        .join(School, col(School.id) == col(SchoolClass.school_id))
        .join(Town, col(Town.id) == col(School.town_id))
        .join(ClassTeacher, col(ClassTeacher.class_id) == col(SchoolClass.id))
        .where(which, ClassTeacher.moderator_id == teacher.id, col(ClassTeacher.until).is_(None))
    )
    rows = found.all()
    ids = [row.id for row, _school, _town, _duty in rows]
    sizes, waiting, pairings = await _sizes(db, ids), await _waiting(db, ids), await _pairings(db, ids)
    made = []
    for row, school, town, duty in rows:
        pupils, missing = sizes.get(row.id, (0, 0))
        pairing, own, friends = pairings.get(row.id, (None, None, ()))
        made.append(
            ClassCard(
                row, school, town, duty.duty, pupils, missing, waiting.get(row.id, 0), pairing,
                own.answer if own else None, friends,
            )
        )  # fmt: skip
    return made


async def _sizes(db: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, tuple[int, int]]:
    """How many pupils are in each class, and for how many of them nobody has said yes."""
    missing = func.count(col(Pupil.resident_id)).filter(col(Pupil.paper) == PaperYes.NONE)
    found = await db.exec(
        select(Pupil.class_id, func.count(col(Pupil.resident_id)), missing)
        .where(col(Pupil.class_id).in_(ids), col(Pupil.left_at).is_(None))
        .group_by(col(Pupil.class_id))
    )
    return {class_id: (number, without) for class_id, number, without in found}


async def _waiting(db: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """How many letters wait for the teachers of each class: those that its pupils wrote, and those for them."""
    wrote, arriving = col(Participant.id) == col(Letter.author_id), col(Hold.arriving).is_(True)
    found = await db.exec(
        select(Pupil.class_id, func.count(col(Hold.id)))
        .join(Participant, col(Participant.resident_id) == col(Pupil.resident_id))
        .join(Letter, col(Letter.correspondence_id) == col(Participant.correspondence_id))
        .join(Hold, col(Hold.letter_id) == col(Letter.id))
        .join(Correspondence, col(Correspondence.id) == col(Letter.correspondence_id))
        .where(
            col(Pupil.class_id).in_(ids), col(Hold.closed_at).is_(None), teaching.still_goes(),
            or_(and_(~arriving, wrote), and_(arriving, ~wrote)),
        )
        .group_by(col(Pupil.class_id))
    )  # fmt: skip
    return {class_id: number for class_id, number in found}


async def _pairings(
    db: AsyncSession, ids: Sequence[UUID]
) -> Mapping[UUID, tuple[Pairing, PairingClass, Sequence[Friends]]]:
    """The pairing of each class that is not closed, the furthest first; its own place in it; who else is in it."""
    own = await db.exec(
        select(Pairing, PairingClass)
        .join(PairingClass, col(PairingClass.pairing_id) == col(Pairing.id))
        .where(col(PairingClass.class_id).in_(ids), col(Pairing.state).in_(OPEN))
    )
    best: dict[UUID, tuple[Pairing, PairingClass]] = {}
    for pairing, place in own:
        before = best.get(place.class_id)
        if before is None or OPEN.index(pairing.state) > OPEN.index(before[0].state):
            best[place.class_id] = (pairing, place)
    others = await db.exec(
        select(PairingClass, SchoolClass, School, Town)
        .join(SchoolClass, col(SchoolClass.id) == col(PairingClass.class_id))
        .join(School, col(School.id) == col(SchoolClass.school_id))
        .join(Town, col(Town.id) == col(School.town_id))
        .where(col(PairingClass.pairing_id).in_([pairing.id for pairing, _place in best.values()]))
        .order_by(col(PairingClass.position))
    )
    rows = others.all()
    return {
        class_id: (
            pairing,
            place,
            [
                Friends(row, school, town)
                for other, row, school, town in rows
                if other.pairing_id == pairing.id and other.class_id != class_id
            ],
        )
        for class_id, (pairing, place) in best.items()
    }
