"""Two children become pen friends: nothing before a guardian's yes, nothing unread by a grown-up, one click to stop.

Names the rules R02, R07, R08, R10, R15, R22 of docs/safeguarding.md.
"""

import re
from datetime import date

import pytest
from playwright.async_api import Browser, Page
from sqlmodel import col, select

from penfriends.clock import utc_now
from penfriends.models.matching import Match, MatchSide, MatchState
from penfriends.models.residents import Resident, ResidentState
from tests.support.house import House
from tests.support.walk import (
    Newcomer,
    approve_match,
    browsing,
    confirm,
    follow,
    press,
    release_letter,
    sign_in,
    sign_up,
    staff_sign_in,
    write_letter,
)

pytestmark = pytest.mark.timeout(300)  # seconds enough for a machine that others use, too

BORN = date(utc_now().year - 10, 1, 12)
MAISIE = Newcomer(
    "Maisie", "thetford", BORN.year, day=12, month=1, guardian_email="parent.of.maisie@example.org", medium="web",
)  # fmt: skip
KASIA = Newcomer(
    "Kasia", "skawina", BORN.year, day=20, month=3, guardian_email="rodzice.kasi@example.net", avatar="rabbit",
    languages=(("pl", "first"), ("en", "well")), medium="email",
)  # fmt: skip
JADWIGA = Newcomer(
    "Jadwiga", "skawina", 1980, "jadwiga.k@example.net", languages=(("pl", "first"), ("en", "well")),
)  # fmt: skip
THETFORD, SKAWINA = "ilse.hargreave@team.example", "bozena.wilkosz@team.example"
LETTER = "Hello Kasia,\n\nmy cat sleeps in a box that says bananas. What is your cat called?\n\nMaisie"


async def state_of(home: House, who: Newcomer) -> ResidentState:
    async with home.site.database.reading() as db:
        found = await db.exec(select(Resident.state).where(Resident.first_name == who.first_name))
        return ResidentState(found.one())


async def consented(home: House, browser: Browser, who: Newcomer) -> None:
    """The child asks; the guardian looks, which changes nothing, and then says yes (rules R07, R08)."""
    async with browsing(browser, home.url) as child:
        await sign_up(child.page, who)
    await home.settled()
    link = home.post.latest(who.guardian_email).link("/g/")
    async with browsing(browser, home.url) as guardian:
        for _ in range(2):
            await guardian.page.goto(link)
        assert await state_of(home, who) is ResidentState.AWAITING_CONSENT, "looking at the page was taken for a yes"
        await press(guardian.page, "/consent")
        await guardian.page.wait_for_load_state()
    await home.settled()
    assert await state_of(home, who) is ResidentState.ACTIVE


async def matches(home: House) -> list[MatchState]:
    async with home.site.database.reading() as db:
        return [MatchState(state) for state in await db.exec(select(Match.state))]


async def accept_from_mail(home: House, browser: Browser, who: Newcomer) -> None:
    async with browsing(browser, home.url) as reader:
        await reader.page.goto(home.post.latest(who.guardian_email).link("/m/"))
        await follow(reader.page.locator('main button[name="answer"][value="yes"]'))
    await home.settled()


async def an_adult_waits_too(home: House, browser: Browser) -> None:
    async with browsing(browser, home.url) as page:
        await sign_up(page.page, JADWIGA)
        await confirm(page.page, home, JADWIGA)


async def nobody_but_the_children_is_proposed(home: House) -> None:
    """Rule R02: the adult waits alone, although a child of a twin town likes the same."""
    async with home.site.database.reading() as db:
        sides = await db.exec(select(Resident.band).join(MatchSide, col(MatchSide.resident_id) == col(Resident.id)))
        assert list(sides) == ["child", "child"]
        alone = await db.exec(select(Resident.waiting_since).where(Resident.first_name == JADWIGA.first_name))
        assert alone.one() is not None


async def two_moderators_approve(home: House, first: Page, second: Page) -> None:
    """Rule R15: one yes is not enough, and the second comes from the other town."""
    await staff_sign_in(first, THETFORD)
    await approve_match(first)
    await home.settled()
    assert await matches(home) == [MatchState.PROPOSED]
    await staff_sign_in(second, SKAWINA)
    await approve_match(second)
    await home.settled()
    assert await matches(home) == [MatchState.APPROVED]


async def test_two_children_become_friends_and_one_stops(home: House, browser: Browser) -> None:
    async with browsing(browser, home.url) as thetford, browsing(browser, home.url) as skawina:
        for who in (MAISIE, KASIA):
            await consented(home, browser, who)
        yes_mail = home.post.latest(KASIA.guardian_email)
        await an_adult_waits_too(home, browser)
        await home.match_round()
        await nobody_but_the_children_is_proposed(home)
        await two_moderators_approve(home, thetford.page, skawina.page)
        for who in (MAISIE, KASIA):
            await accept_from_mail(home, browser, who)

        async with browsing(browser, home.url) as maisie:
            await sign_in(maisie.page, home, MAISIE.guardian_email)
            before = len(home.post.to(KASIA.guardian_email))
            await write_letter(maisie.page, LETTER)
            await home.settled()
            assert len(home.post.to(KASIA.guardian_email)) == before, "R22: a child's letter left unread"
            await release_letter(skawina.page)
            await home.settled()
            arrived = home.post.latest(KASIA.guardian_email)
            assert "a box that says bananas" in arrived.text

            await write_letter(maisie.page, "Hello Kasia, I forgot to say that I like maps. Maisie")
            await home.settled()
            await stopped(home, browser, yes_mail.link("/g/"))
            await nothing_passes(home, thetford.page, before=len(home.post.to(KASIA.guardian_email)))
        no_address_crossed(home)


async def stopped(home: House, browser: Browser, link: str) -> None:
    """Rule R10: taken back from the mail, without signing in."""
    async with browsing(browser, home.url) as guardian:
        await guardian.page.goto(link)
        await press(guardian.page, "/withdrawal")
        await guardian.page.wait_for_load_state()
    await home.settled()


async def nothing_passes(home: House, desk: Page, *, before: int) -> None:
    """The letter that waited cannot be let go any more, and a worker would not carry it."""
    await desk.goto("/desk/letters")
    release = desk.locator('form[action$="/release"] button')
    if await release.count():
        await follow(release.first)
    await home.settled()
    assert len(home.post.to(KASIA.guardian_email)) == before


def no_address_crossed(home: House) -> None:
    for reader, hidden in ((MAISIE, KASIA), (KASIA, MAISIE)):
        for mail in home.post.to(reader.guardian_email):
            assert hidden.guardian_email.encode() not in mail.everything().lower(), mail.subject
    told = [mail.subject for mail in home.post.mails if re.search("bananas", mail.subject)]
    assert told == [], "the words of a child's letter stood in a subject"
