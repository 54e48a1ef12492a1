"""Which words stand in a letter, where, and how else may each be read?

The words are kept in columns: a letter has a thousand, and most questions are answered for all of them at once by
asking which of its few hundred different words matter, before any place is looked at.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from penfriends.rules.screening.folding import Sheet

_WORD = re.compile(r"([^\W_]+)")
_FIGURES = re.compile(r"[0-9]+")  # folding leaves no other digits
_JOINTS = frozenset(" -_*.")
_FEWEST_SPELLED = 3
_CLITICS = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ف", "ب", "ل")
_LEET = str.maketrans("013457", "oieast")
BEGINNING = 3  # letters of a word by which words with one stem are found


@dataclass(frozen=True)  # without slots, here and below: tables are made when first asked for
class Written:
    """The words of a plain text as they are written: word `i` is `texts[i]`, from `starts[i]` to `ends[i]`."""

    plain: str
    texts: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]

    @cached_property
    def distinct(self) -> frozenset[str]:
        """The different words."""
        return frozenset(self.texts)

    @cached_property
    def figures(self) -> tuple[int, ...]:
        """Where each row of digits begins."""
        return figures(self.plain)

    def where(self, wanted: AbstractSet[str]) -> list[int]:
        """Which words are among those wanted, in order."""
        here = self.distinct & wanted
        return [at for at, text in enumerate(self.texts) if text in here] if here else []


@dataclass(frozen=True)
class Words(Written):
    """The words as they are read: single letters written apart (w h a t s) are one word, and a word may have a second
    reading, without its Arabic prefix, or insta for 1n5t4."""

    written: Written

    @cached_property
    def distinct(self) -> frozenset[str]:
        """The different words."""
        return self.written.distinct if self.texts is self.written.texts else frozenset(self.texts)

    @cached_property
    def others(self) -> dict[str, str]:
        """The second readings."""
        read = ((text, _other(text)) for text in self.distinct if not (text.isascii() and text.isalpha()))
        return {text: other for text, other in read if other and other != text}

    @cached_property
    def readings(self) -> frozenset[str]:
        """Everything that any word may be read as."""
        return self.distinct.union(self.others.values())

    @cached_property
    def beginnings(self) -> AbstractSet[str]:
        """The first three letters of all readings."""
        return self._begun.keys()

    @cached_property
    def _begun(self) -> dict[str, list[str]]:
        """All readings by their first three letters."""
        table: dict[str, list[str]] = {}
        for reading in self.readings:
            table.setdefault(reading[:BEGINNING], []).append(reading)
        return table

    @cached_property
    def _read_as(self) -> dict[str, list[str]]:
        """The words with a second reading, by that reading."""
        table: dict[str, list[str]] = {}
        for text, other in self.others.items():
            table.setdefault(other, []).append(text)
        return table

    def begun_with(self, stem: str) -> list[str]:
        """The readings with this stem, of three letters or more."""
        return [one for one in self._begun.get(stem[:BEGINNING], ()) if one.startswith(stem)]

    def read_as(self, readings: Iterable[str]) -> Iterator[str]:
        """The different words, as written, that have one of these readings."""
        for reading in readings:
            if reading in self.distinct:
                yield reading
            yield from self._read_as.get(reading, ())


def figures(plain: str) -> tuple[int, ...]:
    """Where each row of digits begins."""
    return tuple(match.start() for match in _FIGURES.finditer(plain))


def written(plain: str) -> Written:
    """The words of a plain text."""
    pieces = _WORD.split(plain)  # what is between words, and words, in turn
    bounds = list(accumulate(map(len, pieces)))
    return Written(plain, pieces[1::2], bounds[:-1:2], bounds[1::2])


def words_of(sheet: Sheet) -> Words:
    """The words of a letter, as they are read."""
    found = written(sheet.plain)
    spelled = _spelled(found)
    if not spelled:
        return Words(found.plain, found.texts, found.starts, found.ends, found)
    texts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for first, after in [*spelled, (len(found.texts), len(found.texts))]:
        texts += found.texts[done:first]
        starts += found.starts[done:first]
        ends += found.ends[done:first]
        if first < after:
            texts.append("".join(found.texts[first:after]))
            starts.append(found.starts[first])
            ends.append(found.ends[after - 1])
        done = after
    return Words(found.plain, texts, starts, ends, found)


def _spelled(found: Written) -> list[tuple[int, int]]:
    """From where to where words are spelled out, letter by letter, with one sign between."""
    alone = [at for at, text in enumerate(found.texts) if len(text) == 1 and text.isalpha()]
    spelled: list[tuple[int, int]] = []
    first = after = -1
    for at in (*alone, len(found.texts) + 1):
        if at == after and _joined(found, at):
            after += 1
            continue
        if after - first >= _FEWEST_SPELLED:
            spelled.append((first, after))
        first, after = at, at + 1
    return spelled


def _joined(found: Written, at: int) -> bool:
    gap = found.plain[found.ends[at - 1] : found.starts[at]]
    return len(gap) == 1 and gap in _JOINTS


def _other(text: str) -> str:
    if "\u0600" <= text[0] <= "\u06ff":
        prefix = next((one for one in _CLITICS if text.startswith(one) and len(text) - len(one) >= 3), "")
        return text[len(prefix) :] if prefix else ""
    if text.isalpha() or text.isdigit():
        return ""
    return text.translate(_LEET)
