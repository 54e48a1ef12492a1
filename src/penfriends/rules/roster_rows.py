"""What are the rows of a text: a table cut by some sign, or a list with a pupil a line; and how much is too much?

Lines are counted as a spreadsheet counts them.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from penfriends.rules.roster_columns import heading_row, looks_like_roster
from penfriends.rules.roster_dates import place_of_date
from penfriends.rules.roster_folding import fold, in_digits, tidy
from penfriends.rules.roster_names import without_numbering
from penfriends.rules.roster_recognised import HEADINGS
from penfriends.rules.roster_values import Column, Problem, Row, Sheet, Told, Trouble

MOST_ROWS, MOST_COLUMNS, MOST_LETTERS, MOST_TEXT = 400, 30, 500, 400_000
DELIMITERS = "\t;|,"
_LOOKED_AT = 60  # rows from which the sign is judged
_SHARE = 0.8
_BEYOND = "…"  # stands for all that follows the last column
_SEP = re.compile(r'"?sep=(.)"?\s*$', re.IGNORECASE)  # the first line that tells Excel the sign
_YEAR_AT_END = re.compile(r"(?<!\d)(?:19|20)\d\d$")
_EDGES = " ,;:-–|()[]*•"
_BREAKS = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")


def rows_of_text(text: str, notes: Sequence[Told] = ()) -> Sheet:
    """A file's or a paste's text as rows."""
    if len(text) > MOST_TEXT:
        return Sheet(problems=(Problem(Trouble.TOO_LARGE),), notes=tuple(notes))
    text = _BREAKS.sub("\n", text.replace("\x00", "").removeprefix("\ufeff"))
    first, _, rest = text.partition("\n")
    told = _SEP.match(first)
    if told:
        return limited(_table(rest, told[1]), notes)
    sign = _sign(text)
    return limited(_table(text, sign) if sign else _list(text), notes)


def limited(rows: Iterable[Row], notes: Sequence[Told] = ()) -> Sheet:
    """The rows with anything in them, unless there are too many of them, or too many columns."""
    kept: list[Row] = []
    for row in rows:
        if not any(map(tidy, row.cells)) and not row.formulas:
            continue
        if len(row.cells) > MOST_COLUMNS and any(map(tidy, row.cells[MOST_COLUMNS:])):
            return Sheet(problems=(Problem(Trouble.TOO_MANY_COLUMNS, row.line, value=str(MOST_COLUMNS)),))
        kept.append(Row(row.line, row.cells[:MOST_COLUMNS], row.formulas, row.results))
        if len(kept) > MOST_ROWS:
            return Sheet(problems=(Problem(Trouble.TOO_MANY_ROWS, value=str(MOST_ROWS)),))
    return Sheet(tuple(kept), notes=tuple(notes))


def _sign(text: str) -> str | None:
    """The sign that cuts nearly all rows into equally many cells, and into ones that look like a roster."""
    found: list[tuple[bool, float, int, str]] = []
    for rank, sign in enumerate(reversed(DELIMITERS)):
        rows = [row for row in islice(_table(text, sign), _LOOKED_AT) if any(map(tidy, row.cells))]
        if not rows or sign not in text:
            continue
        below = rows[heading_row(rows) or 0 :]  # titles stand in one cell
        wide = sum(len(row.cells) > 1 for row in below) / len(below)
        fits = looks_like_roster(rows)
        if wide >= _SHARE and (fits or sign == "\t"):
            found.append((fits, wide, rank, sign))
    return max(found)[3] if found else None


def _table(text: str, sign: str) -> Iterator[Row]:
    """Formulas stand in such files too: a cell that begins with “=” is none of a pupil's."""
    reader = csv.reader(io.StringIO(text), delimiter=sign)
    line = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = []
        line += 1
        yield _row(line, cells)


def _row(line: int, cells: Sequence[str]) -> Row:
    """Cut to what is needed for seeing that it is too much."""
    kept = [cell[: MOST_LETTERS + 1] for cell in cells[:MOST_COLUMNS]]
    if any(map(str.strip, cells[MOST_COLUMNS:])):
        kept.append(_BEYOND)
    return Row(line, tuple(kept), frozenset(place for place, cell in enumerate(kept) if cell.lstrip().startswith("=")))


def _list(text: str) -> Iterator[Row]:
    """A pupil a line: the name, a date somewhere, and perhaps more behind it."""
    for line, written in enumerate(text.split("\n"), start=1):
        shown = without_numbering(in_digits(tidy(written[:1000])))
        place = place_of_date(shown) or _year_at_end(shown)
        if place is None:
            cells = [shown.strip(_EDGES)]
        else:
            cells = [shown[: place[0]], shown[place[0] : place[1]], shown[place[1] :]]
            cells = [_without_born(cells[0].strip(_EDGES)), cells[1], cells[2].strip(_EDGES)]
            cells = cells if cells[0] else [cells[2], cells[1], ""]
        yield Row(line, tuple(cells), frozenset({0} if shown.startswith("=") else ()))


def _without_born(name: str) -> str:
    """“Ava B, born” before a date is Ava B; “Ava B née le” too."""
    words = name.split()
    for length in (2, 1):
        if len(words) > length and HEADINGS.get(fold(" ".join(words[-length:]))) is Column.BIRTH:
            return " ".join(words[:-length]).strip(_EDGES)
    return name


def _year_at_end(line: str) -> tuple[int, int] | None:
    match = _YEAR_AT_END.search(line)
    return (match.start(), match.end()) if match else None
