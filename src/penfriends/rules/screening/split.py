"""Does this letter end a telephone number that the writer's earlier letters began?"""

import re
from collections.abc import Iterator, Sequence

from penfriends.rules.screening.explained import explained
from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import plain
from penfriends.rules.screening.numerals import Run, runs
from penfriends.rules.screening.phone import after_phone_word, announces, dials, digits_of
from penfriends.rules.screening.words import figures, written
from penfriends.rules.screening.words_numbers import SPOKEN, TIMES

LETTERS_BEFORE = 5
_PART = range(2, 9)
_WHOLE = range(9, 15)
_PARTS_PER_LETTER = 12
_PLUS = "+"
# Every number word, and every row of them written as one, that means digits beginning with 0; and the plus.
_NOUGHTS = (_PLUS, *sorted({words[0] for words, digits in SPOKEN.items() if digits.startswith("0")}))
# A figure 0 that no figure stands before, the words of WEAK_ZERO, and o7911, where the o stands for 0.
_NOUGHT = re.compile(r"0(?<!\d0)|o(?<![^\W_]o)(?:(?:h|we)?(?![^\W_])|[oil]{0,3}\d)")
_CLOCK = re.compile(r"o\Wclock")
_DOUBLED = re.compile(rf"(?:{'|'.join(TIMES)})[\W_]*\Z")
_LONGEST_DOUBLING = 60


def find(here: Sequence[Run], before: Sequence[str]) -> Iterator[Span]:
    """The parts among this letter's runs that, put behind parts of earlier letters, make a number that begins with 0 or
    +."""
    ends = [run for run in here if len(digits_of(run.numerals)) in _PART]
    if not ends:  # nearly always: the earlier letters need not be read again
        return
    earlier: list[tuple[str, bool]] = []
    for text in map(plain, before):
        if earlier or _may_begin_number(text):  # what comes before the first beginning completes nothing
            earlier += _parts(text)[-_PARTS_PER_LETTER:]
    heads = [(digits, announced) for digits, announced in _heads(earlier) if announced or digits.startswith("0")]
    for run in ends:
        tail = digits_of(run.numerals)
        if any(_completes(head, tail) for head in heads):
            yield Span(run.numerals[0].start, run.numerals[-1].end)


def _may_begin_number(text: str) -> bool:
    """Whether a part can stand here that begins with 0 or is announced: it need not be read if not."""
    if any(word in text for word in _NOUGHTS) or announces(text):
        return True
    noughts = [match.start() for match in _NOUGHT.finditer(text) if not _tells_the_time(text, match.start())]
    if not noughts:
        return False
    masked = explained(text, figures(text))
    return any(not masked[at] for at in noughts)


def _tells_the_time(text: str, at: int) -> bool:
    """The o of o'clock is one digit, which "clock" parts from all others, and a part has two or more. Unless the o is
    doubled."""
    return bool(_CLOCK.match(text, at)) and not _DOUBLED.search(text, max(0, at - _LONGEST_DOUBLING), at)


def _parts(text: str) -> list[tuple[str, bool]]:
    return [
        (digits, _announced(text, run))
        for run in runs(written(text))
        if len(digits := digits_of(run.numerals)) in _PART
    ]


def _announced(text: str, run: Run) -> bool:
    start = run.numerals[0].start
    return text[max(0, start - 1) : start] == _PLUS or after_phone_word(text, start)


def _heads(earlier: Sequence[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """One earlier part, or two and three that follow each other."""
    for length in (1, 2, 3):
        for at in range(len(earlier) - length + 1):
            parts = earlier[at : at + length]
            yield "".join(digits for digits, _ in parts), parts[0][1]


def _completes(head: tuple[str, bool], tail: str) -> bool:
    digits, announced = head[0] + tail, head[1]
    if len(digits) not in _WHOLE:
        return False
    return announced or dials(digits)
