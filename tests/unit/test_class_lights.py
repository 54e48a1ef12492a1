"""Green, amber, red: what is said of a class, counted in its own school days."""

from datetime import date, timedelta

import pytest

from penfriends.rules.class_lights import Colour, Light, Progress, Reason, Why, light
from penfriends.rules.letter_calendar import ClassDates, Round
from penfriends.rules.school_days import SchoolDays, school_days
from tests.support.school_years import NABLUS, THETFORD

SENT = date(2026, 12, 15)  # a Tuesday; the term of Thetford ends on the Friday
ROUND = Round(4, SENT, (ClassDates("thetford", date(2026, 12, 8), date(2026, 12, 18)),))
SCHOOL = school_days(THETFORD)


@pytest.mark.parametrize(
    ("today", "ready", "heard_on", "colour", "reasons"),
    [
        (date(2026, 12, 8), 3, None, Colour.GREEN, [(Why.TIME_LEFT, 5)]),
        (date(2026, 12, 11), 3, None, Colour.AMBER, [(Why.LETTERS_MISSING, 28), (Why.TIME_LEFT, 2)]),
        (SENT, 31, None, Colour.GREEN, [(Why.ALL_IN, 31)]),
        (date(2026, 12, 16), 30, None, Colour.AMBER, [(Why.DATE_PASSED, 1), (Why.LETTERS_MISSING, 1)]),
        (date(2026, 12, 16), 2, None, Colour.RED, [(Why.DATE_PASSED, 1), (Why.LETTERS_MISSING, 29)]),
        (date(2026, 12, 18), 30, None, Colour.RED, [(Why.DATE_PASSED, 3), (Why.LETTERS_MISSING, 1)]),
        (date(2026, 12, 8), 0, date(2026, 12, 1), Colour.AMBER, [(Why.SILENT, 5), (Why.TIME_LEFT, 5)]),
        (date(2026, 12, 8), 0, date(2026, 11, 24), Colour.RED, [(Why.SILENT, 10), (Why.TIME_LEFT, 5)]),
        (date(2026, 12, 8), 31, date(2026, 11, 1), Colour.GREEN, [(Why.ALL_IN, 31)]),
    ],
)
def test_what_a_light_says(
    today: date, ready: int, heard_on: date | None, colour: Colour, reasons: list[tuple[Why, int]]
) -> None:
    found = light(Progress(31, ready, heard_on), ROUND, SCHOOL, today)
    assert found == Light(colour, tuple(Reason(why, number) for why, number in reasons))


def test_nothing_agreed_and_nothing_known_are_amber() -> None:
    assert light(Progress(31, 0), None, SCHOOL, SENT).reasons == (Reason(Why.NO_DATES),)
    assert light(Progress(31, 0), ROUND, SchoolDays(()), SENT).reasons == (Reason(Why.NO_TERMS),)


def test_on_days_off_nothing_gets_worse() -> None:
    first = date(2026, 9, 1)
    for ready, heard in ((0, date(2026, 12, 10)), (30, None), (20, date(2026, 12, 17)), (31, None)):
        before = light(Progress(31, ready, heard), ROUND, SCHOOL, first)
        for number in range(1, 320):
            today = first + timedelta(days=number)
            now = light(Progress(31, ready, heard), ROUND, SCHOOL, today)
            assert today in SCHOOL or now.colour == before.colour
            before = now


def test_christmas_is_no_silence_in_thetford_and_friday_none_in_nablus() -> None:
    there = light(Progress(31, 0, date(2026, 12, 17)), ROUND, SCHOOL, date(2027, 1, 4))
    assert Why.SILENT not in [one.why for one in there.reasons]
    assert there.reasons[-1] == Reason(Why.DAY_OFF, 1)
    friday = light(Progress(20, 0), ROUND, school_days(NABLUS), date(2026, 12, 11))
    assert friday.reasons[-1] == Reason(Why.DAY_OFF, 2)
