"""Which figures in a letter are plainly a date, a year, a time, a price, a measure, a score or a book's number?"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from penfriends.rules.screening.places import starting_at

_YEAR = r"(?:1[0-9]\d\d|20[0-4]\d)"
_GROUPED = r"[1-9]\d{0,2}(?:[ .,']\d{3}){0,3}(?:[.,]\d{1,2})?"
_NUMBER = rf"(?:{_GROUPED}|[1-9]\d{{3,5}}|0[.,]\d{{1,3}})"
_UNITS = (
    "km h|km|kms|cm|mm|m|m2|m3|ha|kg|g|mg|t|l|ml|dl|cl|c|f|ft|lbs?|oz|mph|kw|kwh|gb|mb|"
    "euros?|eur|zl|zloty\\w*|pln|chf|usd|gbp|pounds?|pence|p|dollars?|pfund|pfennig|mark|francs?|franken|gulden|"
    "shekels?|nis|ils|cents?|groszy|"
    "miles?|met(?:er|re)s?|metrow|metry|kilomet\\w{1,6}|kilos?|gram\\w{0,4}|litres?|liters?|litrow|hect\\w{1,6}|"
    "degres|degrees?|grad|graden|stopni|stopnie|percent|per cent|prozent|procent|pour cent|"
    "people|inhabitants?|residents|members|visitors|copies|words|books|pages?|steps|points|pieces|metres|years?|days?|"
    "einwohner\\w{0,2}|menschen|leute|mitglieder\\w?|besucher\\w?|seiten|worter|schritte|stuck|punkte|jahre\\w?|tage\\w?|"
    "uhr|stunden|minuten|minutes?|min|hours?|heures?|seconds?|sekunden|secondes?|"
    "habitants|personnes|membres|visiteurs|pas|mots|ans|annees|jours|"
    "inwoners|mensen|leden|bezoekers|bladzijden|pagina\\w?|woorden|stappen|jaar|dagen|uur|"
    "mieszkancow|osob|ludzi|czlonkow|stron|slow|krokow|lat|dni|godzin\\w?|minut|"
    "نسمه|شخص|كم|متر|كيلومتر|كيلو|غرام|لتر|شيكل|دينار|دولار|يورو|سنه|عام|عاما|درجه|صفحه|كلمه|ساكن"
)
_NOT_AFTER_FIGURES = r"(?<!\d)(?<!\d[./:\- ])"
_NOT_BEFORE_FIGURES = r"(?!\d)(?![./:\- ]\d)"

# All of these begin with a figure that none stands before, so they are tried nowhere but at the beginning of a row of
# figures; those of several rows only where a second row follows.
_TO_NEXT_ROW = re.compile(r"\d+(?:\s?[./\-:h,']\s?|\s{1,2})\d")
_OF_SEVERAL_ROWS = tuple(
    re.compile(pattern)
    for pattern in (
        # Dates with a full year, in either order; then with a short year, which a telephone number may look like.
        rf"(?<![\d+])(?<!\d[./\- ])[0-3]?\d([./\- ])\s?[01]?\d\1\s?{_YEAR}(?![./-]?\d)(?! \d{{3}})",
        rf"(?<!\d)(?<!\d[./\-]){_YEAR}([./-])[01]?\d\1[0-3]?\d(?!\d)(?![./-]\d)",
        rf"{_NOT_AFTER_FIGURES}[0-3]?\d([./-])[01]?\d\1\d\d{_NOT_BEFORE_FIGURES}",
        # Years to years.
        rf"(?<![\d+])(?<!\d[./\- ]){_YEAR}\s?[-/]\s?(?:{_YEAR}|\d\d){_NOT_BEFORE_FIGURES}",
        # Times of day, scores and ranges; a whole tennis match.
        rf"{_NOT_AFTER_FIGURES}[0-2]?\d\s?[.:h]\s?[0-5]\d{_NOT_BEFORE_FIGURES}",
        rf"{_NOT_AFTER_FIGURES}\d{{1,2}}\s?[-:]\s?\d{{1,2}}{_NOT_BEFORE_FIGURES}",
        rf"{_NOT_AFTER_FIGURES}[0-2]?\d[.:]\d\d ?- ?[0-2]?\d[.:]\d\d{_NOT_BEFORE_FIGURES}",
        r"(?<!\d)(?<!\d[./:-])[1-9][-:]\d(?:[ ,;]{1,2}\d[-:]\d){1,6}(?!\d)(?![./:-]\d)",
        # Counts grouped by commas or points.
        r"(?<!\d)(?<!\d[./\- ])[1-9]\d{0,2}(?:,\d{3}){1,3}(?![\d,])",
        r"(?<!\d)(?<!\d[./\- ])[1-9]\d?(?:[.']\d{3}){2,3}(?![\d.])",
    )
)
_OF_ONE_ROW = (
    # Years.
    re.compile(
        rf"(?<![\d+])(?<!\d[./\- ]){_YEAR}(?:,? (?:and |und |et |en |i )?{_YEAR}){{0,5}}(?!\d)(?![./\-]\d)(?! \d)"
    ),
    # Measures, and money with its sign behind.
    re.compile(rf"(?<!\d)(?<!\d[./\- ]){_NUMBER}\s?(?:[€£$%°‰₪]|(?:{_UNITS})\b)"),
)
_SIGNS = "€£$₪"
_MONEY = re.compile(rf"(?<!\d)(?<!\d[ ./\-])[{_SIGNS}]\s?{_NUMBER}(?!\d)")
_BOOK_MARK = "isbn"
_BOOK = re.compile(rf"{_BOOK_MARK}\D{{0,12}}\d[\d\- ]{{8,16}}[\dx]")
# An address on the web; what is in it is the link check's business, unless it dials.
_WEB = re.compile(r"https?://(?!wa\.me|api\.whatsapp|t\.me|signal\.me)[^\s]{1,500}")
_FIGURES = re.compile(r"[0-9](?:.{0,79}[0-9])*", re.DOTALL)  # folding leaves no other digits
_AROUND = 60  # farther from a figure no pattern begins or ends


def explained(text: str, figures: Sequence[int]) -> bytearray:
    """One byte a character of the plain text: not 0 where the figures need no other explanation.

    `figures` are the places where rows of digits begin.
    """
    mask = bytearray(len(text) + 1)
    for match in _matches(text, figures):
        mask[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
    return mask


def _matches(text: str, figures: Sequence[int]) -> Iterator[re.Match[str]]:
    yield from _WEB.finditer(text)
    others = [_MONEY] if any(sign in text for sign in _SIGNS) else []
    others += [_BOOK] if _BOOK_MARK in text else []
    for near in _FIGURES.finditer(text):
        first, last = max(0, near.start() - _AROUND), near.end() + _AROUND
        rows = figures[bisect_left(figures, near.start()) : bisect_left(figures, near.end())]
        followed = [at for at in rows if _TO_NEXT_ROW.match(text, at)]
        for pattern in _OF_SEVERAL_ROWS if followed else ():
            yield from starting_at(pattern, text, followed, last)
        for pattern in _OF_ONE_ROW:
            yield from starting_at(pattern, text, rows, last)
        for pattern in others:
            yield from pattern.finditer(text, first, last)
