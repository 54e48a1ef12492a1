"""How do tens of thousands of proposals come into the database within seconds, each looked at once more and with its
reasons?

In two steps: what takes time is made ready beside any transaction, and put in as plain rows inside of one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import explained
from penfriends.ids import uuid7s
from penfriends.models.matching import Match, MatchSide, MatchState
from penfriends.models.untouched import table
from penfriends.rules.assignment import Round
from penfriends.rules.bands import Band
from penfriends.rules.eligibility import may_be_matched
from penfriends.rules.matching import World
from penfriends.rules.proposals import Proposal

T = TypeVar("T")
AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Ready:
    """A proposal that has passed the second look, with its reasons as they are kept: JSON."""

    first: UUID
    second: UUID
    band: Band
    score: int
    reasons: str


def made_ready(seen: World, found: Round) -> list[Ready]:
    """Every proposal of a round after a second look by the independent rule (rules R02, R03, R19). Raises RuntimeError
    if one breaks it: then nothing may be stored."""
    return [one for some in _lots(iter(found.proposals)) for one in _looked_at(some, seen, found.today)]


async def put(db: AsyncSession, round_id: UUID, ready: Sequence[Ready], *, now: datetime) -> None:
    """From now on these matches wait for moderators."""
    connection = await db.connection()
    key, moment = _writer(_M.id, connection.dialect), _writer(_M.proposed_at, connection.dialect)
    of_round, proposed_at, state = key(round_id), moment(now), MatchState.PROPOSED.value
    for some in _lots(iter(ready)):
        ids = iter([key(one) for one in uuid7s(3 * len(some))])
        matches, sides = [], []
        for one in some:
            match, band = next(ids), one.band.value
            matches.append((match, of_round, band, state, one.score, one.reasons, proposed_at))
            sides += [(next(ids), match, key(who), band, band) for who in (one.first, one.second)]
        await _insert(connection, Match, _MATCH, matches)
        await _insert(connection, MatchSide, _SIDE, sides)


_M = table(Match).c
_MATCH = ("id", "round_id", "band", "state", "score", "explanation", "proposed_at")
_SIDE = ("id", "match_id", "resident_id", "band", "open_band")


def _looked_at(some: Sequence[Proposal], seen: World, today: date) -> Iterator[Ready]:
    people = {one.uid: one for one in seen.some([uid for pair in some for uid in (pair.first, pair.second)])}
    for one in some:
        first, second = people[one.first], people[one.second]
        if not may_be_matched(first, second, seen, today):
            raise RuntimeError("a proposal breaks a hard rule")
        waited = {one.first: first.waiting_days, one.second: second.waiting_days}
        yield Ready(one.first, one.second, one.band, one.explanation.total, explained.as_json(one, waited))


def _lots(all_of_them: Iterator[T]) -> Iterator[list[T]]:
    while some := list(islice(all_of_them, AT_ONCE)):
        yield some


def _writer(column: Any, dialect: Dialect) -> Callable[[Any], Any]:
    """How a value of this column is handed to the driver."""
    write = column.type.dialect_impl(dialect).bind_processor(dialect)
    return write or (lambda value: value)


async def _insert(
    connection: AsyncConnection, kind: type[SQLModel], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Rows as the driver takes them: what SQLAlchemy does for each of them costs more than the database itself."""
    wanted = sa.insert(table(kind)).values({name: sa.bindparam(name) for name in columns})
    await connection.exec_driver_sql(str(wanted.compile(dialect=connection.dialect)), rows)
