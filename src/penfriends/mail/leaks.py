"""Does a finished mail give away who somebody really is?

The last look before a mail may leave: it reads the bytes again, as the reader's mail program will, and searches them
for every address, telephone number and full name that we know of either side. A find holds the letter; too many finds
are better than too few.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote

from penfriends.mail.cleaning import without_characters

# What the reader's own mailbox wrote or must read: the reader's own address may stand there.
_READERS_OWN = frozenset({"to", "in-reply-to", "references"})
_IDS = frozenset({"message-id", "in-reply-to", "references", "x-penfriends-loop", "content-type", "date"})
_PHONE_TAIL = 8  # the digits that a number keeps however its beginning is written
_PHONE_LEAST = 6
_visible = without_characters("Mn", "Cf")
_STROKED = "łøđı"  # letters whose stroke is no accent to Unicode
_STROKES = str.maketrans(_STROKED, "lodi")
_TAG = re.compile(r"<[^<>]{0,2000}>")


class LeakKind(StrEnum):
    ADDRESS = "address"
    PHONE = "phone"
    FULL_NAME = "full_name"
    TRACE = "trace"  # where the writer's own mail came from: IP addresses, message ids


@dataclass(frozen=True, slots=True)
class Identity:
    """What we know of one person. `aliases_allowed` may be read by anybody; `reads` marks the one who gets the mail,
    whose own address may stand in To and whose own message ids may stand in the thread headers."""

    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    full_names: tuple[str, ...] = ()
    aliases_allowed: tuple[str, ...] = ()
    reads: bool = False
    traces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leak:
    """What was found and where (`header from`, `text`, `html`, `image`): never the value itself."""

    kind: LeakKind
    where: str


@dataclass(frozen=True, slots=True)
class _Place:
    where: str
    text: str
    """Folded: no case, accents or invisible characters; allowed aliases are cut out."""
    closed_up: str
    """The same without blanks and line breaks."""
    digits: tuple[str, ...]


def find_leaks(raw: bytes, identities: Iterable[Identity], mail: "Message[str, str] | None" = None) -> tuple[Leak, ...]:
    """Every kind of thing that the mail gives away, with its place, each once. Who has read the same bytes already
    brings the `mail` along."""
    known = tuple(identities)
    mail = message_from_bytes(raw, policy=policy.compat32) if mail is None else mail
    found: list[Leak] = []
    for part in mail.walk():
        found += _in_headers(part, known)
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        if part.get_content_maintype() == "text":
            found += _in_text(part.get_content_subtype(), payload.decode("utf-8", "replace"), known)
        else:
            found += _in_bytes(payload, known)
    return tuple(dict.fromkeys(found))


def _in_headers(part: "Message[str, str]", known: Sequence[Identity]) -> list[Leak]:
    found: list[Leak] = []
    for name, value in part.items():
        header = name.lower()
        place = _place(f"header {header}", _decoded(str(value)), known, searches_digits=header not in _IDS)
        for identity in known:
            if not (identity.reads and header in _READERS_OWN):
                found += _search(place, identity)
    return found


def _in_text(kind: str, text: str, known: Sequence[Identity]) -> list[Leak]:
    where = "html" if kind == "html" else "text"
    readings = [text, unquote(text)]
    if kind == "html":
        shown = html.unescape(text)
        # Tags split words where they break a line, and join them where they only colour letters: read both ways.
        readings += [shown, html.unescape(_TAG.sub(" ", text)), html.unescape(_TAG.sub("", text)), unquote(shown)]
    places = [_place(where, reading, known) for reading in dict.fromkeys(readings)]
    return [leak for place in places for identity in known for leak in _search(place, identity)]


def _in_bytes(data: bytes, known: Sequence[Identity]) -> list[Leak]:
    """Hidden text of a picture, as ASCII or UTF-16; `lower` touches only the ASCII letters."""
    lowered = data.lower()
    found: list[Leak] = []
    for identity in known:
        for kind, values in (
            (LeakKind.ADDRESS, identity.addresses),
            (LeakKind.PHONE, [phone for phone in map(_digits, identity.phones) if len(phone) >= _PHONE_TAIL]),
            (LeakKind.FULL_NAME, [name for name in identity.full_names if len(name) > 5]),
        ):
            spellings = [value.lower().encode(code) for value in values for code in ("utf-8", "utf-16-le", "utf-16-be")]
            if any(spelling in lowered for spelling in spellings if spelling):
                found.append(Leak(kind, "image"))
    return found


def _search(place: _Place, identity: Identity) -> list[Leak]:
    found = []
    if identity.addresses and any(
        address and (address in place.text or address in place.closed_up) for address in map(_known, identity.addresses)
    ):
        found.append(Leak(LeakKind.ADDRESS, place.where))
    tails = [_tail(phone) for phone in identity.phones] if place.digits else ()
    if tails and any(tail and any(tail in run for run in place.digits) for tail in tails):
        found.append(Leak(LeakKind.PHONE, place.where))
    if identity.full_names and any(_has_name(place.text, name) for name in identity.full_names):
        found.append(Leak(LeakKind.FULL_NAME, place.where))
    if identity.traces and any(_has_trace(place.text, trace) for trace in identity.traces):
        found.append(Leak(LeakKind.TRACE, place.where))
    return found


def _place(where: str, text: str, known: Sequence[Identity], *, searches_digits: bool = True) -> _Place:
    folded = _folded(text)
    for alias in (alias for identity in known for alias in identity.aliases_allowed):
        folded = folded.replace(_known(alias), " ")
    digits = tuple(_runs_of_digits(folded)) if searches_digits and any(one.phones for one in known) else ()
    return _Place(where, folded, "".join(folded.split()), digits)


def _runs_of_digits(text: str) -> list[str]:
    """Digits in one row, however they are grouped: blanks, dots, dashes, slashes and brackets join, words part."""
    return [
        digits
        for run in re.findall(r"\d[\d\s().,/+\-‐-―_·]*", text)
        if len(run) >= _PHONE_LEAST and len(digits := _digits(run)) >= _PHONE_LEAST
    ]


def _tail(phone: str) -> str:
    """The end of a number that is the same with and without the prefix of its country."""
    digits = _digits(phone)
    return digits[-_PHONE_TAIL:] if len(digits) >= _PHONE_LEAST else ""


def _digits(text: str) -> str:
    """Only the digits, in ASCII, whatever script they came in."""
    kept = re.sub(r"\D", "", text)
    return kept if kept.isascii() else "".join(str(unicodedata.digit(digit)) for digit in kept)


def _has_name(text: str, full_name: str) -> bool:
    """A full name of two words or more, in either order; a first name alone is what we show on purpose."""
    words = name_words(full_name)
    if len(words) < 2:
        return False
    if words[-1] not in text:  # nearly always: spares the expressions
        return False
    orders = (words, [words[-1], *words[:-1]], [*words[1:], words[0]])
    return any(re.search(r"(?<!\w)" + r"\W{1,4}".join(order) + r"(?!\w)", text) for order in orders)


def may_name(text: str, full_names: Sequence[str]) -> bool:
    """Whether all words of one of the names stand somewhere in the text: a quick no for nearly every letter."""
    folded = _folded(text)
    return any(words and all(word in folded for word in words) for words in map(name_words, full_names))


def name_words(name: str) -> list[str]:
    """The words of a name as they are compared."""
    return re.findall(r"\w+", _known(name))


def _has_trace(text: str, trace: str) -> bool:
    """An IP address or id as it stands: 10.0.0.1 is not in 110.0.0.12."""
    known = _known(trace)
    return known in text and bool(re.search(rf"(?<![\w.:]){re.escape(known)}(?![\w:]|\.\w)", text))


def _folded(text: str) -> str:
    """Without case, accents, width and invisible characters, so that a disguise does not hide a name."""
    if text.isascii():
        return text.lower()
    folded = _visible(unicodedata.normalize("NFKD", text)).casefold()
    return folded.translate(_STROKES) if any(letter in folded for letter in _STROKED) else folded


@lru_cache(maxsize=1024)
def _known(value: str) -> str:
    return _folded(value)


def _decoded(value: str) -> str:
    try:
        return "".join(
            piece.decode(charset or "ascii", "replace") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(value)
        )
    except (LookupError, HeaderParseError):  # nothing of ours: read it as it stands
        return value
