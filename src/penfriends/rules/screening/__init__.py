"""What in a letter should a person look at before it goes on?

The screen orders and highlights; it never returns a letter and protects nobody by itself. It reads the letter as a
reader would, without disguises (`folding`), and asks each question of the CHECKS table once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from penfriends.rules.bands import Band
from penfriends.rules.screening import (
    disclosure,
    email_address,
    grooming,
    handle,
    hidden_text,
    link,
    meeting,
    money,
    phone,
    postal_address,
    split,
    unkind,
)
from penfriends.rules.screening.findings import Consequence, Finding, Kind, Span, Verdict, consequence
from penfriends.rules.screening.folding import Sheet, fold
from penfriends.rules.screening.numerals import Run, runs
from penfriends.rules.screening.words import Words, Written, words_of

__all__ = ["CHECKS", "Consequence", "Finding", "Kind", "Verdict", "screen", "strip_links", "verdict"]

LINK_REMOVED = "[…]"
_TAIL = 300


class Reading(NamedTuple):
    """A letter as the checks read it; `before` are the writer's earlier letters, newest last."""

    sheet: Sheet
    written: Written
    words: Words
    runs: Sequence[Run]
    before: Sequence[str]


class Check(NamedTuple):
    """One question: what it looks for, its name, and the question itself."""

    kind: Kind
    name: str
    find: Callable[[Reading], Iterable[Span]]


CHECKS: tuple[Check, ...] = (
    Check(Kind.DISCLOSURE, "disclosure", lambda letter: disclosure.find(letter.sheet, letter.words)),
    Check(Kind.GROOMING, "grooming", lambda letter: grooming.find(letter.sheet, letter.words)),
    Check(Kind.PHONE, "phone", lambda letter: phone.find(letter.sheet.plain, letter.runs)),
    Check(Kind.PHONE, "phone_over_letters", lambda letter: split.find(letter.runs, letter.before)),
    Check(Kind.EMAIL, "email_address", lambda letter: email_address.find(letter.sheet, letter.words)),
    Check(Kind.POSTAL_ADDRESS, "postal_address", lambda letter: postal_address.find(letter.sheet, letter.written)),
    Check(Kind.HANDLE, "handle", lambda letter: handle.find(letter.sheet, letter.words)),
    Check(Kind.LINK, "link", lambda letter: link.find(letter.sheet, letter.words)),
    Check(Kind.MONEY, "money", lambda letter: money.find(letter.sheet, letter.words)),
    Check(Kind.MEETING, "meeting", lambda letter: meeting.find(letter.sheet, letter.words)),
    Check(Kind.UNKIND, "unkind", lambda letter: unkind.find(letter.sheet, letter.words)),
)
# What may begin at the end of the last letter and end in this one.
_OVER_LETTERS = (Kind.EMAIL, Kind.POSTAL_ADDRESS)


def screen(
    text: str,
    *,
    band: Band,
    language: str | None = None,  # noqa: ARG001 - all six languages are always asked: people mix them
    before: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """Everything found in `text`, by its place in `text`. Never raises, whatever the text.

    `before` are the same writer's earlier letters of the correspondence, newest last; the last five are looked at.
    """
    earlier = [letter[-20_000:] for letter in before[-split.LETTERS_BEFORE :]]
    sheet = fold(text)
    words = words_of(sheet)
    letter = Reading(sheet, words.written, words, runs(words.written), earlier)
    found = {finding for check in CHECKS for finding in _findings(check, letter, band)}
    hidden = consequence(Kind.HIDDEN_TEXT, band)
    found |= {Finding(Kind.HIDDEN_TEXT, hidden, s.start, s.end, "hidden_text") for s in hidden_text.find(text)}
    if earlier and text:
        found |= set(_over_letters(earlier[-1][-_TAIL:], text, band))
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.kind, one.check)))


def verdict(findings: Iterable[Finding]) -> Verdict:
    """What becomes of a letter with these findings, unless a stricter rule holds it anyway."""
    consequences = {finding.consequence for finding in findings}
    if Consequence.HOLD_URGENT in consequences:
        return Verdict.HOLD_URGENT
    return Verdict.HOLD if consequences & {Consequence.HOLD, Consequence.STRIP} else Verdict.ACCEPT


def strip_links(text: str, findings: Iterable[Finding]) -> str:
    """The text with […] for every link to be stripped (rule R30)."""
    places = sorted((one.start, one.end) for one in findings if one.consequence is Consequence.STRIP)
    kept: list[str] = []
    at = 0
    for start, end in places:
        if start >= at:
            kept.append(text[at:start] + LINK_REMOVED)
        at = max(at, end)
    return "".join(kept) + text[at:]


def _findings(check: Check, letter: Reading, band: Band) -> Iterator[Finding]:
    follows = consequence(check.kind, band)
    for span in _merged(check.find(letter)):
        start, end = letter.sheet.place(span.start, span.end)
        yield Finding(check.kind, follows, start, end, check.name)


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """What overlaps is one finding."""
    current: Span | None = None
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if current and span.start < current.end:
            current = Span(current.start, max(current.end, span.end))
            continue
        if current:
            yield current
        current = span if span.start < span.end else None
    if current:
        yield current


def _over_letters(tail: str, text: str, band: Band) -> Iterator[Finding]:
    """Addresses that begin at the end of the last letter and end at the beginning of this one."""
    cut = len(tail) + 1
    sheet = fold(tail + "\n" + text[:_TAIL])
    words = words_of(sheet)
    letter = Reading(sheet, words.written, words, (), ())  # neither check of _OVER_LETTERS asks for runs of digits
    for check in CHECKS:
        if check.kind in _OVER_LETTERS:
            for one in _findings(check, letter, band):
                if one.start < cut < one.end:
                    yield Finding(one.kind, one.consequence, 0, one.end - cut, check.name + "_over_letters")
