"""What stands in which column of a roster: by its headings in any of our languages, or else by the shape of its cells?

Without headings nothing is guessed that could show a surname: of two columns with whole words nobody can tell which is
the first name, so the teacher is asked for headings.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from penfriends.rules.roster_choices import interests_in, languages_in
from penfriends.rules.roster_dates import looks_like_date
from penfriends.rules.roster_folding import fold, folded, in_digits, tidy
from penfriends.rules.roster_recognised import CONSENTS, HEADINGS, TICKS, TRUTHS
from penfriends.rules.roster_values import Column, Note, Problem, Row, Told, Trouble, Vocabulary

_DEEPEST_HEADING = 10
_NAMES = frozenset({Column.NAME, Column.SURNAME_FIRST, Column.FIRST_NAME, Column.SURNAME})
_COUNTING = folded("no; nr; number; nummer; lp; l.p.; num; numéro; n°; volgnr; رقم; الرقم; م; id")
# “Nom de l’élève”, “Pupil’s first name”: whose it is, is clear.
_WHOSE = folded(
    "pupil; pupils; student; students; child; childs; s; of; the; de; l; du; des; der; schülers; schülerin; kindes; "
    "élève; élèves; enfant; leerling; kind; van; het; ucznia; uczennicy; dziecka; التلميذ; الطالب; الطالبة; التلميذة"
)
_MONTH_FIRST = re.compile(r"\bmm?\s?[-/.]\s?(?:dd?|jj?|tt?)\b", re.IGNORECASE)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_SHOWN = 60
# Endings of Polish surnames, and the article of Arabic ones.
_SURNAME = re.compile(r"(?:(?:s|c|dz)k[ia]|wicz|czyk|czak)$|^ال\w{3}", re.IGNORECASE)
_FEWEST_SURNAMES, _SHARE_OF_SURNAMES = 2, 5


@dataclass(frozen=True, slots=True)
class Layout:
    """Which place holds what, and the index of the first row with a pupil."""

    columns: Mapping[int, Column]
    begins: int
    problems: tuple[Problem, ...] = ()
    notes: tuple[Told, ...] = ()


def layout_of(rows: Sequence[Row], vocabulary: Vocabulary) -> Layout:
    at = heading_row(rows)
    return _in_order(_guessed(rows, vocabulary) if at is None else _headed(rows, at), rows)


def heading_row(rows: Sequence[Row]) -> int | None:
    """The first row of headings. Titles may stand above it; a row with a date is a pupil already."""
    for at, row in enumerate(rows[:_DEEPEST_HEADING]):
        if any(looks_like_date(cell) for cell in row.cells):
            return None
        found = [column for column in map(_heading, row.cells) if column]
        if len(found) >= 2 or (found and found[0] in _NAMES):
            return at
    return None


def looks_like_roster(rows: Sequence[Row]) -> bool:
    """Whether rows that were cut at some sign make sense: headings, or a column of dates."""
    return heading_row(rows) is not None or any(_is_dates(column) for column in _filled(rows))


def _in_order(layout: Layout, rows: Sequence[Row]) -> Layout:
    """School lists often begin with the surname and call that a name. Where the endings show it, it is read so: taken
    for a first name, a surname would be kept whole."""
    place = next((place for place, column in layout.columns.items() if column is Column.NAME), None)
    if place is None:
        return layout
    cells = (tidy(row.cells[place]) for row in rows[layout.begins :] if place < len(row.cells))
    names = [cell.split() for cell in cells if " " in cell and "," not in cell]
    begin = sum(_SURNAME.search(words[0]) is not None for words in names)
    if begin < max(_FEWEST_SURNAMES, len(names) / _SHARE_OF_SURNAMES) or any(_SURNAME.search(one[-1]) for one in names):
        return layout
    told = Told(Note.SURNAMES_FIRST, 0, Column.NAME)
    return replace(layout, columns={**layout.columns, place: Column.SURNAME_FIRST}, notes=(*layout.notes, told))


# --- with headings ---------------------------------------------------------------------------------------------------


def _heading(cell: str) -> Column | None:
    """What a heading means; “Name / Nom” and “Birth date (day first)” count too."""
    bare = _ASIDE.sub(" ", tidy(cell)[:_SHOWN])
    parts = [fold(part) for part in (bare, *re.split(r"[/|:]", bare))]
    parts += [" ".join(word for word in part.split() if word not in _WHOSE) for part in parts]
    return next(filter(None, map(HEADINGS.get, parts)), None)


def _headed(rows: Sequence[Row], at: int) -> Layout:
    head = rows[at]
    found = _settled({place: _heading(cell) for place, cell in enumerate(head.cells)})
    columns: dict[int, Column] = {}
    problems = []
    for place, column in found.items():
        if column in columns.values():
            problems.append(Problem(Trouble.COLUMN_TWICE, head.line, column, tidy(head.cells[place])[:_SHOWN]))
        else:
            columns[place] = column
        if column is Column.BIRTH and _MONTH_FIRST.search(tidy(head.cells[place])):
            problems.append(Problem(Trouble.MONTH_FIRST, head.line, column, tidy(head.cells[place])[:_SHOWN]))
    above = [Told(Note.LINE_LEFT_OUT, row.line) for row in rows[:at] if any(map(tidy, row.cells))]
    unread = [
        Told(Note.COLUMN_LEFT_OUT, head.line, value=tidy(cell)[:_SHOWN])
        for place, cell in enumerate(head.cells)
        if fold(cell) and fold(cell) not in _COUNTING and _heading(cell) is None
    ]
    problems += _missing(columns, head.line)
    return Layout(columns, at + 1, tuple(problems), (*above, *unread))


def _settled(found: Mapping[int, Column | None]) -> dict[int, Column]:
    """“Name” beside a column of first names is the surname, beside one of surnames it is the first name; beside both it
    only says them again."""
    kinds = set(found.values())
    if Column.FIRST_NAME in kinds:
        whole = None if Column.SURNAME in kinds else Column.SURNAME
    else:
        whole = Column.FIRST_NAME if Column.SURNAME in kinds else Column.NAME
    turned = {Column.NAME: whole}
    if Column.FIRST_NAME in kinds:
        turned[Column.SURNAME_FIRST] = None
    settled = {place: turned.get(column, column) for place, column in found.items() if column}
    return {place: column for place, column in settled.items() if column}


def _missing(columns: Mapping[int, Column], line: int) -> Iterator[Problem]:
    kinds = set(columns.values())
    if not kinds & {Column.NAME, Column.SURNAME_FIRST, Column.FIRST_NAME}:
        yield Problem(Trouble.NO_NAME_COLUMN, line)
    if Column.BIRTH not in kinds:
        yield Problem(Trouble.NO_BIRTH_COLUMN, line)


# --- without ----------------------------------------------------------------------------------------------------------


def _guessed(rows: Sequence[Row], vocabulary: Vocabulary) -> Layout:
    if not rows:
        return Layout({}, 0, (Problem(Trouble.NOBODY),))
    columns: dict[int, Column] = {}
    wordy: list[int] = []
    unread: list[int] = []
    least = max(1, sum(any(map(tidy, row.cells)) for row in rows) // 2)
    filled = list(_filled(rows))
    for place, cells in enumerate(filled):
        column = _by_shape(cells, vocabulary)
        if column is not None and column not in columns.values():
            columns[place] = column
        elif len(cells) >= least and _is_words(cells):
            wordy.append(place)
        elif cells and not _is_counting(cells):
            unread.append(place)
    notes = [Told(Note.COLUMN_LEFT_OUT, value=str(place + 1)) for place in unread]
    if set(columns.values()) - {Column.BIRTH}:
        notes.append(Told(Note.GUESSED_COLUMNS))
    names = _names_among(wordy, filled)
    if names is None:
        return Layout({}, 0, (Problem(Trouble.COLUMNS_UNCLEAR),), tuple(notes))
    columns |= names
    return Layout(columns, 0, tuple(_missing(columns, 0)), tuple(notes))


def _names_among(wordy: Sequence[int], filled: Sequence[Sequence[str]]) -> dict[int, Column] | None:
    if len(wordy) <= 1:
        return dict.fromkeys(wordy, Column.NAME)
    first, second = wordy[0], wordy[1]
    if len(wordy) == 2 and all(len(fold(cell)) <= 1 for cell in filled[second]):
        return {first: Column.FIRST_NAME, second: Column.SURNAME}
    return None


def _filled(rows: Sequence[Row]) -> Iterator[list[str]]:
    """The cells with anything in them, column by column."""
    for place in range(max((len(row.cells) for row in rows), default=0)):
        cells = (tidy(row.cells[place]) for row in rows if place < len(row.cells))
        yield [cell for cell in cells if cell]


def _by_shape(cells: Sequence[str], vocabulary: Vocabulary) -> Column | None:
    if not cells:
        return None
    if _is_dates(cells):
        return Column.BIRTH
    return next((column for column, fits in _shapes(vocabulary) if all(map(fits, cells))), None)


def _shapes(vocabulary: Vocabulary) -> tuple[tuple[Column, Callable[[str], bool]], ...]:
    def names_languages(cell: str) -> bool:
        spoken = languages_in(cell, vocabulary.languages)
        return bool(spoken.levels) and not spoken.faults

    def names_interests(cell: str) -> bool:
        liked = interests_in(cell, vocabulary.interests)
        return bool(liked.codes) and not liked.unknown

    return (
        (Column.CONSENT, lambda cell: fold(cell) in CONSENTS and fold(cell) not in TRUTHS and cell not in TICKS),
        (Column.LANGUAGES, names_languages),
        (Column.INTERESTS, names_interests),
    )


def _is_dates(cells: Sequence[str]) -> bool:
    serials = sum(len(cell) == 5 and in_digits(cell).isdecimal() for cell in cells)
    dates = sum(map(looks_like_date, cells))
    return bool(cells) and 2 * (dates + serials) >= len(cells)


def _is_counting(cells: Sequence[str]) -> bool:
    return all(len(cell) <= 4 and in_digits(cell).rstrip(".)").isdecimal() for cell in cells)


def _is_words(cells: Sequence[str]) -> bool:
    """Mostly letters, and not yes and no."""
    if all(fold(cell) in TRUTHS or cell in TICKS for cell in cells):
        return False
    return 2 * sum(any(map(str.isalpha, cell)) for cell in cells) >= len(cells)
