"""How do the dates of a class come into the calendar program of its teacher? The secret in the address is the key."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import calendar_feeds, teaching
from penfriends.actions.addresses import Addresses
from penfriends.calendar_entries import written
from penfriends.i18n import gettext as _
from penfriends.web.desk import moderator_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table("feeds", feed=Permission.LINK, about=Permission.TEACHER, make=Permission.TEACHER, end=Permission.TEACHER)
Asked = Request[Any, Any, Any]
ENDING = ".ics"


@get("/feeds/{secret:str}", include_in_schema=False)
async def feed(
    secret: FromPath[str], db: NamedDependency[AsyncSession], at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Response[bytes]:  # fmt: skip
    """The calendar itself, for programs."""
    found = await calendar_feeds.find(db, secret.removesuffix(ENDING), now=now)
    return Response(written(found, at=at), media_type="text/calendar; charset=utf-8")


@get("/classes/{class_id:uuid}/feed", include_in_schema=False)
async def about(request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Template:
    """Whether there is an address, and what it is for."""
    return await _page(request, db, class_id, "")


@post("/classes/{class_id:uuid}/feed", include_in_schema=False)
async def make(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], at: NamedDependency[Addresses]
) -> Template:
    """A new address, shown this one time: only its fingerprint is kept."""
    secret = await calendar_feeds.make(db, class_id, await moderator_of(request, db))
    return await _page(request, db, class_id, at.link(f"/feeds/{secret}{ENDING}"))


@post("/classes/{class_id:uuid}/feed/end", include_in_schema=False)
async def end(request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Redirect:
    await calendar_feeds.switch_off(db, class_id, await moderator_of(request, db))
    return go(f"/classes/{class_id}/feed", say=_("The address opens nothing any more."))


async def _page(request: Asked, db: AsyncSession, class_id: UUID, address: str) -> Template:
    teacher = await moderator_of(request, db)
    of = await teaching.own_class(db, class_id, teacher)
    there = await calendar_feeds.has_feed(db, class_id, teacher)
    return page(request, "dates/feed.html", of=of, there=there, address=address)


ROUTES = [feed, about, make, end]
