"""Do residents, guardians and volunteers find their own pages, and nobody else's?"""

import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest

from penfriends.actions import links, staff
from penfriends.doorkeys import addresses_of
from penfriends.models.residents import Guardian, Resident
from tests import builders as b
from tests.support.visits import Visit, faults, visiting, words

TEMPLATES = Path(__file__).parents[2] / "templates"
CHILD_SEES = "A grown-up helper reads every letter"


@pytest.fixture
async def visit(fresh_sqlite: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_sqlite) as visit:
        await visit.get("/sign-in")
        yield visit


async def child_at_home(visit: Visit) -> Resident:
    """A child without an own address, whose guardian is signed in."""
    async with visit.database.transaction() as db:
        child = await b.child(db, await b.town(db, "Thetford"), guardian_email="ann@example.org")
        guardian = await db.get(Guardian, child.guardian_id)
        assert guardian is not None
        visit.sign_in(await b.session(db, guardian.sign_in_id))
    return child


async def adult_at_home(visit: Visit) -> Resident:
    async with visit.database.transaction() as db:
        made = await b.adult(db, await b.town(db, "Thetford"), email="henk@example.org")
        assert made.sign_in_id is not None
        visit.sign_in(await b.session(db, made.sign_in_id))
    return made


@pytest.mark.parametrize(
    "path", ["/me", "/me/profile", "/me/profile/likes", "/me/pause", "/me/leave", "/me/who", "/safety", "/nothing"]
)
async def test_R12_a_child_sees_on_every_page_who_reads(visit: Visit, path: str) -> None:
    await child_at_home(visit)
    assert CHILD_SEES in words(await visit.get(path))


async def test_R12_an_adult_does_not_read_the_child_s_line(visit: Visit) -> None:
    await adult_at_home(visit)
    assert CHILD_SEES not in words(await visit.get("/me"))


async def test_each_line_of_the_card_can_be_changed(visit: Visit) -> None:
    await adult_at_home(visit)
    likes = {"pictures": ["cats", "dogs", "cycling"], "fact_one": "a", "fact_two": "b", "question": "Why?"}
    lines: dict[str, dict[str, Any]] = {
        "card": {"first_name": "Łucja", "avatar": "cat"},
        "languages": {"level_pl": "first"},
        "likes": likes,
        "how": {"medium": "web", "capacity": "3", "wished_town": ""},
    }
    for line, data in lines.items():
        assert (await visit.get(f"/me/profile/{line}")).status_code == 200
        assert (await visit.post(f"/me/profile/{line}", **data)).headers["location"] == "/me/profile", line
    page = words(await visit.get("/me/profile"))
    assert all(word in page for word in ("Łucja", "Polish: my own language", "Cycling", "Why?", "On this website"))
    assert (await visit.get("/me/profile/birthday")).status_code == 404


async def test_R47_contact_details_stay_out_of_the_card(visit: Visit) -> None:
    await adult_at_home(visit)
    data = {"pictures": ["cats", "dogs", "cycling"], "fact_one": "me@example.org", "fact_two": "b", "question": "c"}
    refused = await visit.post("/me/profile/likes", **data)
    assert faults(refused) == ["Please leave out addresses, links and telephone numbers."]
    assert "me@example.org" in refused.text


async def test_pausing_coming_back_and_leaving(visit: Visit) -> None:
    await adult_at_home(visit)
    refused = await visit.post("/me/pause", how="until", day="1", month="1", year="2001")
    assert faults(refused) == ["Please type a day within the next year."]
    await visit.post("/me/pause", how="open")
    assert "You are pausing" in words(await visit.get("/me"))
    await visit.post("/me/pause/end")
    assert "We are looking" in words(await visit.get("/me"))
    assert (await visit.post("/me/leave")).headers["location"] == "/"
    assert (await visit.get("/me")).headers["location"].startswith("/sign-in")


async def test_R49_the_file_of_everything_kept(visit: Visit) -> None:
    made = await adult_at_home(visit)
    answer = await visit.get("/me/data")
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert json.loads(file.read("data.json"))["resident"]["id"] == str(made.id)
        page = file.read("read-me.html").decode()
    assert made.first_name in page
    assert re.findall(r"(?:href|src)=|<script|<style", page) == []
    await visit.get("/?lang=ar")
    with zipfile.ZipFile(io.BytesIO((await visit.get("/me/data")).content)) as file:
        assert '<html lang="ar" dir="rtl">' in file.read("read-me.html").decode()


async def test_a_guardian_of_two_chooses_and_cannot_choose_another_s_child(visit: Visit) -> None:
    first = await child_at_home(visit)
    async with visit.database.transaction() as db:
        town = await b.town(db, "Preston")
        second = await b.child(db, town, "Tom")
        second.guardian_id = first.guardian_id
        stranger = await b.child(db, town, "Eve")
        db.add(second)
    assert (await visit.get("/me")).headers["location"] == "/me/who"
    assert (await visit.post("/me/who", resident=str(stranger.id))).status_code == 404
    await visit.post("/me/who", resident=str(second.id))
    assert "Hello Tom" in words(await visit.get("/me"))
    assert (await visit.get(f"/me/children/{stranger.id}")).status_code == 404


async def test_R10_a_guardian_who_is_signed_in_takes_the_yes_back(visit: Visit) -> None:
    child = await child_at_home(visit)
    page = f"/me/children/{child.id}"
    assert "You said yes" in words(await visit.get(page))
    await visit.post(f"{page}/withdrawal")
    assert "You took your yes back" in words(await visit.get(page))
    assert (await visit.post("/me/pause/end")).status_code == 409


# --- signing in ------------------------------------------------------------------------------------------------------


