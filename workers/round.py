"""How is a round of matching run, beside everything else?

In a process of its own, started by the worker for one round and gone afterwards with the memory that it took: it
counts for seconds or minutes, and letters must not wait for it. It tells how far it is every few seconds; where that
stops, the sweep calls the round failed.
"""

import asyncio
import gc
import os
from uuid import UUID

import structlog

from penfriends.actions import round_drafts, round_runs
from penfriends.actions.round_runs import Progress
from penfriends.clock import utc_now
from penfriends.db import Database
from penfriends.errors import Refused
from penfriends.models.matching import RoundStep
from penfriends.opening import opened
from penfriends.settings import settings

BEAT = 5.0  # seconds between two signs of life
LOOK = 0.3  # seconds until a new step is told
RARELY = 50_000, 20, 100  # new values, collections of them, and of those, before the next one
AFTER_OTHERS = 10  # what `nice` adds: letters, mails and pages come first
log = structlog.get_logger()


async def in_own_process(round_id: UUID) -> bool:
    """What that process does. False if the round failed."""
    os.nice(AFTER_OTHERS)
    calm_collector()
    async with opened(settings()) as database:
        return await run(database, round_id)


def calm_collector() -> None:
    """A round makes a million small values that stay until its end: to look through them for rings again and again, as
    Python does by itself, would be a fifth of all the work."""
    gc.freeze()
    gc.set_threshold(*RARELY)


async def run(database: Database, round_id: UUID) -> bool:
    """Claim the round, read, work it out beside the event loop, store. A second run of the same round does nothing."""
    async with database.transaction() as db:
        if not await round_runs.claim(db, round_id, now=utc_now()):
            return True
    progress = Progress()
    beating = asyncio.create_task(_beat(database, round_id, progress))
    try:
        await _work(database, round_id, progress)
    except Refused:
        log.info("round_given_up", round=str(round_id))
    except Exception as error:  # whatever it was, the moderators must see that it failed
        log.exception("round_failed", round=str(round_id), error=type(error).__name__)
        why = "checker" if isinstance(error, RuntimeError) else "broke"
        async with database.transaction() as db:
            await round_runs.fail(db, round_id, why, now=utc_now())
        return False
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
    return True


async def _work(database: Database, round_id: UUID, progress: Progress) -> None:
    now = utc_now()
    async with database.reading() as db:
        reading = await round_drafts.read(db, round_id, now=now)
    progress.people = len(reading.seen.seekers)
    outcome = await asyncio.to_thread(round_drafts.worked_out, reading, now.date(), progress.hear)
    progress.step = RoundStep.STORING
    async with database.transaction() as db:
        row = await round_runs.still_running(db, round_id)
        await round_drafts.keep(db, row, reading, outcome, now=utc_now())
    log.info("round", waiting=row.waiting, proposals=row.proposals)


async def _beat(database: Database, round_id: UUID, progress: Progress) -> None:
    """Write down every new step, and every few seconds that there is life."""
    loop = asyncio.get_running_loop()
    told, told_at = None, 0.0
    while True:
        if progress.step is not told or loop.time() - told_at >= BEAT:
            told, told_at = progress.step, loop.time()
            async with database.transaction() as db:
                await round_runs.beat(db, round_id, progress, now=utc_now())
        await asyncio.sleep(LOOK)
