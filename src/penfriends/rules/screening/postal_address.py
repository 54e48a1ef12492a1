"""Does a letter tell a postal address: a street with a number, or a postcode with its town?"""

import re
from collections.abc import Iterator

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.words_streets import CUED, HOUSE_BEFORE, LIVING, POSTCODES, STREETS, TOWNS

_STREETS = tuple(re.compile(pattern) for pattern in STREETS)
_POSTCODES = tuple(re.compile(pattern) for pattern in POSTCODES)
_CUED = tuple(re.compile(pattern) for pattern in CUED)
_LIVING = re.compile(LIVING)
_TOWN = re.compile(TOWNS)
_HOUSE_BEFORE = re.compile(HOUSE_BEFORE)
_NEAR = 60
_MOST_CUES = 200


def find(sheet: Sheet) -> Iterator[Span]:
    """Every street with a number and every postcode with a town."""
    text = sheet.text
    if not any(one.isdigit() for one in text):
        return
    for pattern in (*_STREETS, *_POSTCODES):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end())
    for match in _TOWN.finditer(text):
        if _HOUSE_BEFORE.search(text, max(0, match.start() - 45), match.start()):
            yield Span(match.start(), match.end())
    yield from _where_they_live(text)


def _where_they_live(text: str) -> Iterator[Span]:
    """After "I live at …": streets in lower case, and towns with a postcode."""
    for number, cue in enumerate(_LIVING.finditer(text)):
        if number == _MOST_CUES:
            return
        for pattern in (*_CUED, _TOWN):
            match = pattern.search(text, cue.end(), cue.end() + _NEAR)
            if match:
                yield Span(match.start(), match.end())
                break