async def test_the_answer_is_the_same_for_every_address(visit: Visit) -> None:
    async with visit.database.transaction() as db:
        await b.adult(db, await b.town(db, "Thetford"), email="known@example.org")
    pages = []
    for email in ("known@example.org", "nobody@example.org"):
        sent = await visit.post("/sign-in", email=email)
        assert sent.headers["location"] == "/sign-in/code"
        pages.append(words(await visit.get("/sign-in/code")).replace(email, "…"))
    assert pages[0] == pages[1]


async def test_half_a_code_is_no_try(visit: Visit) -> None:
    await adult_at_home(visit)
    visit.client.cookies.delete("session")
    await visit.post("/sign-in", email="henk@example.org")
    for _slip in range(links.CODE_TRIES + 1):
        assert "six digits" in words(await visit.post("/sign-in/code", code="12"))
    code = str((await visit.mail("sign_in")).payload["code"])
    assert (await visit.post("/sign-in/code", code=code)).headers["location"] == "/me"


async def test_a_link_that_was_used_says_what_to_do(visit: Visit) -> None:
    page = await visit.get("/s/no-such-secret")
    assert page.status_code == 409
    assert "ask for a new one" in words(page)
    assert 'class="btn btn--primary" href="/sign-in"' in page.text


async def test_a_new_session_each_time_and_the_old_one_ends(visit: Visit) -> None:
    await adult_at_home(visit)
    planted = visit.client.cookies["session"]
    await visit.post("/sign-in", email="henk@example.org", next="/me/profile")
    code = str((await visit.mail("sign_in")).payload["code"])
    visit.client.cookies.delete("session")
    visit.client.cookies.set("session", planted, domain="127.0.0.1")
    done = await visit.post("/sign-in/code", code=f"{code[:3]} {code[3:]}")
    assert done.headers["location"] == "/me/profile"
    assert f"session={planted}" not in done.headers["set-cookie"]
    visit.client.cookies.clear()
    visit.sign_in(planted)
    assert (await visit.get("/me")).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_nobody_is_sent_to_another_site(visit: Visit, back: str) -> None:
    await adult_at_home(visit)
    visit.client.cookies.delete("session")
    await visit.post("/sign-in", email="henk@example.org", next=back)
    code = str((await visit.mail("sign_in")).payload["code"])
    target = (await visit.post("/sign-in/code", code=code)).headers["location"]
    assert target in ("/", "/me")


async def test_a_link_from_the_mail_shows_a_button_and_signs_in_by_post(visit: Visit) -> None:
    await adult_at_home(visit)
    visit.client.cookies.delete("session")
    await visit.post("/sign-in", email="henk@example.org")
    path = await visit.path_in("sign_in")
    for _scan in range(3):
        assert (await visit.get(path)).status_code == 200
        assert "session" not in visit.client.cookies
    assert (await visit.post(path)).headers["location"] == "/me"
    assert (await visit.post("/sign-out")).headers["location"] == "/"
    assert (await visit.get(path)).status_code == 409


async def test_R40_a_volunteer_accepts_and_signs_in_with_two_proofs(visit: Visit) -> None:
    at = addresses_of(visit.settings)
    async with visit.database.transaction() as db:
        house = await b.association(db, "thetford")
        _who, url = await staff.add_moderator(
            db, association=house.slug, email="ilse@example.org", name="Ilse", at=at, now=datetime.now(UTC)
        )
    secret = url.rpartition("/")[2]
    page = await visit.get(f"/staff/invitation/{secret}")
    assert not re.search(r"<[^>]* style=", page.text)
    app = pyotp.TOTP(staff.one_time_secret(secret, at.key))
    weak = await visit.post(f"/staff/invitation/{secret}", password="short", code=app.now())
    assert faults(weak) == ["Please choose at least 12 characters, and not your name or address."]
    password, used = "geese over the canal", app.now()
    done = await visit.post(f"/staff/invitation/{secret}", password=password, code=used)
    assert done.headers["location"] == "/desk"
    visit.client.cookies.delete("session")
    wrong = await visit.post("/staff/sign-in", email="ilse@example.org", password="geese over the lake")
    assert faults(wrong) == ["Address and password do not fit together."]
    right = await visit.post("/staff/sign-in", email="ilse@example.org", password=password, next="/desk/letters")
    assert right.headers["location"] == "/staff/code"
    assert "session" not in visit.client.cookies
    assert (await visit.post("/staff/code", code=used)).status_code == 422
    coming = app.at(datetime.now(UTC) + timedelta(seconds=30))
    assert (await visit.post("/staff/code", code=coming)).headers["location"] == "/desk/letters"


async def test_R40_the_second_page_needs_the_first(visit: Visit) -> None:
    assert (await visit.get("/staff/code")).headers["location"] == "/staff/sign-in"
    visit.client.cookies.set("halfway", "00|11|22")
    assert (await visit.get("/staff/code")).headers["location"] == "/staff/sign-in"


def test_R52_no_page_counts_or_tells_when_somebody_was_seen() -> None:
    words_we_do_not_use = re.compile(r"last seen|streak|has read your letter|typing|online now", re.IGNORECASE)
    found = [path for path in TEMPLATES.rglob("*.html") if words_we_do_not_use.search(path.read_text("utf-8"))]
    assert found == []


async def test_error_pages_say_what_to_do(visit: Visit) -> None:
    missing, wrong_way, forged = (
        await visit.get("/nothing"),
        await visit.client.put("/sign-in"),
        await visit.client.post("/sign-in", data={"email": "a@example.org"}),
    )
    assert [one.status_code for one in (missing, wrong_way, forged)] == [404, 405, 403]
    assert "This page is not here" in words(missing)
    assert "Nothing was changed" in words(forged)
