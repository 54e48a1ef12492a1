"""Do the classes of three towns come to write in a ring, each with both neighbours, and does a letter go round?

5C of Thetford has 4b of Hürth and asks 4a of Skawina in. One teacher reads Arabic on a telephone without JavaScript.
Walked by `make pages`: it takes half a minute.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import pytest
from playwright.async_api import Browser
from sqlmodel import col, select

from penfriends.models.pairings import Couple, Pairing, PairingState
from penfriends.models.schools import Pupil
from tests.e2e.test_classes_walk import Teacher, a_letter_arrives, find_each_other, known
from tests.e2e.world import World
from tests.support.house import House
from tests.support.walk import browsing, choose, follow, press, staff_sign_in

Lively = tuple[House, World]
pytestmark = [pytest.mark.timeout(420), pytest.mark.pages]
WHO = (("5C", "en", True, 1280), ("4b", "ar", False, 390), ("4a", "pl", True, 390))


async def test_three_classes_write_in_a_ring(lively: Lively, browser: Browser) -> None:
    home, _world = lively
    async with three(home, browser) as (one, two, third):
        pairing = await find_each_other(home, browser, one, two)
        await come_in(pairing, one, two, third)
        await towns_say_yes(home, browser, pairing, (one, two, third))
        await partner(pairing, one, two, third)
        await everybody_has_a_friend_on_either_side(home, pairing, (one, two, third))
        await agree_on_dates(pairing, one, two, third)
        await a_letter_arrives(home, browser, pairing, two, third)


@asynccontextmanager
async def three(home: House, browser: Browser) -> AsyncIterator[tuple[Teacher, Teacher, Teacher]]:
    async with AsyncExitStack() as stack:
        made = []
        for name, language, script, width in WHO:
            of, email, lead = await known(home, name)
            opened = await stack.enter_async_context(
                browsing(browser, home.url, language=language, script=script, width=width)
            )
            await staff_sign_in(opened.page, email, to="**/classes**")
            await opened.page.goto(f"/classes?lang={language}")
            made.append(Teacher(email, language, of, lead, opened))
        yield made[0], made[1], made[2]


async def come_in(pairing: Pairing, one: Teacher, two: Teacher, third: Teacher) -> None:
    """The third class is asked by the first; all see who has said yes."""
    page = one.page
    await page.goto(f"/pairings/{pairing.id}")
    await page.locator("details.more summary").click()
    await choose(page, "third", str(third.of.id))
    await press(page, "/invitation")
    assert await page.locator(".ring .tag--ok").count() == 1
    for teacher in (two, third):
        await teacher.page.goto(f"/classes/{teacher.of.id}")
        await follow(teacher.page.locator(f'main a[href="/pairings/{pairing.id}"]').first)
        await press(teacher.page, "/acceptance")
    assert await third.page.locator(".ring li").count() == 3


async def towns_say_yes(home: House, browser: Browser, pairing: Pairing, teachers: tuple[Teacher, ...]) -> None:
    """Anew: what the two towns had said yes to was smaller."""
    for teacher in teachers:
        async with browsing(browser, home.url) as desk:
            await staff_sign_in(desk.page, teacher.lead)
            await desk.page.goto(f"/desk/pairings/{pairing.id}")
            await press(desk.page, "/approval")
            await desk.page.wait_for_url("**/desk/pairings**")


async def partner(pairing: Pairing, one: Teacher, *others: Teacher) -> None:
    """On the boards of all three: each teacher sees the two parts of the own class."""
    board = f"/pairings/{pairing.id}/board"
    await one.page.goto(board)
    await press(one.page, "/suggestion")
    await one.page.wait_for_selector(".pair")
    for teacher in (one, *others):
        await teacher.page.goto(board)
        assert await teacher.page.locator(".board__classes").count() == 2
        await press(teacher.page, "/agreement")


async def agree_on_dates(pairing: Pairing, one: Teacher, *others: Teacher) -> None:
    dates = f"/pairings/{pairing.id}/dates"
    await one.page.goto(dates)
    await press(one.page, "/suggestion")
    for teacher in (one, *others):
        await teacher.page.goto(dates)
        if await teacher.page.locator('form[action$="/dates/agreement"]').count():
            await press(teacher.page, "/dates/agreement")
    await one.page.goto(dates)
    assert await one.page.locator('form[action$="/dates/agreement"]').count() == 0


async def everybody_has_a_friend_on_either_side(home: House, pairing: Pairing, teachers: tuple[Teacher, ...]) -> None:
    ids = [teacher.of.id for teacher in teachers]
    async with home.site.database.reading() as db:
        assert (await db.get_one(Pairing, pairing.id)).state is PairingState.RUNNING
        rows = await db.exec(select(Pupil.resident_id, Pupil.class_id).where(col(Pupil.class_id).in_(ids)))
        class_of = dict(rows.all())
        couples = (await db.exec(select(Couple).where(Couple.pairing_id == pairing.id))).all()
    writes: dict[UUID, set[UUID]] = {}
    for couple in couples:
        for mine, friend in ((couple.low_id, couple.high_id), (couple.high_id, couple.low_id)):
            writes.setdefault(mine, set()).add(class_of[friend])
    assert all(writes[pupil] == set(ids) - {class_of[pupil]} for pupil in class_of)
