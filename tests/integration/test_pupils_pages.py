"""Do a teacher's pages of pupils take any list without losing a word, and say plainly what they will not take?"""

import html
import io
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import httpx
import pytest
from openpyxl import Workbook
from sqlmodel import col, select

from penfriends.models.moderation import AuditEntry, Moderator
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.models.schools import PaperYes, Pupil
from tests import builders as b
from tests.support.schools import Classes, classes
from tests.support.visits import Visit, visiting, words

YEAR = datetime.now(UTC).year - 10
LIST = f"First name\tSurname\tBirth date\nŁucja\tWiśniewska\t3.5.{YEAR}\nBen\tTaylor\t4.5.{YEAR}\n"


@pytest.fixture
async def visit(fresh_sqlite: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_sqlite) as visit:
        await visit.get("/sign-in")
        yield visit


@pytest.fixture
async def at(visit: Visit) -> Classes:
    """Ms Okafor at her desk."""
    async with visit.database.transaction() as db:
        made = await classes(db)
    await sit_down(visit, made.okafor)
    return made


async def sit_down(visit: Visit, moderator: Moderator) -> None:
    async with visit.database.transaction() as db:
        visit.sign_in(await b.session(db, moderator.sign_in_id, staff=True))


async def sent(visit: Visit, at: Classes, raw: bytes, name: str = "6b.csv", **data: str) -> httpx.Response:
    """A file, as a browser sends it."""
    token = visit.client.cookies.get("csrf") or ""
    path = f"/classes/{at.here.id}/pupils/add"
    return await visit.client.post(path, data={"_csrf_token": token, **data}, files={"file": (name, raw)})


def hidden(page: httpx.Response) -> dict[str, str]:
    """What the button that saves would send."""
    form = re.search(r'<form[^>]*/pupils/roster".*?</form>', page.text, re.DOTALL)
    assert form is not None, words(page)
    text = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", form.group(0), re.DOTALL)
    seen = re.search(r'name="seen" value="(\w+)"', form.group(0))
    assert text is not None
    assert seen is not None
    return {"text": html.unescape(text.group(1)), "seen": seen.group(1)}


def in_box(page: httpx.Response) -> str:
    """The text in the box that one can write into."""
    found = re.findall(r"<textarea(?![^>]*hidden)[^>]*>\r?\n?(.*?)</textarea>", page.text, re.DOTALL)
    return html.unescape(found[-1])


async def names(visit: Visit, at: Classes) -> list[str]:
    async with visit.database.reading() as db:
        found = await db.exec(
            select(Resident.first_name)
            .join(Pupil, col(Pupil.resident_id) == col(Resident.id))
            .where(Pupil.class_id == at.here.id)
            .order_by(col(Resident.first_name))
        )
        return list(found)


async def test_a_paste_is_shown_then_saved_then_the_same(visit: Visit, at: Classes) -> None:
    shown = await visit.post(f"/classes/{at.here.id}/pupils/add", text=LIST)
    assert shown.status_code == 200
    said = words(shown)
    assert "Nothing is saved yet" in said
    assert "Łucja W" in said
    assert "Only the initial of the surname is kept" in said
    assert "In the class, but not on this list: Ava B" in said
    assert await names(visit, at) == ["Ava"]
    saved = await visit.post(f"/classes/{at.here.id}/pupils/roster", **hidden(shown))
    assert saved.status_code == 303
    assert await names(visit, at) == ["Ava", "Ben", "Łucja"]
    again = await visit.post(f"/classes/{at.here.id}/pupils/roster", **hidden(shown))
    assert again.status_code == 409
    assert "The class has changed since you looked" in words(again)
    assert await names(visit, at) == ["Ava", "Ben", "Łucja"]


async def test_mistakes_are_named_by_line_and_the_paste_stays_in_the_box(visit: Visit, at: Classes) -> None:
    wrong = LIST + f"Chidi\tObi\t31.2.{YEAR}\n\nDaisy\tLane\t\n"
    shown = await visit.post(f"/classes/{at.here.id}/pupils/add", text=wrong)
    assert shown.status_code == 422
    said = words(shown)
    assert "Line 4: There is no such date" in said
    assert "Line 6: The birth date is missing" in said
    assert in_box(shown) == wrong
    assert "/pupils/roster" not in shown.text
    refused = await visit.post(f"/classes/{at.here.id}/pupils/roster", text=wrong, seen="")
    assert refused.status_code == 409
    assert await names(visit, at) == ["Ava"]


