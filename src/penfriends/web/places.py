"""How does a visitor find their town, and what do they see there?"""

from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.web import towns_seen
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table("places", home=Permission.ANYONE, town_page=Permission.ANYONE)
SHORTEST_TO_GO, LONGEST_NAME = 3, 80


@get("/", include_in_schema=False)
async def home(
    request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], q: FromQuery[str] = ""
) -> Template | Redirect:
    """All towns; with `?q=` those that may be meant. One alone is gone to at once, from three letters on."""
    towns = await towns_seen.every_town(db)
    typed = " ".join(q.split())[:LONGEST_NAME]
    found = towns_seen.found_by(typed, towns) if typed else []
    if len(found) == 1 and len(typed) >= SHORTEST_TO_GO:
        return go(f"/t/{found[0].slug}")
    return page(
        request,
        "places/home.html",
        typed=typed,
        found=found,
        countries=towns_seen.by_country(towns),
        on_map=[towns_seen.on_map(town) for town in towns],
    )


@get("/t/{slug:str}", include_in_schema=False)
async def town_page(
    request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], slug: FromPath[str]
) -> Template:
    seen = await towns_seen.seen(db, slug)
    return page(
        request,
        "places/town.html",
        seen=seen,
        home=towns_seen.on_map(seen.town),
        twins=[towns_seen.on_map(twin.town) for twin in seen.twins],
    )


ROUTES = [home, town_page]
