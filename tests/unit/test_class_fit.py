"""Which two classes may write, and does the score say what a teacher would say?"""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriends.rules.class_fit import (
    ANSWER_LONGEST,
    MAXIMA,
    SeekingClass,
    answer_by,
    broken_rules,
    explain_classes,
    may_join,
    not_together,
)
from penfriends.rules.matching import Level, LinkKind, TownLink, World
from penfriends.rules.school_days import Span

WORLD = World(
    (),
    (
        TownLink("thetford", "hürth", LinkKind.FORMAL, 1960),
        TownLink("skawina", "hürth", LinkKind.FRIENDSHIP, 1990),
    ),
)  # fmt: skip
HERE = SeekingClass(
    UUID(int=1), "thetford", 31, 10, 11, {"en": Level.FIRST}, date(2026, 9, 1), date(2027, 7, 20), 5, "English"
)
THERE = SeekingClass(
    UUID(int=2), "hürth", 27, 10, 12, {"de": Level.FIRST, "en": Level.LITTLE}, date(2026, 9, 1), date(2027, 7, 1), 5,
    "english",
)  # fmt: skip


def test_thirty_one_and_twenty_seven_in_twin_towns_fit_and_every_point_is_told() -> None:
    assert broken_rules(HERE, THERE, WORLD) == ()
    told = explain_classes(HERE, THERE, WORLD)
    assert told.total == sum(one.points for one in told.points)
    by_name = {one.name: one for one in told.points}
    assert by_name["size"].detail == ("27", "31")
    assert by_name["ages"].detail == ("10", "11")
    assert by_name["language"].detail == ("en", "little")
    assert by_name["subject"].points == MAXIMA["subject"]
    assert by_name["town"].detail == ("formal", "1960")


@pytest.mark.parametrize(
    ("broken", "here", "there"),
    [
        ("towns_linked", HERE, replace(THERE, town="skawina")),
        ("towns_linked", HERE, replace(THERE, town="thetford")),
        ("ages_fit", HERE, replace(THERE, youngest=13, oldest=14)),
        ("ages_fit", replace(HERE, youngest=8, oldest=11), replace(THERE, youngest=11, oldest=17)),
        ("language_enough", HERE, replace(THERE, languages={"de": Level.FIRST})),
        ("language_enough", replace(HERE, languages={"en": Level.LITTLE}), THERE),
        ("year_together", HERE, replace(THERE, ends_on=date(2026, 10, 1))),
        ("both_seek", HERE, replace(THERE, seeks=False)),
        ("both_seek", HERE, replace(THERE, uid=HERE.uid)),
        ("both_free", replace(HERE, taken=True), THERE),
    ],
)
def test_each_rule_forbids_what_it_says(broken: str, here: SeekingClass, there: SeekingClass) -> None:
    assert broken_rules(here, there, WORLD) == (broken,)
    assert broken_rules(there, here, WORLD) == (broken,)


def test_a_twin_of_a_twin_is_possible_where_both_sides_are_open_to_it() -> None:
    far = replace(THERE, town="skawina", far=True)
    assert broken_rules(HERE, far, WORLD) == ("towns_linked",)
    assert broken_rules(replace(HERE, far=True), far, WORLD) == ()
    assert explain_classes(replace(HERE, far=True), far, WORLD).points[-1].detail == ("twin_of_twin", "hürth")


def test_neighbouring_ages_are_enough() -> None:
    assert broken_rules(HERE, replace(THERE, youngest=12, oldest=12), WORLD) == ()


def test_classes_that_found_each_other_need_not_look_any_more() -> None:
    assert not_together(replace(HERE, taken=True, seeks=False), replace(THERE, seeks=False), WORLD) == ()


def test_a_third_class_joins_a_ring_only_if_it_fits_everybody_in_it() -> None:
    far = replace(THERE, uid=UUID(int=3), town="skawina", far=True)
    assert not may_join([HERE, THERE], far, WORLD)
    assert may_join([replace(HERE, far=True, taken=True), replace(THERE, taken=True)], far, WORLD)
    assert not may_join([replace(HERE, far=True)], replace(far, taken=True), WORLD)


AGE = st.integers(8, 17)
CLASSES = st.builds(
    lambda uid, town, size, ages, languages, weeks, subject: SeekingClass(
        UUID(int=uid), town, size, min(ages), max(ages), languages, date(2026, 9, 1), date(2027, 7, 1), weeks, subject,
        True,
    ),
    st.integers(1, 9), st.sampled_from(["thetford", "hürth", "skawina"]), st.integers(1, 60), st.tuples(AGE, AGE),
    st.dictionaries(st.sampled_from(["en", "de", "pl"]), st.sampled_from(list(Level)), min_size=1),
    st.integers(1, 20), st.sampled_from(["", "English", "Geography"]),
)  # fmt: skip


@given(CLASSES, CLASSES)
def test_rules_and_score_do_not_know_who_asked(a: SeekingClass, b: SeekingClass) -> None:
    assert set(broken_rules(a, b, WORLD)) == set(broken_rules(b, a, WORLD))
    one, other = explain_classes(a, b, WORLD), explain_classes(b, a, WORLD)
    assert one.total == other.total
    assert 0 <= one.total <= sum(MAXIMA.values()) == 1000
    assert all(0 <= term.points <= term.maximum == MAXIMA[term.name] for term in one.points)


def test_holidays_of_the_asked_school_stand_still() -> None:
    asked = date(2026, 12, 14)
    assert answer_by(asked, []) == date(2026, 12, 28)
    holidays = Span(date(2026, 12, 19), date(2027, 1, 3))
    assert answer_by(asked, [holidays]) == date(2027, 1, 13)


def test_an_ask_ends_even_in_a_school_that_never_opens() -> None:
    asked = date(2026, 7, 1)
    closed = Span(asked, asked + timedelta(days=900))
    assert answer_by(asked, [closed]) == asked + timedelta(days=ANSWER_LONGEST)
