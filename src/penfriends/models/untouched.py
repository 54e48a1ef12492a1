"""How is a value read exactly as the database writes it?

An id then comes as text from SQLite and as a UUID from PostgreSQL, a word of an enumeration as text. Where a hundred
thousand rows are only compared and counted, making objects of them would cost more than all the rest.
"""

from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import SQLModel


class AsItIs(sa.types.UserDefinedType[Any]):
    """A value that goes to the database and comes from it untouched."""

    cache_ok = True


def table(kind: type[SQLModel]) -> Any:
    """The table behind a model: statements on it make no objects."""
    return cast(Any, sa.inspect(kind)).local_table


def raw(column: Any) -> Any:
    """The column as the database gives it, under its own name."""
    return sa.type_coerce(column, AsItIs()).label(column.name)
