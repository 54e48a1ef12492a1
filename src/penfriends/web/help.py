"""Whom can one ask, and how is it told that something is not right?"""

from datetime import datetime
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from penfriends.actions.consent import lead_of
from penfriends.actions.people import association_of
from penfriends.actions.questions import ask_team
from penfriends.i18n import gettext as _
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.web import towns_seen
from penfriends.web.forms import filled
from penfriends.web.forms.help import QuestionForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, town_name, visitor_of

table("help", help_page=Permission.SIGNED_IN, report_page=Permission.ANYONE, tell=Permission.ANYONE)


@get("/help", include_in_schema=False)
async def help_page(request: Request[Any, Any, Any], db: NamedDependency[AsyncSession]) -> Template:
    """Who reads the letters here, by name where it is public, and how to reach them."""
    visitor = visitor_of(request)
    resident = await db.get(Resident, visitor.resident_id) if visitor.resident_id else None
    town = await db.get(Town, resident.town_id) if resident else None
    return page(
        request,
        "site/help.html",
        town=town,
        association=await association_of(db, town.id) if town else None,
        lead=await lead_of(db, town.id) if town else None,
    )


@get("/report", include_in_schema=False)
async def report_page(
    request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], town: FromQuery[str] = ""
) -> Template:
    form = QuestionForm(data={"town": town})
    return page(request, "site/report.html", form=await _with_towns(form, db))


@post("/report", include_in_schema=False)
async def tell(
    request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """The words become an item on the desk of that town's association."""
    form = await _with_towns(await filled(QuestionForm, request), db)
    if not form.validate():
        return page(request, "site/report.html", status=422, form=form)
    text = "\n\n→ ".join(filter(None, [form.text.data, form.answer_to.data]))
    sign_in_id, client = visitor_of(request).sign_in_id, request.client
    asker = str(sign_in_id or (client.host if client else ""))
    await ask_team(
        db,
        str(form.town.data),
        subject=_("From the report page"),
        text=text,
        asker=asker,
        sign_in_id=sign_in_id,
        now=now,
    )
    return go("/report", say=_("Thank you. A volunteer of the association reads it, mostly within two days."))


async def _with_towns(form: QuestionForm, db: AsyncSession) -> QuestionForm:
    """The towns that somebody looks after, by their names in the reader's language."""
    towns = [town for town in await towns_seen.every_town(db) if town.association_id]
    form.town.choices = [
        SelectChoice("", _("Choose a town")),
        *(SelectChoice(town.slug, town_name(town)) for town in towns),
    ]
    return form


ROUTES = [help_page, report_page, tell]
