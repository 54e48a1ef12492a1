"""How does a letter read once every disguise of its characters is taken off, and where was each character before?"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from penfriends.rules.screening.confusables import LETTERS

# Fillers that draw nothing although Unicode does not class them as format characters.
BLANKS = frozenset("\u034f\u115f\u1160\u3164\uffa0\u180e\u17b4\u17b5")
_PIECES = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]", re.DOTALL)
_DROPPED = frozenset({"Cf", "Mn", "Me"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter, unfolded. `text` keeps case and accents, `plain` is lower case without either.

    Both have the same length; `starts[i]` and `ends[i]` say which code points of `original` stand behind place `i`.
    """

    original: str
    text: str
    plain: str
    starts: Sequence[int]
    ends: Sequence[int]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the original behind `text[start:end]`."""
        return self.starts[start], self.ends[end - 1]


def fold(original: str) -> Sheet:
    """NFKC by character, without format characters and accents, digits of every script as 0 to 9."""
    size = len(original)
    if original.isascii():
        return Sheet(original, original, original.lower(), range(size), range(1, size + 1))
    text: list[str] = []
    low: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece in _PIECES.finditer(original):
        at, written = piece.start(), piece.group()
        if written.isascii():  # stands for itself: most of a letter
            text.append(written)
            low.append(written.lower())
            starts.extend(range(at, piece.end()))
            ends.extend(range(at + 1, piece.end() + 1))
            continue
        shown = _shown(written)
        text.append(shown)
        low.append("".join(map(_plain, shown)))
        starts.extend([at] * len(shown))
        ends.extend([at + 1] * len(shown))
    return Sheet(original, "".join(text), "".join(low), starts, ends)


def plain(words: str) -> str:
    """A word of our lists in the form in which it stands in `Sheet.plain`."""
    return fold(words).plain


@lru_cache(maxsize=8192)
def _shown(character: str) -> str:
    if character in BLANKS or character == "\u0640":  # tatweel only stretches an Arabic word
        return ""
    if character in "\u2028\u2029\x85":
        return "\n"
    enclosed = _enclosed(ord(character))
    if enclosed:
        return enclosed
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category in _DROPPED:
        return ""
    if category == "Cs":
        return character
    return "".join(one for one in unicodedata.normalize("NFKC", character) if unicodedata.category(one) not in _DROPPED)


def _enclosed(code: int) -> str:
    """Letters in black circles and squares and flags' letters, which NFKC leaves alone."""
    for first in (0x1F150, 0x1F170, 0x1F1E6):
        if first <= code < first + 26:
            return chr(ord("a") + code - first)
    if code == 0x1F51F:
        return "10"
    return "." if code in (0x3002, 0xFF61, 0x06D4) else ""


@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    if character < "\x80":
        return character.lower()
    bare = unicodedata.normalize("NFD", character)[:1] or character
    low = bare.lower()[:1]
    return LETTERS.get(low, low)
