"""Is a finished mail exactly what we wrote, and nothing else?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from penfriends.mail.cleaning import clean_line, clean_text
from penfriends.mail.outbound import (
    MAIL_HEADERS,
    Outgoing,
    OutgoingImage,
    UnsafeValue,
    build,
    headers_outside_list,
)

LETTER = Outgoing(
    from_name="Anna via penfriends",
    from_address="abcdefghij234567abcd@letters.example.org",
    to_address="henk@example.net",
    subject="Letter from Anna in Hürth",
    text="Dear Henk,\n\n.dot\nFrom here\nßäöü — مرحبا\n-- \nAnna",
    html="<!doctype html><p>Dear Henk,</p>",
    language="en",
    date=datetime(2026, 5, 10, 14, 30, tzinfo=timezone(timedelta(hours=2))),
    message_id="<0193d3b07a107b2c@letters.example.org>",
    in_reply_to="<CAK+very_long.id-of-another.mail.program+that=never?ends" + "x" * 80 + "@mail.example.net>",
    references=("<first@example.net>", "<second@letters.example.org>"),
    images=(),
    unsubscribe_url="https://penfriends.example/u/abc?x=1",
    auto_submitted=False,
    loop_mark="abc-def",
)
PICTURE = OutgoingImage("drawing.exe", "image/jpeg", bytes(range(256)) * 9)


def parsed(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_the_headers_of_a_letter() -> None:
    raw = build(LETTER)
    mail = parsed(raw)
    assert set(mail.keys()) <= set(MAIL_HEADERS)
    assert mail["From"] == "Anna via penfriends <abcdefghij234567abcd@letters.example.org>"
    assert raw.startswith(b'From: "Anna via penfriends" <')
    assert mail["Subject"] == "Letter from Anna in Hürth"
    assert b"\r\nDate: Sun, 10 May 2026 12:30:00 +0000\r\n" in raw
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Reply-To" not in mail
    assert "Auto-Submitted" not in mail
    assert "Auto-Submitted" in parsed(build(replace(LETTER, auto_submitted=True)))
    assert headers_outside_list(raw) == ()


def test_ids_are_written_as_they_are_and_folded_between_them() -> None:
    ids = tuple(f"<{'long-id-' * 20}{number}@example.net>" for number in range(30))
    raw = build(replace(LETTER, references=ids))
    assert f"In-Reply-To: {LETTER.in_reply_to}\r\n".encode() in raw
    kept = [ids[0], *ids[-19:]]
    assert ("References: " + "\r\n ".join(kept) + "\r\n").encode() in raw
    assert max(map(len, raw.split(b"\r\n"))) < 998


@pytest.mark.parametrize(
    "odd", ["", "no id", "<a b@c>", "<a@b>\r\nBcc: x", "<=?utf-8?q?=0d=0aBcc:x?=@b>", "<ü@b>", "<a@b@c>"]
)
def test_ids_that_are_none_are_left_out(odd: str) -> None:
    raw = build(replace(LETTER, in_reply_to=odd, references=(odd, "<good@example.net>", odd)))
    assert b"In-Reply-To" not in raw
    assert b"References: <good@example.net>\r\n" in raw
    assert headers_outside_list(raw) == ()


def test_the_text_comes_first_and_survives() -> None:
    mail = parsed(build(replace(LETTER, images=(PICTURE,))))
    assert [part.get_content_type() for part in mail.walk()] == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/html", "image/jpeg")
    ]
    text, html, image = [part for part in mail.walk() if not part.is_multipart()]
    assert text.get_payload(decode=True) == (LETTER.text + "\n").replace("\n", "\r\n").encode()
    assert html.get_payload(decode=True) == b"<!doctype html><p>Dear Henk,</p>\r\n"
    assert image.get_payload(decode=True) == PICTURE.data
    assert image.get_filename() == "drawing.jpg"


def test_the_same_values_give_the_same_seven_bit_lines() -> None:
    raw = build(replace(LETTER, images=(PICTURE,)))
    assert raw == build(replace(LETTER, images=(PICTURE,)))
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to_address", "a@b.example, c@d.example"),
        ("to_address", "a@b.example\r\nBcc: c@d.example"),
        ("to_address", "A <a@b.example>"),
        ("from_address", "=?utf-8?q?a?=@b.example"),
        ("message_id", "<a b@c>"),
        ("unsubscribe_url", "javascript:alert(1)"),
        ("unsubscribe_url", "https://x/>,<mailto:y@z"),
        ("loop_mark", "a\r\nb"),
        ("language", "en\r\nX: y"),
        ("date", datetime(2026, 5, 10)),  # noqa: DTZ001 (naive on purpose)
        ("images", (OutgoingImage("x", "image/svg+xml", b"<svg/>"),)),
    ],
)
def test_what_cannot_be_cleaned_is_refused(field: str, value: object) -> None:
    with pytest.raises(UnsafeValue):
        build(replace(LETTER, **{field: value}))  # type: ignore[arg-type]


def test_the_second_reading_sees_what_should_not_be_there() -> None:
    raw = build(LETTER)
    assert headers_outside_list(b"Bcc: x@y.example\r\n" + raw) == ("bcc",)
    assert headers_outside_list(b"Subject: twice\r\n" + raw) == ("repeated subject",)
    assert "line break in subject" in headers_outside_list(
        raw.replace(b"Subject: =?utf-8?b?", b"Subject: =?utf-8?q?a=0D=0ABcc=3A_x?= =?utf-8?b?", 1)
    )
    assert "x-evil" in headers_outside_list(raw.replace(b"text/html; charset=utf-8\r\n", b"text/html\r\nX-Evil: 1\r\n"))
    assert "content-type message/rfc822" in headers_outside_list(
        raw.replace(b"text/html; charset=utf-8", b"message/rfc822")
    )
    assert headers_outside_list(raw.replace(b"\r\nDate:", b"\rBcc: x@y.example\r\nDate:", 1))


def test_lines_and_texts_are_cleaned() -> None:
    assert clean_line("a\r\n\tb\u2028c\u202ed\u0000e =?x?=", 100) == "a b cde = ?x?="
    assert clean_line("\u2068Anna\u2069 and \u2068Bo\u2069", 100) == "\u2068Anna\u2069 and \u2068Bo\u2069"
    assert clean_line("\u2069Anna\u2068", 100) == "Anna"
    assert clean_line("x" * 50, 10) == "x" * 10
    assert clean_text("a\r\nb\rc\u2028d\u202e\u200b\x00\x1be") == "a\nb\nc\nde"
    assert clean_text("می\u200cخواهم 👩\u200d🚀") == "می\u200cخواهم 👩\u200d🚀"


def test_a_long_date_is_in_utc() -> None:
    assert b"Date: Thu, 01 Jan 2026 00:00:00 +0000" in build(replace(LETTER, date=datetime(2026, 1, 1, tzinfo=UTC)))
