"""What becomes of mails when they are torn, stitched and lied about? A mutation of a number is always the same."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.fuzz.storms import STORMS

LETTERS = Path(__file__).parents[1] / "letters"
LARGEST = 1024 * 1024
TOKENS = (
    b"\n", b"\r\n", b"\r", b"\0", b"\xff", b"\xc3", b"\x1b$B", b"\x1b(B", b"+AG", b"--", b"--x\n", b"--x--\n", b"> ",
    b"<", b"</", b"<!--", b"-->", b"<blockquote>", b"<div class=gmail_quote>", b"<style>",
    b"&amp", b"=?utf-8?q?=0A?=", b"=?utf-8?b?", b"=?", b"?=", b'"', b"\\", b"(", b")", b";", b":", b"=", b"=3D", b"=\n",
    b"Content-Type: multipart/mixed; boundary=x\n", b"Content-Type: message/rfc822\n\n", b"Content-Type: text/html\n",
    b"Content-Type: text/plain; charset=utf-7\n", b"Content-Type: text/plain; charset=iso-2022-jp\n",
    b"Content-Type: application/ms-tnef\n", b"Content-Type: text/calendar; method=REQUEST\n",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n", b"Content-Type: image/png\n",
    b"Content-Type: message/delivery-status\n", b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n", b"Content-Transfer-Encoding: x-uuencode\n", b"; charset=utf-16",
    b"; format=flowed; delsp=yes", b"; filename*0*=utf-8''%41", b"; filename*1=x", b"; name=winmail.dat",
    b"Return-Path: <>\n", b"From: ", b"From: a@b.example, c@d.example\n", b"Subject: ", b"\n\n", b"-- \n", b"____",
    b"On 1.1.2026 10:00 A <a@b.c> wrote:\n", b"Am 1.1.26 schrieb A:\n", b"-----Original Message-----\n",
    b"Final-Recipient: rfc822; a@b.c\n", b"x@y.z", b"\xe2\x80\xae", b"\xef\xbb\xbf", b"\xf0\x9f\x98\x80", b" ", b"\t",
)  # fmt: skip
Torn = Callable[[random.Random, bytearray, Sequence[bytes]], bytearray]


def seeds() -> list[bytes]:
    """Every golden letter, and every storm while it is small."""
    found = [path.read_bytes() for path in sorted(LETTERS.glob("*.eml"))]
    return found + [storm(3000) for storm in STORMS.values()]


def mutation(seed: int, number: int, sources: Sequence[bytes]) -> bytes:
    """The mutation with this number."""
    chance = random.Random(seed * 1_000_003 + number)  # noqa: S311 (the same again is what is wanted)
    found = bytearray(chance.choice(sources))
    for _ in range(chance.choice((1, 1, 2, 3, 5, 9))):
        found = chance.choice(TEARS)(chance, found or bytearray(b"\n"), sources)
    return bytes(found[:LARGEST])


def _span(chance: random.Random, found: bytearray, longest: int = 400) -> tuple[int, int]:
    start = chance.randrange(len(found))
    return start, min(len(found), start + chance.randrange(1, longest))


def _bytes(chance: random.Random, found: bytearray, _: Sequence[bytes]) -> bytearray:
    for _number in range(chance.choice((1, 3, 20))):
        found[chance.randrange(len(found))] = chance.choice((0, 10, 13, 32, 45, 60, 61, 62, 255, chance.randrange(256)))
    return found


def _cut(chance: random.Random, found: bytearray, _: Sequence[bytes]) -> bytearray:
    start, end = _span(chance, found)
    return found[:start] + found[end:]


def _end(chance: random.Random, found: bytearray, _: Sequence[bytes]) -> bytearray:
    return found[: chance.randrange(len(found))]


def _token(chance: random.Random, found: bytearray, _: Sequence[bytes]) -> bytearray:
    for _number in range(chance.choice((1, 1, 4))):
        at = chance.randrange(len(found) + 1)
        found[at:at] = chance.choice(TOKENS)
    return found


def _line(chance: random.Random, found: bytearray, _: Sequence[bytes]) -> bytearray:
    """A token where a line begins, most often among the header fields."""
    lines = found.split(b"\n")
    at = chance.randrange(min(len(lines), chance.choice((12, 1000))))
    lines[at:at] = [bytearray(chance.choice(TOKENS).rstrip(b"\n"))]
    return bytearray(b"\n").join(lines)


def _again(chance: random.Random, found: bytearray, _: Sequence[bytes]) -> bytearray:
    start, end = _span(chance, found, chance.choice((4, 40, 400)))
    times = chance.choice((2, 10, 100, 1000) if chance.random() < 0.97 else (20_000,))
    return found[:end] + bytes(found[start:end]) * min(times, LARGEST // (end - start)) + found[end:]


def _stitch(chance: random.Random, found: bytearray, sources: Sequence[bytes]) -> bytearray:
    other = chance.choice(sources)
    return found[: chance.randrange(len(found))] + other[chance.randrange(len(other)) :]


def _move(chance: random.Random, found: bytearray, _: Sequence[bytes]) -> bytearray:
    start, end = _span(chance, found)
    piece = found[start:end]
    del found[start:end]
    at = chance.randrange(len(found) + 1)
    found[at:at] = piece
    return found


def _wrap(chance: random.Random, found: bytearray, _: Sequence[bytes]) -> bytearray:
    kind = chance.choice((b"message/rfc822", b"multipart/digest", b"text/html", b"text/plain", b"application/ms-tnef"))
    mixed = chance.choice((b"mixed", b"alternative", b"related", b"signed", b"encrypted; protocol=x", b"report"))
    head = b"From: a@mail.example\nContent-Type: multipart/" + mixed + b"; boundary=w\n\n--w\nContent-Type: " + kind
    return bytearray(head + b"\n\n") + found + b"\n--w--\n"


def _ends(chance: random.Random, found: bytearray, _: Sequence[bytes]) -> bytearray:
    return found.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\n", b"\r\r\n", b"\x85", b"\n ")))


TEARS: tuple[Torn, ...] = (
    _bytes,
    _bytes,
    _cut,
    _cut,
    _end,
    _token,
    _token,
    _line,
    _line,
    _again,
    _stitch,
    _move,
    _wrap,
    _ends,
)
