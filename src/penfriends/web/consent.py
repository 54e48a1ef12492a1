"""How does a guardian decide from a mail? GET shows, POST acts; nobody has to sign in to take a yes back (R07, R10)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import consent, waiting
from penfriends.actions.addresses import Addresses
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.residents import ConsentState
from penfriends.models.signin import LinkPurpose
from penfriends.web.consent_text import GUARDIAN, agreed, sentences
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of

table(
    "consent",
    decide=Permission.LINK,
    give=Permission.LINK,
    refuse=Permission.LINK,
    withdrawal_page=Permission.LINK,
    withdraw=Permission.LINK,
    my_child=Permission.SIGNED_IN,
    give_signed_in=Permission.SIGNED_IN,
    withdraw_signed_in=Permission.SIGNED_IN,
)
Shown = Request[Any, Any, Any]


@get("/g/{secret:str}", include_in_schema=False)
async def decide(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """What the guardian is asked. Looking changes nothing, however often a scanner looks."""
    found = await consent.decision_by_link(db, secret, LinkPurpose.GUARDIAN_CONSENT, now=now)
    return page(request, "consent/decide.html", decision=found, base=f"/g/{secret}", lines=sentences(GUARDIAN))


@post("/g/{secret:str}/consent", include_in_schema=False)
async def give(
    request: Shown,
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template:
    child = await consent.give_by_link(db, secret, agreed(GUARDIAN), at=at, now=now)
    return page(request, "consent/given.html", child=child)


@post("/g/{secret:str}/refusal", include_in_schema=False)
async def refuse(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    await consent.refuse(db, secret, now=now)
    return page(request, "consent/refused.html")


@get("/g/{secret:str}/withdrawal", include_in_schema=False)
async def withdrawal_page(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    found = await consent.decision_by_link(db, secret, LinkPurpose.WITHDRAW_CONSENT, now=now)
    if found.consent is not None and found.consent.state is ConsentState.WITHDRAWN:
        return page(request, "consent/withdrawn.html", child=found.child)
    return page(request, "consent/withdrawal.html", decision=found, action=f"/g/{secret}/withdrawal")


@post("/g/{secret:str}/withdrawal", include_in_schema=False)
async def withdraw(
    request: Shown,
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template:
    child = await consent.withdraw_by_link(db, secret, at=at, now=now)
    return page(request, "consent/withdrawn.html", child=child)


# --- a guardian who is signed in -------------------------------------------------------------------------------------


def _me(request: Shown) -> UUID:
    found = visitor_of(request).sign_in_id
    if found is None:
        raise NotFound
    return found


@get("/me/children/{child_id:uuid}", include_in_schema=False)
async def my_child(
    request: Shown, child_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """The state of the yes for one child, and both ways to change it; with a yes also what the child waits for."""
    found = await consent.decision_of_guardian(db, _me(request), child_id)
    queue = await waiting.waiting_of(db, found.child, now=now)
    base = f"/me/children/{child_id}"
    return page(request, "consent/child.html", decision=found, waiting=queue, base=base, lines=sentences(GUARDIAN))


@post("/me/children/{child_id:uuid}/consent", include_in_schema=False)
async def give_signed_in(
    request: Shown,
    child_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    found = await consent.decision_of_guardian(db, _me(request), child_id)
    await consent.give(db, found.child, agreed(GUARDIAN), at=at, now=now)
    return go(f"/me/children/{child_id}", say=_("Thank you. Your yes is valid for one year from today."))


@post("/me/children/{child_id:uuid}/withdrawal", include_in_schema=False)
async def withdraw_signed_in(
    request: Shown,
    child_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    found = await consent.decision_of_guardian(db, _me(request), child_id)
    await consent.withdraw(db, found.child, at=at, now=now)
    return go(f"/me/children/{child_id}", say=_("Your yes is taken back. From now on no letter passes."))


ROUTES = [
    decide,
    give,
    refuse,
    withdrawal_page,
    withdraw,
    my_child,
    give_signed_in,
    withdraw_signed_in,
]
