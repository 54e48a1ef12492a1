"""How does a resident answer a proposal? A no is free and private; nobody learns who said it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import matching, proposals, refusals
from penfriends.actions.addresses import Addresses, Policy
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of

table(
    "matching",
    proposal=Permission.RESIDENT,
    accept=Permission.RESIDENT,
    refuse=Permission.RESIDENT,
    undo=Permission.RESIDENT,
)
Shown = Request[Any, Any, Any]


@get("/matches/{match_id:uuid}", include_in_schema=False)
async def proposal(
    request: Shown, match_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    found = await proposals.my_proposal(db, visitor_of(request).resident_id, match_id, now=now)
    base = f"/matches/{match_id}"
    return page(request, "matching/proposal.html", proposal=found, base=base, signed_in=True, now=now)


@post("/matches/{match_id:uuid}/acceptance", include_in_schema=False)
async def accept(
    request: Shown,
    match_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    policy: NamedDependency[Policy],
    now: NamedDependency[datetime],
) -> Redirect:
    found = await proposals.my_proposal(db, visitor_of(request).resident_id, match_id, now=now)
    await matching.answer(db, match_id, found.me.id, yes=True, at=at, policy=policy, now=now)
    return go(f"/matches/{match_id}")


@post("/matches/{match_id:uuid}/refusal", include_in_schema=False)
async def refuse(
    request: Shown,
    match_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    policy: NamedDependency[Policy],
    now: NamedDependency[datetime],
) -> Redirect:
    found = await proposals.my_proposal(db, visitor_of(request).resident_id, match_id, now=now)
    await matching.answer(db, match_id, found.me.id, yes=False, at=at, policy=policy, now=now)
    return go(f"/matches/{match_id}")


@post("/matches/{match_id:uuid}/undo", include_in_schema=False)
async def undo(
    request: Shown, match_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """The no was not meant."""
    found = await proposals.my_proposal(db, visitor_of(request).resident_id, match_id, now=now)
    await refusals.take_back(db, match_id, found.me.id, now=now)
    return go(f"/matches/{match_id}")


ROUTES = [proposal, accept, refuse, undo]
