"""How is a letter known again, wherever it turns up? By one invented word in its text."""

import re

_CONSONANTS, _VOWELS = "bdfgklmnrt", "aeiou"
_SYLLABLES = [c + v for c in _CONSONANTS for v in _VOWELS]
_LENGTH = 6
MARK = "The word of the day was"
_MARKED = re.compile(rb"word of the day was ([a-z]{%d})" % (2 * _LENGTH))


def token(number: int) -> str:
    """A word for a number below 50 ** 6."""
    found = ""
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_SYLLABLES))
        found = _SYLLABLES[place] + found
    return found


def token_in(raw: bytes) -> str | None:
    """The word of the letter that is in these bytes of a finished mail, wherever its lines were broken."""
    found = _MARKED.search(b" ".join(raw.replace(b"=\r\n", b"").split()))
    return found.group(1).decode() if found else None
