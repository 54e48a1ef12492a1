"""How does a file's list go back into the box where a teacher can put it right? As text that reads the same again.

Columns are cut by tabs and every line keeps its number, so that what is said about a line holds for the file as well.
"""

import csv
import io

from penfriends.rules.roster_folding import tidy
from penfriends.rules.roster_values import Row, Sheet


def text_of(sheet: Sheet) -> str:
    """The rows as tabs and lines. A formula without a result stays one, whatever the file says it is."""
    width = max((len(row.cells) for row in sheet.rows), default=0)
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    line = 1
    for row in sheet.rows:
        out.write("\n" * max(0, row.line - line))
        writer.writerow(_cells(row, width))
        line = max(line, row.line) + 1
    return out.getvalue()


def _cells(row: Row, width: int) -> list[str]:
    cells = [_formula(cell) if place in row.formulas else tidy(cell) for place, cell in enumerate(row.cells)]
    return [*cells, *[""] * (width - len(cells))]


def _formula(cell: str) -> str:
    text = tidy(cell)
    return text if text.startswith("=") else f"={text}"
