"""Which terms and closed days are in a file that a teacher has: a table (CSV) or a calendar (.ics)?

In a table each line has a word for what it is and one or two dates, in any order of columns; a line at the top without
dates is its heading. All or nothing: a line that is not understood is named, and nothing is taken. In a calendar, which
somebody else made for many purposes, events that are neither terms nor days off are left out, and that is said.
"""

import csv
import enum
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from icalendar import Calendar
from icalendar.cal import Component

from penfriends.rules.school_days import DAY, Span
from penfriends.rules.term_words import Kind, kind_of

MOST_CHARACTERS = 500_000
MOST_LINES = 1_000  # of a table
LONGEST_LINE = 20_000
LONGEST_TERM = 366  # a whole school year as one term, holidays taken out of it, is usual
LONGEST_YEAR = 400
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
DAY_FIRST = re.compile(r"(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})(?!\d)")


class TroubleKind(enum.StrEnum):
    """Why a line, or a file, cannot be taken."""

    EMPTY = "empty"  # no terms and no closed days in it
    TOO_LARGE = "too_large"
    NOT_A_CALENDAR = "not_a_calendar"
    NOT_A_DATE = "not_a_date"
    TOO_MANY_DATES = "too_many_dates"
    UNKNOWN_KIND = "unknown_kind"  # neither a term nor days off
    ENDS_BEFORE = "ends_before"  # the last day lies before the first
    TOO_LONG = "too_long"
    OVERLAP = "overlap"  # two terms have days in common
    REPEATS = "repeats"  # an event that comes again and again


