"""Files that schools send: from every Windows, from Excel, by mistake, and to do harm."""

import io
import time
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from penfriends.roster_vocabulary import vocabulary
from penfriends.rules.roster import read_roster
from penfriends.rules.roster_values import Column, Consent, Note, Problem, RosterReading, Told, Trouble
from penfriends.sheets import MOST_BYTES, read_sheet

TODAY = date(2026, 11, 22)
POLISH = "Nazwisko i imię;Data urodzenia\r\nŚwiątek Łucja;12.03.2014\r\nŻak Józef;2014-01-02\r\n"
GERMAN = "Name;Vorname;Geburtsdatum\r\nMüller;Jörg;12.03.2014\r\nGroß;Zoë;1.2.2014\r\n"
FRENCH = "Nom,Prénom,Né(e) le\nLefêvre,Jérôme,12/03/2014\nNoël,Maëlle,1er mars 2014\n"
ARABIC = "الاسم\tتاريخ الميلاد\nمحمد خالد\t١٢/٣/٢٠١٤\nAva B\t2014-01-02\n"
ARABIC_OF_WINDOWS = "الاسم;تاريخ الميلاد\nمحمد خالد;12/3/2014\nAva B;2014-01-02\n"
SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<sheetData>%s</sheetData></worksheet>"
)


def read(raw: bytes, prefers: str = "") -> RosterReading:
    return read_roster(read_sheet(raw, prefers=prefers), TODAY, vocabulary())


def names(raw: bytes) -> list[str]:
    reading = read(raw)
    assert reading.complete, reading.problems
    return [line.name for line in reading.lines]


def saved(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def workbook(*rows: tuple[object, ...]) -> Workbook:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    return book


def forged(part: str, content: bytes) -> bytes:
    """A good workbook in which one part says something else."""
    target = io.BytesIO()
    good = zipfile.ZipFile(io.BytesIO(saved(workbook(("Name", "Born"), ("Ava B", "12.03.2014")))))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name in {*good.namelist(), part}:
            package.writestr(name, content if name == part else good.read(name))
    return target.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "iso-8859-2", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_polish_school_saves_semicolons_in_whatever_encoding(encoding: str) -> None:
    assert names(POLISH.encode(encoding)) == ["Łucja Ś", "Józef Ż"]


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        (GERMAN, "cp1252", ["Jörg M", "Zoë G"]),
        (FRENCH, "cp1252", ["Jérôme L", "Maëlle N"]),
        (ARABIC, "utf-16", ["محمد خ", "Ava B"]),
        (ARABIC, "utf-16-le", ["محمد خ", "Ava B"]),
        (ARABIC_OF_WINDOWS, "cp1256", ["محمد خ", "Ava B"]),
    ],
)
def test_a_german_a_french_and_two_arabic_files(text: str, encoding: str, expected: list[str]) -> None:
    assert names(text.encode(encoding)) == expected


def test_a_guessed_encoding_is_told_and_the_teachers_language_decides_between_equals() -> None:
    raw = "Name;Born\nZoę B;12.03.2014\n".encode("cp1250")  # the byte of ę is that of ê in the west
    assert [line.name for line in read(raw, "pl").lines] == ["Zoę B"]
    assert [line.name for line in read(raw, "fr").lines] == ["Zoê B"]
    assert Told(Note.GUESSED_ENCODING, value="windows-1250") in read(raw, "pl").notes
    assert read(POLISH.encode()).notes[0].note is Note.SURNAME_CUT


@pytest.mark.parametrize(
    "text",
    ["sep=;\nName;Born\nAva B;12.03.2014\n", 'Name|Born\n"Ava B"|12.03.2014\n', "Name\tBorn\rAva B\t12.03.2014\r"],
)
def test_every_sign_between_cells(text: str) -> None:
    assert names(text.encode()) == ["Ava B"]


def test_an_excel_file_with_a_title_days_and_numbers_of_days() -> None:
    book = workbook(
        ("Klasse 5b",),
        (),
        ("Vorname", "Nachname", "Geburtsdatum", "Einverständnis"),
        ("Jörg", "Müller", datetime(2014, 3, 12), "Papier"),  # noqa: DTZ001 (cells know no zone)
        ("Łucja", "Ś", date(2014, 3, 13), None),
        ("Ben", "Carter", 41710, "nein"),
    )
    book.worksheets[0].merge_cells("A1:D1")
    reading = read(saved(book))
    assert reading.complete
    assert [(line.line, line.name, line.birth, line.consent) for line in reading.lines] == [
        (4, "Jörg M", date(2014, 3, 12), Consent.PAPER),
        (5, "Łucja Ś", date(2014, 3, 13), None),
        (6, "Ben C", date(2014, 3, 12), Consent.NONE),
    ]
    assert Told(Note.FROM_SERIAL, 6, Column.BIRTH, "2014-03-12") in reading.notes
    assert Note.MERGED_CELLS not in {told.note for told in reading.notes}


def test_a_workbook_that_counts_its_days_from_1904() -> None:
    book = workbook(("Name", "Born"), ("Ava B", date(2014, 3, 12)))
    book.epoch = CALENDAR_MAC_1904
    assert read(saved(book)).lines[0].birth == date(2014, 3, 12)


