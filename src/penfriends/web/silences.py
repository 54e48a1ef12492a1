"""Which pairs have fallen silent, and what does a moderator do about it? Reminds, leaves it, or ends it kindly."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import silences, viewing
from penfriends.actions.addresses import Addresses
from penfriends.i18n import gettext as _
from penfriends.web.desk import desk_of, moderator_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table("silences", silent=Permission.STAFF, remind=Permission.STAFF, leave=Permission.STAFF, end=Permission.STAFF)
Asked = Request[Any, Any, Any]
BACK = "/desk/silences"


@get("/desk/silences", include_in_schema=False)
async def silent(request: Asked, tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """Who has not written for four weeks; a line in the log where they are children (rule R41)."""
    desk = await desk_of(request, tracing_db, now)
    found = await silences.silences(tracing_db, desk, now=now)
    shown = [one for silence in found for one in silence.residents]
    await viewing.note_list(tracing_db, desk.moderator, shown, now=now)
    return page(request, "silences/list.html", silences=found)


@post("/desk/silences/{correspondence_id:uuid}/reminder", include_in_schema=False)
async def remind(
    request: Asked,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    told = await silences.remind(db, correspondence_id, await moderator_of(request, db), at=at, now=now)
    if not told:
        return go(BACK, say=_("Nobody could be reminded: no address, or the mails are stopped."))
    return go(BACK, say=_("A kind reminder is on its way."))


@post("/desk/silences/{correspondence_id:uuid}/leaving", include_in_schema=False)
async def leave(
    request: Asked, correspondence_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    await silences.leave(db, correspondence_id, await moderator_of(request, db), now=now)
    return go(BACK, say=_("It appears here again in four weeks."))


@post("/desk/silences/{correspondence_id:uuid}/ending", include_in_schema=False)
async def end(
    request: Asked,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    await silences.end(db, correspondence_id, await moderator_of(request, db), at=at, now=now)
    return go(BACK, say=_("It has ended, and both are told kindly."))


ROUTES = [silent, remind, leave, end]
