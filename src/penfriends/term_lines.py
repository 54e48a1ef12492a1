"""How do the terms of a school stand in a text box? One a line, a name and two dates, as `term_files` reads them."""

import re
from collections.abc import Iterable, Mapping

from penfriends.actions.school_year import Line
from penfriends.i18n import N_, gettext
from penfriends.rules.school_days import Span
from penfriends.rules.term_files import DAY_FIRST, ISO, Terms, read_terms
from penfriends.rules.term_words import Kind, kind_of

TERM = N_("Term")
DAYS_OFF = N_("Holidays")
_SEPARATORS = re.compile(r"[;,\t]")
LONGEST_NAME = 80


def as_text(lines: Iterable[Line]) -> str:
    """Terms first, in order of days. A name that does not say which of the two it is gets the word before it."""
    ordered = sorted(lines, key=lambda one: (not one.is_term, one.span))
    return "\n".join(f"{_called(one)}; {one.span.first:%d.%m.%Y}; {one.span.last:%d.%m.%Y}" for one in ordered)


def as_lines(terms: Terms, text: str) -> list[Line]:
    """What was read, with the names that stand in the text beside the dates."""
    names = _names(text)
    return [
        *(Line(span, True, names.get((span, True), "")) for span in terms.terms),
        *(Line(span, False, names.get((span, False), "")) for span in terms.closed),
    ]


def _called(one: Line) -> str:
    word = gettext(TERM) if one.is_term else gettext(DAYS_OFF)
    says = kind_of(one.name) is (Kind.TERM if one.is_term else Kind.CLOSED)
    return one.name if says else " ".join(filter(None, (word, one.name)))


def _names(text: str) -> Mapping[tuple[Span, bool], str]:
    """A line alone is read like the whole; what is left of it without dates is its name. The word of ours is none."""
    ours = {gettext(TERM), gettext(DAYS_OFF)}
    found: dict[tuple[Span, bool], str] = {}
    for line in text.splitlines():
        read = read_terms(line)
        if not isinstance(read, Terms):
            continue
        bare = DAY_FIRST.sub("", ISO.sub("", line))
        name = " ".join(" ".join(_SEPARATORS.split(bare)).strip(" -–").split())[:LONGEST_NAME]
        for span in (*read.terms, *read.closed):
            found[span, span in read.terms] = "" if name in ours else name
    return found
