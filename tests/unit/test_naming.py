"""Are coded things named in the language of the mail's reader?"""

import pytest

from penfriends.i18n import LANGUAGES
from penfriends.mail.naming import interest_names, language_names, report_outcome, return_reasons
from penfriends.models.moderation import ReportOutcome
from penfriends.words import OUTCOMES


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("outcome", ReportOutcome)
def test_what_came_of_a_report_is_said_in_the_reader_s_language(outcome: ReportOutcome, language: str) -> None:
    assert report_outcome(outcome.value, language) not in ("", outcome.value, OUTCOMES[outcome.value])


def test_names_are_those_of_the_language() -> None:
    assert language_names(["de", "ar"], "fr") == ["allemand", "arabe"]
    assert return_reasons(["phone"], "en") == ["Please take out the phone number."]
    assert return_reasons(["phone"], "pl") != return_reasons(["phone"], "en")
    assert interest_names(["nothing-of-the-list"], "nl") == []
