"""Do two teachers who have never met get their classes to write, and does the first letter arrive?

Three pairs of the demo, each with another trouble: 24 and 24; 31 and 27, whose lists are pasted first; 30 and 9. One
teacher sits at a desk with JavaScript, the other has a telephone without it, and speaks the own language. `make test`
walks the first pair, `make pages` the others too.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from penfriends.clock import utc_now
from penfriends.models.letters import Letter, LetterState, Participant
from penfriends.models.moderation import Hold, Moderator, Role
from penfriends.models.pairings import Couple, Pairing, PairingState
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.models.schools import ClassTeacher, Duty, Pupil, School, SchoolClass
from penfriends.models.signin import SignIn
from tests.e2e.world import World
from tests.support.house import House
from tests.support.walk import BY_KEYS, Browsing, answered, browsing, follow, go_on, hit, press, staff_sign_in

Lively = tuple[House, World]
pytestmark = pytest.mark.timeout(420)
ENGLISH_NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gwen", "Hugo", "Iris", "Jack", "Kim", "Lou", "Max", "Nia")
POLISH_NAMES = ("Ania", "Błażej", "Celina", "Darek", "Ewa", "Franek", "Gabi", "Hania", "Igor", "Julka", "Kuba", "Łucja")
WORDS = "I have a rabbit and I like to climb trees. What do you like?"


@dataclass(frozen=True, slots=True)
class Teacher:
    """One side: whose class, on which page, and who says yes for the town."""

    email: str
    language: str
    of: SchoolClass
    lead: str
    browsing: Browsing

    @property
    def page(self) -> Page:
        return self.browsing.page


CASES = {
    "24 and 24": ("5C", "en", "4b", "de", 0, 0, True),  # the first teacher and the pupil have a keyboard only
    "31 and 27": ("Year 6 Beech", "en", "6c", "pl", 31, 27, False),
    "30 and 9": ("Year 6 Kingfishers", "en", "السادس أ", "ar", 0, 0, False),
}


@pytest.mark.parametrize(
    "case", [pytest.param(one, marks=[] if CASES[one][-1] else pytest.mark.pages) for one in CASES]
)
async def test_two_classes_find_each_other_and_write(lively: Lively, browser: Browser, case: str) -> None:
    home, _world = lively
    asks, speaks, answers, answers_in, first, second, keys = CASES[case]
    async with both(home, browser, (asks, speaks), (answers, answers_in), keys=keys) as (one, other):
        if first:
            await paste(one, ENGLISH_NAMES, first)
            await paste(other, POLISH_NAMES, second)
        pairing = await find_each_other(home, browser, one, other)
        await partner(home, pairing, one, other)
        await a_letter_arrives(home, browser, pairing, one, other)


@asynccontextmanager
async def both(
    home: House, browser: Browser, one: tuple[str, str], other: tuple[str, str], *, keys: bool
) -> AsyncIterator[tuple[Teacher, Teacher]]:
    async with AsyncExitStack() as stack:
        made = []
        for (name, language), script, width in ((one, True, 1280), (other, False, 390)):
            of, email, lead = await known(home, name)
            opened = await stack.enter_async_context(
                browsing(browser, home.url, language=language, script=script, width=width, by_keys=keys and script)
            )
            await staff_sign_in(opened.page, email, to="**/classes**")
            await opened.page.goto(f"/classes?lang={language}")
            made.append(Teacher(email, language, of, lead, opened))
        yield made[0], made[1]


async def known(home: House, name: str) -> tuple[SchoolClass, str, str]:
    """A class of the demo, the address of its teacher, and that of the lead of its town."""
    async with home.site.database.reading() as db:
        of, town = (
            await db.exec(
                select(SchoolClass, Town)
                .join(School, col(School.id) == col(SchoolClass.school_id))
                .join(Town, col(Town.id) == col(School.town_id))
                .where(SchoolClass.name == name)
            )
        ).one()
        address = select(SignIn.email).join(Moderator, col(Moderator.sign_in_id) == col(SignIn.id))
        leads = await db.exec(
            address.where(Moderator.association_id == town.association_id, Moderator.role == Role.LEAD)
        )
        teachers = await db.exec(
            address.join(ClassTeacher, col(ClassTeacher.moderator_id) == col(Moderator.id)).where(
                ClassTeacher.class_id == of.id, ClassTeacher.duty == Duty.LEAD
            )
        )
        lead, teacher = leads.one(), teachers.one()
    assert lead
    assert teacher
    return of, teacher, lead


async def paste(teacher: Teacher, names: tuple[str, ...], many: int) -> None:
    """A list as it is copied from a spreadsheet: looked at first, saved then."""
    year = utc_now().year - 11
    said = [f"{names[n % len(names)]} {chr(65 + n // len(names))}" for n in range(many)]
    lines = [f"{name}; {1 + n % 28:02}.03.{year}; form" for n, name in enumerate(said)]
    page = teacher.page
    await page.goto(f"/classes/{teacher.of.id}/pupils/add")
    await page.locator('textarea[name="text"]').fill("\n".join(lines))
    await go_on(page)
    await follow(page.locator('form[action$="/pupils/roster"] button.btn--primary').first)
    await page.wait_for_url("**/pupils**")
    await page.goto(f"/classes/{teacher.of.id}/pupils")
    assert await page.locator('main a[href^="/pupils/"]').count() == many


async def find_each_other(home: House, browser: Browser, one: Teacher, other: Teacher) -> Pairing:
    page = one.page
    await page.goto(f"/classes/{one.of.id}/partner")
    await hit(page.locator(f'a[href="/classes/{one.of.id}/partner/{other.of.id}"]'))
    await page.locator('textarea[name="words"]').fill("We would love to write with you.")
    await go_on(page)
    await home.settled()
    await other.page.goto(f"/classes/{other.of.id}/partner")
    await follow(other.page.locator('main a[href^="/pairings/"]').first)
    await other.page.wait_for_url("**/pairings/*")
    pairing_id = re.search(r"/pairings/([0-9a-f-]{36})", other.page.url)
    assert pairing_id
    await press(other.page, "/acceptance")
    for lead in (one.lead, other.lead):
        async with browsing(browser, home.url) as desk:
            await staff_sign_in(desk.page, lead)
            await desk.page.goto(f"/desk/pairings/{pairing_id[1]}")
            await press(desk.page, "/approval")
            await desk.page.wait_for_url("**/desk/pairings**")
    async with home.site.database.reading() as db:
        row = (await db.exec(select(Pairing).where(Pairing.state == PairingState.APPROVED))).one()
    assert str(row.id) == pairing_id[1]
    return row


async def partner(home: House, pairing: Pairing, one: Teacher, other: Teacher) -> None:
    """Suggested by one, changed by the other, agreed by both; nobody is left over."""
    board = f"/pairings/{pairing.id}/board"
    await one.page.goto(board)
    await press(one.page, "/suggestion")
    await one.page.wait_for_selector(".pair")
    await press(one.page, "/agreement")
    await other.page.goto(board)
    await press(other.page, "/lock")
    await press(other.page, "/agreement")
    async with home.site.database.reading() as db:
        row = await db.get_one(Pairing, pairing.id)
        couples = (await db.exec(select(Couple).where(Couple.pairing_id == pairing.id))).all()
        pupils = (await db.exec(select(Pupil).where(col(Pupil.class_id).in_([one.of.id, other.of.id])))).all()
    assert row.state is PairingState.RUNNING
    partnered = {each for couple in couples for each in (couple.low_id, couple.high_id)}
    assert partnered == {each.resident_id for each in pupils}
    assert sum(couple.correspondence_id is not None for couple in couples) == len(couples)


async def a_letter_arrives(home: House, browser: Browser, pairing: Pairing, one: Teacher, other: Teacher) -> None:
    """Written by a pupil of the one class, read by both teachers, found by the friend."""
    async with home.site.database.reading() as db:
        low, high = aliased(Pupil), aliased(Pupil)
        couples = await db.exec(
            select(Couple)
            .join(low, col(low.resident_id) == col(Couple.low_id))
            .join(high, col(high.resident_id) == col(Couple.high_id))
            .where(
                Couple.pairing_id == pairing.id,
                col(low.class_id).in_([one.of.id, other.of.id]),
                col(high.class_id).in_([one.of.id, other.of.id]),
            )
            .limit(1)
        )
        couple = couples.one()
        both_of_them = [await db.get_one(Resident, each) for each in (couple.low_id, couple.high_id)]
        is_mine = (await db.get_one(Pupil, couple.low_id)).class_id == one.of.id
        mine, friend = both_of_them if is_mine else both_of_them[::-1]
    async with browsing(browser, home.url, width=820, by_keys=one.page in BY_KEYS) as tablet:
        await come_in(one, tablet.page, mine)
        await press(tablet.page, f"/letters/with/{couple.correspondence_id}/new")
        await tablet.page.locator('textarea[name="text"]').fill(WORDS)
        await press(tablet.page, "/sending")
        await tablet.page.wait_for_url("**/letters/**")
    await home.settled()
    for teacher in (one, other):
        await teacher.page.goto(await waiting(home, couple.correspondence_id))
        assert WORDS in await teacher.page.locator("main").inner_text()
        await press(teacher.page, "/release")
        await teacher.page.wait_for_selector(".flash, [role=status]")
    await home.settled()
    await arrived(home, couple.correspondence_id)
    async with browsing(browser, home.url, width=390, script=False) as telephone:
        await come_in(other, telephone.page, friend)
        await telephone.page.goto(f"/letters/with/{couple.correspondence_id}")
        assert WORDS in await telephone.page.locator("main").inner_text()


async def come_in(teacher: Teacher, page: Page, pupil: Resident) -> None:
    """A card for one pupil; code, name and three pictures from it."""
    await teacher.page.goto(f"/classes/{teacher.of.id}/cards")
    await hit(teacher.page.locator(f'label.tick input[value="{pupil.id}"]'))
    await hit(teacher.page.locator('button[name="who"][value="some"]'))
    await teacher.page.wait_for_selector(".pcards")
    code = (await teacher.page.locator(".pcards .code").first.inner_text()).strip()
    pictures = await teacher.page.locator(".pcards__three li .vh").all_text_contents()
    await page.goto(f"/class?lang={teacher.language}")
    await page.fill('input[name="code"]', code.lower())
    await go_on(page)
    async with answered(page):
        await hit(page.locator(f'button[name="who"][value="{pupil.id}"]'))
    for word in pictures:
        async with answered(page):
            await hit(page.locator(f'button[name="picture"][aria-label="{word.strip()}"]'))
    await page.wait_for_url("**/pupil**")


async def waiting(home: House, correspondence_id: object) -> str:
    """Where the letter of the two is read now."""
    async with home.site.database.reading() as db:
        hold = (
            await db.exec(
                select(Hold)
                .join(Letter, col(Letter.id) == col(Hold.letter_id))
                .where(Letter.correspondence_id == correspondence_id, col(Hold.closed_at).is_(None))
            )
        ).one()
    return f"/desk/letters/{hold.id}"


async def arrived(home: House, correspondence_id: object) -> None:
    async with home.site.database.reading() as db:
        letters = await db.exec(
            select(Letter)
            .join(Participant, col(Participant.id) == col(Letter.author_id))
            .where(Letter.correspondence_id == correspondence_id)
        )
        assert [each.state for each in letters] == [LetterState.DELIVERED]
