"""How does a person walk through the site? Steps in a real browser, found by what a form sends, in every language.

Nothing here depends on a sentence or on JavaScript: fields are found by name, buttons by the address they post to.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit
from weakref import WeakSet

import pyotp
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response

from penfriends.actions.staff import one_time_secret
from penfriends.demo.load_places import ONE_TIME_SEED, PASSWORD
from penfriends.settings import DEVELOPMENT_SECRET
from tests.support.house import House

PATIENCE = 20_000  # milliseconds: a shared machine may be slow
USED_CODES: dict[tuple[str, str], int] = {}  # by site and person: the last half minute whose code was typed
MANY_STOPS = 400
BY_KEYS: WeakSet[Page] = WeakSet()
NO_COOKIES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who signs up, and what they answer. A child has a birthday and a guardian's address."""

    first_name: str
    town: str
    year: int
    email: str = ""
    day: int = 0
    month: int = 0
    guardian_email: str = ""
    avatar: str = "cat"
    languages: tuple[tuple[str, str], ...] = (("en", "first"),)
    likes: tuple[str, ...] = ("cats", "cycling", "maps")
    facts: tuple[str, str] = ("I keep bees behind the railway station.", "I repair old radios.")
    question: str = "What did your street look like when you were young?"
    medium: str = "email"

    @property
    def is_child(self) -> bool:
        return bool(self.guardian_email)


@dataclass(slots=True)
class Browsing:
    """One person's browser: a page, and everything that the browser complained about."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def note(self, said: ConsoleMessage) -> None:
        """A page that answers 4xx on purpose is no fault of the page."""
        if said.type == "error" and "Failed to load resource" not in said.text:
            self.complaints.append(f"{self.page.url}: {said.text}")


@asynccontextmanager
async def browsing(
    browser: Browser,
    base: str,
    *,
    language: str = "en",
    script: bool = True,
    width: int = 1280,
    cookies: Mapping[str, str] = NO_COOKIES,
    by_keys: bool = False,
) -> AsyncIterator[Browsing]:
    """A browser of one's own, with its own cookies. At the end nothing may have been complained about. `by_keys`: what
    is pressed here is reached by Tab and pressed by Enter; whoever sits there has no mouse."""
    context = await browser.new_context(
        base_url=base,
        locale=language,
        java_script_enabled=script,
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    await context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
    mine = Browsing(context, await context.new_page())
    if by_keys:
        BY_KEYS.add(mine.page)
    mine.page.on("console", lambda said: mine.note(said))
    mine.page.on("pageerror", lambda error: mine.complaints.append(str(error)))
    try:
        yield mine
        assert mine.complaints == []
    finally:
        await context.close()


# --- forms -----------------------------------------------------------------------------------------------------------


async def choose(page: Page, name: str, value: str) -> None:
    """Press the card, picture or tick with this value, as a finger would: on its label."""
    await page.locator(f'label:has(input[name="{name}"][value="{value}"])').click()


async def tick(page: Page, name: str) -> None:
    await page.locator(f'label.tick:has(input[name="{name}"])').click(position={"x": 12, "y": 12})


async def press(page: Page, path_end: str) -> None:
    """The button that posts to an address that ends so."""
    here = f'form[action$="{path_end}"] button:not([formaction]), button[formaction$="{path_end}"]'
    async with answered(page):
        await hit(page.locator(here).first)


async def go_on(page: Page) -> None:
    """The one primary button of the page's own form."""
    async with answered(page):
        await hit(page.locator("main form button.btn--primary").first)


