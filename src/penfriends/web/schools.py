"""How does a teacher learn what a class exchange is, and how do they ask to join?"""

from datetime import datetime
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import schools
from penfriends.web import towns_seen
from penfriends.web.forms import filled
from penfriends.web.forms.schools import JoinForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, source_of, visitor_of

table(
    "schools",
    for_schools=Permission.ANYONE,
    join_page=Permission.ANYONE,
    join=Permission.ANYONE,
    joined=Permission.ANYONE,
)
Asked = Request[Any, Any, Any]


@get("/schools", include_in_schema=False)
async def for_schools(request: Asked) -> Template:
    """What it is, how much time it takes and how it is kept safe, to decide in five minutes."""
    return page(request, "schools/about.html")


@get("/schools/join", include_in_schema=False)
async def join_page(request: Asked, db: NamedDependency[AsyncSession]) -> Template:
    form = JoinForm(data={"language": visitor_of(request).language})
    return page(request, "schools/join.html", form=await _with_towns(form, db))


@post("/schools/join", include_in_schema=False)
async def join(
    request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """The answer is the same whether or not the address is known here."""
    form = await _with_towns(await filled(JoinForm, request), db)
    if not form.validate():
        return page(request, "schools/join.html", status=422, form=form)
    await schools.ask(db, form.said, source=source_of(request), now=now)
    return go("/schools/join/done")


@get("/schools/join/done", include_in_schema=False)
async def joined(request: Asked) -> Template:
    return page(request, "schools/done.html")


async def _with_towns(form: JoinForm, db: AsyncSession) -> JoinForm:
    return form.offer([town for town in await towns_seen.every_town(db) if town.association_id])


ROUTES = [for_schools, join_page, join, joined]
