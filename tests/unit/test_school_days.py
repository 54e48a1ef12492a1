"""When is there school in Thetford, Skawina, Hürth and Nablus, and what does the year of a region start from?"""

from datetime import date

import pytest

from penfriends.calendar_words import source_sentence
from penfriends.rules.school_days import (
    FRIDAY_SATURDAY,
    FRIDAY_SUNDAY,
    SATURDAY_SUNDAY,
    DayOff,
    SchoolYear,
    Span,
    public_holidays,
    school_days,
    usual_weekend,
    why_off,
)
from penfriends.rules.school_terms import KNOWN, MINISTRIES, NAMES, known_regions, usual_year
from penfriends.rules.term_files import wrong_terms
from tests.support.school_years import HUERTH, NABLUS, SKAWINA, THETFORD, span


@pytest.mark.parametrize(
    ("year", "day", "reason"),
    [
        (THETFORD, date(2026, 9, 3), None),
        (THETFORD, date(2026, 10, 28), DayOff.CLOSED),
        (THETFORD, date(2027, 5, 3), DayOff.PUBLIC_HOLIDAY),
        (THETFORD, date(2026, 12, 24), DayOff.OUTSIDE_TERMS),
        (SKAWINA, date(2026, 11, 11), DayOff.PUBLIC_HOLIDAY),
        (SKAWINA, date(2027, 2, 17), DayOff.CLOSED),
        (HUERTH, date(2027, 5, 27), DayOff.PUBLIC_HOLIDAY),  # Corpus Christi in North Rhine-Westphalia
        (HUERTH, date(2026, 9, 5), DayOff.WEEKEND),
        (NABLUS, date(2026, 9, 4), DayOff.WEEKEND),  # a Friday
        (NABLUS, date(2026, 9, 6), None),  # a Sunday
        (NABLUS, date(2026, 11, 15), DayOff.PUBLIC_HOLIDAY),
    ],
)
def test_school_or_the_reason_for_none(year: SchoolYear, day: date, reason: DayOff | None) -> None:
    assert why_off(year, day) is reason
    assert (day in school_days(year)) is (reason is None)


def test_corpus_christi_is_a_holiday_in_some_parts_of_germany_only() -> None:
    day = date(2027, 5, 27)
    assert day in public_holidays("DE", "NW", (2027,))
    assert day not in public_holidays("DE", "BE", (2027,))
    assert day not in public_holidays("DE", "no such part", (2027,))


def test_names_of_holidays_in_the_language_asked_for_or_the_country_s_own() -> None:
    day = date(2026, 12, 25)
    assert public_holidays("PL", "", (2026,), "en")[day] == "Christmas Day"
    assert public_holidays("PL", "", (2026,))[day].startswith("Boże Narodzenie")
    assert public_holidays("PL", "", (2026,), "xx")[day].startswith("Boże Narodzenie")
    assert public_holidays("ZZ", "", (2026,)) == {}


def test_weekends() -> None:
    assert usual_weekend("PS") == FRIDAY_SATURDAY
    assert usual_weekend("DE") == SATURDAY_SUNDAY
    friday_sunday = SchoolYear("PS", NABLUS.terms, weekend=FRIDAY_SUNDAY)
    assert date(2026, 9, 5) in school_days(friday_sunday)
    assert date(2026, 9, 6) not in school_days(friday_sunday)


def test_a_year_that_begins_in_february() -> None:
    year = SchoolYear("AR", (span("2027-02-22", "2027-07-16"), span("2027-08-02", "2027-12-17")))
    school = school_days(year)
    assert school.days[0] == date(2027, 2, 22)
    assert why_off(year, date(2027, 7, 9)) is DayOff.PUBLIC_HOLIDAY
    assert school.after(date(2027, 7, 16)) == date(2027, 8, 2)


def test_counting_leaves_days_off_out() -> None:
    school = school_days(THETFORD)
    assert school.after(date(2026, 10, 23)) == date(2026, 11, 2)
    assert school.before(date(2026, 11, 2), 2) == date(2026, 10, 22)
    assert school.count(date(2026, 10, 23), date(2026, 11, 2)) == 2
    assert not school.unbroken(date(2026, 10, 20), date(2026, 11, 3))
    assert school.unbroken(date(2027, 4, 30), date(2027, 5, 4))  # a long weekend is no holidays
    assert school.after(date(2027, 7, 21)) is None
    assert school.before(date(2026, 9, 3)) is None


def test_the_ministers_calendar_for_huerth() -> None:
    known = usual_year("DE-NW", 2026)
    assert known is not None
    assert school_days(known) == school_days(HUERTH)


def test_the_ministry_s_calendar_for_skawina() -> None:
    known = usual_year("PL-12", 2026)
    assert known is not None
    assert school_days(known) == school_days(SKAWINA)


@pytest.mark.parametrize("region", ["DE-NW", "DE-BY", "PL-12", "FR-IDF", "NL-ZH"])
def test_a_known_year_is_a_year(region: str) -> None:
    known = usual_year(region, 2026)
    assert known is not None
    assert not wrong_terms(known.terms, known.closed)
    assert 165 <= len(school_days(known).days) <= 200
    assert region in known_regions(region[:2], 2026)


def test_what_is_not_known_is_left_out() -> None:
    assert usual_year("GB-NFK", 2026) is None
    assert usual_year("DE-XX", 2026) is None
    assert usual_year("DE-NW", 1950) is None
    assert known_regions("PS", 2026) == ()
    assert len(known_regions("DE", 2026)) == 16


def test_every_known_region_has_a_name_and_a_source() -> None:
    known = {code for country in MINISTRIES for code in known_regions(country, 2026)}
    assert known == NAMES.keys()
    assert all(source_sentence(code) for code in known)


def test_free_days_lie_in_the_year() -> None:
    for year in KNOWN.values():
        assert all(year.whole.first < free.first <= free.last < year.whole.last for free in year.free)


def test_a_span_has_both_ends() -> None:
    assert Span(date(2026, 12, 30), date(2027, 1, 2)).length == 4
    assert date(2027, 1, 2) in Span(date(2026, 12, 30), date(2027, 1, 2))
