"""How does a question to two groups end without a partnership? Closed, and who said yes for a group hears of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import group_notices
from penfriends.actions.addresses import Addresses
from penfriends.actions.groups import GroupCard, card_of
from penfriends.models.groups import GroupMatch
from penfriends.models.matching import Answer, MatchState


async def close(
    db: AsyncSession, match: GroupMatch, cards: Sequence[GroupCard], state: MatchState, *, at: Addresses, now: datetime
) -> None:
    """Declined or expired: both groups are free for others. Who had said yes is told; never who did not, never why."""
    match.state, match.closed_at = state, now
    db.add(match)
    said_yes = {
        group_id
        for group_id, answer in ((match.low_id, match.low_answer), (match.high_id, match.high_answer))
        if answer is Answer.YES
    }
    await group_notices.not_worked_out(db, [one for one in cards if one.group.id in said_yes], at=at, now=now)
    await db.flush()


async def expire(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Questions that were not answered by both in time, for workers. Returns how many."""
    found = await db.exec(
        select(GroupMatch)
        .where(GroupMatch.state == MatchState.APPROVED, col(GroupMatch.expires_at) <= now)
        .with_for_update()
    )
    over = list(found)
    for match in over:
        cards = [await card_of(db, group_id) for group_id in (match.low_id, match.high_id)]
        await close(db, match, [one for one in cards if one is not None], MatchState.EXPIRED, at=at, now=now)
    return len(over)
