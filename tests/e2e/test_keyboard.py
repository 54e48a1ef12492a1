"""Can the desk be worked by keyboard alone, and the site be read large, narrow, and on paper?"""

import re

import pytest
from playwright.async_api import Browser, Page

from tests.e2e.looking import SIDEWAYS
from tests.e2e.world import World
from tests.support.house import House
from tests.support.walk import browsing, follow

Lively = tuple[House, World]
KEY_PAGES = (
    ("anonymous", "/"),
    ("newcomer", "/join/likes"),
    ("adult", "/me"),
    ("adult", "/letters/with/"),
    ("adult", "/edit"),
    ("moderator", "/desk/letters/"),
)


async def focused(page: Page) -> str:
    """The data-key of what has the focus, or the start of its text."""
    found: str = await page.evaluate(
        "() => document.activeElement.dataset.key || document.activeElement.textContent.trim().slice(0, 40)"
    )
    return found


async def test_the_desk_by_keyboard_alone(lively: Lively, browser: Browser) -> None:
    home, world = lively
    async with browsing(browser, home.url, cookies=world.cookies["moderator"]) as desk:
        page = desk.page
        await page.goto("/desk/letters")
        first = page.url
        await page.keyboard.press("j")
        await page.wait_for_url(lambda url: url != first)
        await page.keyboard.press("k")
        await page.wait_for_url(first)
        await every_stop_is_seen(page)

        await page.goto(first)
        await page.keyboard.press("1")
        assert await focused(page) == "1", "the first press only moves the focus"
        assert page.url == first
        await page.keyboard.press("1")
        await page.wait_for_url(lambda url: url != first)
        await home.settled()


async def every_stop_is_seen(page: Page) -> None:
    """Tab through the page: each stop is visible, has a name and shows that it has the focus."""
    await page.goto(page.url)
    for _ in range(60):
        await page.keyboard.press("Tab")
        seen = await page.evaluate("""() => {
          const at = document.activeElement;
          if (at === document.body) return null;
          const box = at.getBoundingClientRect(), style = getComputedStyle(at);
          const inside = at.querySelector('input') || at;
          return {what: at.outerHTML.slice(0, 120), wide: box.width, high: box.height,
            ring: [style.outlineStyle, style.boxShadow, getComputedStyle(inside).outlineStyle].some(x => x !== 'none'),
            name: (at.getAttribute('aria-label') || at.textContent || at.value || at.title || at.id).trim()};
        }""")
        if seen is None:
            return
        assert seen["wide"] > 0, seen
        assert seen["high"] > 0, seen
        assert seen["ring"], seen
        assert seen["name"], seen


async def test_shortcuts_can_be_switched_off(lively: Lively, browser: Browser) -> None:
    """WCAG 2.1.4: a single letter does nothing any more, here and on the next page."""
    home, world = lively
    async with browsing(browser, home.url, cookies=world.cookies["moderator"]) as desk:
        page = desk.page
        await page.goto("/desk/letters")
        await follow(page.locator("[data-keys-off]"))
        await page.wait_for_load_state()
        for _ in range(2):
            here = page.url
            await page.keyboard.press("j")
            await page.keyboard.press("1")
            await page.wait_for_timeout(200)
            assert page.url == here
            await page.reload()
        await follow(page.locator("[data-keys-on]"))
        await page.wait_for_load_state()
        here = page.url
        await page.keyboard.press("j")
        await page.wait_for_url(lambda url: url != here)


def address_of(world: World, role: str, wanted: str) -> str:
    fitting = [address for by, address in world.visits() if by == role and (address == wanted or wanted in address)]
    return wanted if wanted in fitting else fitting[0]


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_narrow_and_large(world: World, browser: Browser, language: str) -> None:
    """WCAG 1.4.10 and 1.4.4: 320 px without scrolling sideways, and twice the text size."""
    wrong = []
    for role, wanted in KEY_PAGES:
        cookies = {**world.cookies[role], "language": language}
        async with browsing(browser, world.site.url, width=320, cookies=cookies) as visitor:
            page = visitor.page
            await page.goto(address_of(world, role, wanted))
            wrong += [f"{wanted} at 320: {wide}" for wide in [await page.evaluate(SIDEWAYS)] if wide]
            await page.set_viewport_size({"width": 1280, "height": 900})
            await page.evaluate("document.documentElement.style.fontSize = '200%'")
            wrong += [f"{wanted} at 200 %: {wide}" for wide in [await page.evaluate(SIDEWAYS)] if wide]
    assert wrong == []


async def test_a_letter_on_paper(world: World, browser: Browser) -> None:
    """One page with the letter and its date, without navigation and buttons."""
    async with browsing(browser, world.site.url, cookies=world.cookies["adult"]) as reader:
        page = reader.page
        await page.goto(address_of(world, "adult", "/letters/with/"))
        paper = await page.pdf(format="A4")
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
        await page.emulate_media(media="print")
        assert await page.locator("article.print .letter__body").first.is_visible()
        for gone in ("nav", ".site-head", "footer", ".thread__reply", ".letter__foot button"):
            assert await page.locator(gone).locator("visible=true").count() == 0, gone
