"""What is in a winmail.dat? Outlook packs letters and files into it (TNEF, MS-OXTNEF); other programs cannot open it.

Ours instead of a library: the one on PyPI has rested since January 2021, and a reader of what we need is short. One
pass over the bytes, each length checked, nothing unpacked; a letter that is there only as compressed RTF stays unread.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from penfriends.mail import charsets
from penfriends.mail.mime_parts import MOST_PARTS, Part, TooMuch, media_type

TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
FILE_NAME = "winmail.dat"
SIGNATURE = b"\x78\x9f\x3e\x22"
_BODY, _MAPI, _CODEPAGE = 0x0002800C, 0x00069003, 0x00069007
_NEXT_FILE, _FILE_TITLE, _FILE_DATA, _FILE_MAPI = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_FIXED = {0x01: 0, 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE = frozenset({0x0D, 0x1E, 0x1F, 0x102})
_TEXT, _HTML, _DATA, _SHORT_NAME, _LONG_NAME, _MIME, _SHOWN_NAME = (
    0x1000,
    0x1013,
    0x3701,
    0x3704,
    0x3707,
    0x370E,
    0x3001,
)
MOST_PROPERTIES = 10_000


@dataclass(slots=True)
class File:
    """One file in a winmail.dat."""

    name: str = ""
    content_type: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Tnef:
    """A letter in plain text or HTML (often neither: it stands beside the winmail.dat), and files."""

    text: str = ""
    html: bytes = b""
    files: list[File] = field(default_factory=list)


def opened(root: Part) -> Part:
    """The same mail with every winmail.dat in it replaced by what it holds. Raises TooMuch."""
    if not any(_is_tnef(leaf) for leaf in root.leaves()):
        return root
    alone = not any(_is_letter(leaf) for leaf in root.leaves())
    return _replaced(root, alone)


def _replaced(part: Part, alone: bool) -> Part:
    if part.children:
        return replace(part, children=tuple(_replaced(child, alone) for child in part.children))
    found = read(part.decoded()) if _is_tnef(part) else None
    if found is None:
        return part
    children = [_file(one) for one in found.files]
    if alone and found.text.strip():
        children.insert(0, Part((), "text/plain", {"charset": "utf-8"}, found.text.encode("utf-8", "replace")))
    elif alone and found.html.strip():
        children.insert(0, Part((), "text/html", {}, found.html))
    return replace(part, content_type="multipart/mixed", children=tuple(children)) if children else part


def _is_tnef(part: Part) -> bool:
    named = part.parameters.get("name", "").lower() == FILE_NAME
    return part.content_type in TYPES or (named and part.content_type == "application/octet-stream")


def _is_letter(part: Part) -> bool:
    return part.content_type in {"text/plain", "text/html"} and bool(part.body.strip())


def _file(one: File) -> Part:
    known = media_type(one.content_type) or "application/octet-stream"
    shown = known if not known.startswith(("multipart/", "message/", "text/")) else "application/octet-stream"
    headers = (("Content-Type", shown), ("Content-Disposition", "attachment"))
    return Part(headers, shown, {"name": one.name}, one.data)


def read(data: bytes) -> Tnef | None:
    """What the bytes hold, as far as they can be read; None if they are no TNEF. Raises TooMuch."""
    if not data.startswith(SIGNATURE):
        return None
    result, codepage = Tnef(), ""
    for kind, value in _attributes(data):
        if kind == _CODEPAGE and len(value) >= 4:
            codepage = f"cp{int.from_bytes(value[:4], 'little')}"
        elif kind == _BODY:
            result.text = charsets.decode(value.rstrip(b"\0"), codepage)
        elif kind == _MAPI:
            _take_letter(result, value, codepage)
        elif kind == _NEXT_FILE:
            if len(result.files) >= MOST_PARTS:
                raise TooMuch("too_many_parts")
            result.files.append(File())
        elif result.files:
            _take_file(result.files[-1], kind, value, codepage)
    result.files = [one for one in result.files if one.data]
    return result


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    while at + 9 <= len(data):
        kind, length = struct.unpack_from("<II", data, at + 1)
        if at + 9 + length > len(data):
            return
        yield kind, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _take_letter(result: Tnef, value: bytes, codepage: str) -> None:
    for number, kind, content in _properties(value):
        if number == _TEXT:
            result.text = _words(kind, content, codepage)
        elif number == _HTML:
            result.html = content


def _take_file(file: File, kind: int, value: bytes, codepage: str) -> None:
    if kind == _FILE_TITLE:
        file.name = file.name or charsets.decode(value.rstrip(b"\0"), codepage)
    elif kind == _FILE_DATA:
        file.data = value
    elif kind == _FILE_MAPI:
        for number, form, content in _properties(value):
            if number == _LONG_NAME:
                file.name = _words(form, content, codepage)
            elif number in {_SHORT_NAME, _SHOWN_NAME}:
                file.name = file.name or _words(form, content, codepage)
            elif number == _MIME:
                file.content_type = _words(form, content, codepage)
            elif number == _DATA and form == 0x102 and not file.data:
                file.data = content


def _words(kind: int, content: bytes, codepage: str) -> str:
    text = charsets.decode(content, "utf-16-le" if kind == 0x1F else codepage)
    return text.rstrip("\0")


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Number, type and first value of each property, up to the first that cannot be understood."""
    try:
        (count,) = struct.unpack_from("<I", data, 0)
        at = 4
        for _ in range(min(count, MOST_PROPERTIES)):
            kind, number = struct.unpack_from("<HH", data, at)
            at = _after_name(data, at + 4) if number >= 0x8000 else at + 4
            content, at = _value(data, at, kind)
            yield number, kind & 0xFFF, content
    except (struct.error, KeyError):
        return


def _after_name(data: bytes, at: int) -> int:
    by_name, value = struct.unpack_from("<II", data, at + 16)
    return at + 24 + (_padded(value) if by_name else 0)


def _value(data: bytes, at: int, kind: int) -> tuple[bytes, int]:
    """The first value at `at` and where the next property begins. Raises KeyError or struct.error."""
    bare, several = kind & 0xFFF, bool(kind & 0x1000)
    count = 1
    if several or bare in _VARIABLE:
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
    if bare not in _VARIABLE:
        size = _FIXED[bare]
        return data[at : at + size], at + size * min(count, len(data))
    first = b""
    for number in range(min(count, MOST_PROPERTIES)):
        (size,) = struct.unpack_from("<I", data, at)
        if at + 4 + size > len(data):
            raise KeyError(size)
        first = data[at + 4 : at + 4 + size] if number == 0 else first
        at += 4 + _padded(size)
    return first, at


def _padded(size: int) -> int:
    return (size + 3) // 4 * 4
