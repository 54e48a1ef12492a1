"""Does a list of pupils become a class, and a newer list the same class brought up to date, without any loss?"""

import io
from collections.abc import Awaitable, Callable
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_list, passage, pupil_care, roster_import
from penfriends.actions.class_list import Member
from penfriends.actions.roster_import import Plan
from penfriends.errors import NotFound, Refused
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter
from penfriends.models.moderation import AuditEntry
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.schools import PaperYes, SchoolClass
from penfriends.roster_vocabulary import vocabulary
from penfriends.rules.matching import Level
from penfriends.rules.roster import read_roster
from penfriends.rules.roster_rows import rows_of_text
from penfriends.rules.roster_text import text_of
from penfriends.rules.roster_values import Field, RosterReading, Trouble
from penfriends.sheets import read_sheet
from tests import builders as b
from tests.support.schools import Classes, classes

NOW = b.NOW
POLISH = "Imię;Nazwisko;Data urodzenia;Zgoda\r\nŁucja;Wiśniewska;3.05.2015;formularz\r\nZofia;Ćwik;11.11.2015;brak\r\n"
GERMAN = "Vorname;Nachname;Geburtsdatum\r\nJörg;Müller;03.05.2015\r\nÄnne;Weiß;11.11.2015\r\n"
ARABIC = "الاسم الأول\tاسم العائلة\tتاريخ الميلاد\nليلى\tحداد\t٣/٥/٢٠١٥\nأحمد\tخوري\t11/11/2015\n"


def reading(text: str) -> RosterReading:
    return read_roster(rows_of_text(text), NOW.date(), vocabulary())


def from_file(raw: bytes, prefers: str = "") -> RosterReading:
    """As the page does it: the file's rows become text, and the text is read."""
    return reading(text_of(read_sheet(raw, prefers=prefers)))


def workbook(*rows: tuple[str | date, ...]) -> bytes:
    book, out = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(out)
    return out.getvalue()


async def do(db: AsyncSession, at: Classes, found: RosterReading, *, now: datetime = NOW) -> Plan:
    seen = await roster_import.plan(db, at.here, found, now=now)
    return await roster_import.save(db, at.here.id, at.okafor, found, seen=seen.digest, now=now)


async def listed(db: AsyncSession, of: SchoolClass, language: str = "en") -> dict[str, Member]:
    return {one.name: one for one in await class_list.members(db, of, language=language, now=NOW)}


@pytest.mark.parametrize(
    ("raw", "language", "names"),
    [
        (b"\xef\xbb\xbf" + POLISH.encode(), "pl", ["Łucja W", "Zofia Ć"]),
        (GERMAN.encode("windows-1252"), "de", ["Änne W", "Jörg M"]),
        (ARABIC.encode(), "ar", ["أحمد خ", "ليلى ح"]),
        (
            workbook(("Name", "Date of birth"), ("Chidi Obi", date(2015, 5, 3)), ("Daisy Lane", "11.11.2015")),
            "en",
            ["Chidi O", "Daisy L"],
        ),
    ],
    ids=["polish", "german", "arabic", "excel"],
)
async def test_a_file_becomes_a_class(db: AsyncSession, raw: bytes, language: str, names: list[str]) -> None:
    at = await classes(db)
    of, teacher = await b.school_class(db, at.towns.here, "7A", teacher="Mr Hill")
    found = from_file(raw, language)
    seen = await roster_import.plan(db, of, found, now=NOW)
    await roster_import.save(db, of.id, teacher, found, seen=seen.digest, now=NOW)
    made = await listed(db, of, language)
    assert list(made) == names
    assert {one.born for one in made.values()} == {date(2015, 5, 3), date(2015, 11, 11)}
    assert all(one.languages == (("en", Level.WELL),) for one in made.values()), "those of the class"


async def test_R14_consent_on_the_list_counts_and_none_leaves_a_gap(db: AsyncSession) -> None:
    at = await classes(db)
    await do(db, at, reading(POLISH))
    made = await listed(db, at.here)
    assert made["Łucja W"].resident.state is ResidentState.ACTIVE
    assert made["Zofia Ć"].has_gap
    assert made["Zofia Ć"].resident.state is ResidentState.AWAITING_CONSENT


