"""How long does a weekly round take in a house: from people in a database to proposals in that database?

The steps are those of workers/round.py, in a process of its own as there. Counted are the processor seconds of this
process: with SQLite they hold the work of the database too, with PostgreSQL its server works beside it. What a round
has stored is taken out again before the next.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from bench.matching import databases, population
from bench.matching.child import peak
from bench.matching.fill import fill
from bench.matching.runs import ONE_CORE, short
from penfriends.actions import round_drafts, round_runs
from penfriends.clock import utc_now
from penfriends.db import Database, make_engine
from penfriends.jobs import nobody
from penfriends.models.matching import Match, MatchRound, MatchSide, RoundState
from workers.round import calm_collector

STEPS = ("read", "propose", "tell", "store")


def measure(kind: str, instance: population.Instance, *, now: datetime, repeat: int) -> str:
    """A row of the table for one kind of database, which is filled first."""
    with databases.fresh(kind) as url:
        asyncio.run(_fill(url, instance, now=now))
        return told(kind, run(url, repeat))


def run(url: str, repeat: int) -> dict[str, Any]:
    """Rounds on a filled database, in a process of their own."""
    command = [sys.executable, "-m", "bench.matching.house", url, str(repeat)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, **ONE_CORE})  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


HEAD = f"""| database | {" | ".join(STEPS)} | all: median (least) | first | clock | MB | waiting | proposals |
| {" | ".join(["---"] * (len(STEPS) + 7))} |"""


def told(name: str, found: dict[str, Any]) -> str:
    steps = [short(median(one[step] for one in found["rounds"])) for step in STEPS]
    whole = [sum(one[step] for step in STEPS) for one in found["rounds"]]
    first, clock = sum(found["first"][step] for step in STEPS), median(one["clock"] for one in found["rounds"])
    cells = [
        name, *steps, f"{short(median(whole))} ({short(min(whole))})", short(first), short(clock),
        f"{found['peak_mb']:.0f}", *(f"{found['first'][what]:,}" for what in ("waiting", "proposals")),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


async def _fill(url: str, instance: population.Instance, *, now: datetime) -> None:
    engine = make_engine(url)
    await fill(engine, instance, now=now)
    await engine.dispose()


@dataclass(slots=True)
class _Watch:
    """Processor seconds by step."""

    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.process_time)

    def lap(self, step: str) -> None:
        now = time.process_time()
        self.seconds[step] = self.seconds.get(step, 0) + now - self._since
        self._since = now


async def measured(url: str, repeat: int) -> dict[str, Any]:
    database = Database(make_engine(url), nobody)
    first = await _round(database)
    most = peak()  # a house takes a new process for each round
    rounds = [await _round(database) for _ in range(repeat)]
    await database.close()
    return {"first": first, "rounds": rounds or [first], "peak_mb": most}


async def _round(database: Database) -> dict[str, Any]:
    async with database.transaction() as db:
        row = MatchRound(started_at=utc_now(), state=RoundState.RUNNING)
        db.add(row)
    begun, watch = time.perf_counter(), _Watch()
    async with database.reading() as db:
        reading = await round_drafts.read(db, row.id, now=row.started_at)
    watch.lap("read")
    outcome = round_drafts.worked_out(
        reading, row.started_at.date(), lambda step, _: watch.lap("propose") if step == "checking" else None
    )
    watch.lap("tell")
    async with database.transaction() as db:
        kept = await round_runs.still_running(db, row.id)
        await round_drafts.keep(db, kept, reading, outcome, now=utc_now())
    watch.lap("store")
    clock = time.perf_counter() - begun
    await _forget(database, row.id)
    return {**watch.seconds, "clock": clock, "waiting": kept.waiting, "proposals": kept.proposals}


async def _forget(database: Database, round_id: UUID) -> None:
    here = col(Match.round_id) == round_id
    async with database.transaction() as db:
        for table in ("match", "match_side"):  # else PostgreSQL believes that they are as empty as before
            await (await db.connection()).exec_driver_sql(f"ANALYZE {table}")
        await db.exec(delete(MatchSide).where(col(MatchSide.match_id).in_(select(Match.id).where(here))))
        await db.exec(delete(Match).where(here))
        await db.exec(delete(MatchRound).where(col(MatchRound.id) == round_id))


if __name__ == "__main__":
    calm_collector()
    print(json.dumps(asyncio.run(measured(sys.argv[1], int(sys.argv[2])))))
