"""From which addresses do my letters come? Add one, remove one; a link proves it. Nobody else sees them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import further_addresses, people, residents
from penfriends.actions.addresses import Addresses
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.residents import Resident
from penfriends.web.forms import filled
from penfriends.web.forms.residents import OwnAddressForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of

table(
    "further_addresses",
    mine=Permission.RESIDENT,
    add=Permission.RESIDENT,
    remove=Permission.RESIDENT,
    confirm_page=Permission.LINK,
    confirm=Permission.LINK,
)
Shown = Request[Any, Any, Any]
HERE = "/me/addresses"


@get(HERE, include_in_schema=False)
async def mine(request: Shown, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    resident, _town = await residents.resident_of(db, visitor_of(request).resident_id)
    return await _page(request, db, resident, OwnAddressForm(), now=now)


@post(HERE, include_in_schema=False)
async def add(
    request: Shown,
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """The answer is the same for every address."""
    resident, _town = await residents.resident_of(db, visitor_of(request).resident_id)
    form = await filled(OwnAddressForm, request)
    if not form.validate():
        return await _page(request, db, resident, form, status=422, now=now)
    await further_addresses.ask(db, resident, form.email.data or "", at=at, now=now)
    return go(HERE, say=_("If the address can be used, a link is on its way there. Please open it to go on."))


@post("/me/addresses/{address_id:uuid}/removal", include_in_schema=False)
async def remove(
    request: Shown, address_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    resident_id = visitor_of(request).resident_id
    if resident_id is None:
        raise NotFound
    await further_addresses.remove(db, resident_id, address_id, now=now)
    return go(HERE, say=_("Removed. Letters from there are not taken any more."))


@get("/e/{secret:str}", include_in_schema=False)
async def confirm_page(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    await further_addresses.to_confirm(db, secret, now=now)
    return page(request, "mail_links/address.html", action=f"/e/{secret}", done=False)


@post("/e/{secret:str}", include_in_schema=False)
async def confirm(
    request: Shown,
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template:
    await further_addresses.confirm(db, secret, at=at, now=now)
    return page(request, "mail_links/address.html", action="", done=True)


async def _page(
    request: Shown, db: AsyncSession, resident: Resident, form: OwnAddressForm, *, status: int = 200, now: datetime
) -> Template:
    registered = await people.mail_to(db, resident)
    return page(
        request,
        "residents/addresses.html",
        status=status,
        form=form,
        registered=registered.email if registered and registered.id == resident.sign_in_id else "",
        further=await further_addresses.further_of(db, resident.id),
        may_add=further_addresses.may_have(resident, now),
    )


ROUTES = [mine, add, remove, confirm_page, confirm]