async def test_a_file_goes_into_the_box_and_is_saved_from_there(visit: Visit, at: Classes) -> None:
    book, out = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for row in (("Imię", "Nazwisko", "Data urodzenia", "Zgoda"), ("Łucja", "Ćwik", date(YEAR, 5, 3), "formularz")):
        sheet.append(row)
    book.save(out)
    shown = await sent(visit, at, out.getvalue(), "klasa.xlsx")
    assert shown.status_code == 200
    assert "Łucja Ć" in words(shown)
    saved = await visit.post(f"/classes/{at.here.id}/pupils/roster", **hidden(shown))
    assert saved.status_code == 303
    async with visit.database.reading() as db:
        found = await db.exec(select(Pupil).where(Pupil.initial == "Ć"))
        assert found.one().paper is PaperYes.FORM


async def test_a_file_beside_a_typed_text_is_asked_about_and_the_text_stays(visit: Visit, at: Classes) -> None:
    shown = await sent(visit, at, LIST.encode(), text="Ava Brown, 27.3.2016", was="")
    assert shown.status_code == 422
    assert "either the text or the file" in words(shown)
    assert in_box(shown) == "Ava Brown, 27.3.2016"
    first = await sent(visit, at, b"First name;Birth date\nBen;\nCy;\n")
    was = re.search(r'name="was" value="(\w+)"', first.text)
    assert was is not None
    second = await sent(visit, at, LIST.encode(), text=in_box(first), was=was.group(1))
    assert second.status_code == 200, "nobody had typed into the box"


async def test_a_paste_outlives_a_session_that_ended_meanwhile(visit: Visit, at: Classes) -> None:
    visit.client.cookies.delete("session")
    await visit.get("/sign-in")
    shown = await visit.post(f"/classes/{at.here.id}/pupils/add", text=LIST)
    assert shown.status_code == 403
    assert "Wiśniewska" in shown.text
    assert "/staff/sign-in" in shown.text


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b"0" * 10_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (bomb(), "The file is too large"),
        (b"x" * 5_000_000, "The file is too large"),
        (b"%PDF-1.7 a letter", "This list cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "from an old Excel"),
        (b"PK\x03\x04 torn", "The file is damaged"),
        (f"First name,Birth date\n=cmd|' /C calc'!A0,3.5.{YEAR}\n".encode(), "is a formula without a result"),
        (f"First name,Birth date\n<script>alert(1)</script>,3.5.{YEAR}\n".encode(), "cannot be taken as a name"),
        (b"\x00\x01\x02" * 500, ""),
        (b"\n" * 200_000, "There is nobody on this list"),
    ],
    ids=["zip bomb", "one line of 5 MB", "pdf", "old excel", "torn", "formula", "script", "bytes", "empty lines"],
)
async def test_hostile_files_are_answered_with_a_plain_sentence(
    visit: Visit, at: Classes, raw: bytes, sentence: str
) -> None:
    shown = await sent(visit, at, raw)
    assert shown.status_code == 422
    assert sentence in words(shown)
    assert "<script>alert" not in shown.text
    assert await names(visit, at) == ["Ava"]


async def test_a_paste_of_five_megabytes_is_answered_too(visit: Visit, at: Classes) -> None:
    shown = await visit.post(f"/classes/{at.here.id}/pupils/add", text="Ava " * 1_250_000)
    assert shown.status_code == 422
    assert "too large" in words(shown)
    empty = await visit.post(f"/classes/{at.here.id}/pupils/add", text="  ")
    assert "Please paste a list, or choose a file." in words(empty)


async def test_of_thousands_of_mistakes_the_first_are_told(visit: Visit, at: Classes) -> None:
    rows = f"Ava\t3.5.{YEAR}\t{'x, ' * 40}\n" * 300
    shown = await visit.post(f"/classes/{at.here.id}/pupils/add", text=f"First name\tBirth date\tLanguages\n{rows}")
    assert shown.status_code == 422
    assert "more." in words(shown)
    assert shown.text.count("is not a language that we know") < 2000


async def test_the_list_has_switches_and_leaves_a_line_that_names_the_children(visit: Visit, at: Classes) -> None:
    ava = at.ava.resident_id
    path = f"/classes/{at.here.id}/pupils"
    shown = await visit.get(path)
    for said in ("Ava B", "Our form", "Anton K", "Here", "Writes with one"):
        assert said in words(shown)
    async with visit.database.reading() as db:
        lines = (await db.exec(select(AuditEntry).where(AuditEntry.action == "view_list"))).all()
        assert [one.details["children"] for one in lines] == [[str(ava)]]
    away = await visit.post(f"/pupils/{ava}/presence", present="no")
    assert away.headers["location"] == f"{path}#p-{ava}"
    await visit.post(f"/pupils/{ava}/volunteering", volunteer="yes")
    said = words(await visit.get(path))
    assert "Away" in said
    assert "Would like two" in said
    assert "Class list" in words(await visit.get(f"{path}/list"))


