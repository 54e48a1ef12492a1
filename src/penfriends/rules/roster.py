"""Who is in a class, as its roster says it line by line, and what is wrong with which line?

The steps: rows (`roster_rows.rows_of_text` for a paste, `penfriends.sheets` for a file), columns (`roster_columns`),
cells (`roster_names`, `roster_dates`, `roster_choices`), and here the lines. Everything that is wrong is found at once,
and nothing is half accepted. Of a surname no more than the initial leaves this module (rule R14).
"""

from collections.abc import Mapping, Sequence
from datetime import date

from penfriends.rules.matching import Level
from penfriends.rules.roster_choices import interests_in, languages_in
from penfriends.rules.roster_columns import Layout, layout_of
from penfriends.rules.roster_dates import birth_in
from penfriends.rules.roster_folding import fold, tidy
from penfriends.rules.roster_names import Name, surname_first, two_cells, whole_name
from penfriends.rules.roster_recognised import CONSENTS, TICKS, TRUTHS
from penfriends.rules.roster_rows import MOST_LETTERS
from penfriends.rules.roster_values import (
    MOST_PUPILS,
    Column,
    Consent,
    Note,
    Problem,
    RosterLine,
    RosterReading,
    Row,
    Sheet,
    Told,
    Trouble,
    Vocabulary,
)
from penfriends.rules.sign_up import LIKES_MOST

_SHOWN = 60  # letters of a cell that a problem repeats


def read_roster(sheet: Sheet, today: date, vocabulary: Vocabulary, *, most: int = MOST_PUPILS) -> RosterReading:
    """What the rows of a file or a paste say. Never raises."""
    if sheet.problems:
        return RosterReading((), sheet.problems, sheet.notes)
    layout = layout_of(sheet.rows, vocabulary)
    rows = [row for row in sheet.rows[layout.begins :] if _speaks(row, layout)]
    if layout.problems or not rows:
        return RosterReading((), layout.problems or (Problem(Trouble.NOBODY),), (*sheet.notes, *layout.notes))
    readers = [_Line(row, layout.columns, today, vocabulary) for row in rows]
    lines = [line for line in (reader.read() for reader in readers) if line is not None]
    problems = [problem for reader in readers for problem in reader.problems]
    if len(rows) > most:
        problems.insert(0, Problem(Trouble.TOO_MANY_PUPILS, value=str(most)))
    problems += _twice(lines)
    notes = [*sheet.notes, *layout.notes, *(note for reader in readers for note in reader.notes), *_alike(lines)]
    return RosterReading(tuple(lines), tuple(sorted(problems, key=lambda one: one.line)), tuple(notes))


def _speaks(row: Row, layout: Layout) -> bool:
    """Whether a row says anything in a column that is read."""
    return any(place in row.formulas or tidy(row.cells[place]) for place in layout.columns if place < len(row.cells))


