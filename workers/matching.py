"""Jobs that bring people together: rounds over everybody who waits, and matches that nobody answered.

A round counts for long: it is done in a process of its own (workers/round.py), and this one waits for it without a
database or a processor. The numbers of the solver are not even loaded here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from penfriends.actions import group_closing, matching, pairing_steps, refusals, round_runs, unanswered
from penfriends.clock import utc_now
from workers.tools import Tools

LONGEST_ROUND = 1800  # seconds
log = structlog.get_logger()
Runner = Callable[[UUID], Awaitable[int]]


async def run_round(tools: Tools, round_id: UUID, runner: Runner) -> None:
    """Have one round run, whoever asked for it. If its process ends badly, the round is shown as failed."""
    try:
        async with asyncio.timeout(LONGEST_ROUND):
            why = "died" if await runner(round_id) else ""
    except TimeoutError:
        why = "too_long"
    except asyncio.CancelledError:  # the worker has to stop: the round is begun anew by the next one
        async with tools.database.transaction() as db:
            await round_runs.give_back(db, round_id)
        raise
    if why:
        log.error("round_died", round=str(round_id), why=why)
        async with tools.database.transaction() as db:
            await round_runs.fail(db, round_id, why, now=utc_now())


async def propose_matches(tools: Tools, runner: Runner) -> None:
    """The weekly batch; moderators find its proposals on their desk. Nothing, if it has been run this week."""
    async with tools.database.transaction() as db:
        row = await round_runs.start_weekly(db, now=utc_now())
    if row is not None:
        await run_round(tools, row.id, runner)


async def sweep_rounds(tools: Tools) -> None:
    """Rounds that were asked for and not begun, that died, that nobody needs any more."""
    async with tools.database.transaction() as db:
        await round_runs.sweep(db, now=utc_now())


async def sweep_matches(tools: Tools) -> None:
    """Close what nobody answered in time, between people and between groups; ask who never answers."""
    async with tools.database.transaction() as db:
        now = utc_now()
        await refusals.settle(db, at=tools.at, now=now)
        await matching.expire(db, at=tools.at, now=now)
        await group_closing.expire(db, at=tools.at, now=now)
        await pairing_steps.expire(db, at=tools.at, now=now)
        await unanswered.sweep(db, at=tools.at, now=now)
