"""Who has what open at a desk, and what has a moderator done?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.remit import Desk
from penfriends.models.letters import Letter, LetterState
from penfriends.models.moderation import Decision, Hold, Moderator, Report, Verb


async def who_has_what(db: AsyncSession, desk: Desk, *, now: datetime) -> list[tuple[str, int, int]]:
    """(name, letters, reports) that moderators of this association have open at this moment."""
    ours = await db.exec(
        select(Moderator).where(Moderator.association_id == desk.moderator.association_id, Moderator.active)
    )
    found = []
    for one in ours.all():
        held = await _claimed(db, Hold, one.id, now=now)
        alarms = await _claimed(db, Report, one.id, now=now)
        if held or alarms:
            found.append((one.name, held, alarms))
    return sorted(found)


async def last_decision(db: AsyncSession, moderator: Moderator) -> tuple[Decision, Letter, bool] | None:
    """The newest decision of this moderator on a letter, and whether it can still be undone."""
    row = (
        await db.exec(
            select(Decision, Letter)
            .join(Letter, col(Letter.id) == col(Decision.subject_id))
            .where(
                Decision.moderator_id == moderator.id,
                Decision.subject == "letter",
                col(Decision.verb).in_([Verb.RELEASE, Verb.RETURN, Verb.ESCALATE, Verb.UNDO]),
            )
            .order_by(col(Decision.at).desc(), col(Decision.id).desc())
            .limit(1)
        )
    ).first()
    if row is None:
        return None
    decision, letter = row
    stands = decision.verb is Verb.RELEASE and decision.undone_at is None
    open_still = stands and (letter.state is LetterState.RELEASED or await _waits_unopened(db, decision, letter))
    return decision, letter, open_still


async def _waits_unopened(db: AsyncSession, decision: Decision, letter: Letter) -> bool:
    """A pupil's letter that waits for the other class's teacher, who has not opened it yet."""
    found = await db.exec(
        select(Hold.id).where(
            Hold.letter_id == letter.id,
            col(Hold.arriving).is_(True),
            col(Hold.closed_at).is_(None),
            col(Hold.claimed_by).is_(None),
            Hold.created_at >= decision.at,
        )
    )
    return found.first() is not None


async def read_since(db: AsyncSession, moderator: Moderator, since: datetime) -> int:
    """How many letters this moderator has decided since then."""
    counted = await db.exec(
        select(func.count())
        .select_from(Decision)
        .where(
            Decision.moderator_id == moderator.id,
            col(Decision.verb).in_([Verb.RELEASE, Verb.RETURN]),
            col(Decision.undone_at).is_(None),
            col(Decision.at) >= since,
        )
    )
    return counted.one()


async def _claimed(db: AsyncSession, kind: type[Hold] | type[Report], who: UUID, *, now: datetime) -> int:
    counted = await db.exec(
        select(func.count())
        .select_from(kind)
        .where(col(kind.claimed_by) == who, col(kind.claimed_until) > now, col(kind.closed_at).is_(None))
    )
    return counted.one()
