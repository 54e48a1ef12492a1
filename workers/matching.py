"""Jobs that bring people together: the round over everybody who waits, and matches that nobody answered."""

import structlog

from penfriends.actions import matching, rounds
from penfriends.clock import utc_now
from workers.tools import Tools

log = structlog.get_logger()


async def propose_matches(tools: Tools) -> None:
    """One round; moderators find the proposals on their desk."""
    async with tools.database.transaction() as db:
        found = await rounds.propose_matches(db, now=utc_now())
    log.info("round", waiting=found.waiting, proposals=found.proposals)


async def sweep_matches(tools: Tools) -> None:
    """Close what nobody answered in time."""
    async with tools.database.transaction() as db:
        await matching.expire(db, at=tools.at, now=utc_now())
