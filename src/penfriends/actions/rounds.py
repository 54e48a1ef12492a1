"""How does a round of matching come into the database? Everybody who waits, proposed at once, looked at twice.

Apart from matching.py, so that the site does not load the solver and its numbers.
"""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import explained, world
from penfriends.ids import uuid7
from penfriends.models.matching import Match, MatchRound, MatchSide, MatchState
from penfriends.rules.assignment import Round, Told, in_silence, propose
from penfriends.rules.eligibility import EVERY_PAIR_UP_TO, check_round, may_be_matched
from penfriends.rules.matching import Seeker, World
from penfriends.rules.proposals import Proposal

STORED_AT_ONCE = 1000


async def propose_matches(db: AsyncSession, *, now: datetime) -> MatchRound:
    """One round over everybody who waits, over all linked towns at once; nothing is sent before moderators approve.

    Raises RuntimeError if the independent checker finds the round wrong: then nothing is proposed. All in the caller's
    transaction; the worker takes the same three steps apart, so that nobody waits for the solver (workers/round.py).
    """
    seen = await world.load(db, now=now)
    row = MatchRound(started_at=now)
    db.add(row)
    await db.flush()
    await keep(db, row, seen, worked_out(seen, now.date()), now=now)
    return row


def worked_out(seen: World, today: date, told: Told = in_silence) -> Round:
    """The round for this world, looked at by the independent checker. Needs no database, but a processor."""
    found = propose(seen, today, told)
    told("checking", len(found.proposals))
    again = check_round(seen, found) if len(seen.seekers) <= EVERY_PAIR_UP_TO else ()
    if wrong := (*found.complaints, *again):
        raise RuntimeError(f"the round does not stand: {wrong[0]}")
    return found


async def keep(db: AsyncSession, row: MatchRound, seen: World, found: Round, *, now: datetime) -> None:
    """Store the sums and every proposal: from now on they wait for moderators."""
    row.finished_at, row.waiting, row.proposals = now, len(seen.seekers), len(found.proposals)
    row.weight = sum(one.weight for one in found.certificates)
    row.bound = sum(one.bound for one in found.certificates)
    row.unmatched = {str(uid): reason for uid, reason in found.unmatched.items()}
    db.add(row)
    await db.flush()
    people = {one.uid: one for one in seen.seekers}
    some: list[Proposal] = []
    for proposal in found.proposals:
        some.append(proposal)
        if len(some) == STORED_AT_ONCE:
            await _store(db, row.id, some, people, seen, now=now)
            some = []
    await _store(db, row.id, some, people, seen, now=now)


async def _store(
    db: AsyncSession, round_id: UUID, some: list[Proposal], people: Mapping[UUID, Seeker], seen: World, *, now: datetime
) -> None:
    """Store proposals after a second look by the independent rule (rules R02, R03, R19)."""
    matches, sides = [], []
    for one in some:
        first, second = people[one.first], people[one.second]
        if not may_be_matched(first, second, seen, now.date()):
            raise RuntimeError("a proposal breaks a hard rule")
        match = {
            "id": uuid7(),
            "round_id": round_id,
            "band": one.band,
            "state": MatchState.PROPOSED,
            "score": one.explanation.total,
            "explanation": explained.stored(one, waiting={str(s.uid): s.waiting_days for s in (first, second)}),
            "proposed_at": now,
        }
        matches.append(match)
        sides += [
            {"id": uuid7(), "match_id": match["id"], "resident_id": uid, "band": one.band, "open_band": one.band}
            for uid in (first.uid, second.uid)
        ]
    if some:
        await db.exec(sa.insert(Match), params=matches)
        await db.exec(sa.insert(MatchSide), params=sides)
