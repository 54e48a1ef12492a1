"""Alembic's door: runs the migrations on the connection that `penfriends.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import penfriends.models  # noqa: F401 (registers the tables)
from penfriends.models.classified import UTCDateTime


def render_item(kind: str, value: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Types of our own are written by name, so that a migration imports what it needs."""
    if kind == "type" and isinstance(value, UTCDateTime):
        autogen.imports.add("from penfriends.models.classified import UTCDateTime")
        return "UTCDateTime()"
    if kind == "type" and isinstance(value, AutoString):
        return f"sa.String(length={value.length})" if value.length else "sa.String()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_item=render_item,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
