"""Who are my pen friends? Only one's own; there is no list of residents for residents (rule R20)."""

from datetime import datetime
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import correspondences, threads
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of

table("friends", my_friends=Permission.RESIDENT, wait_again=Permission.RESIDENT)
Shown = Request[Any, Any, Any]


@get("/friends", include_in_schema=False)
async def my_friends(request: Shown, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """Their cards, with a pause and a kind ending for each."""
    resident_id = visitor_of(request).resident_id
    if resident_id is None:
        raise NotFound
    found = await threads.my_threads(db, resident_id, now=now)
    room = await correspondences.may_wait_again(db, resident_id)
    return page(request, "friends/friends.html", threads=found, room=room, now=now)


@post("/friends/waiting", include_in_schema=False)
async def wait_again(request: Shown, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Redirect:
    """After a good-bye: only who wishes it waits for somebody new."""
    resident_id = visitor_of(request).resident_id
    if resident_id is None:
        raise NotFound
    await correspondences.wait_again(db, resident_id, now=now)
    return go("/friends", say=_("We look for somebody new. It may take a few weeks."))


ROUTES = [my_friends, wait_again]
