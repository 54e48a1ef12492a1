"""What do the cells of an Excel workbook say, as text, whoever made the workbook and whatever for?

Values only: macros, links and pictures are never looked at. A computed cell counts with the result that the file
remembers; without one it is refused, because nothing is computed here.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice, zip_longest
from typing import Any

from openpyxl import load_workbook

from penfriends.rules.roster_folding import tidy
from penfriends.rules.roster_rows import MOST_LETTERS, limited
from penfriends.rules.roster_values import Note, Problem, Row, Sheet, Told, Trouble

MOST_PARTS, MOST_UNPACKED = 300, 6_000_000  # a list of a class unpacks to less than a tenth of this
MOST_CELL_TAGS, MOST_OTHER_TAGS, MOST_ATTRIBUTES = 200_000, 20_000, 200_000
_CELLS = ("xl/worksheets/", "xl/sharedStrings")
# Further right and further down nobody writes a class; a torn or hostile file may name any place.
_LAST_COLUMN, _LAST_ROW = 256, 5_000
_LAST_SHEET = 20
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
_NEVER_READ = (".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bin", ".bmp", ".tiff", ".svg")
_MERGED = re.compile(rb'<(?:\w{1,20}:)?mergeCell\s[^<>]{0,200}?ref="[A-Z]{1,3}(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')


def read_excel(raw: bytes) -> Sheet:
    """The rows of the first sheet that is shown and not empty."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            trouble = _outside(package)
            if trouble is not None:
                return Sheet(problems=(trouble,))
            notes = [Told(Note.MERGED_CELLS)] if _merged_downwards(package) else []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Excel can do and openpyxl cannot is none of our cells
            return _inside(raw, notes)
    except Exception:  # noqa: BLE001 (a torn or forged workbook breaks a reader anywhere, and it is the file's fault)
        return Sheet(problems=(Problem(Trouble.DAMAGED),))


def _outside(package: zipfile.ZipFile) -> Problem | None:
    """What can be seen without understanding anything. The sizes that a package states bind whoever unpacks it."""
    parts = package.infolist()
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        return Problem(Trouble.OLD_OR_LOCKED)
    if "xl/workbook.xml" not in package.namelist():
        return Problem(Trouble.NOT_A_SHEET)
    read = [part for part in parts if not part.filename.lower().endswith(_NEVER_READ)]
    if any(part.compress_type not in _METHODS for part in read):
        return Problem(Trouble.DAMAGED)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in read) > MOST_UNPACKED or _is_crowded(package, read):
        return Problem(Trouble.TOO_LARGE)
    return None


def _is_crowded(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> bool:
    """Whether reading would take more than a few seconds: the tags take the time, and their attributes."""
    of_cells = attributes = others = 0
    for part in parts:
        content = package.read(part)
        attributes += content.count(b"=")
        if part.filename.startswith(_CELLS):
            of_cells += content.count(b"<")
        else:
            others += content.count(b"<")
    return of_cells > MOST_CELL_TAGS or others > MOST_OTHER_TAGS or attributes > MOST_ATTRIBUTES


def _merged_downwards(package: zipfile.ZipFile) -> bool:
    """Cells merged over several lines: only the first of these lines has the value."""
    sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
    return any(match[1] != match[2] for name in sheets for match in _MERGED.finditer(package.read(name)))


def _inside(raw: bytes, notes: list[Told]) -> Sheet:
    written = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)
    results = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False, data_only=True)
    try:
        shown = [sheet for sheet in written.worksheets if sheet.sheet_state == "visible"][:_LAST_SHEET]
        filled = list(islice((sheet for sheet in shown if _has_anything(sheet)), 2))
        if not filled:
            return Sheet(notes=tuple(notes))
        if len(filled) > 1:
            notes = [*notes, Told(Note.OTHER_SHEETS, value=tidy(filled[0].title)[:60])]
        at = written.worksheets.index(filled[0])
        return limited(_rows(filled[0], results.worksheets[at]), notes)
    finally:
        written.close()
        results.close()


def _has_anything(sheet: Any) -> bool:
    return any(cell.value is not None for row in _lines(sheet) for cell in row)


def _lines(sheet: Any) -> Iterator[tuple[Any, ...]]:
    yield from sheet.iter_rows(max_row=_LAST_ROW, max_col=_LAST_COLUMN)


def _rows(written: Any, results: Any) -> Iterator[Row]:
    for line, (cells, values) in enumerate(zip_longest(_lines(written), _lines(results), fillvalue=()), start=1):
        computed = {place for place, cell in enumerate(cells) if cell.data_type == "f"}
        known = {place for place in computed if place < len(values) and _is_result(values[place])}
        texts = [_text(cell.value) for cell in values]
        last = max((place for place, text in enumerate(texts) if text or place in computed), default=-1)
        yield Row(line, tuple(texts[: last + 1]), frozenset(computed - known), frozenset(known))


def _is_result(cell: Any) -> bool:
    return cell.value is not None and cell.data_type != "e"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[: MOST_LETTERS + 1]
