"""What do tests of moderators' rounds start from? A draft that was really worked out, in the test's own transaction."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import round_drafts, round_runs
from penfriends.models.letters import Correspondence
from penfriends.models.matching import MatchRound, MatchState, RoundPair
from penfriends.models.moderation import Moderator
from penfriends.models.residents import Resident
from tests import builders as b


async def run(db: AsyncSession, round_id: UUID, *, now: datetime = b.NOW) -> MatchRound:
    """What workers.round does, without its transactions."""
    assert await round_runs.claim(db, round_id, now=now)
    reading = await round_drafts.read(db, round_id, now=now)
    outcome = round_drafts.worked_out(reading, now.date())
    row = await round_runs.still_running(db, round_id)
    await round_drafts.keep(db, row, reading, outcome, now=now)
    return row


async def draft(db: AsyncSession, moderator: Moderator, *, now: datetime = b.NOW) -> MatchRound:
    """A draft of this moderator's association."""
    return await run(db, (await round_runs.start(db, moderator, now=now)).id, now=now)


async def befriended(db: AsyncSession, one: Resident, other: Resident) -> None:
    """The two write with each other, by a match; only the first may still wait for somebody besides."""
    other.waiting_since = None
    mine, _theirs = await b.correspondence(db, one, other)
    match = await b.approved_match(db, one, other)
    match.state = MatchState.ACCEPTED
    (await db.get_one(Correspondence, mine.correspondence_id)).match_id = match.id
    await db.flush()


async def pairs_of(db: AsyncSession, round_id: UUID) -> dict[frozenset[str], RoundPair]:
    """The pairs of a draft by the two first names."""
    rows = await db.exec(select(RoundPair).where(RoundPair.round_id == round_id).order_by(col(RoundPair.id)))
    found = {}
    for row in rows.all():
        names = await db.exec(select(Resident.first_name).where(col(Resident.id).in_([row.low_id, row.high_id])))
        found[frozenset(names.all())] = row
    return found


def names_in(pairs: dict[frozenset[str], RoundPair]) -> set[tuple[str, ...]]:
    return {tuple(sorted(two)) for two in pairs}
