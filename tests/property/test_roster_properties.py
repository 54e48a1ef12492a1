"""Laws of reading rosters: no bytes break it, what is written comes back, and no surname gets through."""

import csv
import io
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from penfriends.roster_vocabulary import vocabulary
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level
from penfriends.rules.roster import read_roster
from penfriends.rules.roster_changes import compare
from penfriends.rules.roster_names import PARTICLES, surname_first, two_cells, whole_name
from penfriends.rules.roster_rows import rows_of_text
from penfriends.rules.roster_values import Consent, KnownPupil, RosterLine, RosterReading
from penfriends.sheets import read_sheet

TODAY = date(2026, 11, 22)
HEADINGS = ("Vorname", "Initiale", "Geburtsdatum", "Sprachen", "Interessen", "Einwilligung", "Zwei Partner")
LIKED = sorted(code for code, interest in INTERESTS.items() if interest.for_children)
LEVELS = st.none() | st.sampled_from(Level)
FIRST_NAMES = ("Ava", "Łucja", "Jörg", "Anna-Lena", "Maëlle", "محمد", "ليلى", "عبد الله", "Zoë", "Żaneta", "D’Arcy")
SURNAMES = ("Świątek", "Müller", "O’Brien", "Lefèvre", "النجار", "خالد", "Kowalska-Nowak", "IJsselstein", "Ćwik")


def read(raw: bytes) -> RosterReading:
    return read_roster(read_sheet(raw), TODAY, vocabulary())


@st.composite
def pupils(draw: st.DrawFn) -> list[RosterLine]:
    people = draw(
        st.lists(
            st.tuples(
                st.sampled_from(FIRST_NAMES), st.sampled_from("BŚMن"), st.dates(date(2009, 1, 1), date(2018, 1, 1))
            ),
            min_size=1,
            max_size=12,
            unique_by=lambda one: (one[0], one[2]),
        )
    )
    return [
        RosterLine(
            at + 2, first, initial, born,
            draw(st.none() | st.dictionaries(st.sampled_from(["en", "pl", "ar"]), LEVELS, min_size=1)),
            draw(st.none() | st.frozensets(st.sampled_from(LIKED), min_size=1, max_size=5)),
            draw(st.none() | st.sampled_from(Consent)),
            draw(st.none() | st.booleans()),
        )
        for at, (first, initial, born) in enumerate(people)
    ]  # fmt: skip


def cells(line: RosterLine) -> list[str]:
    languages = [f"{code}: {level}" if level else code for code, level in (line.languages or {}).items()]
    volunteer = "" if line.volunteer is None else "ja" if line.volunteer else "nein"
    return [
        line.first_name, line.initial, line.birth.isoformat(), ", ".join(languages),
        ", ".join(sorted(line.interests or ())), line.consent or "", volunteer,
    ]  # fmt: skip


def as_text(rows: list[list[str]], sign: str) -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=sign).writerows(rows)
    return target.getvalue()


def table(lines: list[RosterLine], order: list[int] | None = None) -> list[list[str]]:
    rows = [list(HEADINGS), *(cells(line) for line in lines)]
    return [[row[place] for place in order] for row in rows] if order else rows


@given(st.binary(max_size=400) | st.binary(max_size=100).map(lambda tail: b"PK\x03\x04" + tail))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_it(raw: bytes) -> None:
    assert read(raw).complete in (True, False)


