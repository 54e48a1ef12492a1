"""What can every visitor choose: the language, the colours? And the pages that are only text."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.settings import settings
from penfriends.web import towns_seen
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page
from penfriends.web.visitor import THEME_COOKIE, THEMES

table(
    "site",
    choose_theme=Permission.ANYONE,
    safety=Permission.ANYONE,
    privacy=Permission.ANYONE,
    how_it_works=Permission.ANYONE,
    about=Permission.ANYONE,
)
YEAR = 365 * 24 * 3600


@post("/theme", include_in_schema=False)
async def choose_theme(request: Request[Any, Any, Any]) -> Redirect:
    """Light, dark, or as the device says."""
    wanted = str((await request.form()).get("theme", ""))
    value = wanted if wanted in THEMES else ""
    back = urlsplit(request.headers.get("referer", "/")).path or "/"
    cookie = Cookie(
        key=THEME_COOKIE, value=value, path="/", max_age=YEAR, samesite="lax", secure=settings().secure_cookies
    )
    return go(back, cookies=[cookie])


@get("/safety", include_in_schema=False)
async def safety(request: Request[Any, Any, Any]) -> Template:
    """Who reads, what is not allowed, how to tell somebody."""
    return page(request, "site/safety.html")


@get("/privacy", include_in_schema=False)
async def privacy(request: Request[Any, Any, Any]) -> Template:
    """What is kept, what for and how long, in plain words."""
    return page(request, "site/privacy.html")


@get("/how-it-works", include_in_schema=False)
async def how_it_works(request: Request[Any, Any, Any]) -> Template:
    """Step by step, for somebody who thinks about joining."""
    return page(request, "site/how.html")


@get("/about", include_in_schema=False)
async def about(request: Request[Any, Any, Any], db: NamedDependency[AsyncSession]) -> Template:
    """Who runs this: every association, with its towns."""
    return page(request, "site/about.html", associations=await towns_seen.associations(db))


ROUTES = [choose_theme, safety, privacy, how_it_works, about]
