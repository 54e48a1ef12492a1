"""Two teachers partner their pupils in a browser without a script: in equal classes, and in very unequal ones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, Page
from sqlmodel import select

from penfriends.models.letters import Correspondence, CorrespondenceState
from penfriends.models.moderation import Moderator
from tests import builders as b
from tests.support.boards import Scene, scene
from tests.support.site import Site
from tests.support.walk import follow


@asynccontextmanager
async def desk_of(browser: Browser, site: Site, teacher: Moderator) -> AsyncIterator[Page]:
    """A telephone on which this teacher is signed in; no script runs on it."""
    async with site.database.transaction() as db:
        secret = await b.session(db, teacher.sign_in_id, staff=True)
    context = await browser.new_context(
        base_url=site.url, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    await context.add_cookies([{"name": "session", "value": secret, "url": site.url}])
    yield await context.new_page()
    await context.close()


async def press(page: Page, name: str, *, at: int = 0) -> None:
    """By the keyboard, as somebody does who has no mouse."""
    button = page.get_by_role("button", name=name).nth(at)
    await button.focus()
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def appoint(page: Page, board: str, number: int) -> None:
    """The teacher of the smaller class says who writes with two."""
    await page.goto(board)
    boxes = page.locator('input[name="volunteer"]')
    for n in range(number):
        await boxes.nth(n).check()
    await press(page, "Save")


async def change_first(page: Page) -> None:
    """Another partner for the first who can have one: looked at, then swapped."""
    await follow(page.locator("li.pair:not(.pair--kept)").get_by_role("link", name="Change").first)
    await page.locator("#to").select_option(index=1)
    await press(page, "Show what would change")
    await press(page, "Swap")


async def opened(site: Site, at: Scene) -> int:
    async with site.database.reading() as db:
        rows = await db.exec(
            select(Correspondence.id).where(
                Correspondence.pairing_id == at.pairing.id, Correspondence.state == CorrespondenceState.OPEN
            )
        )
        return len(rows.all())


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("here", "there"), [(31, 27), (24, 24), (9, 30)])
async def test_two_teachers_partner_their_pupils(browser: Browser, site: Site, here: int, there: int) -> None:
    async with site.database.transaction() as db:
        at = await scene(db, here, there, now=datetime.now(UTC))
    board = f"/pairings/{at.pairing.id}/board"
    async with desk_of(browser, site, at.first.teacher) as okafor, desk_of(browser, site, at.second.teacher) as nowak:
        if here > there:
            await okafor.goto(board)
            assert await okafor.get_by_text("4 are to be appointed").is_visible()
            await appoint(nowak, board, 4)
        await okafor.goto(board)
        await press(okafor, "Suggest partners")
        pairs = okafor.locator("li.pair")
        assert await pairs.count() == min(here, there)
        if here < there:
            assert await okafor.get_by_text("more than twice as large").is_visible()
        await press(okafor, "Keep")
        await press(okafor, "Suggest again")
        assert await okafor.locator("li.pair--kept").count() == 1
        await press(okafor, "Send to Pan Nowak")

        await nowak.goto(board)
        if here == there:
            await change_first(nowak)
            await press(okafor, "Suggest again")
            assert await okafor.get_by_text("Pan Nowak has changed 2 pairs.").is_visible()
        await nowak.goto(board)
        await press(nowak, "Send to Ms Okafor" if here == there else "Agree to these pairs")
        if here == there:
            assert await opened(site, at) == 0
            await okafor.goto(board)
            await press(okafor, "Agree to these pairs")
    assert await opened(site, at) == max(here, there)