@given(st.text(st.characters() | st.sampled_from('\t;,|\n"=.-/ 0123456789AabŚخ'), max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_it(text: str) -> None:
    reading = read_roster(rows_of_text(text), TODAY, vocabulary())
    assert all(len(line.initial) <= 1 and 8 <= TODAY.year - line.birth.year <= 18 for line in reading.lines)


@cache
def good_workbook() -> bytes:
    """Made once: it holds the moment of its making, and a law has to find the same bytes again."""
    return workbook(table([RosterLine(2, "Ava", "B", date(2014, 3, 12))]))


@st.composite
def torn_workbooks(draw: st.DrawFn) -> bytes:
    raw = bytearray(good_workbook())
    for _ in range(draw(st.integers(1, 6))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw[: draw(st.integers(1, len(raw)))] if draw(st.booleans()) else raw)


def workbook(rows: list[Any]) -> bytes:
    book, target = Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append([cell or None for cell in row])
    book.save(target)
    return target.getvalue()


@given(torn_workbooks())
@settings(max_examples=30, deadline=None)
def test_no_torn_workbook_breaks_it(raw: bytes) -> None:
    assert read(raw).complete in (True, False)


@given(pupils(), st.sampled_from("\t;,|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
@settings(max_examples=40, deadline=None)
def test_what_is_written_as_text_comes_back(lines: list[RosterLine], sign: str, encoding: str) -> None:
    assert read(as_text(table(lines), sign).encode(encoding)).lines == tuple(lines)


@given(pupils())
@settings(max_examples=30, deadline=None)
def test_what_is_written_as_a_workbook_comes_back(lines: list[RosterLine]) -> None:
    assert read(workbook(table(lines))).lines == tuple(lines)


@given(pupils(), st.permutations(range(len(HEADINGS))))
@settings(max_examples=30, deadline=None)
def test_the_order_of_columns_changes_nothing(lines: list[RosterLine], order: list[int]) -> None:
    reading = read(as_text(table(lines, order), ";").encode())
    assert (reading.complete, reading.lines) == (True, tuple(lines))


@given(pupils(), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_order_of_lines_changes_only_their_numbers(lines: list[RosterLine], chance: Any) -> None:
    mixed = list(lines)
    chance.shuffle(mixed)
    found = read(as_text(table(mixed), ";").encode()).lines
    assert found == tuple(replace(line, line=at) for at, line in enumerate(mixed, start=2))


@given(
    st.sampled_from(FIRST_NAMES),
    st.lists(st.sampled_from([*SURNAMES, *sorted(PARTICLES), "'t", "’t"]), min_size=1, max_size=3),
)
@settings(max_examples=200, deadline=None)
def test_R14_no_surname_gets_through(first: str, parts: list[str]) -> None:
    surname = " ".join([*parts, "Cjkqx"])
    found = (
        whole_name(f"{first} {surname}"), whole_name(f"{surname}, {first}"), surname_first(f"{surname} {first}"),
        two_cells(first, surname),
    )  # fmt: skip
    for name in found:
        assert name.trouble is None
        assert name.cut
        assert not [part for part in (*parts, "Cjkqx") if len(part) > 3 and part in name.shown]
        assert name.first == first


def known(lines: list[RosterLine]) -> list[KnownPupil]:
    return [
        KnownPupil(str(line.line), line.first_name, line.initial, line.birth, line.languages or {},
                   line.interests or frozenset(), line.consent or Consent.NONE, line.volunteer or False)
        for line in lines
    ]  # fmt: skip


@given(pupils())
@settings(max_examples=20, deadline=None)
def test_a_class_compared_with_its_own_list_is_the_same(lines: list[RosterLine]) -> None:
    found = compare(RosterReading(tuple(lines), (), ()), known(lines))
    assert (found.new, found.changed, found.missing) == ((), (), ())
    assert found.same == tuple(known(lines))


@given(pupils(), pupils())
@settings(max_examples=30, deadline=None)
def test_nobody_is_lost_or_counted_twice(listed: list[RosterLine], there: list[RosterLine]) -> None:
    pupils_there = known(there)
    found = compare(RosterReading(tuple(listed), (), ()), pupils_there)
    uids = [one.known.uid for one in found.changed] + [one.uid for one in (*found.same, *found.missing)]
    assert sorted(uids) == sorted(one.uid for one in pupils_there)
    assert len(found.new) + len(found.changed) + len(found.same) == len(listed)
    turned = compare(RosterReading(tuple(reversed(listed)), (), ()), pupils_there[::-1])
    assert {one.uid for one in turned.missing} == {one.uid for one in found.missing}
    assert set(one.line for one in turned.new) == set(one.line for one in found.new)
