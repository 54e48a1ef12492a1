"""Is the same subject known in every language?"""

import pytest

from penfriends.i18n import LANGUAGES, current
from penfriends.rules.subjects import SUBJECTS, known
from penfriends.subject_words import subject_name


@pytest.mark.parametrize(
    "typed", ["English", "Englisch", " anglais ", "ENGELS", "Język angielski", "اللغة الإنجليزية", "en"]
)
def test_english_is_english(typed: str) -> None:
    assert known(typed) == "en"


def test_what_is_on_no_list_stays_as_typed() -> None:
    assert known("  Bee   keeping ") == "Bee keeping"
    assert subject_name("Bee keeping") == "Bee keeping"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_subject_has_a_name_of_its_own_in_every_language(language: str) -> None:
    token = current.set(language)
    try:
        names = {subject_name(code) for code in SUBJECTS}
    finally:
        current.reset(token)
    assert len(names) == len(SUBJECTS)
    assert not names & set(SUBJECTS)
