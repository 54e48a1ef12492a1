"""Does a letter propose to meet, or ask to keep something secret?"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.phrases import Phrases
from penfriends.rules.screening.words import Words
from penfriends.rules.screening.words_meeting import PROPOSALS, SECRETS, WHERE_OR_WHEN

_PROPOSALS = Phrases(PROPOSALS)
_WHERE_OR_WHEN = Phrases(WHERE_OR_WHEN)
SECRETS_TOLD = Phrases(SECRETS)
_CLOCK = re.compile(r"\b\d{1,2}(?:[.:h]\d\d|\s?(?:pm|am|uhr|uur|h)\b)")
_NEAR = 90
_WORDS_NEAR = 16


def find(sheet: Sheet, words: Words) -> Iterator[Span]:
    """Proposals with a place or a time within a sentence's reach, and every wish for secrecy."""
    yield from SECRETS_TOLD.find(words)
    proposals = list(_PROPOSALS.find(words))
    if not proposals:
        return
    told = sorted(_WHERE_OR_WHEN.standing(words))
    for span in proposals:
        if _stands_near(span, words, told) or _CLOCK.search(sheet.plain, max(0, span.start - _NEAR), span.end + _NEAR):
            yield span


def _stands_near(span: Span, words: Words, told: Sequence[tuple[int, int]]) -> bool:
    """Whether one of the places and times, by their first and last words, is near the proposal as a whole."""
    at = bisect_left(words.starts, span.start)
    first = max(0, at - _WORDS_NEAR, bisect_right(words.starts, span.start - _NEAR))
    after = min(at + _WORDS_NEAR, bisect_left(words.starts, span.start + _NEAR))
    candidates = told[bisect_left(told, (first, first)) : bisect_left(told, (after, after))]
    return any(last < after for _first, last in candidates)