@dataclass(frozen=True, slots=True, order=True)
class Trouble:
    """What is wrong in a line, counted from 1; 0 is the file as a whole. `text` is what stands there."""

    line: int
    kind: TroubleKind
    text: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An event of a calendar that says nothing about terms."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What is in the file, in order of days. Without terms (a calendar of holidays alone) those that the teacher has
    already remain, and the closed days are taken out of them."""

    terms: tuple[Span, ...]
    closed: tuple[Span, ...]
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    span: Span
    kind: Kind | None


def read_terms(text: str, within: Span | None = None) -> Terms | tuple[Trouble, ...]:
    """The terms in a file, or everything that is wrong with it. With `within`, what lies outside it is not looked at:
    calendars of holidays often go on for years."""
    if len(text) > MOST_CHARACTERS or max(map(len, text.splitlines()), default=0) > LONGEST_LINE:
        return (Trouble(0, TroubleKind.TOO_LARGE),)
    text = text.removeprefix("\ufeff")
    is_calendar = text.lstrip().upper().startswith("BEGIN:VCALENDAR")
    lines, troubles = _from_calendar(text) if is_calendar else _from_table(text)
    here = [one for one in lines if within is None or (one.span.last >= within.first and one.span.first <= within.last)]
    left_out = tuple(LeftOut(one.number, one.text) for one in here if one.kind is None)
    if not is_calendar:
        troubles += [Trouble(one.line, TroubleKind.UNKNOWN_KIND, one.text) for one in left_out]
    terms, closed = ([(one.number, one.span) for one in here if one.kind is kind] for kind in (Kind.TERM, Kind.CLOSED))
    troubles += _wrong(terms, closed)
    if not troubles and not terms and not closed:
        troubles.append(Trouble(0, TroubleKind.EMPTY))
    if troubles:
        return tuple(sorted(troubles))
    return Terms(tuple(sorted(span for _, span in terms)), tuple(sorted(span for _, span in closed)), left_out)


def wrong_terms(terms: Sequence[Span], closed: Sequence[Span] = ()) -> tuple[Trouble, ...]:
    """What is wrong with terms that were typed in; lines are counted through both, the terms first."""
    numbered = list(enumerate([*terms, *closed], 1))
    return tuple(sorted(_wrong(numbered[: len(terms)], numbered[len(terms) :])))


def _wrong(terms: list[tuple[int, Span]], closed: list[tuple[int, Span]]) -> list[Trouble]:
    found = [Trouble(line, TroubleKind.ENDS_BEFORE) for line, span in [*terms, *closed] if span.length < 1]
    found += [Trouble(line, TroubleKind.TOO_LONG) for line, span in [*terms, *closed] if span.length > LONGEST_TERM]
    in_order = sorted(terms, key=lambda one: one[1])
    reached = None
    for line, span in in_order:
        if reached is not None and span.first <= reached:
            found.append(Trouble(line, TroubleKind.OVERLAP))
        if (span.last - in_order[0][1].first).days > LONGEST_YEAR and span.length <= LONGEST_TERM:
            found.append(Trouble(line, TroubleKind.TOO_LONG))
        reached = span.last if reached is None else max(reached, span.last)
    return found


def _from_table(text: str) -> tuple[list[_Line], list[Trouble]]:
    lines: list[_Line] = []
    troubles: list[Trouble] = []
    heading = True
    for number, cells in _rows(text):
        dates = [day for cell in cells for day in _dates(cell)]
        words = " ".join(cell.strip() for cell in cells if not _has_date(cell) and cell.strip())
        if heading and not any(_has_date(cell) for cell in cells):
            heading = False
            continue
        heading = False
        if None in dates or not dates:
            troubles.append(Trouble(number, TroubleKind.NOT_A_DATE, " ".join(cells).strip()))
        elif len(dates) > 2:
            troubles.append(Trouble(number, TroubleKind.TOO_MANY_DATES, " ".join(cells).strip()))
        else:
            known = [day for day in dates if day is not None]
            lines.append(_Line(number, words, Span(known[0], known[-1]), kind_of(words)))
    return lines, troubles


def _rows(text: str) -> Iterable[tuple[int, list[str]]]:
    """Lines with something in them. The separator is the one of ; , and tab that is in most lines."""
    written = text.splitlines()[:MOST_LINES]
    separator = max(";\t,", key=lambda sign: sum(sign in line for line in written))
    for number, line in enumerate(written, 1):
        cells = next(csv.reader([line], delimiter=separator), [])
        if any(cell.strip() for cell in cells):
            yield number, cells


def _dates(cell: str) -> list[date | None]:
    """Every date in a cell, 2026-10-26 or 26.10.2026 or 26/10/26; None for one that no calendar has."""
    plain = _western(cell)
    if ISO.search(plain):
        return [_date(*map(int, found.groups())) for found in ISO.finditer(plain)]
    return [_date(_full(int(year)), int(month), int(day)) for day, month, year in DAY_FIRST.findall(plain)]


def _has_date(cell: str) -> bool:
    return bool(_dates(cell))


def _western(cell: str) -> str:
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in cell)


def _full(year: int) -> int:
    return year + 2000 if year < 100 else year


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _from_calendar(text: str) -> tuple[list[_Line], list[Trouble]]:
    try:
        events = list(Calendar.from_ical(text).walk("VEVENT"))
    except (ValueError, IndexError, KeyError):
        return [], [Trouble(0, TroubleKind.NOT_A_CALENDAR)]
    starts = [number for number, line in enumerate(text.splitlines(), 1) if line.strip().upper() == "BEGIN:VEVENT"]
    lines: list[_Line] = []
    troubles: list[Trouble] = []
    for number, event in zip(starts, events, strict=False):
        title = str(event.get("summary", ""))
        span = _span(event)
        kind = kind_of(title)
        if str(event.get("status", "")).upper() == "CANCELLED":
            continue
        if span is None:
            troubles.append(Trouble(number, TroubleKind.NOT_A_DATE, title))
        elif kind is not None and "rrule" in event:
            troubles.append(Trouble(number, TroubleKind.REPEATS, title))
        else:
            lines.append(_Line(number, title, span, kind))
    return lines, troubles


def _span(event: Component) -> Span | None:
    """The whole days of an event. An end at midnight, or a whole day as the end, is outside."""
    start = getattr(event.get("dtstart"), "dt", None)
    end = getattr(event.get("dtend"), "dt", None)
    length = getattr(event.get("duration"), "dt", None)
    if not isinstance(start, date):
        return None
    if end is None and isinstance(length, timedelta) and abs(length) < timedelta(days=LONGEST_YEAR):
        end = start + length
    if not isinstance(end, date):
        end = start
    first, last = _day(start), _day(end)
    outside = end.time() == time(0) if isinstance(end, datetime) else True
    return Span(first, last - DAY if outside and last > first else last)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