async def test_the_same_list_again_changes_nothing(db: AsyncSession) -> None:
    at = await classes(db)
    await do(db, at, reading(POLISH))
    again = await roster_import.plan(db, at.here, reading(POLISH), now=NOW)
    assert not again.does_anything
    assert [one.first_name for one in again.changes.missing] == ["Ava"]
    await do(db, at, reading(POLISH))
    assert len(await listed(db, at.here)) == 3


async def test_a_newer_list_updates_and_loses_neither_letters_nor_pictures_nor_partner(db: AsyncSession) -> None:
    at = await classes(db)
    letter = await b.letter(db, at.ava_writes, "I have a cat.")
    at.ava.pictures = "kept"
    newer = (
        "First name,Surname,Birth date,Languages,Interests,Two partners\n"
        "Ava,Cole,27.03.2016,en well / fr a little,Dogs,yes\n"
    )
    plan = await do(db, at, reading(newer))
    assert [one.fields for one in plan.changes.changed] == [
        (Field.NAME, Field.LANGUAGES, Field.INTERESTS, Field.VOLUNTEER)
    ]
    ava = (await listed(db, at.here))["Ava C"]
    assert (ava.pupil.resident_id, ava.pupil.pictures, ava.pupil.paper) == (at.ava.resident_id, "kept", PaperYes.FORM)
    assert ava.languages == (("en", Level.WELL), ("fr", Level.LITTLE))
    assert ava.interests == ("dogs",)
    assert ava.pupil.volunteer
    assert [one.name for one in ava.partners] == ["Anton K"]
    assert (await db.get_one(Letter, letter.id)).author_id == at.ava_writes.id
    assert await passage.consent_holds(db, ava.resident, now=NOW)


async def test_R05_a_birth_date_stays_as_it_is(db: AsyncSession) -> None:
    at = await classes(db)
    plan = await do(db, at, reading("First name,Surname,Birth date\nAva,B,28.03.2016\n"))
    assert [one.fields for one in plan.changes.changed] == [(Field.BIRTH,)]
    assert not plan.does_anything
    assert (await listed(db, at.here))["Ava B"].born == date(2016, 3, 27)


async def test_R10_a_list_that_says_none_takes_the_yes_back(db: AsyncSession) -> None:
    at = await classes(db)
    await do(db, at, reading("First name,Surname,Birth date,Consent\nAva,B,27.03.2016,none\n"))
    ava = (await listed(db, at.here))["Ava B"]
    assert ava.has_gap
    assert not await passage.consent_holds(db, ava.resident, now=NOW)


async def test_who_had_left_and_is_on_the_list_comes_back_and_is_nobody_new(db: AsyncSession) -> None:
    at = await classes(db)
    await pupil_care.leave(db, at.ava.resident_id, at.okafor, now=NOW)
    plan = await do(db, at, reading("First name,Surname,Birth date\nAva,B,27.03.2016\nBen,T,28.03.2016\n"))
    assert [one.known.first_name for one in plan.back] == ["Ava"]
    made = await listed(db, at.here)
    assert made["Ava B"].pupil.resident_id == at.ava.resident_id
    assert not made["Ava B"].left
    assert made["Ava B"].has_gap, "the guardian says yes anew"
    assert len(made) == 2


async def test_nothing_is_saved_that_was_not_shown(db: AsyncSession) -> None:
    at = await classes(db)
    found = reading(POLISH)
    seen = await roster_import.plan(db, at.here, found, now=NOW)
    await b.pupil(db, at.here, at.okafor, "Łucja", initial="W", born=date(2015, 5, 3))
    with pytest.raises(Refused):
        await roster_import.save(db, at.here.id, at.okafor, found, seen=seen.digest, now=NOW)
    wrong = reading(POLISH + "Ada;;;\n")
    with pytest.raises(Refused):
        await roster_import.save(db, at.here.id, at.okafor, wrong, seen=seen.digest, now=NOW)
    assert len(await listed(db, at.here)) == 2


async def test_R18_nobody_saves_a_list_into_a_class_of_others(db: AsyncSession) -> None:
    at = await classes(db)
    found = reading(POLISH)
    seen = await roster_import.plan(db, at.here, found, now=NOW)
    for stranger in (at.weber, at.towns.ilse):
        with pytest.raises(NotFound):
            await roster_import.save(db, at.here.id, stranger, found, seen=seen.digest, now=NOW)


