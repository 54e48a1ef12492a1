"""Parsing whole mails: limits, header fields, classes, attachments, the digest."""

import base64

import pytest

from penfriends.mail.inbound import AttachmentKind, MailClass, headers, parse
from penfriends.mail.outbound import LOOP_HEADER


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\n\nx", "header_block_too_large"),
        (b"Subject: " + b"a" * 9_000 + b"\n\nx", "header_too_large"),
        (b"X: a\n" * 20_000 + b"\nx", "header_block_too_large"),
        (b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n\n" * 300, "too_many_parts"),
        (b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(30)), "too_deep"),
        (b"a" * (25 * 1024 * 1024 + 1), "mail_too_large"),
    ],
)
def test_limits(raw: bytes, reason: str) -> None:
    mail = parse(raw)
    assert (mail.mail_class, mail.quarantine_reason, mail.sure) == (MailClass.QUARANTINED, reason, False)


def test_poisonous_from_is_only_no_address() -> None:
    assert parse(b"From: " + b"(" * 1000 + b"\n\nx").from_addresses == ()


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ('"Example, Tom" <Tom@Mail.example>', ("tom@mail.example",)),
        ("=?utf-8?q?T=C3=B6m?= <tom@mail.example>", ("tom@mail.example",)),
        ("(a (nested) comment) tom@mail.example", ("tom@mail.example",)),
        ("tom@mail.example <eva@mail.example>", ("eva@mail.example", "tom@mail.example")),
        ("a@mail.example, b@mail.example", ("a@mail.example", "b@mail.example")),
        ("Group: a@mail.example;", ("a@mail.example",)),
        ('"tom@mail.example" <eva@mail.example>', ("eva@mail.example",)),
        ("no address", ()),
    ],
)
def test_from(value: str, addresses: tuple[str, ...]) -> None:
    assert parse(f"From: {value}\n\nx".encode()).from_addresses == addresses


def test_two_from_fields_name_two_people() -> None:
    assert parse(b"From: a@mail.example\nFrom: b@mail.example\n\nx").from_addresses == (
        "a@mail.example",
        "b@mail.example",
    )


def test_words_split_inside_a_letter() -> None:
    halves = ["=?utf-8?b?" + base64.b64encode(piece).decode() + "?=" for piece in (b"K\xc3", b"\xb6ln")]
    assert parse(f"Subject: {halves[0]}\n {halves[1]}\n\nx".encode()).subject == "Köln"


def test_a_newline_in_an_encoded_word_stays_in_the_subject() -> None:
    assert parse(b"Subject: =?utf-8?q?Hi=0ABcc:_x=40y.example?=\n\nx").subject == "Hi Bcc: x@y.example"


def test_threads() -> None:
    mail = parse(b"Message-ID: <1@a>\nIn-Reply-To: <2@b>\nReferences: <3@c>\n <2@b>\nContent-Language: de-DE, en\n\nx")
    assert (mail.message_id, mail.in_reply_to, mail.references) == ("<1@a>", "<2@b>", ("<3@c>", "<2@b>"))
    assert mail.language == "de-de"


def test_our_own_mail_comes_back() -> None:
    mail = parse(f"From: a@b.example\n{LOOP_HEADER}: mark\nAuto-Submitted: auto-generated\n\nx".encode())
    assert (mail.mail_class, mail.loop_mark) == (MailClass.LOOP, "mark")


def test_a_read_receipt_is_no_letter() -> None:
    raw = b"Content-Type: multipart/report; report-type=disposition-notification; boundary=r\n\n--r\n\nread\n--r--\n"
    assert parse(raw).mail_class is MailClass.AUTO_REPLY


def test_attachments_by_name_pictures_with_data() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=m\n\n--m\n\nHello\n"
        b"--m\nContent-Type: image/svg+xml; name=a.svg\n\n<svg/>\n--m\nContent-Type: image/png\n"
        b"Content-Disposition: attachment; filename*0*=utf-8''%C3%A4; filename*1=.png\n\nPNG\n--m--\n"
    )
    svg, png = parse(raw).attachments
    assert (svg.name, svg.kind, svg.data) == ("a.svg", AttachmentKind.REMOVED, b"")
    assert (png.name, png.kind, png.data) == ("ä.png", AttachmentKind.IMAGE, b"PNG")


def test_the_digest_knows_a_second_copy() -> None:
    first = parse(b"Received: one\nFrom: a@b.c\nSubject: s\n\nHello\n")
    again = parse(b"Received: two\r\nFrom: a@b.c\r\nSubject: s\r\n\r\nHello\r\n\r\n")
    other = parse(b"From: a@b.c\nSubject: s\n\nHello you\n")
    assert first.body_digest == again.body_digest != other.body_digest


def test_headers_are_bounded() -> None:
    fields = headers(b"A: 1\nB: " + b"x" * 100_000 + b"\n\n")
    assert fields[0] == ("A", "1")
    assert sum(len(value) for _, value in fields) <= 64 * 1024


def test_nothing_left_is_not_sure() -> None:
    assert not parse(b"From: a@b.c\n\nOn 1 May 2026, Anna <a@b.c> wrote:\n> only quoted\n").sure


def test_a_book_is_no_letter() -> None:
    assert not parse(b"From: a@b.c\n\n" + b"A line of a long book.\n" * 5_000).sure


def test_blank_lines_before_the_first_field_are_skipped() -> None:
    assert parse(b"   \r\n\r\nFrom: a@b.c\r\n\r\nHello").from_addresses == ("a@b.c",)
