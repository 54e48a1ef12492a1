"""What do the header fields of a mail say: words, mailboxes, ids?

RFC 2047 words are decoded in one pass over at most 8 KiB; mailboxes are found by a scanner that keeps no stack. Where
a From field can be read in two ways, both addresses come out, so that the mail does not pass for anybody's.
"""

import re
from dataclasses import dataclass

from penfriends.mail import charsets

LONGEST = 8 * 1024
MOST_MAILBOXES = 100
MOST_IDS = 50
_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\]{1,64}@[^\s<>@,;:\"()\[\]\\]{1,255}")
_ID = re.compile(r"<([^<>\s]{1,400})>")
_PIECE = re.compile(r'[^"()<>,;:\\]+|.', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name (decoded, may be empty) and an address in lower case."""

    name: str
    address: str


def words(value: str) -> str:
    """A field with its encoded words decoded, as one clean line."""
    value = value[:LONGEST]
    result: list[str] = []
    pending: tuple[str, bytes] = ("", b"")
    end = 0
    for found in _WORD.finditer(value):
        between = value[end : found.start()]
        data = _word_bytes(found.group(2).lower(), found.group(3))
        charset = found.group(1).lower()
        if pending[0] == charset and not between.strip():
            pending = (charset, pending[1] + data)
        else:
            result.append(charsets.decode(pending[1], pending[0]) if pending[1] else "")
            result.append(between if between.strip() or not pending[0] else "")
            pending = (charset, data)
        end = found.end()
    result.append(charsets.decode(pending[1], pending[0]) if pending[1] else "")
    result.append(value[end:])
    return charsets.clean_header(charsets.without_surrogates("".join(result)))


def _word_bytes(encoding: str, coded: str) -> bytes:
    raw = coded.encode("utf-8", "replace")
    if encoding == "b":
        return charsets.unpack(raw, "base64")
    return re.sub(rb"=([0-9A-Fa-f]{2})", lambda found: bytes([int(found.group(1), 16)]), raw.replace(b"_", b" "))


def mailboxes(value: str) -> tuple[Mailbox, ...]:
    """Every mailbox of an address field, without doubles; comments, groups and quoted names understood."""
    found: dict[str, Mailbox] = {}
    for name, bare, angle in _entries(value[:LONGEST]):
        named = words(name.strip())
        for address in [*_ADDRESS.findall(angle)[:1], *_ADDRESS.findall(bare)]:
            key = address.lower()
            if len(found) < MOST_MAILBOXES:
                found.setdefault(key, Mailbox(named, key))
    return tuple(found.values())


def _entries(value: str) -> list[tuple[str, str, str]]:
    """Comma-separated entries as (display name, text outside quotes and comments, text in angle brackets)."""
    entries: list[tuple[str, str, str]] = []
    name, bare, angle = [""], [""], [""]
    into, depth, quoted, escaped = bare, 0, False, False
    for found in _PIECE.finditer(value + ","):
        piece = found.group()
        if escaped or (quoted and piece not in {'"', "\\"}):
            (name if quoted else into).append("" if depth else piece)
            escaped = False
        elif piece == "\\":
            escaped = True
        elif depth or (piece == "(" and not quoted):
            depth = max(0, depth + (piece == "(") - (piece == ")"))
        elif piece == '"':
            quoted = not quoted
        elif piece in "<>":
            into = angle if piece == "<" else bare
        elif piece in ",;:":
            entries.append(("".join(name) or "".join(bare), "".join(bare), "".join(angle)))
            name, bare, angle = [""], [""], [""]
            into = bare
        else:
            into.append(piece)
    entries.append(("".join(name) or "".join(bare), "".join(bare), "".join(angle)))
    return entries


def ids(value: str) -> tuple[str, ...]:
    """Message ids of a field with their angle brackets, in order, without doubles, at most fifty (the last ones)."""
    found = dict.fromkeys(f"<{bare}>" for bare in _ID.findall(value[:LONGEST]))
    return tuple(found)[-MOST_IDS:]
