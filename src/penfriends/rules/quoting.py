"""Which lines of a mail did its writer write, and which did the mail program quote or add?

One pass over the lines, in time proportional to their number. In doubt a line is kept and the split is not sure, so
that a person looks before anything goes on: a quotation too many is a blemish, a lost sentence is a loss.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from penfriends.rules import quoting_lines as lines_of
from penfriends.rules import quoting_words as words
from penfriends.rules.quoting_armour import without_armour
from penfriends.rules.quoting_lines import Introduction, Opening

LONG_LINE = 60
LONGEST_SIGNATURE = 10
LONGEST_LOOSE_SIGNATURE = 6


@dataclass(frozen=True, slots=True)
class Split:
    """The writer's words, all the rest, and whether we would put our hand in the fire for it."""

    kept: str
    removed: str
    sure: bool


class _Mark(enum.IntEnum):
    OWN = 0
    REMOVED = 1


@dataclass(slots=True)
class _Reading:
    """The lines of one mail while they are being judged."""

    lines: list[str]
    marks: list[_Mark]
    sure: bool = True
    first_own: int = 0

    def remove(self, first: int, last: int) -> None:
        for index in range(first, last + 1):
            self.marks[index] = _Mark.REMOVED

    def has_text_above(self, index: int) -> bool:
        """Whether the writer wrote anything above the line; asked often, so the first such line is remembered."""
        while self.first_own < len(self.lines) and not (
            self.marks[self.first_own] is _Mark.OWN and self.lines[self.first_own].strip()
        ):
            self.first_own += 1
        return self.first_own < index

    def own_text(self, first: int, end: int) -> list[int]:
        """Indices of the writer's lines that are not blank."""
        return [i for i in range(first, end) if self.marks[i] is _Mark.OWN and self.lines[i].strip()]


