"""Is the language of a letter told from its own words, and left open where nobody can know?"""

import re
from pathlib import Path

import pytest

from penfriends.rules.language_guess import guess

LETTERS = {
    "en": "Dear Henk,\n\nthank you for your letter. The ducks are back in our pond and my sister feeds them.",
    "de": "Lieber Henk,\n\nich habe deinen Brief bekommen und mich sehr gefreut. Wie ist das Wetter bei euch?",
    "fr": "Chère Anna,\n\nje suis très contente de votre lettre. Nous avons un jardin avec des pommiers.",
    "nl": "Beste Margaret,\n\nik heb je brief gekregen. Het regent hier nog steeds, maar de eenden zijn er ook.",
    "pl": "Droga Kasiu,\n\nbardzo się cieszę, że jest już wiosna. Mam nadzieję, że nie pada u ciebie.",
    "ar": "عزيزتي آنا،\n\nشكرًا على رسالتك. الطقس هنا جميل والأشجار مزهرة.",
}


@pytest.mark.parametrize("code", LETTERS)
def test_a_letter_says_its_language(code: str) -> None:
    assert guess(LETTERS[code]) == code


@pytest.mark.parametrize(
    "text",
    ["", "Ok!", "Henk", "12.5.2026", "Merhaba Anna, bugün hava çok güzel ve kuşlar ötüyor.", "Привет, как дела?"],
)
def test_what_nobody_can_know_stays_open(text: str) -> None:
    assert guess(text) is None


def test_a_mixture_is_not_decided() -> None:
    assert guess(LETTERS["en"] + LETTERS["de"]) is None


def test_no_golden_letter_is_taken_for_another_language() -> None:
    """The file names say the language where there is one; unsure is fine, wrong is not."""
    wrong, right = [], 0
    for path in sorted(Path("tests/letters").glob("*.kept.txt")):
        named = re.findall(r"-(en|de|fr|nl|pl|ar)(?:[-.])", path.name)
        said = guess(path.read_text(encoding="utf-8"))
        if named and said is not None and said != named[0]:
            wrong.append((path.name, said))
        right += bool(named and said == named[0])
    assert wrong == []
    assert right >= 12
