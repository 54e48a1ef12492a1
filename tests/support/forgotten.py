"""Rows that must be gone after their time, column by column: which these are, the models say (rules R48, R50)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from itertools import count
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.classified import ADDRESS, PERSON, RAW, SECRET, WORDS, Classified
from penfriends.models.emptied import columns, nothing

RUN_OUT = (PERSON, ADDRESS, WORDS, RAW, SECRET)
"""Classes whose columns are forgotten within a year."""

_numbers = count(1)
_NEVER = object()


@dataclass(slots=True)
class Kept:
    """The columns of one class in one row, what stood there, and from which moment nothing may stand there."""

    kind: type[SQLModel]
    key: tuple[Any, ...]
    about: Classified
    gone_at: datetime
    stood: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.kind.__name__}{self.key} {self.about.purpose}: {', '.join(self.stood)}"


async def kept(db: AsyncSession, row: SQLModel, gone_at: datetime, *abouts: Classified) -> list[Kept]:
    """Fill every empty column of these classes in a row, so that one that is added tomorrow is looked at, too."""
    kind = type(row)
    found: Any = cast(Any, sa.inspect(row)).identity
    made = []
    for about in abouts:
        empty = _empty(kind, about)
        if empty:
            stands = await _now(db, kind, found, empty)
            assert stands is not None
            filling = {name: _something(kind, name) for name, least in empty.items() if stands[name] == least}
            filling = {name: value for name, value in filling.items() if value is not None}
            if filling:
                await db.exec(sa.update(_table(kind)).where(*_is(kind, found)).values(**filling))
            made.append(Kept(kind, found, about, gone_at, await _now(db, kind, found, empty) or {}))
    return made


async def still_there(db: AsyncSession, one: Kept) -> bool:
    """Nothing of it has changed."""
    return bool(await _now(db, one.kind, one.key, one.stood) == one.stood)


async def is_gone(db: AsyncSession, one: Kept) -> bool:
    """The row is gone, or nothing stands in these columns."""
    now = await _now(db, one.kind, one.key, one.stood)
    empty = _empty(one.kind, one.about)
    return now is None or all(value == empty[name] for name, value in now.items())


def covered(rows: Iterable[Kept]) -> set[str]:
    """Which columns held something, as table.column."""
    return {
        f"{one.kind.__tablename__}.{name}"
        for one in rows
        for name, value in one.stood.items()
        if value != _empty(one.kind, one.about)[name]
    }


def wanted() -> set[str]:
    """Every column of every table that is forgotten within a year."""
    return {
        f"{table.name}.{one.name}"
        for table in SQLModel.metadata.sorted_tables
        for one in table.columns
        if one.info["about"] in RUN_OUT
    }


async def _now(db: AsyncSession, kind: type[SQLModel], key: tuple[Any, ...], names: Iterable[str]) -> Any:
    table = _table(kind)
    asked: Any = sa.select(*(table.c[name] for name in names)).where(*_is(kind, key))
    found = (await db.exec(asked)).mappings().first()
    return dict(found) if found is not None else None


def _empty(kind: type[SQLModel], about: Classified) -> dict[str, Any]:
    """As the models say; what cannot be empty goes with its row only."""
    found: dict[str, Any] = {}
    for name in columns(kind, about):
        try:
            found[name] = nothing(kind, name)
        except KeyError:
            found[name] = _NEVER
    return found


def _is(kind: type[SQLModel], key: tuple[Any, ...]) -> list[Any]:
    return [one == value for one, value in zip(_table(kind).primary_key.columns, key, strict=True)]


def _table(kind: type[SQLModel]) -> Any:
    return cast(Any, sa.inspect(kind)).local_table


def _something(kind: type[SQLModel], name: str) -> Any:
    """A value that says that something stands here; None for a number of another row."""
    column = _table(kind).c[name]
    if column.foreign_keys:
        return None
    python = column.type.python_type
    empty = _empty(kind, column.info["about"])[name]
    if issubclass(python, Enum):
        return next(one for one in python if one != empty)
    word = f"~{next(_numbers)}"
    values: dict[type, Any] = {
        str: word, object: word, int: (empty or 0) + 1 if isinstance(empty, int | None) else 0, bool: not empty,
        bytes: b"~", date: date(2015, 1, 1), dict: {"~": 1}, list: ["~"],
    }  # fmt: skip
    return ["~"] if isinstance(empty, list) else values[python]
