"""Does a letter hold characters that a reader does not see, or letters that only look like others?"""

# Lists and patterns keep their rows whole.

import re
import unicodedata
from collections.abc import Iterator

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import BLANKS, beyond_ascii

_INVISIBLE = frozenset("\u200b\u2060\u2061\u2062\u2063\u2064\ufeff") | BLANKS
_JOINERS = frozenset("\u200c\u200d")
_OVERRIDES = frozenset("\u202d\u202e")
_TURNERS = frozenset("\u202b\u2067")
_SUSPECT = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u202b\u202d\u202e\u2060-\u2064\u2067\u3164\ufeff\uffa0\U000e0000-\U000e007f]+"
)
_BLACK_FLAG = "\U0001f3f4"
_LOOKALIKE = re.compile("[\u0370-\u03ff\u0400-\u04ff]")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")
_LATIN_BESIDE_LOOKALIKE = re.compile("[A-Za-z][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][A-Za-z]")


def find(original: str) -> Iterator[Span]:
    """Invisible characters inside words, bidi overrides, tag characters and words of two alphabets, in the letter as
    it was given. Joiners inside Arabic words and emoji are ordinary; so is a lone blank beside a space."""
    odd = "".join(beyond_ascii(original))
    if _SUSPECT.search(odd):
        rtl = _RTL.search(odd) is not None
        for match in _SUSPECT.finditer(original):
            if _hides(original, match, rtl):
                yield Span(match.start(), match.end())
    if not _LOOKALIKE.search(odd):
        return
    for match in _LATIN_BESIDE_LOOKALIKE.finditer(original):
        if not any(unicodedata.name(one, "").endswith(("MU", "OMEGA", "PI", "SIGN")) for one in match.group()):
            yield Span(match.start(), match.end())


def _hides(text: str, match: re.Match[str], rtl: bool) -> bool:
    found = set(match.group())
    if found & _OVERRIDES or (found & _TURNERS and not rtl):
        return True
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    if any("\U000e0000" <= one <= "\U000e007f" for one in found):
        return before != _BLACK_FLAG
    if found & _INVISIBLE:
        return before.isalnum() and after.isalnum()
    if found & _JOINERS:
        return _ordinary_letter(before) and _ordinary_letter(after)
    return False


def _ordinary_letter(character: str) -> bool:
    """A letter or digit of an alphabet that needs no joiners: everything before Arabic in Unicode."""
    return character.isalnum() and character < "\u0590"
