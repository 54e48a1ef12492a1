"""What a teacher is told about a roster, in six languages; and what they are told to write is understood."""

import re
from datetime import date

import pytest

from penfriends.i18n import LANGUAGES, gettext, speaking
from penfriends.roster_vocabulary import vocabulary
from penfriends.roster_words import NOTES, TROUBLES, column_name, roster_sentence
from penfriends.rules.interests import INTERESTS
from penfriends.rules.roster_choices import interests_in, languages_in
from penfriends.rules.roster_dates import birth_in
from penfriends.rules.roster_folding import fold
from penfriends.rules.roster_recognised import CONSENTS, HEADINGS, LEVELS, TRUTHS
from penfriends.rules.roster_values import Column, Consent, Note, Problem, Told, Trouble

QUOTED = re.compile(r"[“„«‘]\s?([^“”„«»‘’]+?)\s?[”“»’]")


def quoted(message: str) -> list[str]:
    """The words that a sentence puts in quotes, without what it quotes from the file."""
    return [word for word in QUOTED.findall(gettext(message)) if "%(" not in word]


def test_every_code_has_its_sentence() -> None:
    assert set(TROUBLES) == set(Trouble)
    assert set(NOTES) == set(Note)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said_and_names_its_line(language: str) -> None:
    with speaking(language):
        for trouble in Trouble:
            assert "7" in roster_sentence(Problem(trouble, 7, Column.NAME, "xyz"))
        for note in Note:
            assert "%" not in roster_sentence(Told(note, 0, Column.BIRTH, "xyz"))


def test_a_sentence_in_full() -> None:
    said = roster_sentence(Problem(Trouble.NO_SUCH_DATE, 3, Column.BIRTH, "31.02.2014"))
    assert said == "Line 3: There is no such date: “\u206831.02.2014\u2069”."


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headings_that_we_ask_for_are_understood(language: str) -> None:
    with speaking(language):
        assert {column: HEADINGS.get(fold(column_name(column))) for column in Column} == {one: one for one in Column}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_we_ask_for_are_understood(language: str) -> None:
    with speaking(language):
        consents = [CONSENTS.get(fold(word)) for word in quoted(TROUBLES[Trouble.UNKNOWN_CONSENT])]
        answers = [TRUTHS.get(fold(word)) for word in quoted(TROUBLES[Trouble.NOT_YES_OR_NO])]
        levels = quoted(TROUBLES[Trouble.UNKNOWN_LEVEL])
    assert consents == list(Consent)
    assert answers == [True, False]
    assert [LEVELS.get(fold(word)) for word in levels] == ["first", "well", "little"]
    for word in levels:
        assert languages_in(f"Polski {word}", vocabulary().languages).levels == {"pl": LEVELS[fold(word)]}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("en", {"en"}),
        ("fr en de", {"fr", "en", "de"}),
        ("Nederlands en Duits", {"nl", "de"}),
        ("język angielski, po polsku", {"en", "pl"}),
        ("Anglais (un peu) / allemand", {"en", "de"}),
        ("العربية والفرنسية", {"ar", "fr"}),
        ("Deutsch, German", {"de"}),
    ],
)
def test_languages_however_they_are_written(cell: str, expected: set[str]) -> None:
    spoken = languages_in(cell, vocabulary().languages)
    assert (set(spoken.levels), spoken.faults) == (expected, ())


def test_every_interest_for_children_is_understood_by_code_and_name_in_every_language() -> None:
    for interest in INTERESTS.values():
        if interest.for_children:
            assert interests_in(interest.code, vocabulary().interests).codes == {interest.code}
            assert interests_in(f"x; {interest.english}", vocabulary().interests).codes == {interest.code}
    assert interests_in("Retraite, Szachy, Snakes, lizards and frogs", vocabulary().interests).codes == {
        "chess",
        "reptiles",
    }


@pytest.mark.parametrize(
    "written",
    [
        "2014-03-12", "2014/3/12", "12.03.2014", "12/03/2014", "12-3-14", "12 3 2014", "١٢/٣/٢٠١٤", "20140312",
        "12032014", "12 March 2014", "March 12th, 2014", "12. März 2014", "12-Mar-2014", "12 marca 2014 r.",
        "12 mars 2014", "12 maart 2014", "12 مارس 2014", "12 آذار، 2014", "2014-03-12 00:00:00", "41710", "41710.0",
    ],
)  # fmt: skip
def test_a_birthday_in_many_ways(written: str) -> None:
    assert birth_in(written, date(2026, 11, 22)).on == date(2014, 3, 12)
