"""Is a real address, number or name found wherever in a finished mail it hides?"""

from dataclasses import replace

import pytest

from penfriends.mail.leaks import Identity, Leak, LeakKind, find_leaks
from penfriends.mail.outbound import Outgoing, OutgoingImage, build
from tests.unit.test_outbound import LETTER

ANNA = Identity(
    addresses=("a.s.1970@gmx.example",),
    phones=("+49 2233 123456",),
    full_names=("Anna Schmidt", "Łucja Nowak-Wójcik"),
    aliases_allowed=(LETTER.from_address,),
)
HENK = Identity(addresses=("henk@example.net",), full_names=("Henk de Vries",), reads=True)
CLEAN = replace(LETTER, text="Dear Henk,\nI am 71 and have 3 cats since 2019.\nAnna", html="<p>Dear Henk</p>")


def leaks(outgoing: Outgoing) -> tuple[Leak, ...]:
    return find_leaks(build(outgoing), (ANNA, HENK))


def test_a_clean_letter_has_none_though_it_is_addressed_to_henk() -> None:
    assert leaks(CLEAN) == ()
    assert leaks(replace(CLEAN, references=("<henk@example.net-123@mail.example.net>", "<1@x.example>"))) == ()


@pytest.mark.parametrize(
    "text",
    [
        "a.s.1970@gmx.example",
        "Mail A.S.1970@GMX.example.",
        "a.s.1970 @ gmx.example",
        "a.s.\u200b1970@gmx.example",
        "a.s.1970@gmx\n.example",
        "a.s.1970%40gmx.example",
        "ａ.s.1970＠gmx.example",
        "you are henk@example.net",
    ],
)
def test_addresses_in_text(text: str) -> None:
    assert leaks(replace(CLEAN, text=text)) == (Leak(LeakKind.ADDRESS, "text"),)


@pytest.mark.parametrize(
    "text",
    [
        "+49 2233 123456",
        "02233/123456",
        "(02233) 12-34-56",
        "0049 2233 12 34 56",
        "٠٢٢٣٣١٢٣٤٥٦",
        "0 2 2 3 3 1 2 3 4 5 6",
    ],
)
def test_phones_in_text(text: str) -> None:
    assert leaks(replace(CLEAN, text=f"ring {text} soon")) == (Leak(LeakKind.PHONE, "text"),)


@pytest.mark.parametrize(
    "text", ["I am Anna Schmidt.", "ANNA  SCHMIDT", "Schmidt, Anna", "anna\nschmidt", "Lucja", "Łucja Nowak Wojcik"]
)
def test_names_in_text(text: str) -> None:
    found = leaks(replace(CLEAN, text=text))
    assert (found == (Leak(LeakKind.FULL_NAME, "text"),)) is (text != "Lucja")


@pytest.mark.parametrize(
    "text", ["Anna", "Susanna Schmidtbauer", "Johanna Schmidts", "Schmidt", "22331 cats, 23456 dogs a"]
)
def test_what_is_no_leak(text: str) -> None:
    assert leaks(replace(CLEAN, text=text)) == ()


@pytest.mark.parametrize(
    "html",
    [
        "<p>a.s.1970&#64;gmx.example</p>",
        "<p>a.s.<b>1970</b>@gmx.example</p>",
        '<a href="mailto:a.s.1970%40gmx.example">x</a>',
        "<!-- a.s.1970@gmx.example -->",
    ],
)
def test_addresses_in_html(html: str) -> None:
    assert leaks(replace(CLEAN, html=html)) == (Leak(LeakKind.ADDRESS, "html"),)


def test_names_in_html_over_tags() -> None:
    assert leaks(replace(CLEAN, html="<p>Anna<br>Schmidt</p>")) == (Leak(LeakKind.FULL_NAME, "html"),)


def test_headers() -> None:
    assert leaks(replace(CLEAN, subject="Letter from Anna Schmidt in Hürth")) == (
        Leak(LeakKind.FULL_NAME, "header subject"),
    )
    assert leaks(replace(CLEAN, from_name="Änna Schmidt via penfriends")) == (Leak(LeakKind.FULL_NAME, "header from"),)
    assert leaks(replace(CLEAN, to_address="a.s.1970@gmx.example")) == (Leak(LeakKind.ADDRESS, "header to"),)
    assert leaks(replace(CLEAN, in_reply_to="<1.a.s.1970@gmx.example>")) == (
        Leak(LeakKind.ADDRESS, "header in-reply-to"),
    )
    assert leaks(replace(CLEAN, from_address="henk@example.net")) == (Leak(LeakKind.ADDRESS, "header from"),)


@pytest.mark.parametrize(
    ("hidden", "kind"),
    [
        (b"A.S.1970@gmx.example", LeakKind.ADDRESS),
        ("a.s.1970@gmx.example".encode("utf-16-le"), LeakKind.ADDRESS),
        ("Anna Schmidt".encode("utf-16-be"), LeakKind.FULL_NAME),
        (b"492233123456", LeakKind.PHONE),
    ],
)
def test_bytes_of_a_picture(hidden: bytes, kind: LeakKind) -> None:
    picture = OutgoingImage("picture", "image/jpeg", b"\xff\xd8" + b"\0" * 50 + hidden + b"\xff\xd9")
    assert leaks(replace(CLEAN, images=(picture,))) == (Leak(kind, "image"),)


def test_empty_identities_find_nothing() -> None:
    empty = Identity(addresses=("",), phones=("", "12"), full_names=("", "Anna"))
    assert find_leaks(build(CLEAN), (empty,)) == ()
