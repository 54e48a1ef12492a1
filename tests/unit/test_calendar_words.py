"""Does every coded thing about letters over a year have its words, in all six languages?"""

import re

import pytest

from penfriends import calendar_words as words
from penfriends.i18n import LANGUAGES, speaking
from penfriends.rules.class_lights import Colour, Reason, Why
from penfriends.rules.letter_calendar import Remark, Step
from penfriends.rules.school_days import DayOff
from penfriends.rules.term_files import Trouble, TroubleKind
from penfriends.rules.term_words import Kind, kind_of
from penfriends.rules.themes import STARTERS_EACH, Theme


def test_nothing_is_without_words() -> None:
    assert words.THEMES.keys() == words.STARTERS.keys() == set(Theme)
    assert all(len(three) == STARTERS_EACH for three in words.STARTERS.values())
    assert words.STEPS.keys() == set(Step)
    assert words.COLOURS.keys() == set(Colour)
    assert words.REMARKS.keys() == set(Remark)
    assert words.DAYS_OFF.keys() == set(DayOff)
    assert words.TROUBLES.keys() == set(TroubleKind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_can_be_said_with_any_number(language: str) -> None:
    with speaking(language):
        said = {words.light_sentence(Reason(why, number)) for why in Why for number in range(13)}
        assert all(said)
        assert not any("%" in one for one in said)
        assert len(words.starters(Theme.STORY)) == STARTERS_EACH
        assert words.theme_name(Theme.FOOD) in words.step_title(Step.SEND, Theme.FOOD)
        assert "7" in words.trouble_sentence(Trouble(7, TroubleKind.OVERLAP))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_we_ask_a_teacher_for_are_understood(language: str) -> None:
    with speaking(language):
        asked = words.trouble_sentence(Trouble(0, TroubleKind.UNKNOWN_KIND))
    quoted = re.findall(r"[“„«]\s*(\w+)\s*[”“»]", asked)
    assert [kind_of(word) for word in quoted] == [Kind.TERM, Kind.CLOSED]
