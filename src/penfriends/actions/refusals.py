"""When is a no final, and until when can it be taken back? The other side never learns that there was one.

A no rests for a day. Meanwhile the other sees nothing of it and may even say yes; after it the match is closed, and
who said yes hears that it did not work out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import introductions, matching
from penfriends.actions.addresses import Addresses
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.matching import Answer, BlockReason, Match, MatchSide, MatchState

RESTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class OpenRefusal:
    """A no that can still be taken back, and until when."""

    match_id: UUID
    until: datetime


async def take_back(db: AsyncSession, match_id: UUID, resident_id: UUID, *, now: datetime) -> None:
    """The no was not meant: they are asked as before. Raises NotFound or Refused (decided, or too late)."""
    match = await matching.locked(db, match_id, MatchState.APPROVED)
    side = await _side(db, match_id, resident_id)
    if side.answer is not Answer.NO:
        raise Refused(Refusal.ALREADY_DECIDED)
    until = taken_back_until(match, side)
    if until is None or until <= now:
        raise Refused(Refusal.OUT_OF_TIME)
    side.answer = side.answered_at = None
    db.add(side)
    await db.flush()


def taken_back_until(match: Match, side: MatchSide) -> datetime | None:
    """The last moment to take a no back, or None where there is nothing to take back."""
    if match.state is not MatchState.APPROVED or side.answer is not Answer.NO or side.answered_at is None:
        return None
    rested = side.answered_at + RESTS
    return min(rested, match.expires_at) if match.expires_at else rested


async def open_refusals(db: AsyncSession, resident_id: UUID, *, now: datetime) -> list[OpenRefusal]:
    """What this resident may still take back."""
    found = await db.exec(
        select(Match, MatchSide)
        .join(MatchSide, col(MatchSide.match_id) == col(Match.id))
        .where(MatchSide.resident_id == resident_id, MatchSide.answer == Answer.NO, Match.state == MatchState.APPROVED)
    )
    until = [(match.id, taken_back_until(match, side)) for match, side in found.all()]
    return [OpenRefusal(match_id, moment) for match_id, moment in until if moment is not None and moment > now]


async def settle(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Close the matches with a no that has rested, for workers. Returns how many."""
    said_no = select(MatchSide.match_id).where(
        MatchSide.answer == Answer.NO, or_(col(MatchSide.answered_at) <= now - RESTS, col(Match.expires_at) <= now)
    )
    found = await db.exec(
        select(Match)
        .where(Match.state == MatchState.APPROVED, col(Match.id).in_(said_no.correlate(Match)))
        .with_for_update()
    )
    final = list(found)
    for match in final:
        await _close(db, match, at=at, now=now)
    return len(final)


async def _close(db: AsyncSession, match: Match, *, at: Addresses, now: datetime) -> None:
    """Both go on waiting with every day that they have waited, and are never proposed to each other again."""
    sides = await matching.residents_of(db, match.id)
    yes = select(MatchSide.resident_id).where(MatchSide.match_id == match.id, MatchSide.answer == Answer.YES)
    said_yes = set(await db.exec(yes))
    await matching.close(db, match, MatchState.DECLINED, now=now)
    await matching.block(db, sides[0].id, sides[1].id, BlockReason.MATCHED_BEFORE, now=now)
    await introductions.not_worked_out(db, [one for one in sides if one.id in said_yes], at=at, now=now)
    await db.flush()


async def _side(db: AsyncSession, match_id: UUID, resident_id: UUID) -> MatchSide:
    found = await db.exec(select(MatchSide).where(MatchSide.match_id == match_id, MatchSide.resident_id == resident_id))
    side = found.first()
    if side is None:
        raise NotFound
    return side
