"""A class list as teachers have it, read line by line: what is taken, what is told, what stops it."""

import re
from datetime import date
from pathlib import Path

import pytest

from penfriends.roster_vocabulary import vocabulary
from penfriends.rules.matching import Level
from penfriends.rules.roster import read_roster
from penfriends.rules.roster_rows import rows_of_text
from penfriends.rules.roster_values import Column, Consent, Note, Problem, RosterReading, Told, Trouble

TODAY = date(2026, 11, 22)


def read(text: str, *, most: int = 40) -> RosterReading:
    return read_roster(rows_of_text(text), TODAY, vocabulary(), most=most)


def troubles(reading: RosterReading) -> list[tuple[Trouble, int]]:
    return [(problem.trouble, problem.line) for problem in reading.problems]


def test_a_polish_list_with_headings_keeps_first_names_and_initials() -> None:
    reading = read(
        "Nazwisko i imię;Data urodzenia;Języki;Zgoda\n"
        "Świątek Łucja;12.03.2014 r.;polski, angielski (dobrze);papier\n"
        "Kowalski Jan;6 maja 2013;język polski;brak\n"
    )
    assert reading.complete
    lucja, jan = reading.lines
    assert (lucja.name, lucja.birth, lucja.consent) == ("Łucja Ś", date(2014, 3, 12), Consent.PAPER)
    assert lucja.languages == {"pl": None, "en": Level.WELL}
    assert (jan.name, jan.birth, jan.consent, jan.languages) == ("Jan K", date(2013, 5, 6), Consent.NONE, {"pl": None})
    assert Told(Note.SURNAME_CUT, 2, Column.SURNAME_FIRST, "Łucja Ś") in reading.notes


def test_beside_vorname_the_column_name_is_the_surname() -> None:
    reading = read(
        "Nr;Name;Vorname;Geburtsdatum;Hobbys;Zwei Partner;E-Mail\n"
        "1;Müller;Jörg;12.03.2014;Fußball, Schach, Minecraft;ja;j@example.org\n"
        "2;van der Berg;Anna-Lena;13.3.14;;nein;\n"
    )
    assert [(line.name, line.volunteer) for line in reading.lines] == [("Jörg M", True), ("Anna-Lena V", False)]
    assert reading.lines[0].interests == frozenset({"football", "chess"})
    assert reading.lines[1].interests is None
    assert Told(Note.UNKNOWN_INTEREST, 2, Column.INTERESTS, "Minecraft") in reading.notes
    assert Told(Note.COLUMN_LEFT_OUT, 1, value="E-Mail") in reading.notes
    assert "Müller" not in repr(reading)


def test_an_arabic_list_with_its_own_digits() -> None:
    reading = read(
        "الاسم\tتاريخ الميلاد\tاللغات\n"
        "محمد خ\t١٢/٣/٢٠١٤\tالعربية والإنجليزية\n"
        "ليلى النجار\t٥ أيار ٢٠١٤\tعربي، انجليزي (قليلا)\n"
    )
    assert reading.complete
    assert [line.name for line in reading.lines] == ["محمد خ", "ليلى ن"]
    assert [line.birth for line in reading.lines] == [date(2014, 3, 12), date(2014, 5, 5)]
    assert reading.lines[1].languages == {"ar": None, "en": Level.LITTLE}


def test_plain_lines_from_a_mail() -> None:
    reading = read("1. Ava B 12.03.2014\n2) Ben Carter, 3 May 2014\n\n- Schmidt, Cleo (2015-01-02)\n")
    assert [(line.line, line.name) for line in reading.lines] == [(1, "Ava B"), (2, "Ben C"), (4, "Cleo S")]


def test_nothing_is_half_accepted() -> None:
    reading = read("Name;Born\nAva B;12.03.2014\nBen C;31.02.2014\nCleo D;\nDan E;2014\n;1.1.2014\n")
    assert not reading.complete
    assert troubles(reading) == [
        (Trouble.NO_SUCH_DATE, 3), (Trouble.NO_BIRTH, 4), (Trouble.ONLY_YEAR, 5), (Trouble.NO_NAME, 6),
    ]  # fmt: skip
    assert reading.problems[0] == Problem(Trouble.NO_SUCH_DATE, 3, Column.BIRTH, "31.02.2014")


@pytest.mark.parametrize(
    ("written", "trouble"),
    [
        ("23.11.2026", Trouble.IN_FUTURE),
        ("23.11.2018", Trouble.TOO_YOUNG),
        ("22.11.2018", None),
        ("23.11.2008", None),
        ("22.11.2008", Trouble.TOO_OLD),
        ("03/13/2014", Trouble.MONTH_FIRST),
        ("soon", Trouble.NOT_A_DATE),
    ],
)
def test_R01_only_pupils_of_8_to_17(written: str, trouble: Trouble | None) -> None:
    reading = read(f"Name;Born\nAva B;{written}\n")
    assert [problem.trouble for problem in reading.problems] == ([trouble] if trouble else [])


def test_the_same_pupil_twice_and_two_of_one_name() -> None:
    reading = read("Name;Born\nAva B;12.03.2014\nAVA;12.03.2014\nAva B;13.03.2014\n")
    assert reading.problems == (Problem(Trouble.TWICE, 3, None, "2"),)
    assert Told(Note.SAME_NAME, 4, None, "Ava B") in reading.notes


def test_more_than_forty() -> None:
    text = "Name;Born\n" + "".join(f"{chr(97 + n % 26)}{chr(97 + n // 26)}o B;1.2.2014\n" for n in range(41))
    assert read(text).problems == (Problem(Trouble.TOO_MANY_PUPILS, value="40"),)
    assert read(text, most=41).complete


