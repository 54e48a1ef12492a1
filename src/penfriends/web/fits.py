"""How is it going with a pen friend? Asked on a page or by mail, answered with one press, never shown to the friend."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import fit_checks, threads
from penfriends.actions.addresses import Addresses
from penfriends.actions.fit_checks import Question
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.rules.fit import Fit
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of

table(
    "fits",
    ask=Permission.RESIDENT,
    answer=Permission.RESIDENT,
    end=Permission.RESIDENT,
    ask_by_mail=Permission.LINK,
    answer_by_mail=Permission.LINK,
    end_by_mail=Permission.LINK,
)
Shown = Request[Any, Any, Any]


@get("/letters/with/{correspondence_id:uuid}/fit", include_in_schema=False)
async def ask(request: Shown, correspondence_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Template:
    asked = await _mine(request, correspondence_id, db)
    return _shown(request, asked, f"/letters/with/{correspondence_id}/fit", signed_in=True)


@post("/letters/with/{correspondence_id:uuid}/fit", include_in_schema=False)
async def answer(
    request: Shown, correspondence_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    asked = await _mine(request, correspondence_id, db)
    return await _answered(request, asked, f"/letters/with/{correspondence_id}/fit", db, now=now)


@post("/letters/with/{correspondence_id:uuid}/fit/ending", include_in_schema=False)
async def end(
    request: Shown,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    """It ends kindly, and who wishes it waits for somebody new at once."""
    again = (await request.form()).get("again") == "yes"
    await fit_checks.end(db, await _mine(request, correspondence_id, db), again=again, at=at, now=now)
    return go("/friends", say=_("It has ended. Your friend is thanked, and told kindly."))


@get("/f/{secret:str}", include_in_schema=False)
async def ask_by_mail(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """What was pressed in the mail is only proposed here: looking at a link changes nothing."""
    return _shown(request, await fit_checks.by_link(db, secret, now=now), f"/f/{secret}", signed_in=False)


@post("/f/{secret:str}", include_in_schema=False)
async def answer_by_mail(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    return await _answered(request, await fit_checks.by_link(db, secret, now=now), f"/f/{secret}", db, now=now)


@post("/f/{secret:str}/ending", include_in_schema=False)
async def end_by_mail(
    request: Shown,
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    again = (await request.form()).get("again") == "yes"
    await fit_checks.end(db, await fit_checks.by_link(db, secret, now=now), again=again, at=at, now=now)
    return go(f"/f/{secret}")


async def _mine(request: Shown, correspondence_id: UUID, db: AsyncSession) -> Question:
    resident_id = visitor_of(request).resident_id
    if resident_id is None:
        raise NotFound
    return await fit_checks.question(db, (await threads.my_side(db, resident_id, correspondence_id)).id)


def _shown(request: Shown, asked: Question, base: str, *, signed_in: bool) -> Template:
    proposed = request.query_params.get("a", "")
    chosen = asked.check.answer.value if asked.check.answer else proposed if proposed in set(Fit) else ""
    return page(request, "letters/fit.html", asked=asked, base=base, chosen=chosen, signed_in=signed_in)


async def _answered(request: Shown, asked: Question, base: str, db: AsyncSession, *, now: datetime) -> Redirect:
    said = str((await request.form()).get("answer", ""))
    if said not in set(Fit):
        return go(base)
    await fit_checks.answer(db, asked, Fit(said), now=now)
    return go(base, say=_("Thank you for saying so."))


ROUTES = [ask, answer, end, ask_by_mail, answer_by_mail, end_by_mail]
