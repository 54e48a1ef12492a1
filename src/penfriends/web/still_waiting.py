"""How does somebody say that they still wait, or wait no more: with one press, from the mail or on their own page?"""

from datetime import datetime
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import residents, still_waiting
from penfriends.i18n import gettext as _
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of

table("still_waiting", ask=Permission.LINK, answer=Permission.LINK, answer_signed_in=Permission.RESIDENT)
Shown = Request[Any, Any, Any]


@get("/y/{secret:str}", include_in_schema=False)
async def ask(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """The question with its two buttons, or what was said. Looking changes nothing."""
    me = await still_waiting.by_link(db, secret, now=now)
    return page(
        request, "mail_links/still_waiting.html", me=me, asked=still_waiting.is_asked(me), action=f"/y/{secret}"
    )


@post("/y/{secret:str}", include_in_schema=False)
async def answer(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    said = (await request.form()).get("answer")
    if said in ("yes", "no"):
        await still_waiting.say(db, await still_waiting.by_link(db, secret, now=now), yes=said == "yes", now=now)
    return go(f"/y/{secret}")


@post("/me/waiting", include_in_schema=False)
async def answer_signed_in(
    request: Shown, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    me, _town = await residents.resident_of(db, visitor_of(request).resident_id)
    said = (await request.form()).get("answer")
    if said in ("yes", "no"):
        await still_waiting.say(db, me, yes=said == "yes", now=now)
    return go("/me", say=_("Thank you for saying so."))


ROUTES = [ask, answer, answer_signed_in]
