"""May we look further away for somebody who waits? They say so themselves, for a child only the guardian does."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import consent, residents, waiting
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, visitor_of

table("waiting", allow=Permission.RESIDENT, allow_for_child=Permission.SIGNED_IN)
Shown = Request[Any, Any, Any]


@post("/me/further-towns", include_in_schema=False)
async def allow(request: Shown, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Redirect:
    """Twin towns of the twin towns are fine, too. Not on a child's own page, whoever is signed in there."""
    resident, _town = await residents.resident_of(db, visitor_of(request).resident_id)
    await waiting.allow_further_away(db, resident, by=None, now=now)
    return go("/me", say=_("We look there, too, from now on."))


@post("/me/children/{child_id:uuid}/further-towns", include_in_schema=False)
async def allow_for_child(
    request: Shown, child_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """The same, by the guardian who is signed in."""
    who = visitor_of(request).sign_in_id
    if who is None:
        raise NotFound
    found = await consent.decision_of_guardian(db, who, child_id)
    await waiting.allow_further_away(db, found.child, by=who, now=now)
    return go(f"/me/children/{child_id}", say=_("We look there, too, from now on."))


ROUTES = [allow, allow_for_child]
