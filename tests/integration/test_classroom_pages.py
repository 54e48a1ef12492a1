"""Do the pages of a class let pupils in, and only them, and is a pupil shown nothing that is not for pupils?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from sqlmodel import select

from penfriends.actions import letters
from penfriends.models.letters import Letter, LetterState
from penfriends.models.moderation import Report
from penfriends.models.schools import Pupil
from penfriends.web.permissions import TABLE, Permission, key_of
from tests import builders as b
from tests.integration.test_permissions import filled_in, handlers_of
from tests.support.friends import drawing
from tests.support.pupils import School, pictures_on, school
from tests.support.visits import words


@pytest.fixture
async def at(fresh_sqlite: str) -> AsyncIterator[School]:
    async with school(fresh_sqlite) as opened:
        yield opened


async def signed_in(at: School) -> None:
    answer = await at.taps(*await at.pictures())
    assert answer.headers["location"] == "/pupil", words(await at.ava.get("/class/pictures"))


async def new_sheet(at: School) -> str:
    answer = await at.ava.post(f"{at.thread}/new")
    return str(answer.headers["location"]).removesuffix("/edit")


async def pupil_row(at: School) -> Pupil:
    async with at.ava.database.reading() as db:
        return await db.get_one(Pupil, at.at.ava.resident_id)


# --- coming in --------------------------------------------------------------------------------------------------------


async def test_R14_code_name_and_three_pictures_open_the_pupil_s_page(at: School) -> None:
    pictures = await at.pictures()
    assert (await at.at_the_names()).headers["location"] == "/class/names"
    assert "Ava B" in words(await at.ava.get("/class/names"))
    assert (await at.taps(*pictures[:2])).headers["location"] == "/class/pictures"
    assert (await at.ava.get("/class/pictures")).text.count('class="is-set"') == 2
    await at.ava.post("/class/pictures", picture="")
    assert (await at.ava.get("/class/pictures")).text.count('class="is-set"') == 1
    await at.ava.post("/class/pictures", picture=pictures[1])
    done = await at.ava.post("/class/pictures", picture=pictures[2])
    assert done.headers["location"] == "/pupil"
    assert "Hello Ava" in words(await at.ava.get("/pupil"))
    assert at.ava.client.cookies.get("seat") is None
    assert (await at.ava.get("/class")).headers["location"] == "/pupil"


async def test_R14_an_unknown_code_and_one_outside_its_lessons_get_the_same_answer(at: School) -> None:
    unknown = await at.at_the_names("OTTER-00000")
    other_day = (datetime.now(UTC).weekday() + 3) % 7
    await at.change(lessons=[[other_day, "09:00", "09:45"]])
    closed = await at.at_the_names()
    assert (unknown.status_code, closed.status_code) == (422, 422)
    assert words(unknown).replace("OTTER-00000", "") == words(closed).replace(at.at.here.code, "")
    assert (await at.ava.get("/class/names")).headers["location"] == "/class"


async def test_looking_at_the_address_of_a_card_tells_nothing(at: School) -> None:
    right, wrong = await at.ava.get(f"/class/{at.at.here.code}"), await at.ava.get("/class/OTTER-00000")
    assert right.text.replace(at.at.here.code, "") == wrong.text.replace("OTTER-00000", "")
    assert "Ava" not in right.text


async def test_the_steps_cannot_be_jumped(at: School) -> None:
    """Neither without the code, nor with a cookie that somebody has written."""
    for path in ("/class/names", "/class/pictures"):
        assert (await at.ava.get(path)).headers["location"] == "/class"
    await at.at_the_names()
    assert (await at.ava.get("/class/pictures")).headers["location"] == "/class"
    assert (await at.ava.post("/class/names", who=str(at.at.anton.resident_id))).status_code == 404
    sealed = next(one.value or "" for one in at.ava.client.cookies.jar if one.name == "seat")
    for cookie, status in ((sealed, 200), (sealed.replace(str(at.at.here.id), str(at.at.there.id)), 303), ("x", 303)):
        answer = await at.anton.client.get("/class/names", headers={"cookie": f"seat={cookie}"})
        assert answer.status_code == status, cookie


async def test_five_wrong_tries_lock_and_the_teacher_unlocks_with_one_press(at: School) -> None:
    pictures = await at.pictures()
    for _try in range(5):
        await at.taps(*pictures[::-1])
    assert "ask your teacher" in words(await at.ava.get("/class/pictures"))
    assert (await at.taps(*pictures)).headers["location"] == "/class/pictures"
    assert "1 locked out" in words(await at.okafor.get(at.class_path))
    doors = await at.okafor.get(f"{at.class_path}/signing-in")
    assert "Let Ava try again" in words(doors)
    await at.okafor.post(f"{at.class_path}/signing-in/unlock", pupil=str(at.at.ava.resident_id))
    assert (await at.taps(*pictures)).headers["location"] == "/pupil"


async def test_cards_are_shown_once_and_replace_the_old_ones(at: School) -> None:
    old = await at.pictures()
    before = await at.okafor.get(f"{at.class_path}/cards")
    assert 'class="pcards' not in before.text
    sheet = await at.cards(pupil=str(at.at.ava.resident_id), large="yes")
    assert "pcards--large" in sheet.text
    assert sheet.headers["cache-control"] == "no-store"
    said = words(sheet)
    for one in ("Ava B", "Anton", "Hürth", at.at.here.code.replace("-", " "), "127.0.0.1:8000/class"):
        assert one in said
    new = pictures_on(sheet)["Ava B"]
    if new != old:
        assert (await at.taps(*old)).headers["location"] == "/class/pictures"
    assert (await at.taps(*new)).headers["location"] == "/pupil"


async def test_a_teacher_sets_lessons_devices_and_a_new_code(at: School) -> None:
    doors = f"{at.class_path}/signing-in"
    wrong = await at.okafor.post(f"{doors}/lessons", weekday="2", start="10:00", end="09:00")
    assert wrong.status_code == 422
    await at.okafor.post(f"{doors}/lessons", weekday="2", start="09:00", end="09:45")
    assert "Wednesday, 09:00 to 09:45" in words(await at.okafor.get(doors))
    await at.okafor.post(f"{doors}/lessons/removal", lesson="2|09:00|09:45")
    assert "at any time" in words(await at.okafor.get(doors))
    await at.okafor.post(f"{doors}/devices", shared="no")
    assert "a device of their own" in words(await at.okafor.get(doors))
    await at.okafor.post(f"{doors}/code")
    assert (await at.at_the_names()).status_code == 422


@pytest.mark.parametrize("path", ["/signing-in", "/cards"])
async def test_R18_another_class_s_doors_are_not_found(at: School, path: str) -> None:
    theirs = f"/classes/{at.at.there.id}{path}"
    assert (await at.okafor.get(theirs)).status_code == 404
    for more in ("/signing-in/code", "/signing-in/devices", "/signing-in/unlock", "/cards"):
        assert (await at.okafor.post(f"/classes/{at.at.there.id}{more}", who="all")).status_code == 404


# --- what a pupil sees ------------------------------------------------------------------------------------------------


async def test_a_pupil_gets_404_on_every_page_of_residents(at: School) -> None:
    await signed_in(at)
    closed = {
        (method, filled_in(path))
        for path, handlers in handlers_of(at.ava.settings).items()
        for handler in handlers
        if _is_for_residents(handler)
        for method in handler.http_methods & {"GET", "POST"}
    }
    assert {("GET", "/me"), ("GET", "/me/leave"), ("GET", "/friends"), ("POST", "/me/pause")} <= closed
    token = at.ava.client.cookies.get("csrf") or ""
    for method, path in sorted(closed, key=str):
        answer = await at.ava.client.request(method, path, data={"_csrf_token": token} if method == "POST" else None)
        assert answer.status_code == 404, (method, path)
    for path in ("/me/who", "/desk", "/classes"):
        assert (await at.ava.get(path)).status_code in (303, 404), path
    for more in ("block", "pause", "ending", "late"):
        assert (await at.ava.post(f"{at.thread}/{more}")).status_code == 404, more


def _is_for_residents(handler: HTTPRouteHandler) -> bool:
    return TABLE[key_of(handler)] is Permission.RESIDENT


async def test_R12_every_page_of_a_pupil_says_that_both_teachers_read(at: School) -> None:
    await signed_in(at)
    sheet = await new_sheet(at)
    for path in ("/pupil", "/letters", at.thread, f"{sheet}/edit", "/help"):
        said = await at.ava.get(path)
        assert "Your teacher reads every letter, and so does the teacher of your friend." in words(said), path


async def test_a_pupil_is_offered_nothing_that_pupils_may_not_do(at: School) -> None:
    await signed_in(at)
    async with at.ava.database.transaction() as db:
        got = await b.letter(db, at.at.anton_writes, "Hallo Ava.", state=LetterState.DELIVERED, at=datetime.now(UTC))
    sheet = await new_sheet(at)
    for path in ("/pupil", "/letters", at.thread, f"{sheet}/edit", f"/letters/{got.id}/report", "/help"):
        page = (await at.ava.get(path)).text
        for offered in ('"/me', "/pause", "/ending", "/late", "/block", "/friends", 'name="block"'):
            assert offered not in page, (path, offered)
    await at.ava.post(f"/letters/{got.id}/report", kind="unkind", block="y")
    async with at.ava.database.reading() as db:
        assert len((await db.exec(select(Report))).all()) == 1
    assert "No letter passes" in words(await at.ava.get("/pupil"))


async def test_a_pupil_writes_sends_and_sees_who_reads_next(at: School) -> None:
    await signed_in(at)
    sheet = await new_sheet(at)
    assert "Go on with my letter" in words(await at.ava.get("/pupil"))
    await at.ava.post(f"{sheet}/sending", text="I have a cat.", title="", language="en")
    async with at.ava.database.transaction() as db:
        letter = (await db.exec(select(Letter).where(Letter.author_id == at.at.ava_writes.id))).one()
        await letters.screen_letter(
            db, letter.id, drawn=lambda _: False, at=b.AT, policy=b.POLICY, now=datetime.now(UTC)
        )
    said = words(await at.ava.get("/pupil"))
    assert "Your teacher reads it next. Then the teacher of Anton reads it." in said
    assert "volunteer" not in said
    await at.ava.post(f"{sheet}/undo")
    assert "Go on with my letter" in words(await at.ava.get("/pupil"))


async def with_drawing(at: School, sheet: str, data: bytes, **more: str) -> httpx.Response:
    token = at.ava.client.cookies.get("csrf") or ""
    fields = {"_csrf_token": token, "text": "Look.", "title": "", "language": "en", **more}
    return await at.ava.client.post(f"{sheet}/draft", data=fields, files={"pictures": ("me.jpg", data, "image/jpeg")})


async def test_R29_one_drawing_fits_in_a_pupil_s_letter(at: School) -> None:
    await signed_in(at)
    sheet = await new_sheet(at)
    assert (await with_drawing(at, sheet, drawing())).status_code == 303
    for data in (drawing(), b"not a picture", b"x" * (10 * 1024 * 1024 + 1)):
        again = await with_drawing(at, sheet, data)
        assert again.status_code == 422
        assert "One drawing fits in a letter" in words(again)
    shown = await at.ava.get(f"{sheet}/pictures/1")
    assert shown.headers["content-type"] == "image/jpeg"
    assert 'name="pictures"' not in (await at.ava.get(f"{sheet}/edit")).text
    assert (await at.anton.get(f"{sheet}/pictures/1")).status_code == 404, "not before both teachers have seen it"


async def test_nothing_is_kept_on_shared_devices_and_the_page_says_so(at: School) -> None:
    await signed_in(at)
    sheet = await new_sheet(at)
    assert 'data-draft-device="shared"' in (await at.ava.get(f"{sheet}/edit")).text
    await at.change(shared_devices=False)
    own = (await at.ava.get(f"{sheet}/edit")).text
    assert 'data-draft-device="own"' in own
    assert "data-draft-found" in own
    out = await at.ava.post("/sign-out")
    assert (out.headers["location"], out.headers["clear-site-data"]) == ("/class", '"storage"')


async def test_a_pupil_whose_time_is_over_signs_in_with_the_class_again(at: School) -> None:
    await signed_in(at)
    sheet = await new_sheet(at)
    page = (await at.ava.get(f"{sheet}/edit")).text
    key = page.partition('name="key" type="hidden" value="')[2].partition('"')[0]
    at.ava.client.cookies.delete("session")
    kept = await at.ava.post(f"{sheet}/draft", text="Typed later.", key=key)
    assert kept.headers["location"] == "/class"
    async with at.ava.database.reading() as db:
        letter = (await db.exec(select(Letter).where(Letter.author_id == at.at.ava_writes.id))).one()
    assert letter.original_text == "Typed later."
    assert (await at.ava.get("/pupil")).headers["location"].startswith("/class")
