"""What `make corpus` counts: labels, leaks and hostile words are looked at by more than the relay's own eyes."""

from pathlib import Path

from bench.corpus import hostile_headers, leaks_left, rows
from bench.corpus.kept_text import Labels, compared, labels_by_digest

LABEL = Labels("x", own=frozenset({1, 4}), quoted=frozenset({2, 3}), added=frozenset({5}))
REPLY = "Yes.\nAnna wrote:\n> Hello\nYes.\nSent by phone"


def test_a_right_reply() -> None:
    assert compared(REPLY, "Yes.\n\nYes.", LABEL) == ([], [], [])


def test_lost_and_quoted_lines_are_told_apart() -> None:
    assert compared(REPLY, "Yes.\n> Hello\nSent by phone", LABEL) == ([4], [3], [5])


def test_every_label_says_which_lines_are_the_writers() -> None:
    labels = labels_by_digest()
    assert len(labels) == 26
    assert all(one.own and not one.own & one.quoted and not one.quoted & one.added for one in labels.values())


def test_a_leak_would_be_seen() -> None:
    raw = (
        b"Received: from x [203.0.113.7]\nFrom: Tom Barker <tom@mail.example>\nMessage-ID: <abc123def@x.example>\n\nHi"
    )
    clean = b"From: Anna\nContent-Type: text/plain\n\nHello Tom"
    assert leaks_left.found_in(clean, raw) == []
    for told, kind in (
        (b"tom@mail.example", "address"),
        (b"Tom Barker", "name"),
        (b"203.0.113.7", "ip"),
        (b"abc123def@x.example", "id"),
        (b"+44 20 7946 0123", "phone"),
    ):
        assert leaks_left.found_in(clean + b" " + told, raw) == [kind]


def test_hostile_words_do_not_depend_on_the_corpora() -> None:
    words = list(hostile_headers._hostile(Path("nowhere")))
    assert len(words) == hostile_headers.HOW_MANY
    assert len(set(words)) > 9_000


def test_a_share() -> None:
    assert rows.share(24, 26) == "24 of 26 (92.3 %)"
