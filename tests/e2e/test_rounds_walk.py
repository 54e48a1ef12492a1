"""Does a moderator find her way through a round: run it, keep one, rule one out, run the rest, publish, print?

Ilse of the demo does it twice: with JavaScript in English, and without it on a telephone in Arabic.
"""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from sqlmodel import select

from penfriends.models.matching import Block, BlockReason, Match, MatchRound, MatchState, RoundState
from tests.e2e.people import MODERATOR
from tests.e2e.world import World
from tests.support.house import House
from tests.support.walk import browsing, follow, press, staff_sign_in

Lively = tuple[House, World]
pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize(("script", "language", "width"), [(True, "en", 1280), (False, "ar", 390)])
async def test_a_round_from_the_button_to_the_sheet(
    lively: Lively, browser: Browser, script: bool, language: str, width: int
) -> None:
    home, _world = lively
    before = await proposed(home)
    async with browsing(browser, home.url, language=language, script=script, width=width) as desk:
        page = desk.page
        await staff_sign_in(page, MODERATOR)
        await page.goto(f"/desk?lang={language}")
        await drop_the_draft_of_before(page)
        await run(home, page)
        kept = await keep_one(page)
        await rule_one_out(page, "They are neighbours' cousins.")
        await press(page, "/again")
        await until_it_is_ready(home, page)
        assert await page.locator(".pair--kept").first.get_attribute("id") == kept
        assert await proposed(home) == before, "nothing is proposed before it is published"
        many = await publish(page)
        assert await proposed(home) == before + many > before
        await look_at_the_lists(page, language)
    async with home.site.database.reading() as db:
        vetoes = await db.exec(select(Block).where(Block.reason == BlockReason.VETOED))
        assert len(vetoes.all()) == 1
        assert (await db.exec(select(MatchRound).where(MatchRound.state == RoundState.RUNNING))).first() is None


async def drop_the_draft_of_before(page: Page) -> None:
    """The demo of the tests has a draft already, to look at."""
    await page.goto("/desk/matches")
    await follow(page.locator('main a[href="/desk/rounds"]'))
    await follow(page.locator("main section.card a.btn--primary"))
    await page.locator("details:has(form[action$='/drop']) > summary").click()
    await press(page, "/drop")
    await page.wait_for_url("**/desk/rounds")


async def run(home: House, page: Page) -> None:
    await page.locator('form[action="/desk/rounds"] button').click()
    await until_it_is_ready(home, page)
    assert await page.locator(".pair").count() > 5


async def until_it_is_ready(home: House, page: Page) -> None:
    """The page looks again by itself, with JavaScript and without."""
    await home.settled()
    await page.wait_for_selector("aside.round__side")


async def keep_one(page: Page) -> str:
    await press(page, "/pin")
    await page.wait_for_selector(".pair--kept")
    return str(await page.locator(".pair--kept").first.get_attribute("id"))


async def rule_one_out(page: Page, reason: str) -> None:
    """Without a reason the page asks for one."""
    await follow(page.locator('.pair:not(.pair--kept) a[href$="/never"]').first)
    await press(page, "/never")
    assert await page.locator(".errors").count() == 1
    await page.fill('textarea[name="reason"]', reason)
    await press(page, "/never")
    await page.wait_for_selector('form[action$="/allowed"]')
    assert reason in await page.locator("main").inner_text()


async def publish(page: Page) -> int:
    """How many are there? Says so, and asks once more."""
    await follow(page.locator('a[href$="/publication"]'))
    shown = await page.locator("dl.answers dd.num").all_inner_texts()
    await press(page, "/publication")
    await page.wait_for_selector('aside.round__side a[href="/desk/matches"]')
    return sum(int(number) for number in shown[:2])


async def look_at_the_lists(page: Page, language: str) -> None:
    here = page.url.partition("?")[0]
    await follow(page.locator('a[href$="/unmatched"]'))
    assert await page.locator("table tbody tr").count() > 0
    await page.goto(f"{here}/shortage")
    assert await page.locator("table").count() > 0
    assert await page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    await page.emulate_media(media="print")
    assert await page.locator(".sheet__head").is_visible()
    for gone in (".site-head", ".back", "footer", "button[data-print]"):
        assert await page.locator(gone).locator("visible=true").count() == 0, gone
    paper: Any = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= 4


async def proposed(home: House) -> int:
    async with home.site.database.reading() as db:
        return len((await db.exec(select(Match).where(Match.state == MatchState.PROPOSED))).all())
