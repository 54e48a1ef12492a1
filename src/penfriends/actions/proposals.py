"""What does a resident see of a match that was proposed to them, until both have answered? Never who said no."""

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.friends import Friend, friend_for
from penfriends.errors import NotFound
from penfriends.models.letters import Correspondence
from penfriends.models.matching import Answer, Match, MatchSide, MatchState
from penfriends.models.residents import Resident

NOT_SHOWN = (MatchState.PROPOSED, MatchState.VETOED)


class Standing(enum.StrEnum):
    """Where a proposal stands, as one of the two may know it."""

    ASKED = "asked"
    SAID_YES = "said_yes"
    SAID_NO = "said_no"
    BOTH_SAID_YES = "both_said_yes"
    NOT_WORKED_OUT = "not_worked_out"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal seen from one side. The friend's card is there only while there is something to decide or begin."""

    match: Match
    me: Resident
    standing: Standing
    friend: Friend | None
    correspondence_id: UUID | None


async def my_proposal(db: AsyncSession, resident_id: UUID | None, match_id: UUID, *, now: datetime) -> Proposal:
    """A proposal to this resident. Raises NotFound for a foreign one, and for one that no moderator approved."""
    sides = list(await db.exec(select(MatchSide).where(MatchSide.match_id == match_id)))
    mine = next((one for one in sides if one.resident_id == resident_id), None)
    match = await db.get(Match, match_id)
    if mine is None or match is None or match.state in NOT_SHOWN:
        raise NotFound
    standing = _standing(match, mine, now)
    me = await db.get_one(Resident, mine.resident_id)
    friend = None
    if standing in (Standing.ASKED, Standing.SAID_YES, Standing.BOTH_SAID_YES):
        other = next(one for one in sides if one.id != mine.id)
        friend = await friend_for(db, me, await db.get_one(Resident, other.resident_id), today=now.date())
    opened = await db.exec(select(Correspondence.id).where(Correspondence.match_id == match_id))
    return Proposal(match, me, standing, friend, opened.first())


def _standing(match: Match, mine: MatchSide, now: datetime) -> Standing:
    if mine.answer is Answer.NO:
        return Standing.SAID_NO
    if match.state in (MatchState.ACCEPTED, MatchState.ENDED):
        return Standing.BOTH_SAID_YES
    over = match.state is not MatchState.APPROVED or (match.expires_at is not None and match.expires_at <= now)
    if over:
        return Standing.NOT_WORKED_OUT
    return Standing.SAID_YES if mine.answer is Answer.YES else Standing.ASKED
