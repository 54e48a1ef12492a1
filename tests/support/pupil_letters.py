"""A pupil's letter on its way in the tests: sent, on a desk, let go, or stopped by something."""

from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import letters, moderation, passage, queues, remit
from penfriends.models.letters import Letter, LetterState, Participant
from penfriends.models.moderation import Decision, Hold, Moderator
from penfriends.rules.relay import Obstacle
from tests import builders as b

NOW = b.NOW


async def written(db: AsyncSession, author: Participant, text: str = "I have a cat.") -> tuple[Hold, Letter]:
    """A pupil's letter that was sent and checked."""
    letter = await b.letter(db, author, text, state=LetterState.WRITTEN)
    await letters.screen_letter(db, letter.id, drawn=lambda _: False, at=b.AT, policy=b.POLICY, now=NOW)
    return await waiting_for(db, letter), letter


async def waiting_for(db: AsyncSession, letter: Letter) -> Hold:
    return (await db.exec(select(Hold).where(Hold.letter_id == letter.id, col(Hold.closed_at).is_(None)))).one()


async def release(db: AsyncSession, hold: Hold, by: Moderator) -> Decision:
    _, letter = await moderation.view_hold(db, hold.id, by, now=NOW)
    seen = await moderation.shown_hash(db, letter)
    return await moderation.release(db, hold.id, by, seen_hash=seen, at=b.AT, policy=b.POLICY, now=NOW)


async def queue(db: AsyncSession, who: Moderator, *, days: int = 0) -> list[Letter]:
    now = NOW + timedelta(days=days)
    return [one.letter for one in await queues.letters(db, await remit.desk_of(db, who, now=now), now=now)]


async def obstacle(db: AsyncSession, letter: Letter, reader: Participant) -> Obstacle | None:
    way = await passage.way_of(db, letter.id, reader.id)
    assert way is not None
    return await passage.obstacle_on(db, way, now=NOW)