def test_two_columns_of_whole_words_are_not_guessed() -> None:
    assert troubles(read("Ava;Brown;12.03.2014\nBen;Carter;12.03.2014\n")) == [(Trouble.COLUMNS_UNCLEAR, 0)]
    assert [line.name for line in read("Ava;B.;12.03.2014\nBen;C;12.03.2014\n").lines] == ["Ava B", "Ben C"]


def test_without_dates_or_without_anybody() -> None:
    assert troubles(read("Ava B\nBen C\n")) == [(Trouble.NO_BIRTH_COLUMN, 0)]
    assert troubles(read("Name;Class\nAva B;5\n")) == [(Trouble.NO_BIRTH_COLUMN, 1)]
    assert troubles(read("Name;Born\n")) == troubles(read("")) == troubles(read(" \n\t\n")) == [(Trouble.NOBODY, 0)]


def test_formulas_and_unknown_words_stop_their_line() -> None:
    reading = read("Name;Born;Consent;Two partners;Languages\n=A1;12.03.2014;yes;perhaps;English (fine), Elvish\n")
    assert [(one.trouble, one.column) for one in reading.problems] == [
        (Trouble.FORMULA, Column.NAME),
        (Trouble.UNKNOWN_LEVEL, Column.LANGUAGES),
        (Trouble.UNKNOWN_LANGUAGE, Column.LANGUAGES),
        (Trouble.UNKNOWN_CONSENT, Column.CONSENT),
        (Trouble.NOT_YES_OR_NO, Column.VOLUNTEER),
    ]


def test_R14_polish_lists_that_begin_with_the_surname_are_read_so() -> None:
    rows = "Lewandowska Zofia;1.2.2014\nNowak Jan;1.3.2014\nWójcik Ewa;1.4.2014\nZieliński Adam;1.5.2014\n"
    for text in (f"Uczeń;Data urodzenia\n{rows}", rows):
        reading = read(text)
        assert [line.name for line in reading.lines] == ["Zofia L", "Jan N", "Ewa W", "Adam Z"]
        assert Told(Note.SURNAMES_FIRST, 0, Column.NAME) in reading.notes
    turned = read("Uczeń;Data urodzenia\nZofia Lewandowska;1.2.2014\nJan Nowak;1.3.2014\nAdam Zieliński;1.5.2014\n")
    assert [line.name for line in turned.lines] == ["Zofia L", "Jan N", "Adam Z"]


def test_titles_above_the_headings_and_words_before_a_date() -> None:
    reading = read("Liste der 6a, Stand 1.9.2026\n\nName;Vorname;Geburtsdatum\nMüller;Jörg;12.03.2014\n")
    assert [(line.line, line.name) for line in reading.lines] == [(4, "Jörg M")]
    assert Told(Note.LINE_LEFT_OUT, 1) in reading.notes
    assert [line.name for line in read("Ava B, born 12.03.2014\nZoé C née le 12 mars 2014\n").lines] == [
        "Ava B",
        "Zoé C",
    ]


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("Łucja Ś. ur. 12.03.2014 r.\nJan K. ur. 13.03.2014 r.\n", ["Łucja Ś", "Jan K"]),
        ("1 Ava B 12.03.2014\n2 Ben C 13.03.2014\n", ["Ava B", "Ben C"]),
        ("12 March 2014 Ava B\n13 March 2014 Ben C\n", ["Ava B", "Ben C"]),
        ("٢. محمد خالد ١٢/٣/٢٠١٤ م\n٣- ليلى ح ١٣/٣/٢٠١٤ م\n", ["محمد خ", "ليلى ح"]),
        ("Ava B 12.03.2014 form\nBen C 13.03.2014 paper\n", ["Ava B", "Ben C"]),
    ],
)
def test_plain_lines_of_many_hands(lines: str, names: list[str]) -> None:
    assert [line.name for line in read(lines).lines] == names


@pytest.mark.parametrize(
    "headings",
    [
        "Pupil’s first name;Last name of the pupil;Student DOB",
        "Vorname des Kindes;Nachname (Schüler);Geb.-Datum",
        "Prénom de l’élève;NOM;Né(e) le",
        "Voornaam leerling*;Achternaam leerling;Geboortedatum (dd-mm-jjjj)",
        "Imię ucznia;Nazwisko ucznia;Data urodzenia",
        "First name / Vorname;Surname / Nachname;Born / geboren",
        "الاسم الأول;اسم العائلة;تاريخ الميلاد",
    ],
)
def test_headings_as_schools_write_them(headings: str) -> None:
    reading = read(f"{headings}\nAnna Maria;Brown;12.03.2014\n")
    assert [line.name for line in reading.lines] == ["Anna Maria B"]
    assert {told.note for told in reading.notes} == {Note.SURNAME_CUT}


def test_a_heading_that_says_month_first_stops_the_list() -> None:
    assert troubles(read("Name;Birth date (MM/DD/YYYY)\nAva B;03/04/2014\n")) == [(Trouble.MONTH_FIRST, 1)]
    assert read("Name;Birth date (DD/MM/YYYY)\nAva B;03/04/2014\n").complete


def test_the_list_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs/class-lists.md").read_text(encoding="utf-8")
    example = re.search(r"```csv\n(.*?)```", page, re.DOTALL)
    assert example
    reading = read(example[1])
    assert reading.complete
    assert [line.name for line in reading.lines] == ["Ava B", "Łucja Ś", "محمد خ"]
    ava = reading.lines[0]
    assert (ava.languages, ava.volunteer) == ({"en": Level.FIRST, "fr": Level.LITTLE}, True)
