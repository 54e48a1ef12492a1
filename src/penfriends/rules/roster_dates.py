"""On which day was a pupil born, as it stands in a roster, and may somebody of that age be in a class?

The day comes before the month, as in all six languages; a date that only makes sense the other way round is refused,
because then the rest of the list is in doubt too. In a spreadsheet the number of a day is a day as well.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from penfriends.rules.bands import ADULT_AGE, JOINING_AGE, Birth, age_on
from penfriends.rules.roster_folding import fold, in_digits, tidy
from penfriends.rules.roster_recognised import MONTHS
from penfriends.rules.roster_values import Note, Trouble

# Day 1 of spreadsheets is 1 January 1900, and they believe in a 29 February 1900.
_EVE = date(1899, 12, 30)
_SERIALS = range(25_569, 73_051)  # 1970 to 2099: no year, and no other number in a class, is as large
_MOST_LETTERS = 60

_GAP = r"\s?[-/.,\s]\s?"
_MONTH = r"[^\W\d_]{2,12}(?:\s[^\W\d_]{4,6})?"  # two words in the Arabic of the Levant
_NTH = r"(?:\.|st|nd|rd|th|er|e)?"
_OF = r"(?:(?:of|de|d')\s)?"
_TIME = re.compile(r"[T\s]\d{1,2}:\d\d(?::\d\d(?:\.\d{1,6})?)?$")
_TAIL = re.compile(r"\s?(?:r\.?|م\.?)$")  # the year in Polish, the era in Arabic
_TAIL_WITHIN = re.compile(r"\s?(?:r|م)\b\.?")
_YEAR_FIRST = re.compile(rf"(\d{{4}}){_GAP}(\d{{1,2}}){_GAP}(\d{{1,2}})")
_DAY_FIRST = re.compile(rf"(\d{{1,2}}){_GAP}(\d{{1,2}}){_GAP}(\d{{4}}|\d{{2}})")
_DAY_AND_WORD = re.compile(rf"(\d{{1,2}}){_NTH}[-\s]?{_OF}({_MONTH})[-.,،\s]{{0,2}}(\d{{4}})", re.IGNORECASE)
_WORD_AND_DAY = re.compile(rf"({_MONTH})\.?\s(\d{{1,2}}){_NTH},?\s(\d{{4}})", re.IGNORECASE)
_RUN = re.compile(r"(\d{4})(\d\d)(\d\d)|(\d\d)(\d\d)(\d{4})", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"(\d{5})(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class Day:
    """What a cell with a date says: the day, or why there is none."""

    on: date | None = None
    trouble: Trouble | None = None
    note: Note | None = None


def birth_in(cell: str, today: date) -> Day:
    """The birth date of a pupil, who has to be a child here (rule R01)."""
    day = day_in(cell, today)
    if day.on is None:
        return day
    trouble = _age_trouble(day.on, today)
    return Day(trouble=trouble) if trouble else day


def day_in(cell: str, today: date) -> Day:
    """Any day of the calendar. `today` says which century two digits mean."""
    text = in_digits(tidy(cell))
    if not text:
        return Day(trouble=Trouble.NO_BIRTH)
    if len(text) > _MOST_LETTERS:
        return Day(trouble=Trouble.NOT_A_DATE)
    text = _TAIL.sub("", _TIME.sub("", text))
    parts = _parts(text, today)
    if parts:
        return _existing(*parts)
    if _YEAR.fullmatch(text):
        return Day(trouble=Trouble.ONLY_YEAR)
    number = _NUMBER.fullmatch(text)
    if number and int(number[1]) in _SERIALS:
        return Day(_EVE + timedelta(days=int(number[1])), note=Note.FROM_SERIAL)
    return Day(trouble=Trouble.NOT_A_DATE)


def place_of_date(line: str) -> tuple[int, int] | None:
    """Where in a line (tidied) a date stands, the first one."""
    text = in_digits(line)
    found = [match.span() for pattern in _SEARCHES for match in pattern.finditer(text) if _sane(match)]
    if not found:
        return None
    start, end = min(found)
    tail = _TAIL_WITHIN.match(text, end)
    return start, tail.end() if tail else end


def looks_like_date(cell: str) -> bool:
    """Whether a cell is meant as a date, be it an impossible one. A bare number is none."""
    text = in_digits(tidy(cell))[: _MOST_LETTERS + 1]
    return _parts(_TAIL.sub("", _TIME.sub("", text)), date.max) is not None


def _parts(text: str, today: date) -> tuple[int, int, int] | None:
    """Year, month, day, whether they exist or not."""
    if match := _YEAR_FIRST.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _DAY_FIRST.fullmatch(text):
        return _year(match[3], today), int(match[2]), int(match[1])
    if (match := _DAY_AND_WORD.fullmatch(text)) and (month := MONTHS.get(fold(match[2]))):
        return int(match[3]), month, int(match[1])
    if (match := _WORD_AND_DAY.fullmatch(text)) and (month := MONTHS.get(fold(match[1]))):
        return int(match[3]), month, int(match[2])
    return _run_of_digits(text)


def _run_of_digits(text: str) -> tuple[int, int, int] | None:
    """20140312 or 12032014."""
    if not _RUN.fullmatch(text):
        return None
    if _YEAR.fullmatch(text[:4]) and 1 <= int(text[4:6]) <= 12:
        return int(text[:4]), int(text[4:6]), int(text[6:])
    return int(text[4:]), int(text[2:4]), int(text[:2])


def _year(digits: str, today: date) -> int:
    """Two digits are the last such year: nobody here was born a hundred years ago."""
    year = int(digits)
    if len(digits) == 4:
        return year
    century = today.year - today.year % 100
    return century + year if century + year <= today.year else century - 100 + year


def _existing(year: int, month: int, day: int) -> Day:
    try:
        return Day(date(year, month, day))
    except ValueError:
        turned = 1 <= day <= 12 < month <= 31
        return Day(trouble=Trouble.MONTH_FIRST if turned else Trouble.NO_SUCH_DATE)


def _age_trouble(born: date, today: date) -> Trouble | None:
    if born > today:
        return Trouble.IN_FUTURE
    age = age_on(Birth(born.year, born), today)
    if age < JOINING_AGE:
        return Trouble.TOO_YOUNG
    return Trouble.TOO_OLD if age >= ADULT_AGE else None


def _sane(match: re.Match[str]) -> bool:
    return match.re.groups == 0 or any(group and fold(group) in MONTHS for group in match.groups())


_SEARCHES = (
    re.compile(r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"),
    re.compile(r"(?<!\d)\d{1,2}\s?[-/.\s]\s?\d{1,2}\s?[-/.\s]\s?(?:\d{4}|\d{2})(?!\d)"),
    re.compile(rf"(?<!\d)\d{{1,2}}{_NTH}[-\s]{_OF}({_MONTH})[-.,،\s]{{1,2}}\d{{4}}(?!\d)", re.IGNORECASE),
    re.compile(rf"({_MONTH})\.?\s\d{{1,2}}{_NTH},?\s\d{{4}}(?!\d)", re.IGNORECASE),
)
