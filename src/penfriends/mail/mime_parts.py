"""What is a mail made of: its header fields and its parts, within fixed limits?

Ours instead of the standard library's: that one needs 2.7 GB for a long Subject, runs out of stack on "From: ((((" and
knows no limit on parts. Nothing here decodes; every step takes time in proportion to the bytes, times the depth.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from penfriends.mail import charsets

LARGEST_MAIL = 25 * 1024 * 1024
LARGEST_HEADER_BLOCK = 64 * 1024
LARGEST_HEADER = 8 * 1024
MOST_PARTS = 200
DEEPEST = 20
MOST_PARAMETERS = 100  # of one field
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,200})[ \t]*:[ \t]?")
_PARAMETER = re.compile(r";\s*([^\s=;\"]{1,60})\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;]*)")
_TYPE = re.compile(r"\s*([a-z0-9!#$&^_.+-]{1,60})\s*/\s*([a-z0-9!#$&^_.+-]{1,80})")


class TooMuch(Exception):
    """The mail breaks one of the limits; `reason` is the coded name of which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a mail: fields as they stand (unfolded, not decoded), and either a body or children."""

    headers: Headers
    content_type: str
    parameters: dict[str, str]
    body: bytes
    children: tuple["Part", ...] = field(default=())

    def value(self, name: str) -> str:
        """The first field of that name (lower case), or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def values(self, name: str) -> list[str]:
        """Every field of that name (lower case), topmost first."""
        return [value for key, value in self.headers if key.lower() == name]

    def decoded(self) -> bytes:
        """The body with its transfer encoding undone."""
        return charsets.unpack(self.body, self.value("content-transfer-encoding").split(";")[0])

    def text(self) -> str:
        """The body as text with Unix line ends."""
        return charsets.clean_lines(charsets.decode(self.decoded(), self.parameters.get("charset", "")))

    def leaves(self) -> Iterator["Part"]:
        """All parts without children, in order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


def read(raw: bytes) -> Part:
    """The tree of a whole mail. Raises TooMuch where a limit is broken."""
    if len(raw) > LARGEST_MAIL:
        raise TooMuch("mail_too_large")
    return _part(raw, 0, [0], "text/plain")


def read_headers(raw: bytes, *, strict: bool = True) -> tuple[Headers, int]:
    """Header fields and the offset of the body. Not strict: cut at the limits instead of raising TooMuch."""
    fields: list[tuple[str, bytes]] = []
    at = _skip_envelope_line(raw)
    start = at
    while at < len(raw):
        end = raw.find(b"\n", at, at + LARGEST_HEADER_BLOCK + 1)
        end = min(len(raw), at + LARGEST_HEADER_BLOCK + 1) if end < 0 else end
        line = raw[at:end].rstrip(b"\r")
        if not line.strip():
            at = end + 1
            break
        found = _FIELD.match(line)
        if line[:1] in b" \t" and fields:
            fields[-1] = (fields[-1][0], fields[-1][1] + b" " + line.strip())
        elif found:
            fields.append((found.group(1).decode("ascii"), line[found.end() :].strip()))
        else:
            break
        at = end + 1
        broken = _broken_limit(at - start, len(fields[-1][1]))
        if broken and strict:
            raise TooMuch(broken)
        if broken:
            fields[-1] = (fields[-1][0], fields[-1][1][:LARGEST_HEADER])
            if broken == "header_block_too_large":
                break
    return tuple((name, charsets.decode(value, "")) for name, value in fields), min(at, len(raw))


def _broken_limit(block: int, value: int) -> str | None:
    if block > LARGEST_HEADER_BLOCK:
        return "header_block_too_large"
    return "header_too_large" if value > LARGEST_HEADER else None


def _skip_envelope_line(raw: bytes) -> int:
    """Blank lines and an mbox "From " line before the first field are no part of the mail."""
    found = re.match(rb"(?:[ \t]{0,2000}\r?\n){0,20}(?:>?From [^\n]{0,300}\n)?", raw[:4096])
    return found.end() if found else 0


def _part(raw: bytes, depth: int, count: list[int], default_type: str) -> Part:
    count[0] += 1
    if count[0] > MOST_PARTS:
        raise TooMuch("too_many_parts")
    if depth > DEEPEST:
        raise TooMuch("too_deep")
    headers, offset = read_headers(raw)
    value = next((value for name, value in headers if name.lower() == "content-type"), "")
    content_type = media_type(value) or default_type
    known = parameters(value)
    body = raw[offset:]
    boundary = known.get("boundary", "").rstrip()
    children: tuple[Part, ...] = ()
    if content_type.startswith("multipart/") and boundary:
        inner = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
        pieces = _pieces(body, boundary.encode("utf-8", "replace"), MOST_PARTS - count[0])
        children = tuple(_part(piece, depth + 1, count, inner) for piece in pieces)
    if content_type.startswith("multipart/") and not children:
        content_type = "text/plain"
    return Part(headers, content_type, known, body, children)


def _pieces(body: bytes, boundary: bytes, most: int) -> list[bytes]:
    """What stands between the boundary lines; a missing last boundary is forgiven."""
    mark = b"--" + boundary
    starts: list[tuple[int, int, bool]] = []
    at = body.find(mark)
    while at >= 0:
        end = body.find(b"\n", at)
        end = len(body) if end < 0 else end
        rest = body[at + len(mark) : min(end, at + len(mark) + 100)].strip()
        if (at == 0 or body[at - 1 : at] == b"\n") and rest in {b"", b"--"}:
            starts.append((at, min(end + 1, len(body)), rest == b"--"))
            if rest == b"--":
                break
            if len(starts) > most:
                raise TooMuch("too_many_parts")
        at = body.find(mark, max(at + 1, end))
    ends = [start for start, _, _ in starts[1:]] + [len(body)] * bool(starts)
    return [_without_last_newline(body[s:e]) for (_, s, last), e in zip(starts, ends, strict=True) if not last]


def _without_last_newline(piece: bytes) -> bytes:
    return piece[:-2] if piece.endswith(b"\r\n") else piece.removesuffix(b"\n")


def media_type(value: str) -> str:
    """ "text/plain" out of a Content-Type field, or an empty string where it names none."""
    found = _TYPE.match(value.lower())
    return f"{found.group(1)}/{found.group(2)}" if found else ""


def parameters(value: str) -> dict[str, str]:
    """Parameters of a Content-Type or Content-Disposition field, with the continuations of RFC 2231 joined."""
    result: dict[str, str] = {}
    pieces: dict[str, list[str]] = {}
    for found in islice(_PARAMETER.finditer(value[:LARGEST_HEADER]), MOST_PARAMETERS):
        name, content = found.group(1).lower(), found.group(2).strip()
        if content.startswith('"'):
            content = re.sub(r"\\(.)", r"\1", content[1:-1] if content.endswith('"') else content[1:])
        if "*" in name:
            pieces.setdefault(name.split("*")[0], []).append(content)
        else:
            result.setdefault(name, content)
    for name, contents in pieces.items():
        result[name] = _percent_decoded("".join(contents))
    return result


def _percent_decoded(content: str) -> str:
    charset, quote, rest = content.partition("'")
    _, second, coded = rest.partition("'")
    if not (quote and second):
        charset, coded = "utf-8", content
    data = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found.group(1), 16)]), coded.encode())
    return charsets.decode(data, charset)
