"""Do the writing sheets that a browser prints come back from the copier, on a telephone without JavaScript?"""

import io
import re
from pathlib import Path

import pypdfium2
import pytest
from PIL import ImageDraw
from playwright.async_api import Browser
from sqlmodel import col, delete, select

from penfriends.models.letters import Attachment, Channel, Letter, LetterState
from penfriends.models.moderation import Moderator
from penfriends.models.paper import ScannedPage
from penfriends.models.schools import ClassTeacher, Duty, SchoolClass
from penfriends.models.signin import SignIn
from tests.e2e.world import World
from tests.support.house import House
from tests.support.walk import browsing, press, staff_sign_in

Lively = tuple[House, World]
pytestmark = pytest.mark.timeout(420)
SHEETS = 5
READING = 120_000  # milliseconds: a copier's file is read while the page waits


async def test_a_printed_sheet_comes_back_as_a_scan(lively: Lively, browser: Browser, tmp_path: Path) -> None:
    home, _world = lively
    of, email = await teacher_of(home, "6B")
    async with home.site.database.transaction() as db:
        await db.exec(delete(ScannedPage))
    async with browsing(browser, home.url, script=False, width=390) as teacher:
        page = teacher.page
        page.set_default_timeout(READING)
        await staff_sign_in(page, email, to="**/classes**")
        await page.goto(f"/classes/{of.id}/paper/sheets")
        (tmp_path / "scan.pdf").write_bytes(scanned(await page.pdf(format="A4")))
        await page.goto(f"/classes/{of.id}/paper/scan")
        await page.locator('input[name="files"]').set_input_files(tmp_path / "scan.pdf")
        await press(page, "/paper/scan")
        letters = page.locator('a[href*="/paper/letters/"]')
        await letters.first.wait_for()
        assert await letters.count() == SHEETS - 1
        assert await page.locator("article.scan").count() == 1, "the sheet whose code is covered"
        first = str(await letters.first.get_attribute("href"))
        await page.goto(first)
        await press(page, first)
        await page.wait_for_url(re.compile(r"/paper/letters/(?!" + first.rpartition("/")[2] + ")"))  # the next one
    async with home.site.database.reading() as db:
        found = await db.exec(select(Letter).where(Letter.channel == Channel.PAPER).order_by(col(Letter.id).desc()))
        letter = found.all()[0]
        assert letter.state in (LetterState.WRITTEN, LetterState.HELD)
        assert len((await db.exec(select(Attachment).where(Attachment.letter_id == letter.id))).all()) == 1


async def teacher_of(home: House, name: str) -> tuple[SchoolClass, str]:
    async with home.site.database.reading() as db:
        found = await db.exec(
            select(SchoolClass, SignIn.email)
            .join(ClassTeacher, col(ClassTeacher.class_id) == col(SchoolClass.id))
            .join(Moderator, col(Moderator.id) == col(ClassTeacher.moderator_id))
            .join(SignIn, col(SignIn.id) == col(Moderator.sign_in_id))
            .where(SchoolClass.name == name, ClassTeacher.duty == Duty.LEAD)
        )
        of, email = found.all()[0]
    assert email
    return of, email


def scanned(printed: bytes) -> bytes:
    """The first sheets in a copier: written on, every second one upside down, one with a thumb on its code."""
    document = pypdfium2.PdfDocument(printed)
    pages = []
    for place in range(SHEETS):
        page = document[place].render(scale=150 / 72).to_pil().convert("RGB")
        draw = ImageDraw.Draw(page)
        for line in range(6):
            draw.text((110, 400 + 90 * line), "I have a black cat.", fill=(40, 40, 120), font_size=36)
        if place == SHEETS - 1:
            draw.rectangle((page.width // 2, 0, page.width, 380), fill="tan")
        pages.append(page.rotate(180 * (place % 2)))
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=150, save_all=True, append_images=pages[1:], quality=75)
    return out.getvalue()
