"""Which of our phrases stand in a letter?

A phrase is words parted by spaces; `word*` is a beginning of a word, `…` stands for up to four words in between. Looked
up word by word in a table of first words, so a letter takes time in proportion to its length, whatever stands in it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet, plain

GAP = "…"
_GAP_WORDS = 4
_GAP_CHARACTERS = 45
_WORD = re.compile(r"[^\W_]+")
_JOINTS = frozenset(" -_*.")
_CLITICS = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ف", "ب", "ل")
_LEET = str.maketrans("013457", "oieast")


class Word(NamedTuple):
    """A word of the plain text; `other` is a second reading: without Arabic prefixes, or 1n5t4 as insta."""

    text: str
    other: str
    start: int
    end: int


class Phrases:
    """A table of phrases, ready to be looked for."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._exact: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._begun: dict[str, tuple[tuple[str, ...], ...]] = {}
        for line in lines:
            parts = _parts(line)
            if parts:
                table, key = (self._begun, parts[0][:3]) if parts[0].endswith("*") else (self._exact, parts[0])
                table[key] = (*table.get(key, ()), parts)

    def find(self, words: Sequence[Word]) -> Iterator[Span]:
        """Every phrase that stands in `words`, the longest at each first word."""
        here = words if isinstance(words, Words) else Words(words)
        exact, begun = self._exact, self._begun
        places = {at for one in exact.keys() & here.whole.keys() for at in here.whole[one]}
        places |= {at for one in begun.keys() & here.starts.keys() for at in here.starts[one]}
        for at in sorted(places):
            text, other, start, _end = here[at]
            starting = exact.get(text, ()) + begun.get(text[:3], ())
            if other:
                starting += exact.get(other, ()) + begun.get(other[:3], ())
            ends = [end for parts in starting if (end := _match(parts, here, at)) is not None]
            if ends:
                yield Span(start, here[max(ends)].end)


class Words(list[Word]):
    """The words of a letter, with a table of where each stands: a dozen lists of phrases are looked for in them."""

    def __init__(self, words: Iterable[Word]) -> None:
        super().__init__(words)
        self.whole: dict[str, list[int]] = {}
        self.starts: dict[str, list[int]] = {}  # by the first three letters
        for at, word in enumerate(self):
            for reading in (word.text, word.other) if word.other else (word.text,):
                self.whole.setdefault(reading, []).append(at)
                self.starts.setdefault(reading[:3], []).append(at)


def words_of(sheet: Sheet) -> Words:
    """The words of a letter; single letters written apart (w h a t s) count as one word."""
    found = [(m.group(), m.start(), m.end()) for m in _WORD.finditer(sheet.plain)]
    words: list[Word] = []
    at = 0
    while at < len(found):
        if len(found[at][0]) > 1:  # nothing is spelled out here
            words.append(Word(found[at][0], _other(found[at][0]), found[at][1], found[at][2]))
            at += 1
            continue
        to = _spelled_to(sheet.plain, found, at)
        text = "".join(one[0] for one in found[at:to])
        words.append(Word(text, _other(text), found[at][1], found[to - 1][2]))
        at = to
    return Words(words)


def _spelled_to(text: str, found: Sequence[tuple[str, int, int]], at: int) -> int:
    """Where a word spelled out from `at` ends; the next word if nothing is spelled out."""
    to = at
    while to < len(found) and len(found[to][0]) == 1 and found[to][0].isalpha():
        if to > at and not (found[to][1] - found[to - 1][2] == 1 and text[found[to - 1][2]] in _JOINTS):
            break
        to += 1
    return to if to - at >= 3 else at + 1


def _other(text: str) -> str:
    if "\u0600" <= text[0] <= "\u06ff":
        prefix = next((one for one in _CLITICS if text.startswith(one) and len(text) - len(one) >= 3), "")
        return text[len(prefix) :] if prefix else ""
    if text.isalpha() or text.isdigit():
        return ""
    return text.translate(_LEET)


def _parts(line: str) -> tuple[str, ...]:
    parts: list[str] = []
    for piece in plain(line).split():
        if piece == GAP or set(piece) == {"."}:
            parts.append(GAP)
            continue
        parts.extend(_WORD.findall(piece))
        if piece.endswith("*"):
            parts[-1] += "*"
    return tuple(parts)


def _match(parts: tuple[str, ...], words: Sequence[Word], at: int) -> int | None:
    """The last word of the phrase if it begins at word `at`."""
    for number, part in enumerate(parts):
        if part == GAP:
            return _after_gap(parts[number + 1 :], words, at)
        if at >= len(words) or not _same(part, words[at]):
            return None
        at += 1
    return at - 1


def _after_gap(parts: tuple[str, ...], words: Sequence[Word], at: int) -> int | None:
    for skipped in range(_GAP_WORDS + 1):
        here = at + skipped
        if here >= len(words) or words[here].start - words[at - 1].end > _GAP_CHARACTERS:
            return None
        end = _match(parts, words, here)
        if end is not None:
            return end
    return None


def _same(part: str, word: Word) -> bool:
    if part.endswith("*"):
        return word.text.startswith(part[:-1]) or word.other.startswith(part[:-1])
    return part in (word.text, word.other)
