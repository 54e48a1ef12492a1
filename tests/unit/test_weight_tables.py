"""Is the table of weights what we say it is, and is a wrong one told from a right one?"""

from dataclasses import replace

import pytest

from penfriends.rules import tuning
from penfriends.rules.matching import LinkKind, TownLink
from penfriends.rules.score import MAXIMA
from penfriends.rules.tuning import within_bounds
from penfriends.rules.weights import LIMITS, STANDARD, WHOLE, Weights, between, kept, problems
from tests.support.seekers import seeker, world


def test_the_standard_is_whole_and_may_be_chosen() -> None:
    assert STANDARD.total == sum(MAXIMA.values()) == WHOLE == 1000
    assert problems(STANDARD) == ()
    assert all(least < getattr(STANDARD, name) < most for name, (least, most) in LIMITS.items())


@pytest.mark.parametrize("name", LIMITS)
def test_each_number_has_limits_of_half_and_half_as_much_again(name: str) -> None:
    least, most = LIMITS[name]
    said = [
        [code for field, code in problems(replace(STANDARD, **{name: value})) if field == name]
        for value in (least - 1, least, most, most + 1)
    ]
    assert said == [["too_small"], [], [], ["too_large"]]


def test_what_does_not_add_up_is_said_once() -> None:
    assert problems(replace(STANDARD, age=201)) == (("total", "not_whole"),)
    assert problems(replace(STANDARD, practice=36, age=198)) == ()


def test_a_stored_table_that_lacks_a_number_counts_as_the_standard_there() -> None:
    assert kept({"age": 150, "interests": 400, "of_another_day": 3}) == replace(STANDARD, age=150, interests=400)


def test_the_middle_is_rounded_down() -> None:
    assert between(STANDARD, replace(STANDARD, age=151, interests=399)) == replace(STANDARD, age=175, interests=374)
    assert Weights() == STANDARD


def test_a_world_too_large_is_cut_to_the_towns_and_their_twins_and_then_to_a_fixed_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    links = (TownLink("Aachen", "Brest", LinkKind.FORMAL), TownLink("Cork", "Delft", LinkKind.FORMAL))
    towns = ("Aachen", "Brest", "Cork", "Delft")
    around = world(*(seeker(number, towns[number % 4]) for number in range(40)), links=links)
    assert within_bounds(around, {"Aachen"}) is around
    monkeypatch.setattr(tuning, "MOST_PEOPLE", 39)
    near = within_bounds(around, {"Aachen"})
    assert {one.town for one in near.seekers} == {"Aachen", "Brest"}
    assert len(near.seekers) == 20
    monkeypatch.setattr(tuning, "MOST_PEOPLE", 9)
    few = within_bounds(around, {"Aachen"})
    assert len(few.seekers) == 7
    assert few == within_bounds(replace(around, seekers=around.seekers[::-1]), {"Aachen"})
