"""What comes out when a class roster is read: its rows, its pupils, what is wrong with it, what was changed on the way?

Only codes here; the sentences are in `roster_words`. A reading is for the teacher's eyes and is never stored: problems
carry what stood in a cell. Notes never do: where a surname was cut off, the note holds what is left.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from penfriends.rules.matching import Level

MOST_PUPILS = 40


class Column(enum.StrEnum):
    """What a column of a roster holds. `NAME` is both names in one cell, `SURNAME_FIRST` too, the other way round."""

    NAME = "name"
    SURNAME_FIRST = "surname_first"
    FIRST_NAME = "first_name"
    SURNAME = "surname"
    BIRTH = "birth"
    LANGUAGES = "languages"
    INTERESTS = "interests"
    CONSENT = "consent"
    VOLUNTEER = "volunteer"


class Consent(enum.StrEnum):
    """How a pupil's parents have agreed, as the teacher attests it (rule R14)."""

    FORM = "form"
    PAPER = "paper"
    NONE = "none"


class Trouble(enum.StrEnum):
    """Why a roster cannot be taken as it is. With any of these nothing is taken."""

    # the file
    TOO_LARGE = "too_large"
    NOT_A_SHEET = "not_a_sheet"
    OLD_OR_LOCKED = "old_or_locked"  # Excel before 2007, or with a password: on the outside they look alike
    DAMAGED = "damaged"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    # the table
    NOBODY = "nobody"
    TOO_MANY_PUPILS = "too_many_pupils"
    NO_NAME_COLUMN = "no_name_column"
    NO_BIRTH_COLUMN = "no_birth_column"
    COLUMNS_UNCLEAR = "columns_unclear"
    COLUMN_TWICE = "column_twice"
    # a cell
    FORMULA = "formula"
    CELL_TOO_LONG = "cell_too_long"
    NO_NAME = "no_name"
    NOT_A_NAME = "not_a_name"
    NAME_TOO_LONG = "name_too_long"
    NO_BIRTH = "no_birth"
    ONLY_YEAR = "only_year"
    NOT_A_DATE = "not_a_date"
    NO_SUCH_DATE = "no_such_date"
    MONTH_FIRST = "month_first"
    IN_FUTURE = "in_future"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    UNKNOWN_LANGUAGE = "unknown_language"
    UNKNOWN_LEVEL = "unknown_level"
    UNKNOWN_CONSENT = "unknown_consent"
    NOT_YES_OR_NO = "not_yes_or_no"
    TOO_MANY_INTERESTS = "too_many_interests"
    TWICE = "twice"  # `value` is the line on which the same pupil stands already


class Note(enum.StrEnum):
    """What was done or left out on the way, for the teacher to look at. Nothing of it stops a roster."""

    SURNAME_CUT = "surname_cut"  # `value` is the name as it will stand
    SAME_NAME = "same_name"  # two pupils who will read alike; `value` is the name
    FROM_FORMULA = "from_formula"  # the result that the file remembers was taken
    FROM_SERIAL = "from_serial"  # the number of a day in a spreadsheet was read as that day
    UNKNOWN_INTEREST = "unknown_interest"  # left out: pupils choose their interests themselves later
    COLUMN_LEFT_OUT = "column_left_out"  # `value` is its heading
    LINE_LEFT_OUT = "line_left_out"  # above the headings
    GUESSED_COLUMNS = "guessed_columns"  # there were no headings
    SURNAMES_FIRST = "surnames_first"  # the names were read the other way round, as their endings say
    GUESSED_ENCODING = "guessed_encoding"  # `value` names it: the teacher should look at the accents
    OTHER_SHEETS = "other_sheets"  # `value` is the sheet that was read
    MERGED_CELLS = "merged_cells"


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` as the teacher counts it in the file, 0 for the whole; `value` is what stands there, shortened."""

    trouble: Trouble
    line: int = 0
    column: Column | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Something to tell about a line, or about the whole with line 0."""

    note: Note
    line: int = 0
    column: Column | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file as text. `formulas` are places whose formula has no result, `results` those where it has one."""

    line: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()
    results: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file or a paste holds, before anybody asks what it means. With problems there are no rows."""

    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One pupil. None means that the roster does not say it: the class's languages count, and what is known stays.

    A level of None was not said either. `initial` is the first letter of the surname, or empty.
    """

    line: int
    first_name: str
    initial: str
    birth: date
    languages: Mapping[str, Level | None] | None = None
    interests: frozenset[str] | None = None
    consent: Consent | None = None
    volunteer: bool | None = None

    @property
    def name(self) -> str:
        """As it stands on cards and lists: “Ava B”."""
        return f"{self.first_name} {self.initial}".rstrip()


@dataclass(frozen=True, slots=True)
class RosterReading:
    """What a roster says. Take `lines` only if it is `complete`: nothing is half accepted."""

    lines: tuple[RosterLine, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Told, ...]

    @property
    def complete(self) -> bool:
        return bool(self.lines) and not self.problems


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of languages and interests in every language of the house, folded (`roster_folding.fold`), to codes."""

    languages: Mapping[str, str] = field(default_factory=dict)
    interests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownPupil:
    """A pupil whom the class has already. `uid` is whatever the caller knows them by."""

    uid: str
    first_name: str
    initial: str
    birth: date
    languages: Mapping[str, Level | None] = field(default_factory=dict)
    interests: frozenset[str] = frozenset()
    consent: Consent = Consent.NONE
    volunteer: bool = False


class Field(enum.StrEnum):
    """What of a pupil a new roster may change."""

    NAME = "name"
    BIRTH = "birth"
    LANGUAGES = "languages"
    INTERESTS = "interests"
    CONSENT = "consent"
    VOLUNTEER = "volunteer"


@dataclass(frozen=True, slots=True)
class Change:
    """A pupil whom the roster says something else about; `fields` in the order of `Field`."""

    known: KnownPupil
    line: RosterLine
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a new roster would change. `missing` stand in the class and not on the list: they stay, and are named."""

    new: tuple[RosterLine, ...]
    changed: tuple[Change, ...]
    same: tuple[KnownPupil, ...]
    missing: tuple[KnownPupil, ...]
