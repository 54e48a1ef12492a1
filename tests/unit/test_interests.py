"""Is the list of interests whole, in all six languages, and free of what nobody may be asked?"""

import re
from collections import Counter

import pytest
from babel.messages.pofile import read_po

from penfriends.i18n import LANGUAGES, LOCALE_DIR, pgettext, speaking
from penfriends.rules.interests import CONTEXT, GROUP_CONTEXT, GROUPS, INTERESTS


def test_every_interest_belongs_to_a_group_and_every_group_has_enough() -> None:
    sizes = Counter(interest.group for interest in INTERESTS.values())
    assert set(sizes) == set(GROUPS)
    assert min(sizes.values()) >= 8


def test_codes_are_unique_plain_words_and_english_names_differ() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in INTERESTS)
    assert len({interest.english for interest in INTERESTS.values()}) == len(INTERESTS)


def test_rarity_is_a_class_from_one_to_four() -> None:
    assert {interest.rarity for interest in INTERESTS.values()} == {1, 2, 3, 4}


def test_every_picture_is_used_once_and_children_have_enough_of_them() -> None:
    pictures = [interest.icon for interest in INTERESTS.values() if interest.icon and interest.for_children]
    assert len(pictures) == len(set(pictures))
    assert len(pictures) >= 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_holds_exactly_the_list(language: str) -> None:
    with (LOCALE_DIR / language / "LC_MESSAGES" / "interests.po").open("rb") as source:
        found = {(message.context, message.id) for message in read_po(source, locale=language) if message.id}
    wanted = {(GROUP_CONTEXT, name) for name in GROUPS.values()}
    wanted |= {(CONTEXT, interest.english) for interest in INTERESTS.values()}
    assert found == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_translated_and_differ_from_each_other(language: str) -> None:
    with speaking(language):
        names = [pgettext(CONTEXT, interest.english) for interest in INTERESTS.values()]
    assert all(names)
    assert len(set(names)) == len(names)


def test_arabic_names_are_in_arabic_letters() -> None:
    with speaking("ar"):
        names = [pgettext(CONTEXT, interest.english) for interest in INTERESTS.values()]
        names += [pgettext(GROUP_CONTEXT, name) for name in GROUPS.values()]
    assert all(re.fullmatch(r"[\u0600-\u06ff ]+", name) for name in names)


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_catalogue_no_native_reader_has_read_says_so(language: str) -> None:
    text = (LOCALE_DIR / language / "LC_MESSAGES" / "interests.po").read_text(encoding="utf-8")
    assert '"X-Review: draft\\n"' in text
