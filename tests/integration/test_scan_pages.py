"""Does a class's handwritten post come in by its codes, wait for the teacher, and then for both readers?"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlmodel import col, func, select

from penfriends.actions import letters, moderation, page_handling, paper_letters, passage, pupils, scanned_pages
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.images import SafeImage, as_jpeg
from penfriends.models.letters import Attachment, Blob, Channel, Letter, LetterState, Participant
from penfriends.models.moderation import AuditEntry, Hold, HoldReason, Moderator
from penfriends.models.paper import ScannedPage
from penfriends.models.schools import ClassState, PaperYes, Pupil
from penfriends.rules.relay import Obstacle
from tests import builders as b
from tests.support.paper import pdf, photo, sheet
from tests.support.schools import Classes, classes
from tests.support.visits import Visit, visiting, words

NOW = b.NOW
KEY = b.AT.key


@pytest.fixture
async def visit(fresh_database: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_database) as visit:
        await visit.get("/sign-in")
        yield visit


async def sit_down(visit: Visit, who: Moderator) -> None:
    async with visit.database.transaction() as db:
        visit.sign_in(await b.session(db, who.sign_in_id, staff=True))


async def begun(visit: Visit) -> Classes:
    async with visit.database.transaction() as db:
        at = await classes(db, now=datetime.now(UTC))
    await sit_down(visit, at.okafor)
    return at


def code_of(visit: Visit, side: Participant) -> str:
    return paper_letters.code_of(side.id, visit.settings.secret_key.encode())


async def hand_in(visit: Visit, at: Classes, *files: tuple[str, bytes], camera: bytes = b"") -> httpx.Response:
    sent: list[Any] = [("files", (name, data, "application/octet-stream")) for name, data in files]
    sent += [("camera", ("now.jpg", camera, "image/jpeg"))] if camera else []
    token = visit.client.cookies.get("csrf") or ""
    return await visit.client.post(f"/classes/{at.here.id}/paper/scan", data={"_csrf_token": token}, files=sent)


def picture(colour: str = "white") -> SafeImage:
    return as_jpeg(Image.new("RGB", (60, 90), colour))


async def lying(db: Any, at: Classes, **more: Any) -> scanned_pages.Pile:
    return await scanned_pages.pile(db, at.here.id, at.okafor, now=NOW, **more)


async def bring(db: Any, at: Classes, *sides: Participant | None, colour: str = "white") -> list[ScannedPage]:
    pages = [(picture(colour), (paper_letters.code_of(one.id, KEY),) if one else ()) for one in sides]
    return await scanned_pages.bring(db, at.here.id, at.okafor, pages, key=KEY, now=NOW)


async def send(db: Any, at: Classes, **more: Any) -> Letter:
    [found] = (await lying(db, at)).bundles
    seen = [scanned_pages.mark(one) for one in found.pages]
    given: dict[str, Any] = {"title": "", "text": "", "language": "en", "seen": seen, "now": NOW} | more
    return await scanned_pages.send(db, found, at.okafor, **given)


async def test_the_printed_sheets_come_back_as_a_scan_and_wait_for_both_readers(visit: Visit) -> None:
    at = await begun(visit)
    printed = (await visit.get(f"/classes/{at.here.id}/paper/sheets")).text
    [code] = re.findall(r'class="strong num">([A-Z2-7]{6})<', printed)
    foreign = code_of(visit, at.anton_writes)
    scan = pdf([sheet(code, turned=180), sheet(code), sheet(lines=0), sheet(foreign), sheet("ABCDEF", blur=6)])
    answer = await hand_in(visit, at, ("class.pdf", scan))
    assert answer.headers["location"] == f"/classes/{at.here.id}/paper/scan"

    shown = await visit.get(answer.headers["location"])
    said = words(shown)
    assert "4 pages have come in. Of 2 you have to say whose they are. 1 empty page is left out." in said
    assert f"The code {foreign} belongs to nobody in this class." in said
    assert "No code could be read." in said
    look = re.search(r'href="(/classes/[^"]+/paper/letters/[^"]+)"', shown.text)
    assert look
    async with visit.database.reading() as db:
        assert (await db.exec(select(Letter))).all() == [], "nothing is sent before somebody has looked"

    page = await visit.get(look[1])
    assert page.text.count('class="scan__page"') == 2
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', page.text)
    assert seen
    done = await visit.post(look[1], title="", text="", language="en", seen=seen[1])
    assert (done.status_code, done.headers["location"]) == (303, f"/classes/{at.here.id}/paper/scan")
    async with visit.database.reading() as db:
        letter = (await db.exec(select(Letter))).one()
        assert (letter.state, letter.channel) == (LetterState.WRITTEN, Channel.PAPER)
        pictures = await db.exec(select(Attachment).where(Attachment.letter_id == letter.id))
        assert [one.position for one in pictures.all()] == [1, 2]
        assert (await db.exec(select(func.count()).select_from(ScannedPage))).one() == 2
        lines = await db.exec(select(AuditEntry.action).where(col(AuditEntry.action).like("%_pages")))
        assert sorted(lines) == ["bring_pages", "send_pages", "view_pages"]


async def test_photos_come_one_by_one_and_a_bad_file_keeps_no_good_one_out(visit: Visit) -> None:
    at = await begun(visit)
    code = code_of(visit, at.ava_writes)
    answer = await hand_in(
        visit, at, ("a.jpg", photo(sheet(code))), ("b.txt", b"no picture"), camera=photo(sheet(turned=90))
    )
    said = words(await visit.get(answer.headers["location"]))
    assert "2 pages have come in. Of 1 you have to say whose it is." in said
    assert "b.txt: This is neither a PDF nor a picture: JPEG, PNG or WebP." in said


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"%PDF-1.4 broken", "This PDF is broken. Please scan the sheets once more."),
        (pdf([Image.new("RGB", (9, 9))] * 81), "This PDF has more than 80 pages. Please send it in parts."),
        (pdf([sheet(lines=0)]), "All pages are empty."),
        (b"", "Please choose a PDF or photos, or take a photo."),
    ],
    ids=["broken", "81 pages", "empty", "nothing"],
)
async def test_what_cannot_come_in_is_said_on_the_page(visit: Visit, file: bytes, sentence: str) -> None:
    at = await begun(visit)
    answer = await hand_in(visit, at, ("x.pdf", file))
    assert answer.status_code == 422
    assert sentence in words(answer)


async def test_a_page_without_a_code_is_given_to_a_pupil_by_name_or_by_code(visit: Visit) -> None:
    at = await begun(visit)
    await hand_in(visit, at, ("a.pdf", pdf([sheet(), sheet(lines=5)])))
    shown = await visit.get(f"/classes/{at.here.id}/paper/scan")
    [first, second] = re.findall(r'action="([^"]+/owner)"', shown.text)
    wrong = await visit.post(first, code=code_of(visit, at.anton_writes))
    assert wrong.status_code == 422
    assert "No pupil of this class has a sheet with this code." in words(wrong)
    assert (await visit.post(first, pupil=str(at.anton_writes.id))).status_code == 422
    assert (await visit.post(first, pupil=str(at.ava_writes.id))).status_code == 303
    assert (await visit.post(second, code=code_of(visit, at.ava_writes).lower())).status_code == 303
    async with visit.database.reading() as db:
        whose = await db.exec(select(ScannedPage.participant_id))
        assert set(whose) == {at.ava_writes.id}


async def test_a_page_is_turned_and_taken_away_with_its_bytes(visit: Visit) -> None:
    at = await begun(visit)
    await hand_in(visit, at, ("a.jpg", photo(sheet())))
    shown = await visit.get(f"/classes/{at.here.id}/paper/scan")
    [turn] = re.findall(r'action="([^"]+/turn)"', shown.text)
    assert (await visit.post(turn)).status_code == 303
    async with visit.database.reading() as db:
        page = (await db.exec(select(ScannedPage))).one()
        assert page.width > page.height
        assert (await db.exec(select(Blob.sha256))).all() == [page.blob_sha256]
    image = await visit.get(turn.removesuffix("/turn"))
    assert (image.headers["content-type"], image.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert (await visit.post(turn.replace("/turn", "/removal"))).status_code == 303
    async with visit.database.reading() as db:
        assert (await db.exec(select(Blob.sha256))).all() == []


async def test_R18_pages_are_nobody_else_s(visit: Visit) -> None:
    at = await begun(visit)
    await hand_in(visit, at, ("a.jpg", photo(sheet(code_of(visit, at.ava_writes)))))
    async with visit.database.reading() as db:
        page = (await db.exec(select(ScannedPage))).one()
    await sit_down(visit, at.weber)
    base = f"/classes/{at.here.id}/paper"
    for path in ("scan", f"pages/{page.id}", f"letters/{at.ava_writes.id}"):
        assert (await visit.get(f"{base}/{path}")).status_code == 404
    for path in ("turn", "earlier", "removal"):
        assert (await visit.post(f"{base}/pages/{page.id}/{path}")).status_code == 404
        assert (await visit.post(f"/classes/{at.there.id}/paper/pages/{page.id}/{path}")).status_code == 404
    assert (await visit.post(f"{base}/letters/{at.ava_writes.id}", seen="", text="x")).status_code == 404
    assert (await hand_in(visit, at, ("a.jpg", photo(sheet())))).status_code == 404


async def test_a_class_whose_year_is_over_takes_no_pages(visit: Visit) -> None:
    at = await begun(visit)
    async with visit.database.transaction() as db:
        at.here.state, at.here.ended_at = ClassState.ENDED, datetime.now(UTC)
        await db.merge(at.here)
    answer = await hand_in(visit, at, ("a.jpg", photo(sheet())))
    assert answer.status_code == 422
    assert "This class has ended." in words(answer)


async def test_R22_R24_both_teachers_read_the_pages_and_another_page_voids_their_yes(db: Any) -> None:
    at = await classes(db)
    await bring(db, at, at.ava_writes)
    letter = await send(db, at)
    await letters.screen_letter(db, letter.id, drawn=lambda _: False, at=b.AT, policy=b.POLICY, now=NOW)
    assert letter.state is LetterState.HELD
    for reader in (at.okafor, at.weber):
        hold = (await db.exec(select(Hold).where(Hold.letter_id == letter.id, col(Hold.closed_at).is_(None)))).one()
        assert HoldReason.PICTURE.value in hold.reasons
        seen = await moderation.shown_hash(db, letter)
        await moderation.release(db, hold.id, reader, seen_hash=seen, at=b.AT, policy=b.POLICY, now=NOW)
    assert (await db.get_one(Letter, letter.id)).state is LetterState.RELEASED
    assert await obstacle(db, letter, at.anton_writes) is None
    other = (await bring(db, at, at.ava_writes, colour="red"))[0]
    page = (await db.exec(select(Attachment).where(Attachment.letter_id == letter.id))).one()
    page.blob_sha256 = other.blob_sha256
    await db.flush()
    assert await obstacle(db, letter, at.anton_writes) is Obstacle.CHANGED


async def obstacle(db: Any, letter: Letter, reader: Participant) -> Obstacle | None:
    way = await passage.way_of(db, letter.id, reader.id)
    assert way is not None
    return await passage.obstacle_on(db, way, now=NOW)


async def test_pages_of_one_code_are_one_letter_in_their_order(db: Any) -> None:
    at = await classes(db)
    first, second = await bring(db, at, at.ava_writes, at.ava_writes)
    await page_handling.put_before(db, at.here.id, second.id, at.okafor)
    [found] = (await lying(db, at)).bundles
    assert [one.id for one in found.pages] == [second.id, first.id]
    with pytest.raises(Refused) as refused:
        await send(db, at, seen=[scanned_pages.mark(first)])
    assert refused.value.refusal is Refusal.CHANGED_SINCE


async def test_a_sheet_that_came_in_lately_is_sent_only_when_somebody_says_that_it_is_another(db: Any) -> None:
    at = await classes(db)
    await bring(db, at, at.ava_writes)
    await send(db, at)
    await bring(db, at, at.ava_writes)
    [found] = (await lying(db, at)).bundles
    assert found.snag is scanned_pages.Snag.USED
    with pytest.raises(Refused) as refused:
        await send(db, at)
    assert refused.value.refusal is Refusal.SHEET_USED
    assert (await send(db, at, is_another=True)).state is LetterState.WRITTEN


async def test_a_returned_letter_is_replaced_by_the_new_pages(db: Any) -> None:
    at = await classes(db)
    await bring(db, at, at.ava_writes)
    first = await send(db, at)
    first.state = LetterState.RETURNED
    await db.flush()
    await bring(db, at, at.ava_writes, colour="red")
    again = await send(db, at)
    assert again.id == first.id
    assert len((await db.exec(select(Attachment).where(Attachment.letter_id == first.id))).all()) == 1


async def test_without_a_guardian_s_yes_the_pages_wait_and_others_go(db: Any) -> None:
    at = await classes(db)
    ben = await b.pupil(db, at.here, at.okafor, "Ben", initial="T")
    bea = await b.pupil(db, at.there, at.weber, "Bea", born=date(2016, 5, 1))
    ben_writes, _ = await b.partnered(db, at.pairing, ben, bea)
    await bring(db, at, at.ava_writes, ben_writes)
    await pupils_no(db, at, ben)
    lies = await lying(db, at)
    assert {one.one.resident.first_name: one.snag for one in lies.bundles} == {
        "Ava": None,
        "Ben": scanned_pages.Snag.NO_CONSENT,
    }
    with pytest.raises(Refused) as refused:
        await scanned_pages.send(
            db, lies.bundles[1], at.okafor, seen=[scanned_pages.mark(lies.bundles[1].pages[0])], title="", text="",
            language="en", now=NOW,
        )  # fmt: skip
    assert refused.value.refusal is Refusal.CONSENT_MISSING


async def pupils_no(db: Any, at: Classes, who: Pupil) -> None:
    await pupils.attest(db, who, at.here, at.okafor, PaperYes.NONE, now=NOW)


async def test_five_pages_fit_in_a_letter_and_two_hundred_on_the_pile(db: Any) -> None:
    at = await classes(db)
    await bring(db, at, *[at.ava_writes] * 6)
    assert (await lying(db, at)).bundles[0].snag is scanned_pages.Snag.TOO_MANY
    with pytest.raises(Refused) as refused:
        await bring(db, at, *[None] * 195)
    assert refused.value.refusal is Refusal.TOO_MANY_PAGES


async def test_the_page_before_a_stray_one_is_named(db: Any) -> None:
    at = await classes(db)
    _, stray = await bring(db, at, at.ava_writes, None)
    lies = await lying(db, at)
    assert scanned_pages.before(lies)[stray.id].name == "Ava B"


async def test_pages_that_nobody_sends_are_forgotten_and_a_letter_s_stay(db: Any) -> None:
    at = await classes(db)
    await bring(db, at, at.ava_writes)
    await send(db, at)
    await bring(db, at, None)  # the same bytes: they belong to the letter as well
    await bring(db, at, None, colour="red")
    assert await scanned_pages.forget_old(db, now=NOW + timedelta(days=13)) == 0
    assert await scanned_pages.forget_old(db, now=NOW + timedelta(days=15)) == 2
    assert (await db.exec(select(func.count()).select_from(Blob))).one() == 1


async def test_nobody_gives_a_page_to_a_pupil_of_another_class(db: Any) -> None:
    at = await classes(db)
    [page] = await bring(db, at, None)
    with pytest.raises(NotFound):
        await page_handling.give_to(db, at.here.id, page.id, at.anton_writes.id, at.okafor)
