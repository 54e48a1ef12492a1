"""In which encoding did somebody save a list, if the file does not say it?

Programs in schools save in what Windows of the country uses. UTF-8 and UTF-16 show themselves; between the others the
letters decide: those that the languages of the house use speak for an encoding, signs and strange letters against it.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass

_POLISH, _GERMAN = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "äöüßÄÖÜé"
_FRENCH_AND_DUTCH = "àâçèéêëîïôûùÿœæÀÂÇÈÉÊËÎÏÔÛÙŒñáíóúãõø"
_ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىيپچژگًٌٍَُِّْ،؛؟"
# In this order where the letters do not decide; with them, what Windows uses where the language is spoken.
_USUAL = {
    "windows-1252": frozenset(_GERMAN + _FRENCH_AND_DUTCH),
    "windows-1250": frozenset(_POLISH + _GERMAN),
    "iso-8859-2": frozenset(_POLISH + _GERMAN),
    "windows-1256": frozenset(_ARABIC),
}
_OF_LANGUAGE = {"pl": "windows-1250", "ar": "windows-1256"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MIXED = re.compile(r"[A-Za-z][\u0621-\u064a]|[\u0621-\u064a][A-Za-z]")  # no word is written in two scripts
_TYPOGRAPHY = frozenset("\u00a0€„“”‘’‚«»–—…•´°№")
_STRANGE = 0.1  # more signs of control than this, and it is no text


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and the encoding if it was guessed from the letters."""

    text: str
    guessed: str = ""


def decoded(raw: bytes, *, prefers: str = "") -> Decoded | None:
    """The text of a file, or None if it is none. `prefers` is the language of whoever sends it."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _if_text(raw.decode(encoding, errors="replace"))
    if b"\x00" in raw:
        return _wide(raw)
    try:
        return _if_text(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return _narrow(raw, prefers)


def _wide(raw: bytes) -> Decoded | None:
    """UTF-16 without its mark: no other text has zeros in it."""
    whole = raw[: len(raw) // 2 * 2]
    read = [whole.decode(encoding, errors="replace") for encoding in ("utf-16-le", "utf-16-be")]
    best = max(read, key=_known_letters)
    return _if_text(best) if 2 * _known_letters(best) >= len(best) else None


def _known_letters(text: str) -> int:
    known = _USUAL["windows-1252"] | _USUAL["windows-1250"] | _USUAL["windows-1256"]
    return sum("\t" <= letter <= "~" or letter in known for letter in text)


def _narrow(raw: bytes, prefers: str) -> Decoded | None:
    favourite = _OF_LANGUAGE.get(prefers, "windows-1252")
    beyond = bytes(byte for byte in raw if byte > 127)
    ranked: list[tuple[float, str]] = []
    for encoding, usual in _USUAL.items():
        try:
            letters, text = beyond.decode(encoding), raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        points = sum(_points(letter, usual) for letter in letters) - 2 * len(_MIXED.findall(text))
        ranked.append((points + (0.5 if encoding == favourite else 0), encoding))
    if not ranked:
        return None
    best = max(points for points, _ in ranked)
    encoding = next(encoding for points, encoding in ranked if points == best)
    found = _if_text(raw.decode(encoding))
    return Decoded(found.text, encoding) if found else None


def _points(letter: str, usual: frozenset[str]) -> int:
    if letter in usual:
        return 1
    if letter in _TYPOGRAPHY:
        return 0
    return -1 if letter.isalpha() else -3 if unicodedata.category(letter) == "Cc" else -2


def _if_text(text: str) -> Decoded | None:
    strange = sum(
        unicodedata.category(letter) in ("Cc", "Cn", "Co") and letter not in "\t\n\r\x0b\x0c" for letter in text
    )
    return Decoded(text) if strange <= _STRANGE * len(text) else None
