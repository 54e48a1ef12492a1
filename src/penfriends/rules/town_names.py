"""Which towns does somebody mean who types a name, in whichever language, with or without accents?"""

import unicodedata
from collections.abc import Iterable

_LETTERS = str.maketrans(
    {"ł": "l", "ß": "ss", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "’": " ", "'": " ", "-": " ", "ـ": None}
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
# Arabic letters that people write for each other, and both kinds of ending.
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "گ": "ك", "ک": "ك", "ی": "ي"})
_SHORTEST_PART = 3


def spellings(name: str) -> frozenset[str]:
    """The ways in which a name may be typed: accents dropped, and umlauts written out (Hürth: hurth, huerth)."""
    lower = unicodedata.normalize("NFC", name.casefold()).translate(_LETTERS)
    return frozenset(_plain(text) for text in (lower, lower.translate(_UMLAUTS)))


def means(typed: str, names: Iterable[str]) -> bool:
    """Whether `typed` begins one of the names, or one of its words; from three letters on it may stand within."""
    wanted = spellings(typed) - {""}
    known = {spelling for name in names for spelling in spellings(name)}
    return any(_begins(known_as, part) or part.startswith(f"{known_as} ") for known_as in known for part in wanted)


def is_named(typed: str, names: Iterable[str]) -> bool:
    """Whether `typed` is one of the names, whole."""
    return bool((spellings(typed) - {""}) & {spelling for name in names for spelling in spellings(name)})


def _begins(name: str, part: str) -> bool:
    return f" {name}".find(f" {part}") >= 0 or (len(part) >= _SHORTEST_PART and part in name)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_ARABIC))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())