def split_reply(text: str, *, anchored: bool = False) -> Split:
    """Cut a reply into the writer's words and the rest. `anchored`: the "> " marks come from the mail program for
    certain (they were blockquote elements), so they need no introducing line to be believed.
    """
    text, armour = without_armour(text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = text.split("\n")
    reading = _Reading(lines, [_Mark.OWN] * len(lines))
    quoted = [lines_of.is_quoted(line) for line in lines]
    introductions = _introductions(lines, quoted)
    end = _cut_unmarked(reading, quoted, introductions)
    _drop_marked(reading, quoted, introductions, end, anchored)
    _drop_lines_drawn_above(reading)
    _drop_additions(reading, end)
    _notice_our_footer(reading)
    return _finish(reading, armour)


def _introductions(lines: Sequence[str], quoted: Sequence[bool]) -> list[Introduction]:
    found: list[Introduction] = []
    names = [lines_of.field_name(line) for line in lines]
    at = 0
    while at < len(lines):
        introduction = None if quoted[at] else _introduction_at(lines, names, at)
        if introduction and not any(quoted[introduction.first : introduction.last + 1]):
            if found and introduction.first <= found[-1].last:
                introduction = Introduction(found[-1].last + 1, introduction.last, introduction.opening)
            found.append(introduction)
            at = introduction.last
        at += 1
    return found


def _introduction_at(lines: Sequence[str], names: Sequence[str], at: int) -> Introduction | None:
    if not lines[at].strip():
        return None
    opens = names[at] or lines_of.is_separator(lines[at])
    last = lines_of.header_block(lines, names, at) if opens else None
    if last is None and opens and lines_of.is_separator(lines[at]) and _marks_follow(lines, at):
        return Introduction(at, at, Opening.PARTIAL)
    if last is None:
        return lines_of.attribution(lines, at)
    first = at
    while first and (not lines[first - 1].strip() or lines_of.is_caption(lines[first - 1])):
        first -= 1
    return Introduction(first, last, lines_of.opening_of_block(lines, first, last))


def _marks_follow(lines: Sequence[str], at: int) -> bool:
    below = next((line for line in lines[at + 1 : at + 4] if line.strip()), "")
    return lines_of.is_quoted(below)


def _follows_quoted(lines: Sequence[str], quoted: Sequence[bool], last: int) -> bool:
    for index in range(last + 1, min(len(lines), last + 12)):
        if lines[index].strip():
            return quoted[index]
    return False


def _cut_unmarked(reading: _Reading, quoted: Sequence[bool], introductions: Sequence[Introduction]) -> int:
    """Remove everything from the first introduction whose quotation carries no marks. Returns where that starts."""
    total = len(reading.lines)
    for introduction in introductions:
        marked = _follows_quoted(reading.lines, quoted, introduction.last)
        if introduction.opening in {Opening.PARTIAL, Opening.BARE} or marked:
            continue
        if introduction.opening is Opening.UNDATED:
            reading.sure = False
            continue
        if not any(line.strip() for line in reading.lines[introduction.last + 1 :]):
            reading.remove(introduction.first, introduction.last)
            continue
        above = [i for i in range(introduction.first) if reading.lines[i].strip() and not quoted[i]]
        answers = any(words.ANSWERS_BELOW.search(reading.lines[i][:2000]) for i in above)
        mixed = introduction.opening is Opening.FULL and any(quoted[introduction.last + 1 :])
        if not above or answers or mixed:
            reading.sure = False
            return total
        reading.remove(introduction.first, total - 1)
        return introduction.first
    return total


def _drop_marked(
    reading: _Reading, quoted: Sequence[bool], introductions: Sequence[Introduction], end: int, anchored: bool
) -> None:
    """Remove the lines with marks, where something says that they are a quotation, and what introduces them."""
    above = [one for one in introductions if one.last < end and _follows_quoted(reading.lines, quoted, one.last)]
    anchored = anchored or any(one.opening is not Opening.BARE for one in above)
    for introduction in above:
        if anchored:  # else "Grandmother wrote:" may be the writer's own line above a poem
            reading.remove(introduction.first, introduction.last)
    marked = [i for i in range(end) if quoted[i]]
    if not marked:
        return
    if not anchored and not _introduced_inside([lines_of.unquoted(reading.lines[i]) for i in marked[:60]]):
        reading.sure = False
        for index in marked:
            reading.lines[index] = reading.lines[index] if lines_of.unquoted(reading.lines[index]).strip() else ""
        return
    for index in marked:
        reading.marks[index] = _Mark.REMOVED
    if any(_continues_quotation(reading, index) for index in range(1, end - 1)):
        reading.sure = False


def _continues_quotation(reading: _Reading, index: int) -> bool:
    """Whether a line may be the end of the long quoted line above it, broken in two on its way, mark and all lost."""
    above, line, below = reading.lines[index - 1 : index + 2]
    between = reading.marks[index - 1 : index + 2] == [_Mark.REMOVED, _Mark.OWN, _Mark.REMOVED]
    return between and line[:1].islower() and len(above) >= LONG_LINE and lines_of.is_quoted(below)


def _drop_lines_drawn_above(reading: _Reading) -> None:
    """A drawn line right above what was removed belongs to it."""
    for index in range(len(reading.lines) - 2, 0, -1):
        below = index + 1
        while below < len(reading.lines) - 1 and below < index + 3 and not reading.lines[below].strip():
            below += 1
        belongs = reading.marks[below] is _Mark.REMOVED and bool(reading.lines[below].strip())
        if belongs and lines_of.is_rule(reading.lines[index]):
            reading.remove(index, index)


def _introduced_inside(lines: Sequence[str]) -> bool:
    """Whether the quotation names its writer inside its own marks, as Hotmail, Orange and Apple do."""
    fields = {lines_of.field_name(line) for line in lines[:12]} - {""}
    if len(fields) >= 3 or any(lines_of.is_our_footer(line) for line in lines):
        return True
    return any(lines_of.attribution(lines, at) for at in range(min(4, len(lines))))


def _drop_additions(reading: _Reading, end: int) -> None:
    """Remove signatures, phone lines and disclaimers from the end of each piece that the writer wrote."""
    first = 0
    while first < end:
        if reading.marks[first] is _Mark.REMOVED:
            first += 1
            continue
        last = first
        while last + 1 < end and reading.marks[last + 1] is _Mark.OWN:
            last += 1
        _drop_signature(reading, first, last)
        _drop_phone_lines(reading, first, last)
        _drop_disclaimer(reading, first, last)
        _drop_phone_lines(reading, first, last)
        first = last + 1


def _drop_signature(reading: _Reading, first: int, last: int) -> None:
    own = reading.own_text(first, last + 1)
    for position in range(max(0, len(own) - LONGEST_SIGNATURE - 1), len(own) - 1):
        line = reading.lines[own[position]]
        dashes = line.rstrip() in {"--", "—", "–"}
        if not dashes and not (line.startswith("____") and lines_of.is_rule(line)):
            continue
        below = [reading.lines[i] for i in own[position + 1 :]]
        allowed = LONGEST_SIGNATURE if line == "-- " else LONGEST_LOOSE_SIGNATURE
        if len(below) > allowed or max(map(len, below)) > 200:
            continue
        if not dashes and not any("://" in line or "@" in line for line in below):
            continue
        if not reading.has_text_above(own[position]):
            reading.sure = False
            return
        reading.remove(own[position], last)
        return


def _drop_phone_lines(reading: _Reading, first: int, last: int) -> None:
    for index in reversed(reading.own_text(first, last + 1)):
        if not lines_of.is_phone_line(reading.lines[index]):
            return
        reading.remove(index, index)


def _drop_disclaimer(reading: _Reading, first: int, last: int) -> None:
    """Only the last two paragraphs are looked at, and never the only words of the mail."""
    own = reading.own_text(first, last + 1)
    for index in own[-15:]:
        opens = index == first or not reading.lines[index - 1].strip() or reading.marks[index - 1] is _Mark.REMOVED
        breaks = sum(1 for i in range(index, last + 1) if not reading.lines[i].strip() and reading.lines[i - 1].strip())
        if opens and breaks <= 2 and lines_of.is_disclaimer(reading.lines[index]) and reading.has_text_above(index):
            reading.remove(index, last)
            return


def _notice_our_footer(reading: _Reading) -> None:
    """Our footer outside every quotation: the letter above it was quoted in a way that we do not know."""
    footer = [i for i in range(len(reading.lines)) if reading.marks[i] is _Mark.OWN]
    footer = [i for i in footer if lines_of.is_our_footer(reading.lines[i])]
    for index in footer:
        reading.remove(index, index)
    if footer:
        reading.sure = False


def _finish(reading: _Reading, armour: str) -> Split:
    kept = [line for line, mark in zip(reading.lines, reading.marks, strict=True) if mark is _Mark.OWN]
    removed = [line for line, mark in zip(reading.lines, reading.marks, strict=True) if mark is _Mark.REMOVED]
    return Split(_joined(kept), _joined([*removed, *armour.split("\n")]), reading.sure)


def _joined(lines: Sequence[str]) -> str:
    """Lines without blank ones at the ends and never more than two of them in a row."""
    result: list[str] = []
    for line in lines:
        stripped = line.rstrip()
        if stripped or (result and result[-2:] != ["", ""]):
            result.append(stripped)
    return "\n".join(result).strip("\n")
