"""Is a writer's full name in their own words shortened to the first name, and nothing else touched?"""

import pytest

from penfriends.mail.leaks import Identity, find_leaks
from penfriends.mail.own_name import shortened

NAMES = ("Anna Maria Müsterfrau",)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Yours,\nAnna Maria Müsterfrau", "Yours,\nAnna"),
        ("Müsterfrau, Anna Maria writes", "Anna writes"),
        ("I, ANNA MARIA MUSTERFRAU, and my cat", "I, Anna, and my cat"),
        ("I am Anna\nMaria Müsterfrau.", "I am Anna."),
        ("anna.maria.musterfrau!", "Anna!"),
        ("Anna Maria Müsterfrau and Anna Maria Müsterfrau", "Anna and Anna"),
    ],
)
def test_the_first_name_stands_where_the_name_was(text: str, kept: str) -> None:
    assert shortened(text, NAMES, shown="Anna")[0] == kept


@pytest.mark.parametrize(
    "text",
    [
        "", "Anna", "Anna Maria", "Frau Müsterfrau is my aunt", "Anna Maria Müsterfrauen", "Hanna Maria Müsterfrau",
    ],
)  # fmt: skip
def test_other_words_stay(text: str) -> None:
    assert shortened(text, NAMES, shown="Anna") == (text, ())


def test_what_was_cut_is_told_once() -> None:
    text = "Anna Maria Müsterfrau, Müsterfrau Anna Maria, Anna Maria Müsterfrau"
    assert shortened(text, NAMES, shown="Anna")[1] == ("Anna Maria Müsterfrau", "Müsterfrau Anna Maria")


def test_of_two_names_the_longer_goes() -> None:
    assert shortened("Anna Maria Müsterfrau", ("Anna Maria", *NAMES), shown="Anni")[0] == "Anni"


@pytest.mark.parametrize("name", ["Anna", "", "anna@mail.example"])
def test_one_word_is_no_full_name(name: str) -> None:
    assert shortened("Anna writes", (name,), shown="Anni")[0] == "Anna writes"


@pytest.mark.parametrize("name", ["Łukasz Żółć", "José Ángel Núñez", "ليلى حداد", "Ο Νίκος Παπάς", "Anne-Marie d’Arc"])
def test_what_is_shortened_is_what_the_last_look_searches_for(name: str) -> None:
    kept, cut = shortened(f"Best wishes\n{name}\n", (name,), shown="Friend")
    assert (kept, cut) == ("Best wishes\nFriend\n", (name,))
    raw = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{kept}".encode()
    assert not find_leaks(raw, [Identity(full_names=(name,))])
