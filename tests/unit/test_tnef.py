"""Is a winmail.dat opened, without believing anything that it says about lengths?"""

import base64
import io
import random
import struct

import pytest
from PIL import Image

from penfriends.mail import tnef
from penfriends.mail.inbound import AttachmentKind, MailClass, parse

OUTLOOK = "From: Anna <a@mail.example>\nSubject: Plums\nMIME-Version: 1.0\n"


def attribute(level: int, kind: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, kind, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def text_property(number: int, text: str) -> bytes:
    content = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HHII", 0x1F, number, 1, len(content)) + content + b"\0" * (-len(content) % 4)


def bytes_property(number: int, content: bytes) -> bytes:
    return struct.pack("<HHII", 0x102, number, 1, len(content)) + content + b"\0" * (-len(content) % 4)


def named_property() -> bytes:
    """A property with a name, as Outlook adds its own, before those that we look for."""
    name = "x-ours".encode("utf-16-le") + b"\0\0"
    head = struct.pack("<HH", 0x03, 0x8001) + b"\x01" * 16 + struct.pack("<II", 1, len(name))
    return head + name + b"\0" * (-len(name) % 4) + struct.pack("<I", 7)


def properties(*ones: bytes) -> bytes:
    return struct.pack("<I", len(ones)) + b"".join(ones)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "purple").save(out, "PNG")
    return out.getvalue()


def file(name: str, data: bytes, mime: str = "") -> bytes:
    more = [text_property(0x370E, mime)] if mime else []
    return (
        attribute(2, 0x00069002, b"\0" * 14)
        + attribute(2, 0x00018010, b"SHORT~1.DAT\0")
        + attribute(2, 0x0006800F, data)
        + attribute(2, 0x00069005, properties(named_property(), text_property(0x3707, name), *more))
    )


def winmail(*files: bytes, letter: bytes = b"") -> bytes:
    codepage = attribute(1, 0x00069007, struct.pack("<II", 1250, 0))
    return tnef.SIGNATURE + b"\x01\x00" + codepage + letter + b"".join(files)


def mail_with(data: bytes, text: str = "Zażółć gęślą jaźń.") -> bytes:
    body = base64.encodebytes(data).decode()
    plain = f"--x\nContent-Type: text/plain; charset=utf-8\n\n{text}\n" if text else ""
    return (
        f"{OUTLOOK}Content-Type: multipart/mixed; boundary=x\n\n{plain}--x\nContent-Type: application/ms-tnef;"
        f" name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{body}--x--\n"
    ).encode()


def test_pictures_come_out_and_the_rest_is_named() -> None:
    raw = mail_with(winmail(file("śliwki.png", picture(), "image/png"), file("cv.docx", b"PK\x03\x04")))
    mail = parse(raw)
    assert [(one.name, one.kind) for one in mail.attachments] == [
        ("śliwki.png", AttachmentKind.IMAGE),
        ("cv.docx", AttachmentKind.REMOVED),
    ]
    assert mail.attachments[0].data == picture()
    assert mail.kept_text.strip() == "Zażółć gęślą jaźń."


def test_a_letter_that_is_only_in_it_is_read() -> None:
    letter = attribute(1, 0x00069003, properties(named_property(), text_property(0x1000, "Dear Ben,\r\nplums!")))
    assert parse(mail_with(winmail(letter=letter), "")).kept_text.strip() == "Dear Ben,\nplums!"
    html = attribute(1, 0x00069003, properties(bytes_property(0x1013, b"<p>Dear Ben</p>")))
    assert parse(mail_with(winmail(letter=html), "")).kept_text.strip() == "Dear Ben"
    old = attribute(1, 0x0002800C, "Śliwki".encode("cp1250") + b"\0")
    assert parse(mail_with(winmail(letter=old), "")).kept_text.strip() == "Śliwki"


def test_a_letter_that_stands_beside_it_is_not_said_twice() -> None:
    letter = attribute(1, 0x00069003, properties(text_property(0x1000, "Dear Ben")))
    assert parse(mail_with(winmail(letter=letter), "Dear Ben")).kept_text.strip() == "Dear Ben"


def test_what_only_calls_itself_so_is_named_as_left_out() -> None:
    mail = parse(mail_with(b"no such thing"))
    assert [(one.name, one.kind) for one in mail.attachments] == [("winmail.dat", AttachmentKind.REMOVED)]


def test_a_file_in_it_never_becomes_the_letter() -> None:
    mail = parse(mail_with(winmail(file("a.txt", b"not mine", "text/plain"), file("b.eml", b"x", "message/rfc822"))))
    assert mail.kept_text.strip() == "Zażółć gęślą jaźń."
    assert [one.name for one in mail.attachments] == ["a.txt", "b.eml"]


def test_more_files_than_a_mail_may_have_parts() -> None:
    mail = parse(mail_with(winmail(*[file("a", b"x")] * 300)))
    assert (mail.mail_class, mail.quarantine_reason) == (MailClass.QUARANTINED, "too_many_parts")


@pytest.mark.parametrize("seed", range(5))
def test_broken_ones_end(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (a mutator)
    good = winmail(
        file("plum.png", picture(), "image/png"), letter=attribute(1, 0x00069003, properties(named_property()))
    )
    for _ in range(200):
        broken = bytearray(good[: chance.randrange(6, len(good))])
        for _ in range(chance.randrange(1, 6)):
            broken[chance.randrange(len(broken))] = chance.choice([0, 1, 0x10, 0x7F, 0xFF])
        tnef.read(bytes(broken))
    assert tnef.read(good)


def test_every_length_that_lies_ends_at_once() -> None:
    many = struct.pack("<I", 2**32 - 1) + struct.pack("<HHI", 0x1003, 1, 2**32 - 1) * 1000
    tnef.read(tnef.SIGNATURE + b"\1\0" + attribute(1, 0x00069003, many))
    several = struct.pack("<I", 2**32 - 1) + struct.pack("<HHI", 0x1102, 1, 2**32 - 1) + b"\0" * 400_000
    tnef.read(tnef.SIGNATURE + b"\1\0" + attribute(1, 0x00069003, several))
