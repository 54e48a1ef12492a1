"""Do the pages that anybody may open work, fit a telephone, read from right to left, and speak to screen readers?

With `make pages` they are also drawn into build/pages, for people to look at.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from litestar import Litestar
from playwright.async_api import Browser, BrowserContext, Page

from penfriends import app
from penfriends.web.visitor import KnowVisitors
from tests.support.site import Site

DRAWN = Path(__file__).parents[2] / "build" / "pages"
WIDTHS = {"telephone": 360, "desk": 1280}
# Of a kind that a browser does not draw.
NOT_PAGES = ("/health", "/static", "/dev")


def public_paths(site: Site) -> list[str]:
    """Every GET address without a variable part. Those that want a sign-in are left out when visited."""
    application = app.build(site.settings, site.database)
    assert isinstance(application, KnowVisitors)
    assert isinstance(application.app, Litestar)
    routes = application.app.routes
    plain = {route.path for route in routes if "GET" in getattr(route, "methods", ()) and "{" not in route.path}
    return sorted(path for path in plain if not path.startswith(NOT_PAGES))


@pytest.fixture(params=[("en", "telephone"), ("en", "desk"), ("ar", "telephone")], ids="-".join)
async def visit(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[tuple[BrowserContext, str]]:
    language, width = request.param
    context = await browser.new_context(
        locale=language, viewport={"width": WIDTHS[width], "height": 800}, reduced_motion="reduce"
    )
    yield context, f"{language}-{width}"
    await context.close()


async def look(page: Page, address: str) -> list[str] | None:
    """What is wrong with one page; None where it wants a sign-in."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = await page.goto(address)
    if answer is None or answer.status in (401, 403, 404) or "/sign-in" in page.url.removeprefix(address):
        return None
    if answer.status != 200:
        return [f"answered {answer.status}"]
    if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        complaints.append("wider than the screen")
    found = await Axe().run(page)
    complaints += [f"axe {violation['id']}: {violation['help']}" for violation in found.response["violations"]]
    return complaints


async def test_public_pages_hold(site: Site, visit: tuple[BrowserContext, str]) -> None:
    context, _ = visit
    wrong = {}
    for path in public_paths(site):
        page = await context.new_page()
        wrong[path] = await look(page, site.url + path)
        await page.close()
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.pages
async def test_draw_public_pages(site: Site, visit: tuple[BrowserContext, str]) -> None:
    context, kind = visit
    page = await context.new_page()
    for path in public_paths(site):
        answer = await page.goto(site.url + path)
        if answer is not None and answer.status == 200:
            name = path.strip("/").replace("/", "-") or "front"
            await page.screenshot(path=DRAWN / kind / f"{name}.png", full_page=True)
