"""Which languages and interests does a cell of a roster name, whatever stands between them?"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from penfriends.rules.matching import Level
from penfriends.rules.roster_folding import fold, folded, tidy
from penfriends.rules.roster_recognised import LEVELS
from penfriends.rules.roster_values import Trouble

_BETWEEN = re.compile(r"[,;/|+&\n•·،؛]")
_AND = re.compile(r"\s(?:and|und|et|en|i|oraz|و)\s|\sو(?=\S)", re.IGNORECASE)
# “język angielski”, “langue française”: the word adds nothing.
_LANGUAGE = folded("język; langue; taal; po; اللغة; لغة")
_LONGEST_NAME = 4  # pieces: “Snakes, lizards and frogs” holds a comma itself


@dataclass(frozen=True, slots=True)
class Spoken:
    """The languages of a cell, and what in it is none. A level of None was not given."""

    levels: Mapping[str, Level | None]
    faults: tuple[tuple[Trouble, str], ...]


@dataclass(frozen=True, slots=True)
class Liked:
    """The interests of a cell by code, and what in it is not in our list."""

    codes: frozenset[str]
    unknown: tuple[str, ...]


def languages_in(cell: str, names: Mapping[str, str]) -> Spoken:
    """“English (well), Deutsch: Muttersprache”, “en/pl”, “العربية والإنجليزية”."""
    levels: dict[str, Level | None] = {}
    faults: list[tuple[Trouble, str]] = []
    for written in _language_pieces(cell, names):
        words = fold(written).split()
        found = _language_and_level(words, names)
        if isinstance(found, Trouble):
            found = _language_and_level([word for word in words if word not in _LANGUAGE], names)
        if isinstance(found, Trouble):
            faults.append((found, written))
        else:
            code, level = found
            levels[code] = level or levels.get(code)
    return Spoken(levels, tuple(faults))


def interests_in(cell: str, names: Mapping[str, str]) -> Liked:
    """The longest names win, so that one with a comma in it is found whole."""
    pieces = _pieces(cell)
    codes: set[str] = set()
    unknown: list[str] = []
    at = 0
    while at < len(pieces):
        end, code = _longest(pieces, at, names)
        if code is None:
            parts = [names.get(fold(part)) for part in _AND.split(pieces[at])]
            codes.update(part for part in parts if part)
            if not all(parts):
                unknown.append(pieces[at])
        else:
            codes.add(code)
        at = end
    return Liked(frozenset(codes), tuple(unknown))


def _pieces(cell: str) -> list[str]:
    return [piece for piece in map(tidy, _BETWEEN.split(cell)) if fold(piece)]


def _longest(pieces: Sequence[str], at: int, names: Mapping[str, str]) -> tuple[int, str | None]:
    """The end and the code of the longest name that begins at a piece; else the next piece, and None."""
    for end in range(min(len(pieces), at + _LONGEST_NAME), at, -1):
        code = names.get(fold(" ".join(pieces[at:end])))
        if code:
            return end, code
    return at + 1, None


def _language_pieces(cell: str, names: Mapping[str, str]) -> Iterator[str]:
    for piece in _pieces(cell):
        words = fold(piece).split()
        if all(len(word) <= 3 and word in names for word in words):  # “fr en de”: here “en” is not Dutch for “and”
            yield from words
        else:
            yield from (part for part in _AND.split(piece) if fold(part))


def _language_and_level(words: Sequence[str], names: Mapping[str, str]) -> tuple[str, Level | None] | Trouble:
    """The name before the level or after it; longer names first."""
    for length in range(len(words), 0, -1):
        for name, rest in ((words[:length], words[length:]), (words[-length:], words[:-length])):
            code = names.get(" ".join(name))
            if code is None:
                continue
            level = LEVELS.get(" ".join(rest))
            return Trouble.UNKNOWN_LEVEL if rest and level is None else (code, level)
    return Trouble.UNKNOWN_LANGUAGE
