"""Does a letter propose to meet, or ask to keep something secret?"""

import re
from collections.abc import Iterator, Sequence

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.phrases import Phrases, Word
from penfriends.rules.screening.words_meeting import PROPOSALS, SECRETS, WHERE_OR_WHEN

_PROPOSALS = Phrases(PROPOSALS)
_WHERE_OR_WHEN = Phrases(WHERE_OR_WHEN)
SECRETS_TOLD = Phrases(SECRETS)
_CLOCK = re.compile(r"\b\d{1,2}(?:[.:h]\d\d|\s?(?:pm|am|uhr|uur|h)\b)")
_NEAR = 90
_WORDS_NEAR = 16


def find(sheet: Sheet, words: Sequence[Word]) -> Iterator[Span]:
    """Proposals with a place or a time within a sentence's reach, and every wish for secrecy."""
    yield from SECRETS_TOLD.find(words)
    for at, span in _with_places(words):
        near = [
            word for word in words[max(0, at - _WORDS_NEAR) : at + _WORDS_NEAR] if abs(word.start - span.start) < _NEAR
        ]
        if next(_WHERE_OR_WHEN.find(near), None) or _CLOCK.search(
            sheet.plain, max(0, span.start - _NEAR), span.end + _NEAR
        ):
            yield span


def _with_places(words: Sequence[Word]) -> Iterator[tuple[int, Span]]:
    place_of = {word.start: at for at, word in enumerate(words)}
    return ((place_of[span.start], span) for span in _PROPOSALS.find(words))
