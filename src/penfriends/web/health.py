"""Is this process able to work? For supervisors and monitors, not for people."""

from typing import Any

from litestar import Request, get
from litestar.response import Response
from sqlalchemy import literal
from sqlmodel import select

from penfriends.web.permissions import Permission, table
from penfriends.web.state import database_of

table("health", alive=Permission.ANYONE, ready=Permission.ANYONE)


@get("/health", cache=False, include_in_schema=False)
async def alive() -> Response[str]:
    """The process answers."""
    return Response("ok", media_type="text/plain")


@get("/health/ready", cache=False, include_in_schema=False)
async def ready(request: Request[Any, Any, Any]) -> Response[str]:
    """The database answers too."""
    async with database_of(request).reading() as db:
        await db.exec(select(literal(1)))
    return Response("ready", media_type="text/plain")


ROUTES = [alive, ready]
