"""From which age does one's own yes count, and what is a name, a month, an answered sign-up?"""

from datetime import date

import pytest

from penfriends.actions.signin import digits
from penfriends.actions.staff import weak_password
from penfriends.i18n import speaking
from penfriends.rules.bands import Band, Birth
from penfriends.rules.consent import COUNTRY_AGES, HOUSE_AGE, Agreement, agreement, loosened, own_age, reminders_due
from penfriends.rules.sign_up import (
    Answers,
    NameFault,
    Step,
    Who,
    clean_name,
    first_missing,
    has_contact,
    is_address,
    likes_fit,
    most_friends,
    name_fault,
)
from penfriends.web.assets import AVATARS
from penfriends.web.forms.birth import month_in, number_in
from penfriends.web.forms.fields import AVATAR_WORDS

TODAY = date(2026, 5, 12)


def born(years: int, days: int = 0) -> Birth:
    day = date(TODAY.year - years, TODAY.month, TODAY.day + days)
    return Birth(day.year, day)


@pytest.mark.parametrize("row", COUNTRY_AGES, ids=lambda row: row.country)
def test_R11_no_country_lowers_the_house_age(row) -> None:  # type: ignore[no-untyped-def]
    assert own_age(row.country) == max(HOUSE_AGE, row.age)
    assert row.basis
    assert row.source


def test_R11_a_stored_row_can_only_be_stricter() -> None:
    assert own_age("GB", {"GB": 10}) == 16
    assert own_age("GB", {"GB": 17}) == 17
    assert own_age("XX") == 18


@pytest.mark.parametrize(
    ("birth", "own_from", "expected"),
    [
        (born(8, 1), 16, Agreement.TOO_YOUNG),
        (born(8), 16, Agreement.GUARDIAN),
        (born(16, 1), 16, Agreement.GUARDIAN),
        (born(16), 16, Agreement.INFORMED),
        (born(17), 18, Agreement.GUARDIAN),
        (born(18, 1), 16, Agreement.INFORMED),
        (born(18), 16, Agreement.OWN),
        (Birth(1958), 18, Agreement.OWN),
    ],
)
def test_R11_whose_yes_is_needed(birth: Birth, own_from: int, expected: Agreement) -> None:
    assert agreement(birth, TODAY, own_from) is expected


def test_R01_a_made_older_birthday_is_noticed() -> None:
    assert loosened(Agreement.GUARDIAN, Agreement.OWN)
    assert not loosened(Agreement.OWN, Agreement.GUARDIAN)


def test_R01_the_band_is_computed() -> None:
    assert Answers(birth=born(17)).band(TODAY) is Band.CHILD
    assert Answers(birth=born(18)).band(TODAY) is Band.ADULT
    assert Answers().band(TODAY) is Band.CHILD


def test_R01_the_full_date_is_asked_of_everybody_who_may_be_under_19() -> None:
    known = Answers(who=Who.ME, town="thetford")
    asked = {year: first_missing(replaced(known, Birth(year)), TODAY, 16) for year in (1950, 2006, 2007, 2018)}
    assert asked == {1950: Step.ABOUT, 2006: Step.ABOUT, 2007: Step.BIRTHDAY, 2018: Step.BIRTHDAY}
    assert first_missing(replaced(known, born(7)), TODAY, 16) is Step.AGE
    assert first_missing(Answers(who=Who.CHILD, town="thetford"), TODAY, 16) is Step.BIRTHDAY


def replaced(answers: Answers, birth: Birth) -> Answers:
    return Answers(who=answers.who, town=answers.town, birth=birth)


def test_R09_three_reminders() -> None:
    ends = date(2026, 7, 1)
    days = {day: reminders_due(ends, day) for day in (date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 28))}
    assert list(days.values()) == [0, 1, 3]


def test_R19_how_many_friends() -> None:
    assert [most_friends(age) for age in (8, 12, 13, 17, 18)] == [1, 1, 2, 2, 3]


def test_R47_children_like_what_is_meant_for_them() -> None:
    assert likes_fit(("cats", "dogs", "drawing"), Band.CHILD)
    assert not likes_fit(("cats", "dogs", "retirement"), Band.CHILD)
    assert not likes_fit(("cats", "dogs"), Band.ADULT)
    assert not likes_fit(("cats", "dogs", "nonsense"), Band.ADULT)


@pytest.mark.parametrize("name", ["Łucja", "O’Neill", "ليان", "Anne-Marie", "Jürgen", "María José", "李", "Zoë", "ö"])
def test_names_of_every_script_are_kept(name: str) -> None:
    assert clean_name(f"  {name} ") == name
    assert name_fault(name) is None


def test_names_are_composed() -> None:
    assert clean_name("Zoe\u0308") == "Zoë"


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", NameFault.MISSING),
        ("a" * 61, NameFault.TOO_LONG),
        ("Tom\u202e", NameFault.CONTROL),
        ("Tom\x07", NameFault.CONTROL),
        ("tom@example.org", NameFault.EMAIL),
        ("Tom 07700 900123", NameFault.PHONE),
        ("Tom ٠٧٧٠٠٩٠٠١٢٣", NameFault.PHONE),
    ],
)
def test_what_is_not_a_name(typed: str, fault: NameFault) -> None:
    assert name_fault(clean_name(typed)) is fault


def test_addresses_and_contact_details() -> None:
    assert is_address("a.b+c@example.org")
    assert not any(map(is_address, ("", "a@b", "a b@example.org", "a@example", "a@@example.org")))
    assert has_contact("write to me@example.org")
    assert has_contact("call 01234 567 890")
    assert not has_contact("Born in 1958, two children")


def test_dates_in_other_scripts_and_words() -> None:
    assert (number_in("٢٧"), number_in("27"), number_in("2x"), number_in("")) == (27, 27, None, None)
    assert (month_in("3"), month_in("March"), month_in("mar."), month_in("Blah")) == (3, 3, 3, None)
    with speaking("pl"):
        assert (month_in("marzec"), month_in("marca")) == (3, 3)
    with speaking("ar"):
        assert (month_in("مايو"), month_in("أيار")) == (5, 5)


def test_every_avatar_has_a_word() -> None:
    assert set(AVATAR_WORDS) == set(AVATARS)


def test_pasted_codes() -> None:
    assert digits(" 482 913\n") == digits("482-913") == digits("٤٨٢٩١٣") == "482913"


def test_R40_weak_passwords() -> None:
    weak = ("short", "aaaaaaaaaaaa", "ilse.jansen1", "ilse@example.org")
    assert all(weak_password(one, email="ilse@example.org", name="ilse.jansen") for one in weak)
    assert not weak_password("geese over the canal", email="ilse@example.org", name="Ilse")
