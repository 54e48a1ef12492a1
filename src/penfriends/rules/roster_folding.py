"""When are two words of a roster the same word, and what of a cell is only there for the screen?"""

import re
import unicodedata

from penfriends.rules.screening.folding import plain

_WORD = re.compile(r"[^\W_]+")
# Marks of direction, blanks of no width and the mark of an encoding: spreadsheets and chats leave them in cells.
_UNSEEN = dict.fromkeys(
    map(ord, "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069")
)
_UNSEEN |= dict.fromkeys(map(ord, "\ufeff\u00ad\x00"))


def fold(text: str) -> str:
    """Words without case, accents and punctuation: “Prénom*” and “PRENOM” are one, أحمد and احمد too."""
    return " ".join(_WORD.findall(plain(text).replace("ß", "ss")))


def folded(words: str) -> frozenset[str]:
    """A list of words or phrases with “;” between them, each folded."""
    return frozenset(fold(word) for word in words.split(";"))


def tidy(cell: str) -> str:
    """A cell as a reader sees it: composed, single blanks, nothing unseen."""
    return " ".join(unicodedata.normalize("NFC", cell).translate(_UNSEEN).split())


def in_digits(text: str) -> str:
    """Digits of every script as 0 to 9, character by character, so that places stay where they are."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)
