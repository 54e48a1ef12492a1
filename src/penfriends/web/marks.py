"""How does a letter look with marks where something was noticed? Cut at the findings; the template escapes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from penfriends import reasons
from penfriends.i18n import gettext as _
from penfriends.rules.screening import Consequence, Finding

RANK = {one: number for number, one in enumerate(Consequence)}
INVISIBLE = ("Cf", "Cc", "Zl", "Zp")
MANY = 8
KEPT = "\n\t\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Mark:
    """One finding with its number: what it is called, why it matters, colour, picture, the return reason that fits."""

    number: int
    label: str
    why: str
    colour: str
    picture: str
    ask: str
    urgent: bool
    in_text: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; with `marks` it is highlighted in the colour of the first. `last` carries the numbers."""

    text: str
    marks: tuple[Mark, ...] = ()
    last: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """The paragraphs of a letter in pieces, and its marks in order."""

    paragraphs: Sequence[Sequence[Piece]]
    marks: Sequence[Mark]

    @property
    def groups(self) -> Sequence[Sequence[Mark]]:
        """The marks as they are listed; where there are many, those that say the same stand together."""
        if len(self.marks) <= MANY:
            return [[one] for one in self.marks]
        found: dict[tuple[str, str, bool], list[Mark]] = {}
        for one in self.marks:
            found.setdefault((one.label, one.why, one.urgent), []).append(one)
        return list(found.values())


def marked(text: str, findings: Sequence[Finding], *, child: bool) -> Marked:
    """Cut `text` into paragraphs and pieces. What overlaps is one highlight with a number for each finding."""
    numbered = [
        (one, _mark(number, one, text, child=child)) for number, one in enumerate(sorted(findings, key=_place), start=1)
    ]
    pieces: list[Piece] = []
    at = 0
    for start, end, inside in _merged(numbered, len(text)):
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.extend(_highlight(text[start:end], tuple(sorted(inside, key=lambda mark: mark.number))))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return Marked(_paragraphs(pieces), [mark for _one, mark in numbered])


def _mark(number: int, one: Finding, text: str, *, child: bool) -> Mark:
    known = reasons.noticed(one.kind.value)
    why = _(known.child if child else known.adult)
    if one.check.endswith("_over_letters"):
        why = f"{_(reasons.OVER_LETTERS)} {why}"
    return Mark(
        number,
        _(known.label),
        why,
        known.colour,
        known.picture,
        known.ask,
        one.consequence is Consequence.HOLD_URGENT,
        max(0, one.start) < min(len(text), one.end),
    )


def _place(one: Finding) -> tuple[int, int, int, str]:
    return one.start, one.end, -RANK[one.consequence], one.kind.value


def _merged(numbered: Sequence[tuple[Finding, Mark]], length: int) -> list[tuple[int, int, list[Mark]]]:
    """Spans that do not overlap, each with the marks inside it."""
    spans: list[tuple[int, int, list[Mark]]] = []
    for one, mark in numbered:
        start, end = max(0, one.start), min(length, one.end)
        if start >= end:
            continue
        if spans and start < spans[-1][1]:
            first, last, inside = spans[-1]
            spans[-1] = (first, max(last, end), [*inside, mark])
        else:
            spans.append((start, end, [mark]))
    return spans


def _highlight(text: str, marks: tuple[Mark, ...]) -> list[Piece]:
    """A highlight that runs over paragraphs is cut at them, so that no element crosses another."""
    parts = text.split("\n\n")
    found: list[Piece] = []
    for number, part in enumerate(parts):
        if number:
            found.append(Piece("\n\n"))
        found.append(Piece(visible(part), marks, last=number == len(parts) - 1))
    return found


def _paragraphs(pieces: Sequence[Piece]) -> list[list[Piece]]:
    paragraphs: list[list[Piece]] = [[]]
    for piece in pieces:
        parts = [piece.text] if piece.marks else piece.text.split("\n\n")
        for number, part in enumerate(parts):
            if number:
                paragraphs.append([])
            if part or piece.marks:
                paragraphs[-1].append(Piece(part, piece.marks, piece.last))
    return [one for one in paragraphs if any(piece.text.strip() or piece.marks for piece in one)]


def visible(text: str) -> str:
    """Characters that nobody sees, by their number: a highlight must show what it is about."""
    return "".join(
        f"[U+{ord(one):04X}]" if unicodedata.category(one) in INVISIBLE and one not in KEPT else one for one in text
    )
