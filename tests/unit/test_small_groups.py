"""Can nobody be picked out from numbers?"""

from hypothesis import given
from hypothesis import strategies as st

from penfriends.rules.small_groups import SMALLEST, Split, split, told


def test_large_groups_are_told_and_small_ones_go_together() -> None:
    assert split({"en": 40, "pl": 20, "de": 3, "ar": 2}) == Split((("en", 40), ("pl", 20)), 5)


def test_a_small_rest_hides_behind_the_smallest_group_that_is_told() -> None:
    assert split({"en": 40, "pl": 20, "de": 1}) == Split((("en", 40),), 21)
    assert split({"en": 40, "de": 1}) is None
    assert split({}) is None


def test_few_people_are_not_counted() -> None:
    assert (told(0), told(4), told(5)) == (0, None, 5)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30)))
def test_no_group_under_five_can_be_worked_out(numbers: dict[str, int]) -> None:
    found = split(numbers)
    if found is None:
        return
    assert all(number >= SMALLEST for _, number in found.groups)
    assert found.others == 0 or found.others >= SMALLEST
    assert found.others + sum(number for _, number in found.groups) == sum(numbers.values())
