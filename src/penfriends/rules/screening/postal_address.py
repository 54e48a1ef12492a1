"""Does a letter tell a postal address: a street with a number, or a postcode with its town?

An address has a figure in it, and most letters have few: so each pattern is tried only where it can begin, seen from
the figures or from the words for streets.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.places import starting_at, windows
from penfriends.rules.screening.words import Written
from penfriends.rules.screening.words_streets import (
    ARABIC_LIVING,
    ARABIC_MARKS,
    ARABIC_STREETS,
    CUED,
    ENDING_IN_STREET,
    FARTHEST_NUMBER,
    FARTHEST_STREET,
    HOUSE_BEFORE,
    LETTERED_POSTCODES,
    LIVING,
    LIVING_BEFORE,
    LIVING_BEHIND,
    LIVING_WORDS,
    MOST_LETTERS_BEFORE,
    NUMBER_FIRST,
    NUMBER_WORDS,
    POSTCODES,
    STREET_ENDINGS,
    STREET_FIRST,
    STREET_WORDS,
    TOWNS,
    WRITTEN_TO_NAMES,
)

_Patterns = tuple[re.Pattern[str], ...]


def _compiled(patterns: Iterable[str]) -> _Patterns:
    return tuple(re.compile(pattern) for pattern in patterns)


_FIGURES_FIRST = _compiled((*NUMBER_FIRST, *POSTCODES))
_ENDING_IN_STREET = _compiled(ENDING_IN_STREET)
_STREET_FIRST = _compiled(STREET_FIRST)
_ARABIC_STREETS = _compiled(ARABIC_STREETS)
_LETTERED_POSTCODES = _compiled(LETTERED_POSTCODES)
_CUED = _compiled(CUED)
_LONGEST_STREET_BEFORE = 30
_IN_NUMBER_WORDS = "".join(NUMBER_WORDS)
_GLUED = frozenset(one[:3] for one in WRITTEN_TO_NAMES)
_LIVING = re.compile(LIVING)
_TOWN = re.compile(TOWNS)
_HOUSE_BEFORE = re.compile(HOUSE_BEFORE)
_NEAR = 60
_MOST_CUES = 200


def find(sheet: Sheet, words: Written) -> Iterator[Span]:
    """Every street with a number and every postcode with a town."""
    if not words.figures:
        return
    for match in _matches(sheet.text, words):
        yield Span(match.start(), match.end())
    for match in starting_at(_TOWN, sheet.text, words.figures):
        if _HOUSE_BEFORE.search(sheet.text, max(0, match.start() - 45), match.start()):
            yield Span(match.start(), match.end())
    yield from _where_they_live(sheet, words)


def _matches(text: str, words: Written) -> Iterator[re.Match[str]]:
    yield from _all_starting_at(_FIGURES_FIRST, text, words.figures)
    yield from _all_starting_at(_STREET_FIRST, text, _street_words(words))
    yield from _all_starting_at(_LETTERED_POSTCODES, text, _before_figures(text, words.figures))
    numbers = [at for at in words.figures if _street_before(words.plain, at)]
    for first, last in windows(numbers, FARTHEST_STREET, FARTHEST_NUMBER):
        for pattern in _ENDING_IN_STREET:
            yield from pattern.finditer(text, first, last)
    if any(mark in text for mark in ARABIC_MARKS):
        for pattern in _ARABIC_STREETS:
            yield from pattern.finditer(text)


def _all_starting_at(patterns: _Patterns, text: str, places: Sequence[int]) -> Iterator[re.Match[str]]:
    for pattern in patterns:
        yield from starting_at(pattern, text, places)


def _street_words(words: Written) -> list[int]:
    """Where a word for a street stands, or begins a word: viaRoma."""
    glued = {one for one in words.distinct if one[:3] in _GLUED and one.startswith(WRITTEN_TO_NAMES)}
    return [words.starts[at] for at in words.where(STREET_WORDS | glued)]


def _before_figures(text: str, figures: Sequence[int]) -> list[int]:
    """Where a postcode with letters can begin: a capital letter or a hyphen stands before its figures."""
    near = (at for at in figures if at and (text[at - 1] == "-" or text[at - 1].isupper() or text[at - 2 : at] == "- "))
    return sorted({place for at in near for place in range(max(0, at - MOST_LETTERS_BEFORE), at)})


def _street_before(plain: str, at: int) -> bool:
    """Whether a number may be that of the street before it."""
    before = _unparted(plain[max(0, at - _LONGEST_STREET_BEFORE) : at])
    if before.endswith(NUMBER_WORDS):
        before = _unparted(before.rstrip(_IN_NUMBER_WORDS))
    return before.endswith(STREET_ENDINGS)


def _unparted(text: str) -> str:
    return text.rstrip().rstrip(",").rstrip()


def _where_they_live(sheet: Sheet, words: Written) -> Iterator[Span]:
    """After "I live at …": streets in lower case, and towns with a postcode."""
    for number, cue in enumerate(_cues(sheet.text, words)):
        if number == _MOST_CUES:
            return
        last = cue.end() + _NEAR
        if bisect_left(words.figures, cue.end()) == bisect_left(words.figures, last):
            continue  # each of the patterns has a figure in it
        for pattern in (*_CUED, _TOWN):
            match = pattern.search(sheet.text, cue.end(), last)
            if match:
                yield Span(match.start(), match.end())
                break


def _cues(text: str, words: Written) -> Iterator[re.Match[str]]:
    """Every word of living."""
    if any(mark in text for mark in ARABIC_LIVING):
        yield from _LIVING.finditer(text)
        return
    places = [words.starts[at] for at in words.where(LIVING_WORDS)]
    for first, last in windows(places, LIVING_BEFORE, LIVING_BEHIND):
        yield from _LIVING.finditer(text, first, last)