async def test_a_class_has_forty_pupils_at_most_with_those_whom_it_has(db: AsyncSession) -> None:
    at = await classes(db)
    rows = "".join(f"P{chr(97 + n // 26)}{chr(97 + n % 26)},B,28.03.2016\n" for n in range(40))
    plan = await roster_import.plan(db, at.here, reading("First name,Surname,Birth date\n" + rows), now=NOW)
    assert len(plan.changes.new) == 40
    assert plan.too_many


async def test_names_sort_as_the_reader_looks_for_them(db: AsyncSession) -> None:
    at = await classes(db)
    of, teacher = await b.school_class(db, at.towns.here, "7A", teacher="Mr Hill")
    for first_name in ("Luiza", "Łucja", "Lena", "Marek", "Ćwirek", "Celina"):
        await b.pupil(db, of, teacher, first_name)
    polish = [one.resident.first_name for one in (await listed(db, of, "pl")).values()]
    german = [one.resident.first_name for one in (await listed(db, of, "de")).values()]
    assert polish == ["Celina", "Ćwirek", "Lena", "Luiza", "Łucja", "Marek"]
    assert german == ["Celina", "Ćwirek", "Lena", "Łucja", "Luiza", "Marek"]


async def test_who_leaves_closes_the_letters_and_the_door_and_the_partner_is_seen_alone(db: AsyncSession) -> None:
    at = await classes(db)
    await pupil_care.leave(db, at.ava.resident_id, at.okafor, now=NOW)
    correspondence = await db.get_one(Correspondence, at.ava_writes.correspondence_id, populate_existing=True)
    assert correspondence.state is CorrespondenceState.ENDED
    assert (await db.get_one(Resident, at.ava.resident_id)).state is ResidentState.LEFT
    anton = (await listed(db, at.there))["Anton K"]
    assert anton.is_alone
    with pytest.raises(NotFound):
        await pupil_care.set_paper(db, at.ava.resident_id, at.okafor, PaperYes.FORM, now=NOW)


async def test_one_press_twice_is_one_line_in_the_log(db: AsyncSession) -> None:
    at = await classes(db)
    for paper in (PaperYes.PAPER, PaperYes.PAPER):
        await pupil_care.set_paper(db, at.ava.resident_id, at.okafor, paper, now=NOW)
    lines = await db.exec(select(AuditEntry).where(AuditEntry.subject_id == at.ava.resident_id))
    assert [one.details["paper"] for one in lines if one.action == "attest_consent"] == ["form", "paper"]


async def test_R18_another_teacher_changes_nothing(db: AsyncSession) -> None:
    at = await classes(db)
    ava = at.ava.resident_id
    written = pupil_care.Written("Eve", "X", {}, ())
    wishes: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: pupil_care.leave(db, ava, at.weber, now=NOW),
        lambda: pupil_care.come_back(db, ava, at.weber, now=NOW),
        lambda: pupil_care.set_paper(db, ava, at.weber, PaperYes.NONE, now=NOW),
        lambda: pupil_care.set_presence(db, ava, at.weber, present=False),
        lambda: pupil_care.set_volunteer(db, ava, at.weber, volunteer=True),
        lambda: pupil_care.edit(db, ava, at.weber, written, now=NOW),
    )
    for wish in wishes:
        with pytest.raises(NotFound):
            await wish()


def test_a_file_reads_the_same_from_the_box_as_from_the_file() -> None:
    """Lines keep their numbers, and a formula stays one."""
    pupils = "".join(f"{name};3.5.2015;Dogs, Cats\n" for name in ("Ava B", "Ben T", "Chidi O", "Daisy L", "Emil Z"))
    text = f"Class 6B\n\nFirst name;Birth date;Interests\n{pupils}=cmd|' /C calc'!A0;3.5.2015;\n"
    sheet = read_sheet(text.encode())
    direct, boxed = read_roster(sheet, NOW.date(), vocabulary()), reading(text_of(sheet))
    assert (boxed.lines, boxed.problems) == (direct.lines, direct.problems)
    assert [(one.trouble, one.line) for one in boxed.problems] == [(Trouble.FORMULA, 9)]
    assert [one.line for one in boxed.lines] == [4, 5, 6, 7, 8]
