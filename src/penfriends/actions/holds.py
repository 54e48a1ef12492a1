"""Which letters wait for a person? Opens a hold; deciding on it is moderation's."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.letters import Correspondence, Letter, LetterState
from penfriends.models.moderation import Hold
from penfriends.rules.bands import Band

CHILD_PROMISE = timedelta(hours=24)
ADULT_PROMISE = timedelta(hours=48)
CLASS_PROMISE = timedelta(days=7)
"""School weeks have their own pace; after that the moderators of both towns see a pupil's letter too."""


async def hold(db: AsyncSession, letter: Letter, reasons: Sequence[str], *, urgent: bool, now: datetime) -> Hold:
    """Make `letter` wait for a moderator. One that is held already keeps its place and gains the reasons (rule R32)."""
    letter.state = LetterState.HELD
    letter.content_hash = None
    db.add(letter)
    waiting = (await db.exec(select(Hold).where(Hold.letter_id == letter.id, col(Hold.closed_at).is_(None)))).first()
    if waiting is not None:
        waiting.reasons = list(dict.fromkeys([*waiting.reasons, *reasons]))
        waiting.urgent = waiting.urgent or urgent
        db.add(waiting)
        return waiting
    correspondence = await db.get(Correspondence, letter.correspondence_id)
    row = Hold(
        letter_id=letter.id,
        reasons=list(reasons),
        urgent=urgent,
        created_at=now,
        promised_at=now + _promise(correspondence),
    )
    db.add(row)
    await db.flush()
    return row


async def hand_over(db: AsyncSession, letter: Letter, read: Hold, *, now: datetime) -> Hold:
    """A pupil's letter that a teacher of the own class has read now waits for one of the class that gets it."""
    row = Hold(
        letter_id=letter.id,
        reasons=read.reasons,
        urgent=read.urgent,
        arriving=True,
        created_at=now,
        promised_at=now + CLASS_PROMISE,
    )
    db.add(row)
    await db.flush()
    return row


def _promise(correspondence: Correspondence | None) -> timedelta:
    if correspondence is not None and correspondence.pairing_id is not None:
        return CLASS_PROMISE
    is_child = correspondence is None or correspondence.band is Band.CHILD
    return CHILD_PROMISE if is_child else ADULT_PROMISE
