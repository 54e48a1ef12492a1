"""Does every page hold, for everybody who can come to it, in every language, width and theme?

`make test` looks at a sample; `make pages` at everything, and draws it into build/pages for people to look at.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.pofile import write_po
from playwright.async_api import Browser, BrowserContext
from playwright.async_api import Error as PlaywrightError
from sqlmodel import select

from penfriends import i18n, pseudo
from penfriends.models.groups import Group
from penfriends.models.places import Association, Town
from tests.e2e.looking import THEMES, WIDTHS, Looker
from tests.e2e.sheets import contact_sheets
from tests.e2e.world import World
from tests.support.sentences import extracted

DRAWN = Path(__file__).parents[2] / "build" / "pages"
TABS = 2
TRIES = 2
PATIENCE = 45_000  # milliseconds for a picture of a long page, on a machine that has much to do
DRAWN_LANGUAGES = ("en", "ar")
SAMPLE = (
    ("en", "anonymous", "/"), ("ar", "anonymous", "/t/nablus"), ("de", "newcomer", "/join/likes"),
    ("ar", "newcomer", "/join/check"), ("en", "adult", "/me"), ("en", "adult", "/letters"),
    ("fr", "adult", "/letters/with/"), ("ar", "child", "/letters/with/"), ("en", "child", "/me"),
    ("pl", "adult", "/edit"), ("nl", "asked", "/matches/"), ("en", "moderator", "/desk"),
    ("en", "moderator", "/desk/letters/"), ("ar", "moderator", "/desk/letters/"), ("de", "moderator", "/desk/matches/"),
    ("en", "moderator", "/desk/people"), ("ar", "moderator", "/desk/mail/health"),
    ("en", "moderator", "/desk/mail"), ("en", "moderator", "/desk/weights/outlook"),
    ("en", "moderator", "/desk/rounds/"), ("ar", "moderator", "/shortage"), ("pl", "moderator", "/unmatched"),
    ("en", "teacher", "/classes"), ("ar", "teacher", "/classes/"),
    ("en", "anonymous", "/g/"), ("ar", "anonymous", "/sign-in"),
    ("ar", "halfway", "/class/pictures"), ("en", "pupil", "/pupil"), ("pl", "teacher", "/signing-in"),
)  # fmt: skip

# The name of the thing itself, of the language xa, and two letters that show what a mark looks like.
OWN = ("penfriends", "xa", "Aa")

Work = Callable[[Looker, str, str], Awaitable[list[str]]]


# --- going round -----------------------------------------------------------------------------------------------------


async def context_for(browser: Browser, world: World, role: str, language: str) -> BrowserContext:
    context = await browser.new_context(
        base_url=world.site.url, locale=language.replace("xa", "en"), reduced_motion="reduce",
        viewport={"width": WIDTHS[0], "height": 900},
    )  # fmt: skip
    cookies = {**world.cookies[role], "language": language}
    await context.add_cookies(
        [{"name": name, "value": value, "url": world.site.url} for name, value in cookies.items()]
    )
    return context


async def go_round(
    browser: Browser, world: World, visits: Iterable[tuple[str, str, str]], work: Work
) -> dict[str, list[str]]:
    """Do `work` on every (language, role, address), in several tabs at once; what was wrong, by page."""
    waiting, wrong = list(reversed(list(visits))), {}

    async def tab() -> None:
        async with Tab(browser, world) as at:
            while waiting:
                language, role, address = waiting.pop()
                if found := await at.visit(language, role, address, work):
                    page = f"{language} {role} {without_ids(address)}"
                    wrong[page] = found
                    note({page: found})

    await asyncio.gather(*(tab() for _ in range(TABS)))
    return wrong


class Tab:
    """A tab for one person in one language at a time; a tab that hangs is thrown away, and the page opened once more.

    Chromium now and then never finishes a picture of a page that it draws at once in a new tab. What a page does wrong
    it does twice.
    """

    def __init__(self, browser: Browser, world: World) -> None:
        self.browser, self.world = browser, world
        self.whose: tuple[str, str] | None = None
        self.looker: Looker | None = None

    async def __aenter__(self) -> "Tab":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.thrown_away()

    async def visit(self, language: str, role: str, address: str, work: Work) -> list[str]:
        """What is wrong with the page."""
        for tries_left in reversed(range(TRIES)):
            try:
                looker = await self.looking_as(role, language)
                return await looker.open(address) or await work(looker, language, f"{role}{address}")
            except PlaywrightError as error:
                await self.thrown_away()
                said = f"the browser gave up: {error.message.splitlines()[0]}"
                note({f"{language} {role} {without_ids(address)}, {tries_left} tries left": [said]})
        return [said]

    async def looking_as(self, role: str, language: str) -> Looker:
        if self.looker is None or self.whose != (role, language):
            await self.thrown_away()
            context = await context_for(self.browser, self.world, role, language)
            self.whose, self.looker = (role, language), Looker.at(await context.new_page())
        return self.looker

    async def thrown_away(self) -> None:
        if self.looker is not None:
            looker, self.looker = self.looker, None
            with suppress(TimeoutError, PlaywrightError):
                await asyncio.wait_for(looker.page.context.close(), 10)


def note(found: dict[str, list[str]]) -> None:
    """At once, so that a long walk that is interrupted has said what it saw."""
    DRAWN.mkdir(parents=True, exist_ok=True)
    with (DRAWN / "faults.txt").open("a", encoding="utf-8") as out:
        out.write(said(found) + "\n")


def without_ids(address: str) -> str:
    """The address as a person recognises it, and as a file can be called."""
    short = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", address)
    return re.sub(r"/(c|f|g|s|m|w|p|k|staff/invitation)/[^/]+", r"/\1/…", short)


def visits_in(world: World, languages: Iterable[str]) -> list[tuple[str, str, str]]:
    """Everything by everybody in English and Arabic; elsewhere what anybody may see is not looked at again by those who
    have signed in: their head of the page stands on all of their own pages."""
    by_role = sorted(world.visits(), key=lambda visit: visit[0])
    open_to_all = {address for role, address in by_role if role == "anonymous"}
    return [
        (language, role, address)
        for language in languages
        for role, address in by_role
        if language in DRAWN_LANGUAGES or role == "anonymous" or address not in open_to_all
    ]


def said(wrong: dict[str, list[str]]) -> str:
    return "\n".join(f"{page}\n" + "\n".join(f"    {one}" for one in found) for page, found in sorted(wrong.items()))


# --- what is looked at -----------------------------------------------------------------------------------------------


async def test_there_is_something_behind_every_route(world: World, browser: Browser) -> None:
    assert world.missing == [], "say in world.py what to open behind these"
    assert [route for route, by_role in world.addresses.items() if not any(by_role.values())] == []


@pytest.mark.timeout(300)
async def test_a_sample_of_pages_holds(world: World, browser: Browser) -> None:
    everything = world.visits()
    chosen = []
    for language, role, wanted in SAMPLE:
        fitting = [address for by, address in everything if by == role and (address == wanted or wanted in address)]
        exact = [address for address in fitting if address == wanted]
        chosen += [(language, role, address) for address in (exact or fitting)[:1]]

    async def look(looker: Looker, language: str, _name: str) -> list[str]:
        return await looker.look(language, thorough=False)

    wrong = await go_round(browser, world, sorted(chosen, key=lambda visit: visit[:2]), look)
    assert not wrong, said(wrong)


@pytest.mark.pages
@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_every_page_holds(world: World, browser: Browser, language: str) -> None:
    async def look(looker: Looker, language: str, name: str) -> list[str]:
        wrong = await looker.look(language)
        if language in DRAWN_LANGUAGES:
            await draw(looker, language, name)
        return wrong

    wrong = await go_round(browser, world, visits_in(world, [language]), look)
    if language in DRAWN_LANGUAGES:
        for width in WIDTHS:
            for theme in THEMES:
                contact_sheets(DRAWN / f"{language}-{width}-{theme}", width)
    assert not wrong, said(wrong)


async def draw(looker: Looker, language: str, name: str) -> None:
    """The whole page in both widths and themes."""
    for width in WIDTHS:
        await looker.page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            await looker.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            file = re.sub(r"[^\w…]+", "-", without_ids(name)).strip("-")
            await looker.page.screenshot(
                path=DRAWN / f"{language}-{width}-{theme}" / f"{file}.png", full_page=True, timeout=PATIENCE
            )


# --- what was forgotten to be translated -----------------------------------------------------------------------------


@pytest.fixture
def language_xa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pseudo-language, made from the sentences as they stand in templates and code at this moment."""
    monkeypatch.setattr(pseudo, "LOCALE_DIR", tmp_path)
    source = tmp_path / pseudo.SAMPLE / "LC_MESSAGES"
    source.mkdir(parents=True)
    with (source / "messages.po").open("wb") as out:
        write_po(out, extracted())
    (source / "interests.po").write_bytes((i18n.LOCALE_DIR / "de" / "LC_MESSAGES" / "interests.po").read_bytes())
    pseudo.write(tmp_path)
    i18n.catalogue.cache_clear()
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path)
    yield
    i18n.catalogue.cache_clear()


