"""How does a round of matching come into the database? Everybody who waits, proposed at once, looked at twice.

Apart from matching.py, so that the site does not load the solver and its numbers.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import storing, world
from penfriends.actions.storing import Ready
from penfriends.models.matching import MatchRound
from penfriends.rules.assignment import Round, Told, in_silence, propose
from penfriends.rules.eligibility import EVERY_PAIR_UP_TO, check_round
from penfriends.rules.matching import World


async def propose_matches(db: AsyncSession, *, now: datetime) -> MatchRound:
    """One round over everybody who waits, over all linked towns at once; nothing is sent before moderators approve.

    Raises RuntimeError if the independent checker finds the round wrong: then nothing is proposed. All in the caller's
    transaction; the worker takes the same three steps apart, so that nobody waits for the solver (workers/round.py).
    """
    seen = await world.load(db, now=now)
    row = MatchRound(started_at=now)
    db.add(row)
    await db.flush()
    found = worked_out(seen, now.date())
    await keep(db, row, seen, found, storing.made_ready(seen, found), now=now)
    return row


def worked_out(seen: World, today: date, told: Told = in_silence) -> Round:
    """The round for this world, looked at by the independent checker. Needs no database, but a processor."""
    found = propose(seen, today, told)
    told("checking", len(found.proposals))
    again = check_round(seen, found) if len(seen.seekers) <= EVERY_PAIR_UP_TO else ()
    if wrong := (*found.complaints, *again):
        raise RuntimeError(f"the round does not stand: {wrong[0]}")
    return found


async def keep(
    db: AsyncSession, row: MatchRound, seen: World, found: Round, ready: Sequence[Ready], *, now: datetime
) -> None:
    """Store the sums and every proposal: from now on they wait for moderators."""
    row.finished_at, row.waiting, row.proposals = now, len(seen.seekers), len(found.proposals)
    row.weight = sum(one.weight for one in found.certificates)
    row.bound = sum(one.bound for one in found.certificates)
    row.unmatched = {str(uid): reason for uid, reason in found.unmatched.items()}
    db.add(row)
    await db.flush()
    await storing.put(db, row.id, ready, now=now)
