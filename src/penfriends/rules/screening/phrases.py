"""Which of our phrases stand in a letter?

A phrase is words parted by spaces; `word*` is a beginning of a word, `…` stands for up to four words in between. A
phrase is looked for only in a letter that has all its words, wherever they stand; then at each place of its first word,
so a letter takes time in proportion to its length, whatever stands in it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import plain
from penfriends.rules.screening.words import BEGINNING, Words

GAP = "…"
_GAP_WORDS = 4
_GAP_CHARACTERS = 45
_WORD = re.compile(r"[^\W_]+")


class Phrase(NamedTuple):
    """The parts of a phrase in order; which are whole words; which are beginnings, here without the star."""

    parts: tuple[str, ...]
    whole: frozenset[str]
    stems: tuple[str, ...]


class Phrases:
    """A table of phrases, ready to be looked for."""

    def __init__(self, lines: Iterable[str]) -> None:
        # By the longest whole word, which is often the rarest; those without by the first letters of a stem.
        self._by_word: dict[str, list[Phrase]] = {}
        self._by_stem: dict[str, list[Phrase]] = {}
        for parts in dict.fromkeys(_parts(line) for line in lines):
            phrase = _phrase(parts)
            if phrase.whole:
                self._by_word.setdefault(max(phrase.whole, key=len), []).append(phrase)
            elif phrase.stems:
                self._by_stem.setdefault(max(phrase.stems, key=len)[:BEGINNING], []).append(phrase)
        self._words = frozenset(self._by_word)
        self._stems = frozenset(self._by_stem)

    def find(self, words: Words) -> Iterator[Span]:
        """Every phrase that stands in the letter, the longest at each first word."""
        longest: dict[int, int] = {}
        for at, last in self.standing(words):
            longest[at] = max(last, longest.get(at, last))
        for at, last in longest.items():
            yield Span(words.starts[at], words.ends[last])

    def standing(self, words: Words) -> Iterator[tuple[int, int]]:
        """The first and the last word of every phrase that stands in the letter, by the first."""
        beginning: dict[str, list[Phrase]] = {}
        for phrase in self._possible(words):
            for text in words.read_as(_readings(phrase.parts[0], words)):
                beginning.setdefault(text, []).append(phrase)
        for at in words.where(beginning.keys()):
            for phrase in beginning[words.texts[at]]:
                last = _match(phrase.parts, words, at)
                if last is not None:
                    yield at, last

    def _possible(self, words: Words) -> Iterator[Phrase]:
        """The phrases all whose parts are in the letter, wherever: no other can stand in it, and few are left."""
        for word in self._words & words.readings:
            yield from (phrase for phrase in self._by_word[word] if _all_parts_in(phrase, words))
        for beginning in self._stems & words.beginnings:
            yield from (phrase for phrase in self._by_stem[beginning] if _all_parts_in(phrase, words))


def _phrase(parts: tuple[str, ...]) -> Phrase:
    stems = tuple(one[:-1] for one in parts if one.endswith("*"))
    return Phrase(parts, frozenset(one for one in parts if one != GAP and not one.endswith("*")), stems)


def _all_parts_in(phrase: Phrase, words: Words) -> bool:
    return phrase.whole <= words.readings and all(words.begun_with(stem) for stem in phrase.stems)


def _readings(part: str, words: Words) -> Iterable[str]:
    return words.begun_with(part[:-1]) if part.endswith("*") else (part,)


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


def _match(parts: tuple[str, ...], words: Words, at: int) -> int | None:
    """The last word of the phrase if it begins at word `at`."""
    for number, part in enumerate(parts):
        if part == GAP:
            return _after_gap(parts[number + 1 :], words, at)
        if at >= len(words.texts) or not _same(part, words, at):
            return None
        at += 1
    return at - 1


def _after_gap(parts: tuple[str, ...], words: Words, at: int) -> int | None:
    for here in range(at, min(at + _GAP_WORDS + 1, len(words.texts))):
        if words.starts[here] - words.ends[at - 1] > _GAP_CHARACTERS:
            return None
        end = _match(parts, words, here)
        if end is not None:
            return end
    return None


def _same(part: str, words: Words, at: int) -> bool:
    text = words.texts[at]
    other = words.others.get(text, "")
    if part.endswith("*"):
        return text.startswith(part[:-1]) or other.startswith(part[:-1])
    return part in (text, other)
