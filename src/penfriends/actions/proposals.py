"""What does a resident see of a match that was proposed to them, while it stands? Never who said no."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import refusals
from penfriends.actions.friends import Friend, friend_for
from penfriends.errors import NotFound
from penfriends.models.letters import Correspondence, CorrespondenceState
from penfriends.models.matching import Answer, Match, MatchSide, MatchState
from penfriends.models.places import Town
from penfriends.models.residents import Resident

NOT_SHOWN = (MatchState.PROPOSED, MatchState.VETOED)
STILL_OPEN = (MatchState.PROPOSED, MatchState.APPROVED)


class Standing(enum.StrEnum):
    """Where a proposal stands, as one of the two may know it."""

    ASKED = "asked"
    SAID_YES = "said_yes"
    SAID_NO = "said_no"
    BOTH_SAID_YES = "both_said_yes"
    NOT_WORKED_OUT = "not_worked_out"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal seen from one side. The friend's card is there only while there is something to decide or begin;
    `until` is the last moment to take a no back, and `zone` the clock of their town."""

    match: Match
    me: Resident
    standing: Standing
    friend: Friend | None
    correspondence_id: UUID | None
    until: datetime | None
    zone: str


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
    opened = (await db.exec(select(Correspondence).where(Correspondence.match_id == match_id))).first()
    goes_on = opened is None or opened.state is not CorrespondenceState.ENDED
    if goes_on and standing in (Standing.ASKED, Standing.SAID_YES, Standing.BOTH_SAID_YES):
        other = next(one for one in sides if one.id != mine.id)
        friend = await friend_for(db, me, await db.get_one(Resident, other.resident_id), today=now.date())
    until = refusals.taken_back_until(match, mine)
    home = await db.get_one(Town, me.town_id)
    return Proposal(
        match, me, standing, friend, opened.id if opened else None,
        until=until if until and until > now else None, zone=home.timezone,
    )  # fmt: skip


async def lapse(
    db: AsyncSession, resident_id: UUID, *, states: Sequence[MatchState] = STILL_OPEN, now: datetime
) -> None:
    """Somebody stops, or their guardian's yes is over: from now on nobody is shown their card to decide (R08, R10)."""
    mine = select(MatchSide.match_id).where(MatchSide.resident_id == resident_id)
    found = await db.exec(select(Match.id).where(col(Match.id).in_(mine), col(Match.state).in_(states)))
    lapsed = list(found.all())
    await db.exec(update(MatchSide).where(col(MatchSide.match_id).in_(lapsed)).values(open_band=None))
    await db.exec(update(Match).where(col(Match.id).in_(lapsed)).values(state=MatchState.EXPIRED, closed_at=now))


def _standing(match: Match, mine: MatchSide, now: datetime) -> Standing:
    if mine.answer is Answer.NO:
        return Standing.SAID_NO
    if match.state in (MatchState.ACCEPTED, MatchState.ENDED):
        return Standing.BOTH_SAID_YES
    over = match.state is not MatchState.APPROVED or (match.expires_at is not None and match.expires_at <= now)
    if over:
        return Standing.NOT_WORKED_OUT
    return Standing.SAID_YES if mine.answer is Answer.YES else Standing.ASKED
