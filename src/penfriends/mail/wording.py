"""How do names, dates, paragraphs and a friend's own words stand in a mail, as text and as HTML?

Filters of the mail templates. Most give two forms: escaped markup in an HTML template, plain characters in a text one.
"""

import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from typing import Any

from babel import Locale
from babel.dates import format_skeleton, format_time, format_timedelta
from babel.lists import format_list
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from penfriends.i18n import RIGHT_TO_LEFT, current, direction, locale_of
from penfriends.mail.cleaning import FSI, PDI, clean_line, clean_text

WIDTH = 72
SLOT = "\0"
LONGEST_NAME = 40
LONGEST_NAME_IN_SUBJECT = 18
_RLM = "\u200f"

_locale: ContextVar[Locale | None] = ContextVar("mail_locale", default=None)


@contextmanager
def dates_of(language: str, territory: str | None) -> Iterator[None]:
    """Inside, dates are written as in this language and country."""
    before = _locale.set(locale_of(language, territory))
    try:
        yield
    finally:
        _locale.reset(before)


def dir_of(language: str) -> str:
    """`dir` of a text in `language`; `auto` where nobody knows the language."""
    return direction(language) if language and language != "und" else "auto"


@pass_eval_context
def name(context: EvalContext, value: str) -> str:
    """A name inside a sentence, kept apart from the direction of the sentence."""
    return _isolated(context, _cut(_without_isolates(value), LONGEST_NAME))


@pass_eval_context
def brief(context: EvalContext, value: str) -> str:
    """A name inside a subject, cut so that a subject with two of them stays under 70 characters in every language."""
    return _isolated(context, _cut(_without_isolates(value), LONGEST_NAME_IN_SUBJECT))


@pass_eval_context
def quoted(context: EvalContext, value: str) -> str:
    """A sentence of somebody else, at most 600 characters, in its own direction."""
    return _isolated(context, _cut(_without_isolates(value), 600))


def listed(values: Sequence[str]) -> str:
    """`chess, canals and old radios`, as the reader's language joins a list."""
    return format_list([_without_isolates(value) for value in values], locale=_here())


def day(value: date) -> str:
    """`10 May`: day and month, as a mail says it."""
    return format_skeleton("MMMMd", datetime.combine(value, time()), locale=_here())


def clock_time(value: datetime) -> str:
    """Hours and minutes in the zone that the value already carries."""
    return format_time(value, format="short", locale=_here())


def span(value: timedelta) -> str:
    """`2 days`, `5 hours`: rounded, in words."""
    return format_timedelta(value, locale=_here(), threshold=1.0)


def filled(value: str) -> str:
    """A paragraph of our own in a text mail: wrapped, and in Arabic every Latin line keeps to the right."""
    return "\n".join(_marked(line) for line in _wrapped(str(value)))


def alone(value: str) -> str:
    """A link or a code on a line of its own, never wrapped."""
    return _marked(clean_line(str(value), 2000))


_PARAGRAPH = Markup('<p dir="auto" style="margin:0 0 16px;font-size:19px;line-height:1.6;">')
_PARAGRAPHS_END = Markup("</p>")


def paragraphs(value: str) -> Markup:
    """A friend's words in HTML as they were written: a paragraph for each, a line break for each line."""
    written = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", clean_text(value).strip("\n"))]
    return Markup("").join(
        _PARAGRAPH + escape(part).replace("\n", Markup("<br>")) + _PARAGRAPHS_END for part in written if part.strip()
    )


@pass_eval_context
def label(context: EvalContext, value: str) -> str:
    """The words on a link: those that stand before the address in the text mail, without their colon."""
    words = value.rstrip(":：").rstrip()
    return Markup(words) if context.autoescape and isinstance(value, Markup) else words  # noqa: S704 (was markup)


FILTERS: dict[str, Callable[..., Any]] = {
    "name": name,
    "brief": brief,
    "quoted": quoted,
    "listed": listed,
    "day": day,
    "clock_time": clock_time,
    "span": span,
    "filled": filled,
    "alone": alone,
    "label": label,
    "paragraphs": paragraphs,
}


def tidied(text: str, untouched: str) -> str:
    """A rendered text mail without the blank lines that templates leave. The friend's words, for which SLOT stands,
    are put in after that: not a character of theirs is moved."""
    tidy = re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
    return tidy.replace(SLOT, clean_text(untouched).strip("\n"))


def shortened(subject: str, longest: int) -> str:
    """A subject of at most `longest` characters; the last guard, after names were already cut."""
    line = clean_line(subject, 1000)
    visible = sum(character not in (FSI, PDI) for character in line)
    return line if visible <= longest else _cut(_without_isolates(line), longest)


def _isolated(context: EvalContext, value: str) -> str:
    return Markup("<bdi>{}</bdi>").format(value) if context.autoescape else f"{FSI}{value}{PDI}"


def _without_isolates(value: str) -> str:
    return clean_line(value, 1000).replace(FSI, "").replace(PDI, "")


def _cut(value: str, longest: int) -> str:
    return value if len(value) <= longest else value[: longest - 1].rstrip() + "…"


def _wrapped(value: str) -> list[str]:
    # only plain blanks are places to break: French keeps its colon by a narrow no-break space
    one_line = " ".join(part for part in re.split(r"[ \t\r\n]+", value) if part)
    return textwrap.wrap(one_line, WIDTH, break_long_words=False, break_on_hyphens=False)


def _marked(line: str) -> str:
    """In a right-to-left mail a line that begins with a Latin letter would jump to the left: U+200F holds it."""
    if current.get() not in RIGHT_TO_LEFT:
        return line
    strong = next((unicodedata.bidirectional(c) for c in line if unicodedata.bidirectional(c) in ("L", "R", "AL")), "")
    return f"{_RLM}{line}" if strong == "L" else line


def _here() -> Locale:
    here = _locale.get() or locale_of(current.get())
    return Locale("en", "GB") if str(here) == "en" else here  # plain "en" would write dates the American way
