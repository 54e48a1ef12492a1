"""The list of last autumn comes again, a little different: what changes, and what must never be lost?"""

from dataclasses import replace
from datetime import date

import pytest

from penfriends.roster_vocabulary import vocabulary
from penfriends.rules.matching import Level
from penfriends.rules.roster import read_roster
from penfriends.rules.roster_changes import compare
from penfriends.rules.roster_rows import rows_of_text
from penfriends.rules.roster_values import Changes, Consent, Field, KnownPupil

TODAY = date(2026, 11, 22)
BORN = date(2014, 3, 12)
AVA = KnownPupil("1", "Ava", "B", BORN, {"en": Level.FIRST}, frozenset({"chess"}), Consent.PAPER, volunteer=True)
BEN = KnownPupil("2", "Ben", "C", date(2014, 5, 1))


def changes(text: str, *known: KnownPupil) -> Changes:
    reading = read_roster(rows_of_text(text), TODAY, vocabulary())
    assert reading.complete, reading.problems
    return compare(reading, known)


def test_the_same_list_again_changes_nothing_and_takes_nothing_away() -> None:
    assert changes("Name;Born\nBen C;1.5.2014\nAva B;12.3.2014\n", AVA, BEN) == Changes((), (), (AVA, BEN), ())


def test_who_is_new_and_who_is_missing_is_named() -> None:
    found = changes("Name;Born\nAva B;12.3.2014\nCleo D;2.2.2015\n", AVA, BEN)
    assert [line.name for line in found.new] == ["Cleo D"]
    assert (found.changed, found.same, found.missing) == ((), (AVA,), (BEN,))


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("Ava B;13.3.2014;;;;", (Field.BIRTH,)),
        ("Ava Miller;12.3.2014;;;;", (Field.NAME,)),
        ("AVA B;12.3.2014;;;;", (Field.NAME,)),
        ("Ava;12.3.2014;;;;", ()),
        ("Ava B;12.3.2014;en, fr;;;", (Field.LANGUAGES,)),
        ("Ava B;12.3.2014;English;;;", ()),
        ("Ava B;12.3.2014;English (well);;;", (Field.LANGUAGES,)),
        ("Ava B;12.3.2014;;chess;paper;yes", ()),
        ("Ava B;12.3.2014;;dogs;none;no", (Field.INTERESTS, Field.CONSENT, Field.VOLUNTEER)),
    ],
)
def test_what_a_line_says_otherwise(line: str, fields: tuple[Field, ...]) -> None:
    found = changes(f"Name;Born;Languages;Interests;Consent;Two partners\n{line}\nBen C;1.5.2014;;;;\n", AVA, BEN)
    assert (found.new, found.missing) == ((), ())
    assert [(one.known, one.fields) for one in found.changed] == ([(AVA, fields)] if fields else [])


def test_between_two_of_one_name_nothing_is_guessed() -> None:
    twin = replace(AVA, uid="3", birth=date(2015, 1, 1))
    found = changes("Name;Born\nAva B;7.7.2014\n", AVA, twin)
    assert [line.birth for line in found.new] == [date(2014, 7, 7)]
    assert found.missing == (AVA, twin)


def test_who_is_found_whole_is_out_of_the_way_of_the_others() -> None:
    twin = replace(AVA, uid="3", birth=date(2015, 1, 1))
    found = changes("Name;Born\nAva B;12.3.2014\nAva B;2.1.2015\n", AVA, twin)
    assert found.same == (AVA,)
    assert [(one.known.uid, one.fields) for one in found.changed] == [("3", (Field.BIRTH,))]


def test_a_pupil_whose_line_could_not_be_read_is_missing_so_far() -> None:
    reading = read_roster(rows_of_text("Name;Born\nAva B;\nBen C;1.5.2014\n"), TODAY, vocabulary())
    assert not reading.complete
    assert compare(reading, [AVA, BEN]) == Changes((), (), (BEN,), (AVA,))
