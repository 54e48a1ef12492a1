"""A pupil in a browser: in with code, name and pictures, and what is typed outlives a lost network and a restart."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page
from sqlmodel import select

from penfriends.actions import class_doors
from penfriends.doorkeys import addresses_of
from penfriends.jobs import nobody
from penfriends.models.letters import Letter
from penfriends.models.schools import SchoolClass
from tests.support.schools import Classes, classes
from tests.support.site import Site, running
from tests.support.walk import browsing, follow

pytestmark = pytest.mark.timeout(120)
TYPED = "Hello Anton, my cat sleeps in a box."


@dataclass(slots=True)
class Room:
    """A class on a site that can be stopped and started again, and Ava's pictures."""

    url: str
    folder: Path
    at: Classes
    pictures: tuple[str, ...]
    site: Site
    stack: AsyncExitStack

    async def stop(self) -> None:
        """The server goes down; `start` brings it up again at the same address."""
        await self.stack.aclose()

    async def start(self) -> None:
        port = self.site.settings.web_port
        self.stack = AsyncExitStack()
        self.site = await self.stack.enter_async_context(running(self.url, "", self.folder, nudge=nobody, port=port))

    async def share_devices(self, shared: bool) -> None:
        async with self.site.database.transaction() as db:
            of = await db.get_one(SchoolClass, self.at.here.id)
            of.shared_devices = shared
            db.add(of)

    async def kept(self) -> str:
        """What the server has of Ava's letter."""
        async with self.site.database.reading() as db:
            found = await db.exec(select(Letter).where(Letter.author_id == self.at.ava_writes.id))
            return found.one().original_text

    async def come_in(self, page: Page) -> None:
        await page.goto(f"{self.site.url}/class/{self.at.here.code}")
        await follow(page.locator("main form button"))
        await follow(page.get_by_role("button", name="Ava B"))
        for one in self.pictures:
            await follow(page.locator(f'button[value="{one}"]'))
        await page.wait_for_url("**/pupil")

    async def take_a_sheet(self, page: Page) -> None:
        await page.get_by_role("button", name="Write to Anton").click()
        await page.wait_for_url("**/edit")


@asynccontextmanager
async def _opened(url: str, folder: Path) -> AsyncIterator[Room]:
    stack = AsyncExitStack()
    site = await stack.enter_async_context(running(url, "", folder, nudge=nobody))
    now = datetime.now(UTC)
    async with site.database.transaction() as db:
        at = await classes(db)
        for one in (at.here, at.there):
            one.ends_on = now.date() + timedelta(days=60)
            db.add(one)
        cards = await class_doors.new_cards(db, at.here, at.okafor, key=addresses_of(site.settings).key, now=now)
    room = Room(url, folder, at, cards[0].pictures, site, stack)
    try:
        yield room
    finally:
        await room.stack.aclose()


@pytest.fixture
async def room(fresh_sqlite: str, tmp_path: Path) -> AsyncIterator[Room]:
    async with _opened(fresh_sqlite, tmp_path) as opened:
        yield opened


async def drafts_on(page: Page) -> list[str]:
    """What lies in the browser's own memory."""
    found: list[str] = await page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))")
    return found


async def text_of(page: Page) -> str:
    return await page.locator("textarea").input_value()


async def test_what_was_typed_without_a_network_is_offered_again(browser: Browser, room: Room) -> None:
    await room.share_devices(False)
    async with browsing(browser, room.site.url) as who:
        page = who.page
        await room.come_in(page)
        await room.take_a_sheet(page)
        sheet = page.url
        await page.context.set_offline(True)
        await page.locator("textarea").fill(TYPED)
        await page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('draft:'))")
        await room.stop()  # else a closing tab might still hand its text over
        later = await page.context.new_page()
        await page.close()
        await later.context.set_offline(False)
        await room.start()
        await later.goto(sheet)
        assert (await text_of(later), await room.kept()) == ("", "")
        assert TYPED in await later.locator("[data-draft-found]").inner_text()
        await later.get_by_role("button", name="Take it").click()
        assert await text_of(later) == TYPED
        await follow(later.get_by_role("button", name="Save draft"))
        await later.wait_for_load_state()
        assert await room.kept() == TYPED
        assert await drafts_on(later) == []
        assert await later.locator("[data-draft-found]").is_hidden()


async def test_a_restart_of_the_server_loses_nothing(browser: Browser, room: Room) -> None:
    await room.share_devices(False)
    async with browsing(browser, room.site.url) as who:
        page = who.page
        await room.come_in(page)
        await room.take_a_sheet(page)
        await page.locator("textarea").fill("Hello")
        await room.stop()
        await page.locator("textarea").fill(TYPED)
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await room.start()
        await page.get_by_role("button", name="Send to be read").click()
        await page.wait_for_url("**/letters/with/**")
        assert await room.kept() == TYPED
        assert await drafts_on(page) == [], "the letter has left the table"
        assert "You can still take it back" in await page.locator("main").inner_text()


async def test_a_shared_device_keeps_nothing(browser: Browser, room: Room) -> None:
    async with browsing(browser, room.site.url) as who:
        page = who.page
        await room.come_in(page)
        await page.evaluate("localStorage.setItem('draft:old', '{}')")  # from before the devices were shared
        await room.take_a_sheet(page)
        assert await drafts_on(page) == []
        await page.locator("textarea").fill(TYPED)
        await page.locator("textarea").press("End")
        assert await drafts_on(page) == []
        await page.goto(f"{room.site.url}/pupil")
        await page.get_by_role("button", name="I am done. Sign out").click()
        await page.wait_for_url("**/class")
        names = {cookie["name"] for cookie in await page.context.cookies() if cookie.get("value")}
        assert names <= {"csrf", "language", "spoken"}  # none of them says who was here
        for path in ("/pupil", "/letters"):
            await page.goto(f"{room.site.url}{path}")
            assert "Ava" not in await page.locator("main").inner_text()


async def test_a_pupil_comes_in_without_a_script(browser: Browser, room: Room) -> None:
    context = await browser.new_context(base_url=room.site.url, java_script_enabled=False, locale="en")
    page = await context.new_page()
    await room.come_in(page)
    await room.take_a_sheet(page)
    await page.locator("textarea").fill(TYPED)
    await follow(page.get_by_role("button", name="Save draft"))
    await page.wait_for_load_state()
    assert await text_of(page) == TYPED == await room.kept()
    await context.close()