async def words_of_data(world: World) -> list[str]:
    """Words on a page that come from rows and from CLDR, never from a catalogue."""
    locale = Locale("en")
    british = Locale("en", "GB")
    async with world.site.database.reading() as db:
        towns, associations = (await db.exec(select(Town))).all(), (await db.exec(select(Association))).all()
        groups = (await db.exec(select(Group.name))).all()
    names = [*groups, *(name for town in towns for name in (town.name, *town.names.values()))]
    names += [text for one in associations for text in (one.name, one.contact_name, one.about) if text]
    shown = [*locale.months.values(), *locale.days.values(), *british.months.values()]
    times = [word for lengths in shown for words in lengths.values() for word in words.values()]
    units = ["hours", "hour", "minutes", "minute", "days", "day", "weeks", "week", "months", "month", "years"]
    units += ["and", "AM", "PM", "UTC"]
    return [*names, *times, *units, *locale.territories.values(), *locale.languages.values(), *OWN]


@pytest.mark.pages
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("language_xa")
async def test_no_sentence_was_forgotten(world: World, browser: Browser) -> None:
    data = [word for word in await words_of_data(world) if word]

    async def look(looker: Looker, _language: str, _name: str) -> list[str]:
        return await looker.forgotten(data)

    wrong = await go_round(browser, world, visits_in(world, ["xa"]), look)
    assert not wrong, said(wrong)
