"""Which letters are gone, because nobody has written for a year or the writing ended a quarter of a year ago? (R48)

Letters of a pair go together, with their pictures, drafts and all that was noted on them. What belongs to an open case
stays, however old it is.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.classified import WORDS
from penfriends.models.delivery import Alias, Delivery
from penfriends.models.emptied import emptied
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, LetterState, Participant
from penfriends.models.matching import FitCheck
from penfriends.models.moderation import Decision, Hold, Report, ReportState, Verb
from penfriends.models.places import Association, Town
from penfriends.models.residents import Resident
from penfriends.rules.retention import AFTER_LAST_LETTER, letters_over

UNDER_WAY = (
    LetterState.WRITTEN,
    LetterState.RECEIVED,
    LetterState.UNCONFIRMED,
    LetterState.HELD,
    LetterState.RELEASED,
    LetterState.ON_ITS_WAY,
    LetterState.UNSURE,
)
_OVER = col(Correspondence.state) == CorrespondenceState.ENDED
_HERE = col(Letter.correspondence_id) == col(Correspondence.id)


async def of_pairs(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """Forget the letters of so many pairs at most. Returns of how many."""
    found = await db.exec(
        select(Correspondence.id, _OVER)
        .where(_has_something(), ~open_case(), _is_over(now))
        .order_by(col(Correspondence.id))
        .limit(limit)
    )
    due = {one: ended for one, ended in found.all()}
    if not due:
        return 0
    letters = await db.exec(select(Letter.id).where(col(Letter.correspondence_id).in_(due)))
    await letters_gone(db, list(letters))
    words = emptied(Report, WORDS)
    await db.exec(update(Report).where(col(Report.correspondence_id).in_(due)).values(**words))
    ended = [one for one, is_ended in due.items() if is_ended]
    sides = select(Participant.id).where(col(Participant.correspondence_id).in_(ended))
    await db.exec(delete(Alias).where(col(Alias.participant_id).in_(sides)))
    await db.exec(delete(FitCheck).where(col(FitCheck.correspondence_id).in_(ended)))
    return len(due)


async def letters_gone(db: AsyncSession, letters: Sequence[UUID]) -> None:
    """Delete letters with their pictures, holds and places in the outbox. What a moderator decided on them stays as a
    proof, without a word of them."""
    await db.exec(update(Letter).where(col(Letter.parent_id).in_(letters)).values(parent_id=None))
    await db.exec(update(Report).where(col(Report.letter_id).in_(letters)).values(letter_id=None))
    await db.exec(delete(Delivery).where(col(Delivery.letter_id).in_(letters)))
    await db.exec(delete(Letter).where(col(Letter.id).in_(letters)))


def open_case() -> ColumnElement[bool]:
    """On a query with `Correspondence` in it: a report that nobody has closed, an urgent letter that waits, or one that
    was handed on."""
    reports = select(Report.id).where(
        col(Report.correspondence_id) == col(Correspondence.id), col(Report.state) != ReportState.CLOSED
    )
    handed_on = exists(
        select(Decision.id).where(col(Decision.subject_id) == col(Letter.id), col(Decision.verb) == Verb.ESCALATE)
    ).correlate(Letter)
    holds = (
        select(Hold.id)
        .join(Letter, col(Letter.id) == col(Hold.letter_id))
        .where(_HERE, col(Hold.closed_at).is_(None), or_(col(Hold.urgent), handed_on))
    )
    return or_(exists(reports).correlate(Correspondence), exists(holds).correlate(Correspondence))


def _has_something() -> ColumnElement[bool]:
    """Letters; of a pair that has ended also masked addresses, words of a report or an answer how it fits."""
    here = col(Participant.correspondence_id) == col(Correspondence.id)
    words = [col(getattr(Report, name)) != empty for name, empty in emptied(Report, WORDS).items()]
    rests: list[Any] = [
        select(Alias.id).join(Participant, col(Participant.id) == col(Alias.participant_id)).where(here),
        select(FitCheck.id).where(col(FitCheck.correspondence_id) == col(Correspondence.id)),
        select(Report.id).where(col(Report.correspondence_id) == col(Correspondence.id), or_(*words)),
    ]
    letters = exists(select(Letter.id).where(_HERE)).correlate(Correspondence)
    return or_(letters, and_(_OVER, or_(*(exists(one).correlate(Correspondence) for one in rests))))


def _is_over(now: datetime) -> ColumnElement[bool]:
    """For each number of months that an association may have chosen: the strictest of the two towns counts."""
    kept = (
        select(func.min(func.coalesce(Association.letters_kept_months, AFTER_LAST_LETTER)))
        .join(Town, col(Town.association_id) == col(Association.id))
        .join(Resident, col(Resident.town_id) == col(Town.id))
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .where(col(Participant.correspondence_id) == col(Correspondence.id))
        .correlate(Correspondence)
        .scalar_subquery()
    )
    said = func.coalesce(kept, AFTER_LAST_LETTER)
    return or_(*(and_(said == months, _older(now, months)) for months in range(1, AFTER_LAST_LETTER + 1)))


def _older(now: datetime, months: int) -> ColumnElement[bool]:
    last, end = letters_over(now, months)
    newer = select(Letter.id).where(_HERE, or_(written_at() > last, col(Letter.state).in_(UNDER_WAY)))
    ended = and_(_OVER, col(Correspondence.state_changed_at) <= end)
    return or_(ended, ~exists(newer).correlate(Correspondence))


def written_at() -> Any:
    """When a letter was written: sent, else last typed on."""
    return func.coalesce(Letter.sent_at, Letter.changed_at)
