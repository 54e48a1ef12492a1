"""What is one line of a reply: a quotation, the introduction of one, or something a machine added?

Every question looks at a bounded piece of text, so reading a letter takes time in proportion to its length.
"""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from penfriends.rules import quoting_words as words

LONGEST_LINE = 500
MOST_WRAPPED_LINES = 6
_ADDRESS = re.compile(r"[^\s<>@\[\]()]{1,64}@[^\s<>@\[\]()]{1,255}")
_TIME = re.compile(r"\b\d{1,2}\s?[:.hu٫]\s?\d{2}\b")
_NUMBER = re.compile(r"\d+")
_MARKS = " \t*_\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\xa0\ufeff"
_FIELD = re.compile(r"([^\W\d_][^\W\d_’' -]{0,15}(?:[ -][^\W\d_]{1,10}[’']?[^\W\d_]{0,10}){0,2})\s?[*_]{0,2}\s?[:：]")


class Opening(enum.StrEnum):
    """How a quotation begins, from the surest to the least sure."""

    HEADERS = "headers"  # a block of From, Sent, To, Subject
    FULL = "full"  # words of writing with an address and a date
    PARTIAL = "partial"  # believed only where marked quotation follows
    UNDATED = "undated"  # header fields without date, address or dashes above: a person may write "From: the sea"
    BARE = "bare"  # "Anna wrote:", no date, no address: believed only where the marks are certain


@dataclass(frozen=True, slots=True)
class Introduction:
    """Lines first … last (inclusive) that say: from here somebody else is quoted."""

    first: int
    last: int
    opening: Opening


def is_quoted(line: str) -> bool:
    """Whether the line carries the mark of a quotation, "> "."""
    bare = line.lstrip(" \t\xa0")
    return bare.startswith(">") and not bare.startswith((">_<", ">:", ">.<")) and not words.WROTE_ALONE.match(bare)


def unquoted(line: str) -> str:
    """The line without its marks of quotation."""
    return line.lstrip("> \t\xa0")


def field_name(line: str) -> str:
    """The known header field that a line names ("Von: …", "*From:* …"), in lower case, or nothing."""
    found = _FIELD.match(line[:80].strip(_MARKS))
    name = " ".join(found.group(1).lower().split()) if found else ""
    return name if name in words.SENDER_FIELDS or name in words.OTHER_FIELDS else ""


def is_separator(line: str) -> bool:
    """Whether the line says "Original message" between dashes, in any of our languages."""
    bare = line[:LONGEST_LINE].strip(_MARKS)
    return bool(words.SEPARATOR.fullmatch(bare.strip()) or words.BARE_SEPARATOR.fullmatch(bare))


def is_rule(line: str) -> bool:
    """Whether the line is nothing but a drawn line, as Outlook puts above its header block."""
    return bool(words.RULE.fullmatch(line[:LONGEST_LINE].strip()))


def is_caption(line: str) -> bool:
    """Whether the line may stand above a header block: a drawn line, or words between dashes in any language."""
    return is_rule(line) or bool(words.CAPTION.fullmatch(line[:LONGEST_LINE].strip(_MARKS)))


def header_block(lines: Sequence[str], names: Sequence[str], at: int) -> int | None:
    """Index of the last line of a block of header fields starting at `at`, or None. `names`: `field_name` of each.

    A block names a sender and two other fields; under a separator one other is enough. Values may wrap once.
    """
    after_separator = is_separator(lines[at])
    start = at + 1 if after_separator else at
    fields: set[str] = set()
    last = at
    strange = 0
    for index in range(start, min(len(lines), start + 16)):
        if name := names[index]:
            fields.add(name)
            last, strange = index, 0
        else:
            strange += 1
            if strange > (1 if fields else 2 * after_separator):
                break
    senders = len(fields & words.SENDER_FIELDS)
    others = len(fields) - senders
    enough = senders and others >= (1 if after_separator else 2)
    return last if enough or (after_separator and others >= 2) else None


