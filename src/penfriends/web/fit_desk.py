"""Whom does a pen friend not fit, and what does a moderator do about it? Leaves it to the two, or ends it kindly."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import fit_concerns, viewing
from penfriends.actions.addresses import Addresses
from penfriends.i18n import gettext as _
from penfriends.web.desk import desk_of, moderator_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table("fit_desk", doubts=Permission.STAFF, look=Permission.STAFF, end=Permission.STAFF)
Asked = Request[Any, Any, Any]
BACK = "/desk/fits"


@get("/desk/fits", include_in_schema=False)
async def doubts(request: Asked, tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """Who said that it does not fit; a line in the log where they are children (rule R41)."""
    desk = await desk_of(request, tracing_db, now)
    found = await fit_concerns.doubts(tracing_db, desk, now=now)
    shown = [one for doubt in found for one in doubt.residents]
    await viewing.note_list(tracing_db, desk.moderator, shown, now=now)
    return page(request, "fit_desk/list.html", doubts=found, association_id=desk.moderator.association_id)


@post("/desk/fits/{check_id:uuid}/looking", include_in_schema=False)
async def look(
    request: Asked, check_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    await fit_concerns.look(db, check_id, await moderator_of(request, db), now=now)
    return go(BACK, say=_("Noted. It comes back if somebody says so again."))


@post("/desk/fits/{check_id:uuid}/ending", include_in_schema=False)
async def end(
    request: Asked,
    check_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    await fit_concerns.end(db, check_id, await moderator_of(request, db), at=at, now=now)
    return go(BACK, say=_("It has ended, and both are told kindly."))


ROUTES = [doubts, look, end]
