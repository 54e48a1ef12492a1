"""Screening looks only where something can be found. Here everything is looked at everywhere, and the same is found."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penfriends.rules.screening import postal_address, split, words_streets
from penfriends.rules.screening.explained import explained
from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import fold, plain
from penfriends.rules.screening.numerals import runs
from penfriends.rules.screening.phrases import Phrases
from penfriends.rules.screening.places import starting_at, windows
from penfriends.rules.screening.words import Words, figures, words_of, written

FIGURES = (
    *(
        "5",
        "12a",
        "1987",
        "12.05.2024",
        "7:30",
        "3-1",
        "12 000",
        "07911",
        "123456",
        "o7911",
        "€ 5",
        "5 km",
        "½",
        "①",
        "٣",
    ),
    *("zero", "oh", "o'clock", "double", "null", "zeroseven", "forty", "+", "tel", "my number is", "Hotel", "isbn 978"),
)
PLACES = (
    *(
        "rue",
        "Rue",
        "de la",
        "Gare",
        "place",
        "Allée",
        "ul.",
        "Długa",
        "ulica",
        "viaRoma",
        "via",
        "avda",
        "c/",
        "calle",
    ),
    *(
        "Hauptstraße",
        "Berliner",
        "Str.",
        "Weg",
        "Kerkstraat",
        "nr.",
        "n°",
        "Church",
        "Road",
        "mill",
        "lane",
        "Am Markt",
    ),
    *(
        "I live at",
        "come to",
        "j’habite",
        "address:",
        "flat",
        "adres",
        "عنواني",
        "شارع",
        "النيل",
        "رقم",
        "حارة",
        "ʼ",
        "İ",
    ),
    *(
        "PR1",
        "2HE",
        "D-52062",
        "CH-",
        "3000",
        "Bern",
        "31-021",
        "Kraków",
        "6511 AB",
        "Nijmegen",
        "52062",
        "Aachen",
        "_",
    ),
)
GLUE = st.sampled_from([" ", " ", " ", "", ",", ", ", ". ", "\n", "-", " - ", "\u200b", "\u00a0", "/", "word "])
ANYTHING = st.text(st.characters(), max_size=4)


def _texts(pieces: Iterable[str]) -> st.SearchStrategy[str]:
    piece = st.one_of(st.sampled_from(list(pieces)), st.sampled_from(list(pieces)), ANYTHING)
    return st.lists(st.tuples(piece, GLUE), max_size=14).map(lambda pairs: "".join(map("".join, pairs)))


TEXTS = _texts((*FIGURES, *PLACES))


@settings(deadline=None)
@given(st.one_of(st.text(st.characters(), max_size=60), TEXTS))
def test_a_text_folds_as_its_characters_do(text: str) -> None:
    sheet, signs = fold(text), [fold(one) for one in text]
    assert sheet.text == "".join(one.text for one in signs)
    assert sheet.plain == plain(text) == "".join(one.plain for one in signs)
    behind = [at for at, one in enumerate(signs) for _ in one.text]
    assert [sheet.place(at, at + 1) for at in range(len(sheet.text))] == [(at, at + 1) for at in behind]


@settings(deadline=None)
@given(TEXTS)
def test_figures_are_explained_alike_wherever_a_pattern_is_tried(text: str) -> None:
    low = plain(text)
    assert explained(low, figures(low)) == explained(low, range(len(low)))


@given(st.text("ab1 ", max_size=30), st.sampled_from([r"a+b?", r"1\w*", r"(?<!a)b1?"]))
def test_starting_at_every_place_is_searching(text: str, pattern: str) -> None:
    compiled = re.compile(pattern)
    searched = [match.span() for match in compiled.finditer(text)]
    assert [match.span() for match in starting_at(compiled, text, range(len(text)))] == searched


@given(st.lists(st.integers(0, 60)).map(sorted), st.integers(0, 9), st.integers(0, 9))
def test_windows_cover_what_is_around_their_places_and_do_not_touch(places: list[int], back: int, ahead: int) -> None:
    found = list(windows(places, back, ahead))
    covered = {at for first, last in found for at in range(first, last + 1)}
    assert covered == {near for at in places for near in range(max(0, at - back), at + ahead + 1)}
    assert all(one[1] < other[0] for one, other in pairwise(found))


def _everywhere(text: str) -> Iterator[re.Match[str]]:
    lists = words_streets
    patterns = (*lists.NUMBER_FIRST, *lists.ENDING_IN_STREET, *lists.STREET_FIRST, *lists.ARABIC_STREETS)
    for pattern in (*patterns, *lists.POSTCODES, *lists.LETTERED_POSTCODES):
        yield from re.finditer(pattern, text)
    for match in re.finditer(lists.TOWNS, text):
        if re.search(lists.HOUSE_BEFORE, text[max(0, match.start() - 45) : match.start()]):
            yield match
    for cue in re.finditer(lists.LIVING, text):
        near = (re.compile(one).search(text, cue.end(), cue.end() + 60) for one in (*lists.CUED, lists.TOWNS))
        yield from [match for match in near if match][:1]


@settings(deadline=None, max_examples=400)
@given(TEXTS)
def test_addresses_are_those_of_all_patterns_everywhere(text: str) -> None:
    sheet = fold(text)
    everywhere = {match.span() for match in _everywhere(sheet.text)}
    assert {(one.start, one.end) for one in postal_address.find(sheet, written(sheet.plain))} == everywhere


@settings(deadline=None, max_examples=400)
@given(_texts(FIGURES), st.lists(_texts(FIGURES), max_size=3))
def test_earlier_letters_that_are_not_read_hold_no_beginning_of_a_number(text: str, before: list[str]) -> None:
    here = runs(written(plain(text)))
    # One nought is no part of a number, but has a letter read.
    read = [f"{letter} and so it was for all, oh" for letter in before]
    assert list(split.find(here, before)) == list(split.find(here, read))


LINES = (
    "don t tell",
    "don t … tell",
    "tell … you*",
    "you",
    "touch* my private*",
    "gift card*",
    "my … my",
    "insta",
    "سر",
)
WORDS = _texts(
    ("don't", "tell", "you", "yourself", "touching", "my", "private", "gift", "cards", "1n5t4", "والسر", "m y")
)


def _standing(line: list[str], words: Words, at: int) -> Iterator[int]:
    """Every last word of a phrase that begins at word `at`."""
    if line[0] == "…":
        for here in range(at, min(at + 5, len(words.texts))):
            if words.starts[here] - words.ends[at - 1] <= 45:
                yield from list(_standing(line[1:], words, here))[:1]
        return
    text = words.texts[at] if at < len(words.texts) else ""
    stem, readings = line[0].rstrip("*"), (text, words.others.get(text, ""))
    if any(one.startswith(stem) if stem != line[0] else one == stem for one in readings):
        yield from _standing(line[1:], words, at + 1) if line[1:] else (at,)


@pytest.mark.parametrize("line", LINES)
@settings(deadline=None, max_examples=60)
@given(text=WORDS)
def test_a_phrase_stands_where_its_words_do(line: str, text: str) -> None:
    words = words_of(fold(text))
    parts = plain(line).replace("...", "…").split()
    ends = {at: list(_standing(parts, words, at))[:1] for at in range(len(words.texts))}
    expected = [Span(words.starts[at], words.ends[last[0]]) for at, last in ends.items() if last]
    assert list(Phrases([line]).find(words)) == expected
