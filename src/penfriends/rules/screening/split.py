"""Does this letter end a telephone number that the writer's earlier letters began?"""

from collections.abc import Iterator, Sequence

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet, fold
from penfriends.rules.screening.numerals import Run, runs
from penfriends.rules.screening.phone import after_phone_word, dials, digits_of

LETTERS_BEFORE = 5
_PART = range(2, 9)
_WHOLE = range(9, 15)
_PARTS_PER_LETTER = 12


def find(sheet: Sheet, before: Sequence[str]) -> Iterator[Span]:
    """The parts in this letter that, put behind parts of earlier letters, make a number that begins with 0 or +."""
    ends = [run for run in runs(sheet) if len(digits_of(run.numerals)) in _PART]
    if not ends:  # nearly always: the earlier letters need not be read again
        return
    earlier = [part for letter in before for part in _parts(fold(letter))[-_PARTS_PER_LETTER:]]
    heads = [(digits, announced) for digits, announced in _heads(earlier) if announced or digits.startswith("0")]
    for run in ends:
        tail = digits_of(run.numerals)
        if any(_completes(head, tail) for head in heads):
            yield Span(run.numerals[0].start, run.numerals[-1].end)


def _parts(sheet: Sheet) -> list[tuple[str, bool]]:
    return [
        (digits, _announced(sheet.plain, run)) for run in runs(sheet) if len(digits := digits_of(run.numerals)) in _PART
    ]


def _announced(text: str, run: Run) -> bool:
    start = run.numerals[0].start
    return text[max(0, start - 1) : start] == "+" or after_phone_word(text, start)


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
