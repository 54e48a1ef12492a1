"""How does somebody who has turned 18 go on as an adult? From the mail, or signed in (rule R04)."""

from datetime import datetime
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import coming_of_age, residents
from penfriends.actions.addresses import Addresses
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.residents import Resident
from penfriends.web.forms import filled
from penfriends.web.forms.residents import OwnAddressForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of

table(
    "coming_of_age",
    ask=Permission.LINK,
    agree=Permission.LINK,
    ask_signed_in=Permission.RESIDENT,
    agree_signed_in=Permission.RESIDENT,
)
Shown = Request[Any, Any, Any]


@get("/a/{secret:str}", include_in_schema=False)
async def ask(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """What is different from 18 on, and one button. Who wrote through a guardian's mailbox names an own address."""
    one = await coming_of_age.asked(db, secret, now=now)
    return _page(request, one, OwnAddressForm(), f"/a/{secret}")


@post("/a/{secret:str}", include_in_schema=False)
async def agree(
    request: Shown,
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template:
    one = await coming_of_age.asked(db, secret, now=now)
    form = await filled(OwnAddressForm, request)
    if one.sign_in_id is None and not form.validate():
        return _page(request, one, form, f"/a/{secret}", status=422)
    done = await coming_of_age.agree_by_link(db, secret, email=form.email.data or "", at=at, now=now)
    return page(request, "residents/adult_done.html", done=done)


@get("/me/adult", include_in_schema=False)
async def ask_signed_in(request: Shown, db: NamedDependency[AsyncSession]) -> Template | Redirect:
    one, _town = await residents.resident_of(db, visitor_of(request).resident_id)
    if not coming_of_age.awaits_agreement(one):
        return go("/me")
    return _page(request, one, OwnAddressForm(), "/me/adult")


@post("/me/adult", include_in_schema=False)
async def agree_signed_in(
    request: Shown, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    one, _town = await residents.resident_of(db, visitor_of(request).resident_id)
    if one.sign_in_id is None:
        raise NotFound
    await coming_of_age.agree(db, one, now=now)
    return go("/me", say=_("Welcome back."))


def _page(request: Shown, one: Resident, form: OwnAddressForm, action: str, *, status: int = 200) -> Template:
    return page(
        request,
        "residents/adult.html",
        status=status,
        name=one.first_name,
        form=form,
        asks_address=one.sign_in_id is None,
        action=action,
    )


ROUTES = [ask, agree, ask_signed_in, agree_signed_in]
