"""What stands in a row when what was classified in it is gone? (rules R48, R50)

Asked of the models, so that a column that is added with one of these classes is emptied with the others.
"""

from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from pydantic_core import PydanticUndefined
from sqlmodel import SQLModel

from penfriends.models.classified import Classified

_NOTHING: dict[type, Any] = {str: "", int: 0, bool: False, bytes: b"", dict: {}, list: []}


@cache
def columns(kind: type[SQLModel], *classes: Classified) -> tuple[str, ...]:
    """The columns of a table that are of one of these classes."""
    found = cast(Any, sa.inspect(kind)).local_table.columns
    return tuple(one.name for one in found if one.info["about"] in classes)


def emptied(kind: type[SQLModel], *classes: Classified) -> dict[str, Any]:
    """Values for an UPDATE: NULL where that is allowed, else what a new row has, else nothing of the column's type. A
    column that cannot hold nothing, such as a key or a choice, raises KeyError: its row can only go as a whole."""
    return {name: nothing(kind, name) for name in columns(kind, *classes)}


def nothing(kind: type[SQLModel], name: str) -> Any:
    """What stands in one column when it is empty. Raises KeyError where something has to stand there."""
    table, field = cast(Any, sa.inspect(kind)).local_table, kind.model_fields[name]
    if table.columns[name].nullable:
        return None
    default = field.get_default(call_default_factory=True)
    return _NOTHING[cast(Any, field.annotation)] if default is PydanticUndefined else default
