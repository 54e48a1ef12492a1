"""Does everything that matters work where JavaScript is switched off, blocked, or did not arrive?

Helga in test_story.py signs up, confirms and answers without it, too.
"""

import pytest
from playwright.async_api import Browser, Page
from sqlmodel import col, select

from penfriends.models.letters import Letter, LetterState
from penfriends.models.moderation import Report
from tests.e2e.world import World
from tests.support.house import House
from tests.support.walk import Browsing, browsing, follow, press

Lively = tuple[House, World]
TEXT = "Dear friend,\n\nthe plums are ripe, and the swans are back."


async def letter_with(home: House, text: str) -> Letter:
    async with home.site.database.reading() as db:
        found = await db.exec(select(Letter).where(col(Letter.original_text).contains(text)))
        return found.one()


async def test_letters_and_the_desk_without_script(lively: Lively, browser: Browser) -> None:
    home, world = lively
    async with browsing(browser, home.url, cookies=world.cookies["adult"], script=False, width=390) as mine:
        await a_letter_is_kept_and_sent(home, mine.page)
        await a_letter_is_reported(home, mine.page)
    async with browsing(browser, home.url, cookies=world.cookies["moderator"], script=False) as desk:
        await one_is_released(home, desk)
        await one_is_returned(home, desk)


async def a_letter_is_kept_and_sent(home: House, page: Page) -> None:
    """Read, go on with the draft, save it, find it again, send it."""
    await page.goto("/letters")
    await follow(page.locator('main a[href^="/letters/with/"]').first)
    assert await page.locator("article.letter").count() >= 1
    await follow(page.locator('main a[href$="/edit"]').first)
    await page.fill('textarea[name="text"]', TEXT)
    await press(page, "/draft")
    await page.reload()
    assert await page.input_value('textarea[name="text"]') == TEXT
    await press(page, "/sending")
    await page.wait_for_url("**/letters/with/**")
    await home.settled()
    assert (await letter_with(home, "the plums are ripe")).state is not LetterState.DRAFT


async def a_letter_is_reported(home: House, page: Page) -> None:
    await page.goto("/letters")
    await follow(page.locator('main a[href^="/letters/with/"]').first)
    closed = page.locator('details.env:has(a[href$="/report"]) > summary')
    if await closed.count():
        await closed.first.click()
    await page.locator('main a[href$="/report"]:visible').first.click()
    await page.fill('textarea[name="text"]', "I would rather that somebody looks at this.")
    await press(page, "/report")
    await page.wait_for_load_state()
    async with home.site.database.reading() as db:
        assert (await db.exec(select(Report).where(col(Report.text).contains("somebody looks at")))).one()


async def one_is_released(home: House, desk: Browsing) -> None:
    await desk.page.goto("/desk/letters")
    first = desk.page.url
    await press(desk.page, "/release")
    await desk.page.wait_for_load_state()
    assert desk.page.url != first
    await home.settled()


async def one_is_returned(home: House, desk: Browsing) -> None:
    """First shown as the writer will see it, then sent."""
    await desk.page.goto("/desk/letters")
    held = desk.page.url.rpartition("/")[2]
    await desk.page.locator('main a[href$="/return"]').click()
    reasons = desk.page.locator('label:has(input[name="reasons"])')
    if not await desk.page.locator('input[name="reasons"]:checked').count():
        await reasons.first.click()
    await desk.page.locator('button[name="step"][value="preview"]').click()
    assert await desk.page.locator(".mailtext").inner_text()
    await desk.page.locator('button[name="step"][value="send"]').click()
    await desk.page.wait_for_load_state()
    await home.settled()
    await desk.page.goto(f"/desk/letters/{held}")
    assert held not in desk.page.url, "a returned letter still waits"


@pytest.mark.parametrize("path", ["/", "/safety", "/sign-in"])
async def test_a_language_is_chosen_without_script(world: World, browser: Browser, path: str) -> None:
    async with browsing(browser, world.site.url, script=False, width=390) as visitor:
        await visitor.page.goto(f"{path}?lang=ar")
        await visitor.page.goto(path)
        assert await visitor.page.locator("html").get_attribute("dir") == "rtl"