def test_formulas_count_with_their_result_and_never_without() -> None:
    raw = saved(workbook(("Name", "Born"), ("Ava B", "=DATE(2014,3,12)")))
    assert read(raw).problems == (Problem(Trouble.FORMULA, 2, Column.BIRTH),)
    rows = (
        '<row r="1"><c r="A1" t="str"><v>Name</v></c><c r="B1" t="str"><v>Born</v></c></row>'
        '<row r="2"><c r="A2" t="str"><f>X1&amp;Y1</f><v>Ava B</v></c><c r="B2"><f>Z1</f><v>41710</v></c></row>'
        '<row r="3"><c r="A3" t="e"><f>X2</f><v>#REF!</v></c><c r="B3"><v>41710</v></c></row>'
    )
    reading = read(forged("xl/worksheets/sheet1.xml", SHEET % rows.encode()))
    assert [line.name for line in reading.lines] == ["Ava B"]
    assert Told(Note.FROM_FORMULA, 2, Column.NAME) in reading.notes
    assert reading.problems == (Problem(Trouble.FORMULA, 3, Column.NAME),)


def test_the_first_sheet_that_is_shown_and_filled() -> None:
    book = Workbook()
    hidden = book.create_sheet("Marks")
    hidden.append(["Name", "Born"])
    hidden.append(["Zed Z", "1.1.2014"])
    hidden.sheet_state = "hidden"
    for title, name in (("5b", "Ava B"), ("5c", "Ben C")):
        book.create_sheet(title).append(["Name", "Born"])
        book[title].append([name, "12.03.2014"])
    reading = read(saved(book))
    assert [line.name for line in reading.lines] == ["Ava B"]
    assert Told(Note.OTHER_SHEETS, value="5b") in reading.notes


def test_cells_merged_over_several_pupils_are_told() -> None:
    book = workbook(("Name", "Born", "Consent"), ("Ava B", "1.2.2014", "form"), ("Ben C", "1.2.2014", None))
    book.worksheets[0].merge_cells("C2:C3")
    reading = read(saved(book))
    assert [line.consent for line in reading.lines] == [Consent.FORM, None]  # each consent is attested by itself
    assert Told(Note.MERGED_CELLS) in reading.notes


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (b"x" * (MOST_BYTES + 1), Trouble.TOO_LARGE),
        (b"PK\x03\x04 torn", Trouble.DAMAGED),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Trouble.OLD_OR_LOCKED),
        (b"%PDF-1.7 a list", Trouble.NOT_A_SHEET),
        (b"<html><table><tr><td>Ava B</table>", Trouble.NOT_A_SHEET),
        (bytes(range(256)) * 40, Trouble.NOT_A_SHEET),
        (("a;" * 40 + "\n").encode() * 3, Trouble.NO_BIRTH_COLUMN),
        (b"Name;Born" + b";x" * 40 + b"\nAva B;12.03.2014", Trouble.TOO_MANY_COLUMNS),
        (b"Name;Born\n" + b"Ava B;12.03.2014\n" * 500, Trouble.TOO_MANY_ROWS),
    ],
)
def test_what_is_no_list(raw: bytes, trouble: Trouble) -> None:
    assert [problem.trouble for problem in read(raw).problems] == [trouble]


def test_another_package_that_only_looks_like_excel() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert read(target.getvalue()).problems == (Problem(Trouble.NOT_A_SHEET),)


HOSTILE = {
    "zeros": ("xl/worksheets/sheet1.xml", b" " * 60_000_000, Trouble.TOO_LARGE),
    "strings": ("xl/sharedStrings.xml", b"<sst>" + b"<si/>" * 1_000_000, Trouble.TOO_LARGE),
    "cells": ("xl/worksheets/sheet1.xml", b"<worksheet>" + b"<c/>" * 1_000_000, Trouble.TOO_LARGE),
    "fonts": ("xl/styles.xml", b"<styleSheet>" + b"<font/>" * 500_000, Trouble.TOO_LARGE),
    "attributes": (
        "xl/worksheets/sheet1.xml",
        SHEET % (b"<row " + b" ".join(b'a%d="1"' % n for n in range(250_000)) + b"/>"),
        Trouble.TOO_LARGE,
    ),
    "far away": (
        "xl/worksheets/sheet1.xml",
        SHEET % b'<row r="99999999999"><c r="ZZZZZ9"/></row>',
        Trouble.DAMAGED,
    ),
    "unfolding": (
        "xl/worksheets/sheet1.xml",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + SHEET % b"&a;",
        Trouble.DAMAGED,
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_takes_no_time(name: str) -> None:
    part, content, trouble = HOSTILE[name]
    raw = forged(part, content)
    begun = time.process_time()
    assert [problem.trouble for problem in read(raw).problems] == [trouble]
    assert time.process_time() - begun < 2


def test_a_workbook_that_says_it_is_smaller_than_it_is() -> None:
    raw = bytearray(forged("xl/worksheets/sheet1.xml", b" " * 60_000_000))
    real, said = (60_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    assert read(bytes(raw).replace(real, said)).problems == (Problem(Trouble.DAMAGED),)


def test_macros_are_not_looked_at() -> None:
    assert names(forged("xl/vbaProject.bin", b"Sub Auto_Open()")) == ["Ava B"]
