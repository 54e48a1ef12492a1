"""Does a letter say where to find its writer on another platform?"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.phrases import Phrases
from penfriends.rules.screening.words import Words
from penfriends.rules.screening.words_handle import ALONE, ASKING, ORDINARY, PLATFORMS

_PLATFORMS = Phrases(PLATFORMS)
_ORDINARY = Phrases(ORDINARY)
_ASKING = Phrases(ASKING)
_ALONE = Phrases(ALONE)
_NEAR = 70
# @name, not as a part of an e-mail address; a name with digits, points or underlines in it; "Insta: anna".
_AT_NAME = re.compile(r"(?<![\w.@])@[a-z_][\w.]{2,30}(?![\w@])")
_USER_NAME = re.compile(r"\b(?=[a-z0-9]{0,25}[._]?[a-z0-9_.]{0,25}\d|[a-z0-9]{1,25}[_.][a-z0-9])[a-z][\w.]{3,30}\b")
_NAMED_AFTER = re.compile(r"\s{0,3}(?:[:=]|->|is\b|ist\b|est\b|to\b|هو)\s{0,3}[\w@\"'„“]")


def find(sheet: Sheet, words: Words) -> Iterator[Span]:
    """Every place that names a platform together with a name or a wish to be found, and every @name."""
    if "@" in sheet.plain:
        for match in _AT_NAME.finditer(sheet.plain):
            yield Span(match.start(), match.end())
    yield from _ALONE.find(words)
    platforms = [(span, False) for span in _PLATFORMS.find(words)] + [(span, True) for span in _ORDINARY.find(words)]
    if not platforms:
        return
    asking = sorted(span.start for span in _ASKING.find(words))
    for span, ordinary in sorted(platforms, key=lambda pair: pair[0].start):
        asked = _asked(span, asking)
        if asked or (not ordinary and _named(sheet.plain, span)):
            yield span


def _asked(span: Span, asking: Sequence[int]) -> bool:
    """Halving, so that a letter full of platforms and askings stays cheap."""
    at = bisect_left(asking, span.start - _NEAR)
    return at < len(asking) and asking[at] <= span.end + _NEAR


def _named(text: str, span: Span) -> bool:
    after = text[span.end : span.end + _NEAR]
    return bool(
        _NAMED_AFTER.match(after) or _USER_NAME.search(text[max(0, span.start - _NEAR) : span.start] + " " + after)
    )
