"""Is what teachers have in their files read right, and is everything that is wrong named with its line?"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriends.rules.school_days import Span
from penfriends.rules.term_files import LeftOut, Terms, Trouble, TroubleKind, read_terms, wrong_terms
from penfriends.rules.term_words import Kind, kind_of
from tests.support.school_years import span

EXCEL = (
    "\ufeffWas;Erster Tag;Letzter Tag\r\n"
    "Schuljahr;02.09.2026;16.07.2027\r\n"
    "Herbstferien;17.10.2026;31.10.2026\r\n"
    ";;\r\n"
    "Studientag, unterrichtsfrei;Mo 15.2.27;\r\n"
)
ARABIC = "الفصل الأول,٣٠/٠٨/٢٠٢٦,٣٠/١٢/٢٠٢٦\nعطلة منتصف الفصل,01/11/2026,03/11/2026\n"
HOLIDAYS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:1
SUMMARY:Autumn half term
DTSTART;VALUE=DATE:20261026
DTEND;VALUE=DATE:20261031
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Parents’ evening
DTSTART:20261110T180000Z
DTEND:20261110T200000Z
END:VEVENT
BEGIN:VEVENT
UID:3
SUMMARY:INSET day
DTSTART;VALUE=DATE:20270104
END:VEVENT
BEGIN:VEVENT
UID:4
SUMMARY:Christmas holiday
DTSTART:20261221T000000
DTEND:20270102T000000
END:VEVENT
BEGIN:VEVENT
UID:5
SUMMARY:Holiday\\, called off
STATUS:CANCELLED
DTSTART;VALUE=DATE:20270201
END:VEVENT
END:VCALENDAR
"""


def test_a_table_as_excel_writes_it() -> None:
    assert read_terms(EXCEL) == Terms(
        (span("2026-09-02", "2027-07-16"),), (span("2026-10-17", "2026-10-31"), span("2027-02-15"))
    )


def test_arabic_digits_and_names() -> None:
    assert read_terms(ARABIC) == Terms((span("2026-08-30", "2026-12-30"),), (span("2026-11-01", "2026-11-03"),))


def test_a_calendar_of_holidays() -> None:
    assert read_terms(HOLIDAYS) == Terms(
        (),
        (span("2026-10-26", "2026-10-30"), span("2026-12-21", "2027-01-01"), span("2027-01-04")),
        (LeftOut(10, "Parents’ evening"),),
    )


def test_only_this_year_of_a_calendar_that_goes_on() -> None:
    found = read_terms(HOLIDAYS, Span(date(2026, 12, 1), date(2026, 12, 31)))
    assert isinstance(found, Terms)
    assert found.closed == (span("2026-12-21", "2027-01-01"),)


@pytest.mark.parametrize(
    ("text", "troubles"),
    [
        ("", [(0, TroubleKind.EMPTY)]),
        ("what;first;last\n", [(0, TroubleKind.EMPTY)]),
        ("Term;2026-09-31;2026-12-18", [(1, TroubleKind.NOT_A_DATE)]),
        ("Term;10/26/2026;12/18/2026", [(1, TroubleKind.NOT_A_DATE)]),
        ("what\nTerm;soon", [(2, TroubleKind.NOT_A_DATE)]),
        ("Term;1.9.2026;1.10.2026;1.11.2026", [(1, TroubleKind.TOO_MANY_DATES)]),
        ("Swimming;1.9.2026;1.10.2026", [(1, TroubleKind.UNKNOWN_KIND)]),
        ("Term;1.9.2026;1.8.2026", [(1, TroubleKind.ENDS_BEFORE)]),
        ("Term;1.9.2026;1.9.2028", [(1, TroubleKind.TOO_LONG)]),
        ("Term;1.9.2026;1.12.2026\nTerm;1.12.2026;1.2.2027", [(2, TroubleKind.OVERLAP)]),
        ("Term;1.9.2026;1.12.2026\nTerm;1.9.2028;1.12.2028", [(2, TroubleKind.TOO_LONG)]),
        ("x" * 600_000, [(0, TroubleKind.TOO_LARGE)]),
        ("BEGIN:VCALENDAR\nrubbish", [(0, TroubleKind.NOT_A_CALENDAR)]),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Ferien\nEND:VEVENT\nEND:VCALENDAR", [(2, TroubleKind.NOT_A_DATE)]),
        (HOLIDAYS.replace("UID:3", "RRULE:FREQ=WEEKLY"), [(16, TroubleKind.REPEATS)]),
    ],
)
def test_everything_wrong_is_named(text: str, troubles: list[tuple[int, TroubleKind]]) -> None:
    found = read_terms(text)
    assert isinstance(found, tuple)
    assert [(one.line, one.kind) for one in found] == troubles


def test_nothing_is_taken_when_one_line_is_wrong_and_all_wrong_lines_are_said() -> None:
    found = read_terms("Term;1.9.2026;1.12.2026\nSwimming;2.9.2026\nBreak;99.9.2026")
    assert found == (
        Trouble(2, TroubleKind.UNKNOWN_KIND, "Swimming"),
        Trouble(3, TroubleKind.NOT_A_DATE, "Break 99.9.2026"),
    )


def test_terms_typed_in_are_looked_at_in_the_same_way() -> None:
    wrong = wrong_terms(
        [span("2026-09-01", "2026-12-01"), span("2026-11-30", "2027-01-01")], [span("2026-10-02", "2026-10-01")]
    )
    assert wrong == (Trouble(2, TroubleKind.OVERLAP), Trouble(3, TroubleKind.ENDS_BEFORE))
    assert wrong_terms([span("2026-09-01", "2027-06-25")]) == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Autumn Term", Kind.TERM),
        ("Half term", Kind.CLOSED),
        ("1. Halbjahr", Kind.TERM),
        ("Semesterferien", Kind.CLOSED),
        ("Vacances de la Toussaint", Kind.CLOSED),
        ("2e trimestre", Kind.TERM),
        ("Herfstvakantie", Kind.CLOSED),
        ("Schooljaar 2026-2027", Kind.TERM),
        ("vrijdag", None),
        ("Zimowa przerwa świąteczna", Kind.CLOSED),
        ("I półrocze", Kind.TERM),
        ("الفصل الثاني", Kind.TERM),
        ("عطلة منتصف العام الدراسي", Kind.CLOSED),
        ("Swimming", None),
    ],
)
def test_words_of_six_languages(name: str, kind: Kind | None) -> None:
    assert kind_of(name) is kind


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (
        text,
        f"BEGIN:VCALENDAR\n{text}",
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{text}\nEND:VEVENT\nEND:VCALENDAR",
    ):
        found = read_terms(whole)
        assert isinstance(found, Terms) or all(isinstance(one, Trouble) for one in found)


@given(st.lists(st.sampled_from(HOLIDAYS.splitlines()), max_size=40))
def test_any_torn_calendar_is_read_or_refused(lines: list[str]) -> None:
    found = read_terms("\n".join(["BEGIN:VCALENDAR", *lines]))
    assert isinstance(found, Terms) or all(isinstance(one, Trouble) for one in found)
