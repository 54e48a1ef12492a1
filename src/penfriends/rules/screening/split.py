"""Does this letter end a telephone number that the writer's earlier letters began?"""

from collections.abc import Iterator, Sequence

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.numerals import Run, runs
from penfriends.rules.screening.phone import after_phone_word, dials, digits_of

LETTERS_BEFORE = 5
_PART = range(2, 9)
_WHOLE = range(9, 15)
_PARTS_PER_LETTER = 12


def find(sheet: Sheet, before: Sequence[Sheet]) -> Iterator[Span]:
    """The parts in this letter that, put behind parts of earlier letters, make a number that begins with 0 or +."""
    earlier = [part for letter in before for part in _parts(letter)[-_PARTS_PER_LETTER:]]
    if not earlier:
        return
    for run in runs(sheet):
        digits = digits_of(run.numerals)
        if len(digits) in _PART and any(_completes(head, digits) for head in _heads(earlier)):
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
    if announced:
        return True
    return digits.startswith("0") and dials(digits)
