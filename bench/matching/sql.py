"""How long does a database take to find candidates by joining the table of people with itself?

The same hard rules and points as ours, first degree only, and without the points of the interests and of practising,
for which SQL has no good words: that is in its favour. The best sixteen of everybody are kept. The number of permitted
pairs must be ours.
"""

import asyncio
import atexit
import sqlite3
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import numpy as np

from bench.matching.population import KINDS, Instance, Ints
from penfriends.rules.matching import LinkKind
from tests.support import pgserver

KEPT = 16
POINTS = {LinkKind.FORMAL: 100, LinkKind.FRIENDSHIP: 80, LinkKind.INFORMAL: 60}
PERSON = ("id", "town", "adult", "year", "month", "day", "age_window", "little", "well", "first", "media", "wish",
          "waiting", "household")  # fmt: skip
TABLES = (
    f"CREATE TABLE person ({', '.join(f'{name} bigint NOT NULL' for name in PERSON)})",
    "CREATE TABLE link (a bigint NOT NULL, b bigint NOT NULL, points bigint NOT NULL)",
    "CREATE TABLE block (a bigint NOT NULL, b bigint NOT NULL, PRIMARY KEY (a, b))",
)
INDEXES = (
    "CREATE UNIQUE INDEX person_id ON person (id)",
    "CREATE INDEX person_town ON person (town, adult, year)",
    "CREATE INDEX link_a ON link (a, b)",
    "ANALYZE",
)
LATER = "p.month * 32 + p.day > q.month * 32 + q.day AND p.day > q.day"
EARLIER = "q.month * 32 + q.day > p.month * 32 + p.day AND q.day > p.day"
GAP = (
    "10 * CASE WHEN p.day > 0 AND q.day > 0 THEN abs(p.month - q.month) + "
    f"CASE WHEN ({LATER}) OR ({EARLIER}) THEN 1 ELSE 0 END ELSE abs(p.year - q.year) * 12 END"
)
WINDOW = "CASE WHEN p.age_window < q.age_window THEN p.age_window ELSE q.age_window END"
LANGUAGE = "CASE WHEN p.first & q.first <> 0 THEN 180 WHEN p.well & q.well <> 0 THEN 160 ELSE 60 END"
WISHES = " + ".join(
    f"CASE WHEN {one}.wish < 0 THEN 20 WHEN {one}.wish = {other}.town THEN 40 ELSE 0 END"
    for one, other in (("p", "q"), ("q", "p"))
)
QUERY = f"""
WITH pair AS (
  SELECT p.id AS one, q.id AS other, {GAP} AS gap, {WINDOW} AS allowed,
         1000 + l.points + {LANGUAGE} + {WISHES} + CASE WHEN p.media & q.media <> 0 THEN 20 ELSE 0 END
         + 2 * (p.waiting + q.waiting) AS points
  FROM person p JOIN link l ON l.a = p.town JOIN person q ON q.town = l.b AND q.adult = p.adult
  WHERE p.little & q.little <> 0
    AND ((p.media & 3 <> 0 AND q.media & 3 <> 0) OR (p.media & 4 <> 0 AND q.media & 4 <> 0))
    AND (p.household < 0 OR p.household <> q.household)
    AND NOT EXISTS (SELECT 1 FROM block WHERE a = p.id AND b = q.id)
), ranked AS (
  SELECT row_number() OVER (PARTITION BY one ORDER BY points + 200 * (allowed - gap) / allowed DESC, other) AS place
  FROM pair WHERE gap <= allowed
)
SELECT count(*), sum(CASE WHEN place <= {KEPT} THEN 1 ELSE 0 END) FROM ranked
"""  # noqa: S608 (only words of this module)
Row = tuple[int, ...]


@dataclass(slots=True)
class Sqlite:
    """In memory, so that no disk is measured."""

    instance: Instance
    _db: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        self._db = sqlite3.connect(":memory:")
        for statement in TABLES:
            self._db.execute(statement)
        for table, rows in tables(self.instance).items():
            marks = ", ".join("?" for _ in rows[0])
            self._db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
        for statement in INDEXES:
            self._db.execute(statement)

    def run(self) -> tuple[int, int]:
        """Permitted pairs seen from either side, and how many of them were kept."""
        found = self._db.execute(QUERY).fetchone()
        return int(found[0]), int(found[1])


@dataclass(slots=True)
class Postgresql:
    """The server that the tests use, on one core, with memory enough to sort in."""

    instance: Instance
    _server: pgserver.PostgresServer = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _db: Any = field(init=False)

    def __post_init__(self) -> None:
        self._server = pgserver.start(
            work_mem="512MB", shared_buffers="512MB", max_parallel_workers_per_gather="0", autovacuum="on"
        )
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._load())
        atexit.register(self._server.stop)

    def run(self) -> tuple[int, int]:
        """As `Sqlite.run`."""
        found = self._loop.run_until_complete(self._db.fetchrow(QUERY))
        return int(found[0]), int(found[1])

    async def _load(self) -> None:
        self._db = await asyncpg.connect(user="postgres", database="postgres", host=str(self._server.folder))
        for statement in TABLES:
            await self._db.execute(statement)
        for table, rows in tables(self.instance).items():
            await self._db.copy_records_to_table(table, records=rows)
        for statement in INDEXES:
            await self._db.execute(statement)


def tables(instance: Instance) -> dict[str, list[Row]]:
    """Everybody, every link and block from both sides, as the columns of `TABLES`."""
    people, towns = instance.people, instance.towns
    age = _ages(instance)
    window = np.where(age < 13, 180, np.where(age < 18, 240, np.minimum(480 + 42 * (age - 18), 2400)))
    bit = 1 << np.arange(people.levels.shape[1], dtype=np.int64)
    writes = [((people.levels >= level) @ bit) for level in (1, 2, 3)]
    stamp = (people.year, np.maximum(people.month, 1) + 12 * people.year.astype(np.int64), people.day)
    columns = (np.arange(len(people)), people.town, age >= 18, *stamp, window, *writes, people.media, people.wish,
               people.waiting, people.household)  # fmt: skip
    points = [POINTS[KINDS[kind]] for kind in instance.kind.tolist()]
    links = [(a, b, p) for (a, b), p in zip(towns.links.tolist(), points, strict=True)]
    return {
        "person": list(zip(*(column.astype(np.int64).tolist() for column in columns), strict=True)),
        "link": links + [(b, a, p) for a, b, p in links],
        "block": [(a, b) for one in instance.blocks.tolist() for a, b in (one, one[::-1])],
    }


def _ages(instance: Instance) -> Ints:
    people, today = instance.people, instance.today
    later = (people.month.astype(np.int64) * 32 + people.day) > today.month * 32 + today.day
    return today.year - people.year.astype(np.int64) - np.where(people.day == 0, 1, later)
