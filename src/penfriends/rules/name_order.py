"""In which order do names stand in a list, for a reader of a language?

What a phone book does: in Polish ą, ć, ł and ż are letters of their own; elsewhere an accent counts only between names
that are otherwise the same. Arabic names go by their letters, whatever sits above or below an alif.
"""

import unicodedata

POLISH = "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż"
PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i", "ٱ": "ا", "ى": "ي", "ـ": None}
)
# Where no alphabet says otherwise, a letter stands where its number in Unicode puts it, after these.
_AFTER = 1000


def key(name: str, language: str) -> tuple[tuple[int, ...], str]:
    """What to sort names by. Two names have the same key only if they are the same but for capitals."""
    folded = unicodedata.normalize("NFC", name).casefold()
    own = POLISH if language == "pl" else ""
    places: list[int] = []
    for letter in folded:
        if letter in own:
            places.append(own.index(letter))
        elif letter.isalpha():
            places += [_place(one, own) for one in _bare(letter)]
        elif letter.isspace() or letter in "-'’.":
            places.append(-1)  # Anna B before Annabel
    return tuple(places), folded


def _bare(letter: str) -> str:
    """A letter without what is above, below or through it."""
    apart = unicodedata.normalize("NFD", letter)
    return "".join(one for one in apart if not unicodedata.combining(one)).translate(PLAIN)


def _place(letter: str, own: str) -> int:
    return own.index(letter) if letter in own else _AFTER + ord(letter)
