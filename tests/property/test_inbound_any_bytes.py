"""Whatever arrives, parsing ends and no line that its writer wrote is lost."""

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from penfriends.mail.inbound import headers, parse
from penfriends.rules.quoting import split_reply

PIECES = st.sampled_from(
    [
        b"\n",
        b"\r\n",
        b"--x",
        b"--x--",
        b"From: ",
        b"a@b.c",
        b"<",
        b">",
        b"(",
        b'"',
        b"=?utf-8?q?",
        b"?=",
        b"Subject: ",
        b"Content-Type: multipart/mixed; boundary=x\n",
        b"Content-Type: text/html\n",
        b"Content-Type: message/delivery-status\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Type: text/plain; charset=utf-7\n",
        b"<div class=gmail_quote>",
        b"<blockquote>",
        b"<!--",
        b"On 1.1.2026 10:00 A <a@b.c> wrote:",
        b"> x",
        b"-- ",
        b"\x00",
        b"\xff",
        b"\xc3",
        b"Return-Path: <>",
        b"filename*0*=",
        b"format=flowed",
        b" ",
        b"\t",
        b"Final-Recipient: rfc822; a@b.c",
        b"<style>",
        b"</",
        b"&amp",
        b":",
        b";",
    ]
)
WORDS = st.text(st.characters(categories=["L", "Nd", "Zs"], exclude_characters="\x85"), min_size=1, max_size=30)
LINES = st.lists(WORDS.map(lambda line: f"w{line.strip()}w"), min_size=1, max_size=6)
INTRODUCTIONS = st.sampled_from(
    [
        "On 10 May 2026 at 09:14, Anna <a@b.example> wrote:",
        "Am 10.05.26 um 09:14 schrieb Anna:",
        "Le 10/05/2026 à 09:14, Anna a écrit :",
        "W dniu 10.05.2026 o 09:14, Anna pisze:",
        "في 10 مايو 2026 كتبت Anna <a@b.example>:",
    ]
)
NOTHING = re.compile(r"[>\s]")


@given(st.binary(max_size=3000) | st.lists(PIECES, max_size=60).map(b"".join))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_parsed(raw: bytes) -> None:
    mail = parse(raw)
    json.dumps([mail.kept_text, mail.removed_text, mail.subject, mail.from_name]).encode()
    f"{mail.kept_text}{mail.removed_text}{mail.subject}".encode()
    headers(raw)


@given(LINES, INTRODUCTIONS, LINES, LINES)
@settings(max_examples=80, deadline=None)
def test_answers_between_quoted_lines_stay(above: list[str], said: str, quoted: list[str], below: list[str]) -> None:
    marked = [f"> {line}" for line in quoted]
    split = split_reply("\n".join([*above, "", said, *marked, "", *below, "", *marked]))
    assert [line for line in above + below if line not in split.kept.split("\n")] == []
    assert split.removed.count("\n> ") == 2 * len(quoted)


@given(st.text(max_size=2000))
@settings(max_examples=100, deadline=None)
def test_no_line_disappears(text: str) -> None:
    """A line of nothing but marks is an empty one."""
    split = split_reply(text)
    sent = text.replace("\r\n", "\n").replace("\r", "\n")
    assert sorted(_telling(f"{split.kept}\n{split.removed}")) == sorted(_telling(sent))


def _telling(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if NOTHING.sub("", line)]
