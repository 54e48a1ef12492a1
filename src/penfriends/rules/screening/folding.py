"""How does a letter read once every disguise of its characters is taken off, and where was each character before?"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from penfriends.rules.screening.confusables import LETTERS

# Fillers that draw nothing although Unicode does not class them as format characters.
BLANKS = frozenset("\u034f\u115f\u1160\u3164\uffa0\u180e\u17b4\u17b5")
_PIECES = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]", re.DOTALL)
_ASCII = bytes(range(128))
_MOST_REPLACED = 100
_DROPPED = frozenset({"Cf", "Mn", "Me"})


@dataclass(frozen=True)  # without slots: one field is worked out when first asked for
class Sheet:
    """A letter, unfolded. `text` keeps case and accents, `plain` is lower case without either, and just as long."""

    original: str
    text: str
    plain: str

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the original behind `text[start:end]`."""
        return self._behind[start], self._behind[end - 1] + 1

    @cached_property
    def _behind(self) -> Sequence[int]:
        """The code point behind each place. Only letters with findings ask, so it is not kept while folding."""
        if len(self.text) == len(self.original) and self.original.isascii():
            return range(len(self.original))
        behind: list[int] = []
        for piece in _PIECES.finditer(self.original):
            if piece.group().isascii():  # stands for itself: most of a letter
                behind.extend(range(piece.start(), piece.end()))
            else:
                behind.extend([piece.start()] * len(_shown(piece.group())))
        return behind


def fold(original: str) -> Sheet:
    """NFKC by character, without format characters and accents, digits of every script as 0 to 9."""
    if original.isascii():
        return Sheet(original, original, original.lower())
    return Sheet(original, _replaced(original, {one: _shown(one) for one in beyond_ascii(original)}), plain(original))


def plain(original: str) -> str:
    """`Sheet.plain` alone: for a word of our lists, or a letter of which no more is asked."""
    if original.isascii():
        return original.lower()
    # What `_low` gives is lower case already and stays as it is; the rest is ASCII.
    return _replaced(original, {one: _low(one) for one in beyond_ascii(original)}).lower()


def beyond_ascii(text: str) -> set[str]:
    """The different characters beyond ASCII, by way of bytes, which drops the others several times as fast as a set."""
    beyond = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return set(beyond.decode("utf-8", "surrogatepass"))


def _replaced(text: str, table: Mapping[str, str]) -> str:
    """The text with every key of the table as its value.

    One replacement after the other is several times as fast as `translate` for the few accents of a letter; it needs
    that no replacement puts in what another one takes out.
    """
    changed = {one: other for one, other in table.items() if one != other}
    if len(changed) > _MOST_REPLACED or not changed.keys().isdisjoint("".join(changed.values())):
        return text.translate({ord(one): other for one, other in changed.items()})
    for one, other in changed.items():
        text = text.replace(one, other)
    return text


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
def _low(character: str) -> str:
    """What a character becomes in `Sheet.plain`: one sign for each that is shown."""
    return "".join(map(_plain, _shown(character)))


def _plain(character: str) -> str:
    if character < "\x80":
        return character.lower()
    bare = unicodedata.normalize("NFD", character)[:1] or character
    low = bare.lower()[:1]
    return LETTERS.get(low, low)