class _Line:
    """One row on its way to a pupil, and what is to be told about it."""

    def __init__(self, row: Row, columns: Mapping[int, Column], today: date, vocabulary: Vocabulary) -> None:
        self.row = row
        self.places = {column: place for place, column in columns.items()}
        self.today = today
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []
        self.notes: list[Told] = []

    def read(self) -> RosterLine | None:
        cells = {column: self._cell(column) for column in self.places}
        stopped = bool(self.problems)
        name = self._name(cells)
        birth = self._birth(cells.get(Column.BIRTH, ""))
        languages = self._languages(cells.get(Column.LANGUAGES, ""))
        interests = self._interests(cells.get(Column.INTERESTS, ""))
        consent = self._consent(cells.get(Column.CONSENT, ""))
        volunteer = self._volunteer(cells.get(Column.VOLUNTEER, ""))
        if stopped or self.problems or name is None or birth is None:
            return None
        return RosterLine(self.row.line, name.first, name.initial, birth, languages, interests, consent, volunteer)

    def _cell(self, column: Column) -> str:
        """The text of a column. A formula without a result is a problem, and so is a cell that is a page of text."""
        place = self.places[column]
        if place >= len(self.row.cells):
            return ""
        if place in self.row.formulas:
            self._problem(Trouble.FORMULA, column)
            return ""
        if place in self.row.results:
            self._tell(Note.FROM_FORMULA, column)
        if len(self.row.cells[place]) > MOST_LETTERS:
            self._problem(Trouble.CELL_TOO_LONG, column, self.row.cells[place])
            return ""
        return self.row.cells[place]

    def _name(self, cells: Mapping[Column, str]) -> Name | None:
        column, name = _name_of(cells)
        if name.trouble is not None:
            if not self._stands(column):
                self._problem(name.trouble, column, cells[column])
            return None
        if name.cut:
            self._tell(Note.SURNAME_CUT, column, name.shown)
        return name

    def _birth(self, cell: str) -> date | None:
        day = birth_in(cell, self.today)
        if day.trouble is not None and not self._stands(Column.BIRTH):
            self._problem(day.trouble, Column.BIRTH, cell)
        if day.note is not None and day.on is not None:
            self._tell(day.note, Column.BIRTH, day.on.isoformat())
        return day.on

    def _languages(self, cell: str) -> Mapping[str, Level | None] | None:
        spoken = languages_in(cell, self.vocabulary.languages)
        for trouble, value in spoken.faults:
            self._problem(trouble, Column.LANGUAGES, value)
        return spoken.levels or None

    def _interests(self, cell: str) -> frozenset[str] | None:
        """What is not in our list is left out and told: pupils choose their interests themselves later."""
        liked = interests_in(cell, self.vocabulary.interests)
        for written in liked.unknown:
            self._tell(Note.UNKNOWN_INTEREST, Column.INTERESTS, written)
        if len(liked.codes) > LIKES_MOST:
            self._problem(Trouble.TOO_MANY_INTERESTS, Column.INTERESTS, str(LIKES_MOST))
        return liked.codes or None

    def _consent(self, cell: str) -> Consent | None:
        text = tidy(cell)
        if not text:
            return None
        consent = CONSENTS.get(fold(text)) or (Consent.NONE if TICKS.get(text) is False else None)
        if consent is None:
            self._problem(Trouble.UNKNOWN_CONSENT, Column.CONSENT, cell)
        return consent

    def _volunteer(self, cell: str) -> bool | None:
        text = tidy(cell)
        if not text:
            return None
        answer = TICKS.get(text, TRUTHS.get(fold(text)))
        if answer is None:
            self._problem(Trouble.NOT_YES_OR_NO, Column.VOLUNTEER, cell)
        return answer

    def _stands(self, column: Column) -> bool:
        """Whether this column's problem is told already."""
        return any(problem.column == column for problem in self.problems)

    def _problem(self, trouble: Trouble, column: Column, value: str = "") -> None:
        self.problems.append(Problem(trouble, self.row.line, column, tidy(value)[:_SHOWN]))

    def _tell(self, note: Note, column: Column, value: str = "") -> None:
        self.notes.append(Told(note, self.row.line, column, tidy(value)[:_SHOWN]))


def _name_of(cells: Mapping[Column, str]) -> tuple[Column, Name]:
    """The name, and the column to blame if it is none."""
    if Column.SURNAME_FIRST in cells:
        return Column.SURNAME_FIRST, surname_first(cells[Column.SURNAME_FIRST])
    if Column.NAME in cells:
        return Column.NAME, whole_name(cells[Column.NAME])
    if Column.SURNAME in cells:
        return Column.FIRST_NAME, two_cells(cells[Column.FIRST_NAME], cells[Column.SURNAME])
    return Column.FIRST_NAME, whole_name(cells[Column.FIRST_NAME])


def _twice(lines: Sequence[RosterLine]) -> list[Problem]:
    """The same pupil on two lines: the name and the birth date agree, and the initials or one of them is missing."""
    seen: dict[tuple[str, date], list[RosterLine]] = {}
    found = []
    for line in lines:
        earlier = seen.setdefault((fold(line.first_name), line.birth), [])
        same = next((one for one in earlier if _one_initial(one, line)), None)
        if same is not None:
            found.append(Problem(Trouble.TWICE, line.line, None, str(same.line)))
        earlier.append(line)
    return found


def _one_initial(one: RosterLine, other: RosterLine) -> bool:
    return not one.initial or not other.initial or fold(one.initial) == fold(other.initial)


def _alike(lines: Sequence[RosterLine]) -> list[Told]:
    """Pupils of one name and two birthdays: right, but nobody can tell their letters apart."""
    first: dict[str, RosterLine] = {}
    return [
        Told(Note.SAME_NAME, line.line, None, line.name)
        for line in lines
        if first.setdefault(fold(line.name), line).birth != line.birth
    ]