async def hit(this: Locator) -> None:
    """A button, link, tick or summary: with the mouse, or by Tab and a key where the person has nothing else."""
    page = this.page
    if page not in BY_KEYS:
        await this.click()
        return
    target = await this.element_handle()
    for _ in range(MANY_STOPS):
        if await target.evaluate("at => at === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    else:
        raise AssertionError(f"{page.url}: by Tab nobody comes to {await target.evaluate('at => at.outerHTML')}")
    ticks = await target.evaluate("at => at.matches('input[type=checkbox], input[type=radio]')")
    await page.keyboard.press("Space" if ticks else "Enter")


async def follow(this: Locator) -> None:
    """A link or a button, and the page that comes of it."""
    async with answered(this.page):
        await hit(this)


@asynccontextmanager
async def answered(page: Page) -> AsyncIterator[None]:
    """Wait for the answer to what is pressed, and for the page that comes of it: a click alone returns before both."""
    loaded = asyncio.Event()

    def note(_page: Page) -> None:
        loaded.set()

    page.on("domcontentloaded", note)
    try:
        async with page.expect_response(_is_the_last) as coming:
            yield
        response = await coming.value
        if response.request.is_navigation_request():
            async with asyncio.timeout(PATIENCE / 1000):
                await loaded.wait()
    finally:
        page.remove_listener("domcontentloaded", note)


def _is_the_last(response: Response) -> bool:
    """Of a form that was sent, or of a page; not of what such an answer only points on to."""
    first = response.request
    while first.redirected_from:
        first = first.redirected_from
    return response.status not in range(300, 400) and (first.method != "GET" or first.is_navigation_request())


# --- signing up ------------------------------------------------------------------------------------------------------


async def sign_up(page: Page, who: Newcomer) -> None:
    """From the first question to “look into your e-mail”."""
    await page.goto("/join")
    await choose(page, "who", "me")
    await go_on(page)
    await choose(page, "town", who.town)
    await go_on(page)
    await _age(page, who)
    await _about(page, who)
    for code, level in who.languages:
        await page.select_option(f'select[name="level_{code}"]', level)
    await go_on(page)
    await _likes(page, who)
    await choose(page, "medium", who.medium)
    await go_on(page)
    await tick(page, "rules")
    await tick(page, "privacy")
    await go_on(page)
    await page.wait_for_url("**/join/done**")


async def _age(page: Page, who: Newcomer) -> None:
    await page.fill('input[name="year"]', str(who.year))
    await go_on(page)
    if who.day:
        for name, value in (("day", who.day), ("month", who.month), ("year", who.year)):
            await page.fill(f'input[name="{name}"]', str(value))
        await go_on(page)


async def _about(page: Page, who: Newcomer) -> None:
    await page.fill('input[name="first_name"]', who.first_name)
    for name, value in (("email", who.email), ("guardian_email", who.guardian_email)):
        if value:
            await page.fill(f'input[name="{name}"]', value)
    await choose(page, "avatar", who.avatar)
    await go_on(page)


async def _likes(page: Page, who: Newcomer) -> None:
    for code in who.likes:
        await _like(page, code)
    if not who.is_child:
        for name, value in (("fact_one", who.facts[0]), ("fact_two", who.facts[1]), ("question", who.question)):
            await page.fill(f'textarea[name="{name}"]', value)
    await go_on(page)


async def _like(page: Page, code: str) -> None:
    if await page.locator(f'input[name="pictures"][value="{code}"]').count():
        await choose(page, "pictures", code)
        return
    more = page.locator("details.more")
    if await more.get_attribute("open") is None:
        await more.locator("summary").first.click()
    await choose(page, "more", code)


async def confirm(page: Page, house: House, who: Newcomer) -> None:
    """The link of the mail, looked at first as a scanner does, then pressed."""
    await house.settled()
    link = house.post.latest(who.email).link("/c/")
    await page.goto(link)
    await press(page, "/confirmation")
    await page.wait_for_url("**/me")


# --- signing in ------------------------------------------------------------------------------------------------------


async def sign_in(page: Page, house: House, email: str) -> None:
    """A resident or guardian, by the link in the mail."""
    await page.goto("/sign-in")
    await page.fill('input[name="email"]', email)
    await go_on(page)
    await page.wait_for_url("**/sign-in/code")
    await house.settled()
    await page.goto(house.post.latest(email).link("/s/"))
    await go_on(page)
    await page.wait_for_url("**/me**")


async def staff_sign_in(page: Page, email: str, *, to: str = "**/desk**") -> None:
    """A moderator or teacher of the demo, with password and one-time code."""
    await page.goto("/staff/sign-in")
    await page.fill('input[name="email"]', email)
    await page.fill('input[name="password"]', PASSWORD)
    await go_on(page)
    await page.wait_for_url("**/staff/code")
    await page.fill('input[name="code"]', await fresh_code(page.url, email))
    await go_on(page)
    await page.wait_for_url(to)


async def fresh_code(url: str, email: str) -> str:
    """What the person's telephone shows. The site takes each code once, and one half minute ahead of its time."""
    of = (urlsplit(url).netloc, email)
    step = max(int(time.time()) // 30, USED_CODES.get(of, 0) + 1)
    USED_CODES[of] = step
    await asyncio.sleep(max(0, (step - 1) * 30 - time.time()))
    return pyotp.TOTP(one_time_secret(ONE_TIME_SEED, DEVELOPMENT_SECRET.encode())).at(step * 30)


# --- the desk --------------------------------------------------------------------------------------------------------


async def approve_match(page: Page) -> None:
    """The first match that waits on the desk."""
    await page.goto("/desk/matches")
    await page.locator('main a[href^="/desk/matches/"]').first.click()
    await press(page, "/approval")


async def release_letter(page: Page) -> None:
    """The first letter that waits on the desk."""
    await page.goto("/desk/letters")
    if not await page.locator('form[action$="/release"], button[formaction$="/release"]').count():
        await page.locator('main a[href^="/desk/letters/"]').first.click()
    await press(page, "/release")


# --- letters ---------------------------------------------------------------------------------------------------------


async def write_letter(page: Page, text: str, *, title: str = "") -> None:
    """A letter to the first friend, from the list of friends to the sending."""
    await page.goto("/letters")
    await page.locator('main a[href^="/letters/with/"]').first.click()
    await page.locator('a[href*="/new"], form[action$="/new"] button').first.click()
    if title and await page.locator('input[name="title"]').count():
        await page.fill('input[name="title"]', title)
    await page.fill('textarea[name="text"]', text)
    await press(page, "/sending")
