"""How long does the preview of a newcomer take: the ten who would fit best, among 100,000 who wait in the database?

    python -m bench.newcomer [--people N] [--per-town P] [--asked N] [--database sqlite|postgresql|both]

The people are those of `python -m bench fill`. Some of them are asked about as if they had come today: once for the ten
best, once for the numbers that a home page shows. Measured is the clock around the action with its statements, for each
person several times: `first` is the first try, `best` the quickest, which a busy machine changes little; `processor` is
the quickest by the processor time of this process, without that of a server.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bench.matching import databases, population
from bench.matching.fill import fill
from penfriends.actions import preview, seeking
from penfriends.clock import utc_now
from penfriends.db import Database, make_engine
from penfriends.jobs import nobody
from penfriends.models.residents import Resident

WARM = 20
Ask = Callable[[AsyncSession, UUID, datetime], Awaitable[int]]


def main() -> None:
    asked = _asked()
    for kind in databases.KINDS if asked.database == "both" else (asked.database,):
        with databases.fresh(kind) as url:
            print(json.dumps({"database": kind} | asyncio.run(_measured(url, asked))), flush=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.newcomer", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--per-town", type=int, default=50)
    parser.add_argument("--asked", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tries", type=int, default=5, help="for each person")
    parser.add_argument("--database", choices=(*databases.KINDS, "both"), default="both")
    return parser.parse_args()


async def _measured(url: str, asked: argparse.Namespace) -> dict[str, Any]:
    now = utc_now()
    database = Database(make_engine(url), nobody)
    await fill(database.engine, population.make(asked.people, asked.per_town, asked.seed, 2, today=now.date()), now=now)
    await _ready(database, now)
    everybody = await _everybody(database)
    newcomers = Random(asked.seed).sample(everybody, min(len(everybody), asked.asked + WARM))  # noqa: S311 (no secret)
    found = {
        "ten_best": await _times(database, newcomers, _best, now, asked.tries),
        "numbers": await _times(database, newcomers, _numbers, now, asked.tries),
    }
    await database.close()
    return {"people": asked.people, "per_town": asked.per_town, "asked": len(newcomers) - WARM} | found


async def _ready(database: Database, now: datetime) -> None:
    """Everybody came today, so that nothing but the twin towns is open to them; their gists are packed as in a house
    that has run for an hour."""
    async with database.transaction() as db:
        await db.exec(sa.update(Resident).values(waiting_since=now))
    while True:
        async with database.transaction() as db:
            if not await seeking.pack_missing(db, limit=5000):
                break
    async with database.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.exec_driver_sql("ANALYZE" if database.engine.dialect.name == "sqlite" else "VACUUM ANALYZE")


async def _everybody(database: Database) -> list[UUID]:
    async with database.reading() as db:
        return list(await db.exec(select(Resident.id).order_by(col(Resident.id))))


async def _times(
    database: Database, newcomers: Sequence[UUID], ask: Ask, now: datetime, tries: int
) -> dict[str, dict[str, float]]:
    took: list[list[float]] = []
    busy: list[list[float]] = []
    for uid in newcomers:
        took.append([])
        busy.append([])
        for _ in range(tries):
            async with database.reading() as db:
                start, work = time.perf_counter(), time.process_time()
                await ask(db, uid, now)
                took[-1].append(time.perf_counter() - start)
                busy[-1].append(time.process_time() - work)
    return {
        "first": _spread([one[0] for one in took[WARM:]]),
        "best": _spread([min(one) for one in took[WARM:]]),
        "processor": _spread([min(one) for one in busy[WARM:]]),
    }


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    at = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99, "max_ms": 1.0}
    last = len(ordered) - 1
    return {name: round(1000 * ordered[min(last, int(len(ordered) * part))], 2) for name, part in at.items()}


async def _best(db: AsyncSession, uid: UUID, now: datetime) -> int:
    return len(await preview.best(db, uid, now=now))


async def _numbers(db: AsyncSession, uid: UUID, now: datetime) -> int:
    found = await preview.preview(db, uid, now=now)
    return found.total if found else 0


if __name__ == "__main__":
    main()
