"""What is gone of somebody who has left, of a class that has ended, of a group? (rules R48, R49)

A number stays, which the letters of the friend and the proofs hang on: for the friend it is “a former friend”. Whoever
has to do with an open case stays until it is closed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, or_, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.forget_addresses import let_go
from penfriends.actions.forget_letters import letters_gone, open_case
from penfriends.models.classified import PERSON, WORDS
from penfriends.models.delivery import Alias
from penfriends.models.emptied import emptied
from penfriends.models.groups import Group, GroupMatch, GroupState
from penfriends.models.letters import Correspondence, Letter, LetterState, Participant
from penfriends.models.matching import FitCheck, Match, MatchSide, RoundPair
from penfriends.models.pairings import Pairing, ReserveLetter, VolunteerLetter
from penfriends.models.residents import (
    Guardian,
    Resident,
    ResidentAddress,
    ResidentInterest,
    ResidentLanguage,
    ResidentState,
)
from penfriends.models.schools import Pupil, SchoolClass
from penfriends.models.signin import Session
from penfriends.rules.retention import AFTER_LAST_LETTER, cutoffs, months_before

NEVER_ARRIVED = (
    LetterState.DRAFT,
    LetterState.RETURNED,
    LetterState.UNCONFIRMED,
    LetterState.WITHDRAWN,
    LetterState.DISCARDED,
)
"""Nobody but the writer has these."""

_THEIRS: tuple[tuple[type[SQLModel], str], ...] = (
    (Pupil, "resident_id"),  # with the wishes of the teachers about them, and with whom they were partnered
    (ResidentLanguage, "resident_id"),
    (ResidentInterest, "resident_id"),
    (ResidentAddress, "resident_id"),
    (RoundPair, "low_id"),
    (RoundPair, "high_id"),
    (Session, "resident_id"),
)
_OF_A_SIDE: tuple[type[SQLModel], ...] = (Alias, FitCheck)


async def people(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """Forget so many people at most: residents and pupils who left, and the pupils of a class that has ended."""
    found = await db.exec(
        select(Resident)
        .where(col(Resident.forgotten_at).is_(None), _has_gone(now), ~_has_case())
        .order_by(col(Resident.id))
        .limit(limit)
    )
    gone = found.all()
    if gone:
        await _belongings(db, [one.id for one in gone])
        addresses = await _emptied(db, gone, now=now)
        await let_go(db, addresses)
    return len(gone)


async def classes(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """What teachers wrote for a class that has ended: its wish, and their letters in reserve."""
    reserve = exists(select(ReserveLetter.id).where(col(ReserveLetter.class_id) == col(SchoolClass.id)))
    over = col(SchoolClass.ended_at) <= cutoffs(now).classes
    found = await db.exec(
        select(SchoolClass.id)
        .where(over, or_(_has_any(SchoolClass, WORDS), reserve.correlate(SchoolClass)))
        .limit(limit)
    )
    due = list(found)
    await db.exec(delete(ReserveLetter).where(col(ReserveLetter.class_id).in_(due)))
    await db.exec(update(SchoolClass).where(col(SchoolClass.id).in_(due)).values(**emptied(SchoolClass, WORDS)))
    return len(due)


async def volunteers(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """What volunteers wrote for classes a year ago; a class that has taken it keeps its copy as long as its others."""
    over = col(VolunteerLetter.created_at) <= months_before(now, AFTER_LAST_LETTER)
    found = await db.exec(select(VolunteerLetter.id).where(over).limit(limit))
    due = list(found)
    await db.exec(delete(VolunteerLetter).where(col(VolunteerLetter.id).in_(due)))
    return len(due)


async def pairings(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """What teachers wrote to each other when they asked and when they thanked."""
    over = col(Pairing.closed_at) <= cutoffs(now).classes
    found = await db.exec(select(Pairing.id).where(over, _has_any(Pairing, WORDS)).limit(limit))
    due = list(found)
    await db.exec(update(Pairing).where(col(Pairing.id).in_(due)).values(**emptied(Pairing, WORDS)))
    return len(due)


async def groups(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """Choirs and clubs that no longer look for anybody, and what was compared of them."""
    over = and_(col(Group.state) == GroupState.ENDED, col(Group.changed_at) <= cutoffs(now).people)
    found = await db.exec(select(Group.id).where(over, col(Group.name) != "").limit(limit))
    due = list(found)
    await db.exec(update(Group).where(col(Group.id).in_(due)).values(**emptied(Group, PERSON)))
    pairs = or_(col(GroupMatch.low_id).in_(due), col(GroupMatch.high_id).in_(due))
    await db.exec(update(GroupMatch).where(pairs).values(**emptied(GroupMatch, PERSON)))
    return len(due)


def _has_gone(now: datetime) -> ColumnElement[bool]:
    over = cutoffs(now)
    pupils = select(Pupil.resident_id).join(SchoolClass, col(SchoolClass.id) == col(Pupil.class_id))
    return or_(
        and_(col(Resident.state) == ResidentState.LEFT, col(Resident.left_at) <= over.people),
        col(Resident.id).in_(pupils.where(col(SchoolClass.ended_at) <= over.classes)),
    )


def _has_case() -> ColumnElement[bool]:
    mine = (
        select(Correspondence.id)
        .join(Participant, col(Participant.correspondence_id) == col(Correspondence.id))
        .where(col(Participant.resident_id) == col(Resident.id), open_case())
    )
    return exists(mine).correlate(Resident)


async def _belongings(db: AsyncSession, gone: Sequence[UUID]) -> None:
    """All that hangs on them and is no proof; of their letters those that never arrived."""
    sides = list(await db.exec(select(Participant.id).where(col(Participant.resident_id).in_(gone))))
    unsent = select(Letter.id).where(col(Letter.author_id).in_(sides), col(Letter.state).in_(NEVER_ARRIVED))
    await letters_gone(db, list(await db.exec(unsent)))
    for kind, key in _THEIRS:
        await db.exec(delete(kind).where(col(getattr(kind, key)).in_(gone)))
    for kind in _OF_A_SIDE:
        await db.exec(delete(kind).where(col(getattr(kind, "participant_id")).in_(sides)))  # noqa: B009
    matches = select(MatchSide.match_id).where(col(MatchSide.resident_id).in_(gone))
    await db.exec(update(Match).where(col(Match.id).in_(matches)).values(**emptied(Match, PERSON)))


async def _emptied(db: AsyncSession, gone: Sequence[Resident], *, now: datetime) -> set[UUID]:
    """Returns the addresses that they, or their guardians, had."""
    parents = [one.guardian_id for one in gone if one.guardian_id]
    theirs = await db.exec(select(Guardian.sign_in_id).where(col(Guardian.id).in_(parents)))
    addresses = set(theirs) | {one.sign_in_id for one in gone if one.sign_in_id}
    nothing: dict[str, Any] = {
        **emptied(Resident, PERSON),
        **dict.fromkeys(("sign_in_id", "guardian_id", "household_id", "paused_until", "waiting_since")),
        "state": ResidentState.LEFT,
        "forgotten_at": now,
    }
    for one in gone:
        one.left_at = one.left_at or now
        for name, value in nothing.items():
            setattr(one, name, value)
        db.add(one)
    await db.flush()
    return addresses


def _has_any(kind: type[SQLModel], classified: Any) -> ColumnElement[bool]:
    return or_(*(col(getattr(kind, name)) != empty for name, empty in emptied(kind, classified).items()))
