"""Which digits does a letter say, in figures and in words, and which of them are plainly something else?"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from penfriends.rules.screening.explained import explained
from penfriends.rules.screening.words import Written
from penfriends.rules.screening.words_numbers import DIGIT_WORDS, FILLERS, SPOKEN, TIMES, WEAK_ZERO

_WORD = re.compile(r"[^\W_]+")
_LOOKALIKES = str.maketrans("oil", "011")
_DISGUISED = re.compile(r"(?=[oil]{0,4}\d)[\doil]{2,20}")
_FIGURES = re.compile(r"\d+")
_DIGIT_OF = dict(reversed(DIGIT_WORDS))  # the first of two equal words counts
_DIGIT_WORD = re.compile("|".join(word for word, _ in DIGIT_WORDS))
_LONGEST_FROM: dict[str, int] = {}  # how many words a number may have that begins with this one
for _said_so in SPOKEN:
    _LONGEST_FROM[_said_so[0]] = max(len(_said_so), _LONGEST_FROM.get(_said_so[0], 0))
_LONGEST_GAP = 9
_FURTHEST = 60
_LONGEST_SPOKEN_WORD = 80
_FILLERS_BETWEEN = 2


class Numeral(NamedTuple):
    """Digits said at one place; `spoken` if in words or in disguise."""

    digits: str
    start: int
    end: int
    spoken: bool


class Run(NamedTuple):
    """Numerals with nothing between them that parts them; `firm[i]` if a comma, stop or line follows numeral i."""

    numerals: tuple[Numeral, ...]
    firm: tuple[bool, ...]


def runs(words: Written) -> tuple[Run, ...]:
    """Every run of digits in the letter, without dates, years, prices, measures, times, scores and book numbers."""
    found = numerals(words)
    return tuple(_parted(words.plain, found, explained(words.plain, words.figures))) if found else ()


def _parted(text: str, found: Sequence[Numeral], masked: bytearray) -> Iterator[Run]:
    current: list[Numeral] = []
    firm: list[bool] = []
    for numeral in found:
        if current:
            gap = text[current[-1].end : numeral.start]
            if masked[numeral.start] or masked[current[-1].start] or not _joins(gap):
                yield Run(tuple(current), (*firm, True))
                current, firm = [], []
            else:
                firm.append(_is_firm(gap))
        if masked[numeral.start]:
            current, firm = [], []
            continue
        current.append(numeral)
    if current:
        yield Run(tuple(current), (*firm, True))


def numerals(words: Written) -> list[Numeral]:
    """Figures and number words of a plain text, in order."""
    found: list[Numeral] = []
    after = 0
    for at in words.where({one for one in words.distinct if may_begin(one)}):
        if at >= after:
            after = _take(words, at, found)
    return found


@lru_cache(maxsize=16384)
def may_begin(word: str) -> bool:
    """Whether a number can begin with this word; nearly all words say no, and letters repeat them."""
    if word in TIMES or word in WEAK_ZERO or word in _LONGEST_FROM:
        return True
    return any(one.isdigit() for one in word) or bool(_run_together(word))


def _take(words: Written, at: int, found: list[Numeral]) -> int:
    """Add what stands at word `at` and say where to go on."""
    word, start = words.texts[at], words.starts[at]
    if word.isdigit():
        found.append(Numeral(word, start, words.ends[at], False))
        return at + 1
    times = TIMES.get(word)
    if times and at + 1 < len(words.texts):
        taken, digits = _said(words.texts, at + 1)
        if not taken and words.texts[at + 1].isdigit():
            taken, digits = 1, words.texts[at + 1]
        if taken:
            found.append(Numeral(digits * times, start, words.ends[at + taken], True))
            return at + 1 + taken
    taken, digits = _said(words.texts, at)
    if taken:
        found.append(Numeral(digits, start, words.ends[at + taken - 1], True))
        return at + taken
    if any(one.isdigit() for one in word):
        found.extend(_mixed(word, start))
    return at + 1


def _said(texts: Sequence[str], at: int) -> tuple[int, str]:
    """How many words from `at` say a number, and which."""
    first = texts[at]
    if first in WEAK_ZERO:
        return 1, "0"
    longest = min(_LONGEST_FROM.get(first, 0), len(texts) - at)
    for length in range(longest, 0, -1):
        digits = SPOKEN.get(tuple(texts[at : at + length]))
        if digits is not None:
            return length, digits
    together = _run_together(first)
    return (1, together) if together else (0, "")


@lru_cache(maxsize=4096)
def _run_together(word: str) -> str:
    """The digits of a word like zerosevenseven; nothing if anything else is in it."""
    if not 6 <= len(word) <= _LONGEST_SPOKEN_WORD:
        return ""
    at, digits = 0, ""
    while at < len(word):
        part = _DIGIT_WORD.match(word, at)
        if part is None:
            return ""
        at = part.end()
        digits += _DIGIT_OF[part.group()]
    return digits


def _mixed(word: str, start: int) -> list[Numeral]:
    if len(word) <= 20 and _DISGUISED.fullmatch(word):
        return [Numeral(word.translate(_LOOKALIKES), start, start + len(word), True)]
    return [Numeral(m.group(), start + m.start(), start + m.end(), False) for m in _FIGURES.finditer(word)]


def _joins(gap: str) -> bool:
    return len(gap) < _FURTHEST and _holds_together(gap)


@lru_cache(maxsize=4096)
def _holds_together(gap: str) -> bool:
    words = _WORD.findall(gap)
    letters = sum(len(word) for word in words)
    return len(words) <= _FILLERS_BETWEEN and all(w in FILLERS for w in words) and len(gap) - letters <= _LONGEST_GAP


@lru_cache(maxsize=4096)
def _is_firm(gap: str) -> bool:
    return any(mark in gap for mark in (",", ";", "\n", ". ", "! ", "? ", " - ", "،"))