def opening_of_block(lines: Sequence[str], first: int, last: int) -> Opening:
    """How sure it is that the block of header fields in these lines is one."""
    inside = " ".join(lines[first : last + 1])[: 4 * LONGEST_LINE]
    told = any(map(is_caption, lines[first : last + 1])) or _ADDRESS.search(inside) or words.OUR_SENDER.search(inside)
    return Opening.HEADERS if told or len(_NUMBER.findall(inside)) >= 2 else Opening.UNDATED


def attribution(lines: Sequence[str], at: int) -> Introduction | None:
    """The line above a quotation ("On … Anna wrote:") that ends at `at`, wrapped over up to six lines."""
    if words.QUOTES_ON_THE_LINE.match(lines[at][:LONGEST_LINE]):
        return Introduction(at, at, Opening.FULL)
    tail = _without_dashes(lines[at][:LONGEST_LINE].rstrip(_MARKS))
    if not tail.endswith((":", "：")) or len(lines[at]) > LONGEST_LINE:
        return None
    around = " ".join(lines[max(0, at - MOST_WRAPPED_LINES + 1) : at + 1])[-4 * LONGEST_LINE :]
    if not tells_of_writing(around) and not (("@" in around or _is_ours(around)) and _NUMBER.search(around)):
        return None
    found: Introduction | None = None
    joined = ""
    for first in range(at, max(-1, at - MOST_WRAPPED_LINES), -1):
        line = unquoted(lines[first]).strip(_MARKS)
        if not line or len(line) > LONGEST_LINE or is_separator(line):
            break
        joined = f"{_without_dashes(line)} {joined}".strip()
        opening = _opening(joined)
        if opening and words.OPENS_ATTRIBUTION.match(joined):
            return Introduction(first, at, opening)
        if opening and found is None:
            found = Introduction(first, at, opening)
    return found


def tells_of_writing(text: str) -> bool:
    """Whether a word of writing stands in it, "wrote" or "schrieb". Most lines have none, and to see that they have
    not even a piece of one takes a tenth of the time."""
    folded = text.casefold()
    return any(piece in folded for piece in words.PIECES_OF_WROTE) and bool(words.WROTE.search(text))


def _is_ours(text: str) -> bool:
    return "penfriends" in text.casefold() and bool(words.OUR_SENDER.search(text))


def _opening(joined: str) -> Opening | None:
    wrote = tells_of_writing(joined[-300:])
    address = _ADDRESS.search(joined)
    dated = len(_NUMBER.findall(joined[:LONGEST_LINE])) >= 2
    if address and dated and wrote:
        return Opening.FULL
    if wrote and (address or dated or _is_ours(joined)):
        return Opening.PARTIAL
    if wrote and len(joined) <= 80:
        return Opening.BARE
    named = address or _is_ours(joined)
    return Opening.PARTIAL if named and dated and _TIME.search(joined) else None


def _without_dashes(line: str) -> str:
    """ "---- On … wrote ----", as Zoho puts it, in the form that everybody else uses."""
    found = words.BETWEEN_DASHES.fullmatch(line.strip())
    return f"{found.group(1)}:" if found else line


def is_phone_line(line: str) -> bool:
    """Whether a program added the line: "Sent from my iPhone", "Von meinem Handy gesendet"."""
    bare = words.APOLOGY.sub("", line[:LONGEST_LINE]).strip(_MARKS + ".-–—")
    if words.SLOGAN.fullmatch(bare):
        return True
    if not bare or len(line) > 200 or len(bare.split()) > 10 or re.search(r"[,;!?]", bare):
        return False
    sent = words.PHONE_SENT.match(bare)
    return bool(sent and words.PHONE_DEVICE.search(bare))


def is_disclaimer(line: str) -> bool:
    """Whether the line opens a paragraph that an office or a virus scanner hangs under every mail."""
    return bool(words.DISCLAIMER.match(line[:LONGEST_LINE].strip(_MARKS)))


def is_our_footer(line: str) -> bool:
    """Whether the line comes from the footer under the letters that we send."""
    bare = unquoted(line[:LONGEST_LINE]).strip(_MARKS)
    return bool(words.OUR_NAME.match(bare) or words.OUR_LINK.search(bare))
