"""How do we tell a teacher what is wrong with a class roster, and what was changed on the way? Sentences for its codes.

What stands in the file is quoted inside isolates of direction, since a German list may hold Arabic names.
"""

from collections.abc import Mapping

from penfriends.i18n import N_, gettext
from penfriends.rules.roster_values import Column, Note, Problem, Told, Trouble

_OPEN, _CLOSE = "\u2068", "\u2069"

# Each of these is also recognised as a heading, in every language: a teacher who is told to write it can.
COLUMNS: Mapping[Column, str] = {
    Column.NAME: N_("First name and surname"),
    Column.SURNAME_FIRST: N_("Surname and first name"),
    Column.FIRST_NAME: N_("First name"),
    Column.SURNAME: N_("Surname"),
    Column.BIRTH: N_("Birth date"),
    Column.LANGUAGES: N_("Languages"),
    Column.INTERESTS: N_("Interests"),
    Column.CONSENT: N_("Consent"),
    Column.VOLUNTEER: N_("Two partners"),
}

TROUBLES: Mapping[Trouble, str] = {
    Trouble.TOO_LARGE: N_("The file is too large. Please copy the class into a new, empty sheet."),
    Trouble.NOT_A_SHEET: N_("This list cannot be read. Please save it as an Excel workbook (.xlsx) or as CSV."),
    Trouble.OLD_OR_LOCKED: N_(
        "This file is from an old Excel, or it has a password. Please save it as .xlsx without a password."
    ),
    Trouble.DAMAGED: N_("The file is damaged. Please save it again."),
    Trouble.TOO_MANY_ROWS: N_("The list has more than %(value)s lines. Please keep only this class."),
    Trouble.TOO_MANY_COLUMNS: N_("The list has more than %(value)s columns. Please keep only those that are needed."),
    Trouble.NOBODY: N_("There is nobody on this list."),
    Trouble.TOO_MANY_PUPILS: N_("There can be %(value)s pupils in a class at most."),
    Trouble.NO_NAME_COLUMN: N_("There is no column with names. Please write “%(name)s” above it."),
    Trouble.NO_BIRTH_COLUMN: N_("There is no column with birth dates. Please write “%(birth)s” above it."),
    Trouble.COLUMNS_UNCLEAR: N_(
        "It is not clear what stands in which column. "
        "Please write a heading above each, such as “%(first_name)s”, “%(surname)s” and “%(birth)s”."
    ),
    Trouble.COLUMN_TWICE: N_("There are two columns for “%(column)s”. Please keep one of them."),
    Trouble.FORMULA: N_("“%(column)s” is a formula without a result. Please type the value."),
    Trouble.CELL_TOO_LONG: N_("The text for “%(column)s” is too long."),
    Trouble.NO_NAME: N_("The name is missing."),
    Trouble.NOT_A_NAME: N_(
        "“%(value)s” cannot be taken as a name. "
        "Please write the first name and the initial of the surname, without digits or addresses."
    ),
    Trouble.NAME_TOO_LONG: N_("The name is too long."),
    Trouble.NO_BIRTH: N_("The birth date is missing."),
    Trouble.ONLY_YEAR: N_("Please write the whole birth date, not only the year."),
    Trouble.NOT_A_DATE: N_("“%(value)s” cannot be read as a date. Please write it as in 12.03.2014."),
    Trouble.NO_SUCH_DATE: N_("There is no such date: “%(value)s”."),
    Trouble.MONTH_FIRST: N_("In “%(value)s” the month seems to come first. Please write the day first, on all lines."),
    Trouble.IN_FUTURE: N_("The birth date “%(value)s” is in the future."),
    Trouble.TOO_YOUNG: N_("Younger than 8: “%(value)s”. Pupils who write here are 8 to 17."),
    Trouble.TOO_OLD: N_("Older than 17: “%(value)s”. Pupils who write here are 8 to 17."),
    Trouble.UNKNOWN_LANGUAGE: N_("“%(value)s” is not a language that we know."),
    Trouble.UNKNOWN_LEVEL: N_(
        "“%(value)s” does not say clearly how well. "
        "Please write “mother tongue”, “well” or “a little” behind the language."
    ),
    Trouble.UNKNOWN_CONSENT: N_("“%(value)s” is not clear. Please write “form”, “paper” or “none” for the consent."),
    Trouble.NOT_YES_OR_NO: N_("“%(value)s” is not clear. Please write “yes” or “no”."),
    Trouble.TOO_MANY_INTERESTS: N_("There can be %(value)s interests at most."),
    Trouble.TWICE: N_("This pupil stands on line %(value)s already."),
}

NOTES: Mapping[Note, str] = {
    Note.SURNAME_CUT: N_("Only the initial of the surname is kept: “%(value)s”."),
    Note.SAME_NAME: N_("There are two pupils called “%(value)s”."),
    Note.FROM_FORMULA: N_("“%(column)s” is a formula. Its result was taken."),
    Note.FROM_SERIAL: N_("The number was read as a date: %(value)s."),
    Note.UNKNOWN_INTEREST: N_(
        "“%(value)s” is not on our list of interests and was left out. Pupils choose theirs themselves later."
    ),
    Note.COLUMN_LEFT_OUT: N_("The column “%(value)s” was not read."),
    Note.LINE_LEFT_OUT: N_("This line above the headings was not read."),
    Note.GUESSED_COLUMNS: N_("There are no headings, so what stands in which column was guessed. Please look closely."),
    Note.SURNAMES_FIRST: N_("The names seem to begin with the surname and were read so. Please look closely."),
    Note.GUESSED_ENCODING: N_(
        "The file does not say how its letters are stored. It was read as %(value)s: please look at the accents."
    ),
    Note.OTHER_SHEETS: N_("Only the sheet “%(value)s” was read."),
    Note.MERGED_CELLS: N_("Some cells are merged over several lines. They count for the first of these lines only."),
}


def roster_sentence(one: Problem | Told) -> str:
    """What is wrong, or what was done, and on which line, in the language of the moment."""
    text = TROUBLES[one.trouble] if isinstance(one, Problem) else NOTES[one.note]
    said = {column.value: column_name(column) for column in Column}
    said |= {"value": f"{_OPEN}{one.value}{_CLOSE}", "column": column_name(one.column) if one.column else ""}
    what = gettext(text) % said
    return gettext("Line %(line)d: %(what)s") % {"line": one.line, "what": what} if one.line else what


def column_name(column: Column) -> str:
    """The heading of a column, as we would write it."""
    return gettext(COLUMNS[column])