async def test_consents_gaps_first_one_press_and_what_taking_back_stops(visit: Visit, at: Classes) -> None:
    async with visit.database.transaction() as db:
        zoe = await b.pupil(db, at.here, at.okafor, "Zoe", paper=PaperYes.NONE)
    path = f"/classes/{at.here.id}/pupils/consents"
    said = words(await visit.get(path))
    assert said.index("Zoe B") < said.index("Ava B")
    assert "Ava" not in words(await visit.get(f"{path}?only=gaps"))
    pressed = await visit.post(f"/pupils/{zoe.resident_id}/paper", paper="paper", only="gaps")
    assert pressed.headers["location"] == f"{path}?only=gaps#p-{zoe.resident_id}"
    assert "For everybody there is a yes." in words(await visit.get(path))
    stops = words(await visit.get(f"/pupils/{at.ava.resident_id}/withdrawal"))
    assert "No letter to or from Ava B is handed over" in stops
    await visit.post(f"/pupils/{at.ava.resident_id}/paper", paper="none")
    assert "For 1 pupil" in words(await visit.get(path))


async def test_forms_are_in_the_school_s_language_and_another_one_without_any_code(visit: Visit, at: Classes) -> None:
    async with visit.database.transaction() as db:
        await b.pupil(db, at.here, at.okafor, "Zoe", paper=PaperYes.NONE)
        town = (await db.exec(select(Town).where(Town.name == "Thetford"))).one()
        town.language = "en"
        db.add(town)
    path = f"/classes/{at.here.id}/pupils/forms"
    missing = words(await visit.get(path))
    assert "Zoe B" in missing
    assert "Ava B" not in missing
    everybody = await visit.get(f"{path}?for=all&with=ar")
    assert everybody.text.count("<article") == 2
    assert 'lang="ar" dir="rtl"' in everybody.text
    blank = await visit.get(f"{path}?for=blank&with=xx")
    assert blank.text.count("<article") == 1
    assert "Zoe" not in words(blank)
    assert at.here.code not in everybody.text


async def test_one_pupil_is_put_right_and_of_a_surname_the_initial_stays(visit: Visit, at: Classes) -> None:
    path = f"/pupils/{at.ava.resident_id}"
    assert "Only a moderator of your town may change it" in words(await visit.get(path))
    wrong = await visit.post(path, first_name="ava@example.org", initial="B")
    assert wrong.status_code == 422
    assert "Please choose at least one language." in words(wrong)
    done = await visit.post(
        path, first_name="Avá", initial="Cole", level_en="first", pictures="dogs", more="pigeons", volunteer="y"
    )
    assert done.status_code == 303
    said = words(await visit.get(f"/classes/{at.here.id}/pupils"))
    for shown in ("Avá C", "English (own language)", "Dogs", "Pigeons", "Would like two"):
        assert shown in said
    assert "Cole" not in said


async def test_who_has_left_stands_below_and_the_partner_s_teacher_sees_it(visit: Visit, at: Classes) -> None:
    path = f"/pupils/{at.ava.resident_id}"
    assert "The letters with the partner end." in words(await visit.get(f"{path}/leaving"))
    await visit.post(f"{path}/leaving")
    assert "Have left the class Ava B" in words(await visit.get(f"/classes/{at.here.id}/pupils"))
    assert "Has left the class on" in words(await visit.get(path))
    await sit_down(visit, at.weber)
    assert "The partner has left the other class: Anton K" in words(await visit.get(f"/classes/{at.there.id}/pupils"))
    await sit_down(visit, at.okafor)
    await visit.post(f"{path}/return")
    assert "the yes of a guardian is missing" in words(await visit.get(f"/classes/{at.here.id}/pupils"))


async def test_R18_other_teachers_and_moderators_find_nothing(visit: Visit, at: Classes) -> None:
    own, one = f"/classes/{at.here.id}/pupils", f"/pupils/{at.ava.resident_id}"
    for other in (at.weber, at.towns.ilse):
        await sit_down(visit, other)
        for path in (own, f"{own}/add", f"{own}/consents", f"{own}/forms", f"{own}/list", one, f"{one}/leaving",
                     f"{one}/withdrawal"):  # fmt: skip
            assert (await visit.get(path)).status_code == 404, path
        for path in (f"{own}/add", f"{own}/roster", one, f"{one}/leaving", f"{one}/return", f"{one}/paper",
                     f"{one}/presence", f"{one}/volunteering"):  # fmt: skip
            assert (await visit.post(path, text=LIST)).status_code == 404, path
