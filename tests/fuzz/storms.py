"""Which mails are built to cost the reader as much as possible? Each a question of one size, in bytes."""

import base64
import struct
import zlib
from collections.abc import Callable, Mapping

HEAD = b"From: a@mail.example\nTo: b@letters.test\nSubject: Plums\nMIME-Version: 1.0\n"


def _html(piece: bytes, before: bytes = b"") -> Callable[[int], bytes]:
    def made(size: int) -> bytes:
        return HEAD + b"Content-Type: text/html; charset=utf-8\n\n" + before + piece * max(1, size // len(piece))

    return made


def _text(piece: bytes, kind: bytes = b"text/plain; charset=utf-8") -> Callable[[int], bytes]:
    def made(size: int) -> bytes:
        return HEAD + b"Content-Type: " + kind + b"\n\n" + piece * max(1, size // len(piece))

    return made


def _headers(piece: bytes, *, first: bytes = b"", last: bytes = b"") -> Callable[[int], bytes]:
    def made(size: int) -> bytes:
        return first + piece * max(1, size // len(piece)) + last + b"\n\nHello\n"

    return made


def deep(size: int) -> bytes:
    """Multipart in multipart in multipart, as deep as the size allows."""
    level = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"
    return HEAD + b"".join(level % (number, number) for number in range(size // 60)) + b"\nHello\n"


def messages(size: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\n\n" * max(1, size // 31) + b"\nHello\n"


def parts(size: int) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * max(1, size // 8) + b"--x--\n"


def almost_boundaries(size: int) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--xy\n" * max(1, size // 5) + b"--x--\n"


def continuations(size: int) -> bytes:
    pieces = b"".join(b'; filename*%d*="%%41%%42"' % number for number in range(min(size, 8000) // 24))
    one = b"\n--x\nContent-Disposition: attachment" + pieces + b"\n\nAAAA\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + one * max(1, size // len(one)) + b"\n--x--\n"


def picture_bomb(size: int) -> bytes:
    """A picture that says it has 4,000 million pixels, and unpacks into as many zeros as fit."""
    packed = zlib.compressobj(9)
    rows = packed.compress(b"\0" * 20_000_000) + packed.flush(zlib.Z_FULL_FLUSH)
    rows *= max(1, size // 2 // len(rows))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 65_000, 65_000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return HEAD + b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(data)


def winmail(size: int) -> bytes:
    """A winmail.dat whose properties say that there are more of them than bytes."""
    lies = struct.pack("<I", 2**32 - 1) + struct.pack("<HHI", 0x1003, 1, 2**32 - 1) * max(1, size // 16)
    data = b"\x78\x9f\x3e\x22\1\0" + struct.pack("<BII", 1, 0x00069003, len(lies)) + lies + b"\0\0"
    kind = b"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
    return HEAD + kind + base64.encodebytes(data)


def report(size: int) -> bytes:
    kind = b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\nReturn-Path: <>\n\n"
    block = b"\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n"
    status = b"--x\nContent-Type: message/delivery-status\n\n" + block * max(1, size // len(block))
    return HEAD + kind + b"--x\n\nSorry <a@b.example>: unknown\n" + status + b"--x--\n"


STORMS: Mapping[str, Callable[[int], bytes]] = {
    "deep": deep,
    "messages": messages,
    "parts": parts,
    "almost-boundaries": almost_boundaries,
    "continuations": continuations,
    "picture-bomb": picture_bomb,
    "winmail": winmail,
    "report": report,
    "report-words": _text(b"<a@b.example>: user unknown\n", b"text/plain\nReturn-Path: <>\nX-Failed-Recipients: a@b.c"),
    "header-block": _headers(b"X-A: b\n"),
    "header-long": _headers(b"a", first=b"Subject: "),
    "header-folded": _headers(b"\n =?utf-8?q?=41?=", first=b"Subject:"),
    "header-words": _headers(b"=?utf-8?b?4pyT?= ", first=b"Subject: "),
    "from-comments": _headers(b"(", first=b"From: "),
    "from-quotes": _headers(b'"\\', first=b"From: "),
    "from-many": _headers(b"a@b.example, ", first=b"From: "),
    "references": _headers(b" <a@b.c>\n", first=b"References:\n", last=b" <x@y.z>"),
    "nothing-but-blanks": _headers(b" \n"),
    "one-line": _text(b"x"),
    "one-line-of-words": _text(b"Dear Ben, "),
    "blank-lines": _text(b"\n"),
    "spaces": _text(b" "),
    "quotes": _text(b"> "),
    "quoted-lines": _text(b"> x\n"),
    "deep-quotes": _text(b">" * 60 + b" x\n"),
    "wrote": _text(b"On Monday Anna <a@b.example> wrote:\n"),
    "wrote-one-line": _text(b"On Monday Anna wrote: "),
    "almost-wrote": _text(b"On Mon, On Tue, On Wed,\n"),
    "original-message": _text(b"-----Original Message-----\nFrom: a\n"),
    "underscores": _text(b"_" * 32 + b"\n"),
    "signatures": _text(b"-- \nAnna\n"),
    "carriage-returns": _text(b"a\r"),
    "zeros": _text(b"\0"),
    "zeros-in-lines": _text(b"a\0b\r\n"),
    "bytes": _text(bytes(range(256))),
    "flowed": _text(b"> a \n", b"text/plain; format=flowed; delsp=yes"),
    "utf-7": _text(b"+AGEAYg-", b"text/plain; charset=utf-7"),
    "utf-7-open": _text(b"+", b"text/plain; charset=utf-7"),
    "iso-2022": _text(b"\x1b$B$3\x1b(B", b"text/plain; charset=iso-2022-jp"),
    "iso-2022-kr": _text(b"\x1b$)C\x0e!!", b"text/plain; charset=iso-2022-kr"),
    "hz": _text(b"~{<:~}", b"text/plain; charset=hz"),
    "utf-16-lie": _text(b"a\n", b"text/plain; charset=utf-16"),
    "zip-codec": _text(b"x\x9c", b"text/plain; charset=zlib"),
    "punycode": _text(b"-a", b"text/plain; charset=punycode"),
    "half-pairs": _text(b"\x00\xd8", b"text/plain; charset=utf-16-le"),
    "base64-broken": _text(b"A=A-\n", b"text/plain\nContent-Transfer-Encoding: base64"),
    "quoted-printable": _text(b"=\n=4", b"text/plain\nContent-Transfer-Encoding: quoted-printable"),
    "uuencode": _text(b"M" + b"9" * 60 + b"\n", b"text/plain\nContent-Transfer-Encoding: x-uuencode"),
    "html-open": _html(b"<"),
    "html-tags": _html(b"<a "),
    "html-divs": _html(b"<div>"),
    "html-closed": _html(b"</div>"),
    "html-quotes": _html(b"<blockquote type=cite>"),
    "html-mixed-ends": _html(b"<b><i></b></i>"),
    "html-comments": _html(b"<!--"),
    "html-comment-ends": _html(b"<!-- ->"),
    "html-entities": _html(b"&amp"),
    "html-entities-long": _html(b"&" + b"a" * 40),
    "html-numbers": _html(b"&#x10FFFF;&#0;"),
    "html-attributes": _html(b" a=b", b"<p"),
    "html-open-quotes": _html(b'<p a="'),
    "html-odd-quotes": _html(b"<p a='\">"),
    "html-styles": _html(b"<style>"),
    "html-silent": _html(b"<title></"),
    "html-breaks": _html(b"<br>"),
    "html-pre": _html(b"<pre>a\n"),
    "html-tables": _html(b"<table><tr><td>a"),
    "html-blanks": _html(b" \xc2\xa0"),
    "html-classes": _html(b'<div class="gmail_quote x">'),
    "calendar": _text(b"BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n", b"text/calendar; method=REQUEST"),
}
