"""Do pinned pairs use up their places, and does nothing illegal come of them?"""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from penfriends.rules.assignment import propose
from penfriends.rules.eligibility import check_round, may_be_matched
from penfriends.rules.matching import Pair, World, places
from penfriends.rules.pins import alone, still_hold, without
from tests.support.seekers import TODAY, pair, seeker, seekers, world


def test_a_pinned_person_has_one_place_less() -> None:
    one, other, third = seeker(1), seeker(2, "Brest"), seeker(3, "Brest", capacity_left=2)
    here = world(one, other, third)
    rest = without(here, {pair(one, other)}, (), TODAY)
    assert [seeker.uid for seeker in rest.seekers] == [third.uid]
    rest = without(here, {pair(one, third)}, (), TODAY)
    assert [(seeker.uid, places(seeker, TODAY)) for seeker in rest.seekers] == [(other.uid, 1), (third.uid, 1)]
    assert pair(one, third) in rest.blocked


def test_a_pair_that_must_not_come_does_not_come() -> None:
    one, other = seeker(1), seeker(2, "Brest")
    rest = without(world(one, other), (), {pair(one, other)}, TODAY)
    assert propose(rest, TODAY).proposals == ()


def test_a_pin_that_breaks_a_rule_today_does_not_hold() -> None:
    one, far, grown = seeker(1), seeker(2, "Cork"), seeker(3, "Brest", date(2010, 1, 1))
    assert still_hold(world(one, far, grown), [pair(one, far), pair(one, grown)], TODAY) == frozenset()


def test_of_two_pins_for_one_place_the_same_one_holds_in_whatever_order_they_come() -> None:
    one, other, third = seeker(1), seeker(2, "Brest"), seeker(3, "Brest")
    both = [pair(one, other), pair(one, third)]
    held = still_hold(world(one, other, third), both, TODAY)
    assert len(held) == 1
    assert held == still_hold(world(third, other, one), both[::-1], TODAY)


def test_who_is_pinned_is_not_alone() -> None:
    one, other, third = seeker(1), seeker(2, "Brest"), seeker(3)
    here = world(one, other, third)
    assert alone(here, [one.uid, third.uid], {pair(one, other)}) == {third.uid}


@st.composite
def pinned_worlds(draw: st.DrawFn) -> tuple[World, list[Pair]]:
    people = [draw(seekers(number)) for number in range(draw(st.integers(2, 8)))]
    two = st.lists(st.sampled_from([one.uid for one in people]), min_size=2, max_size=2, unique=True)
    here = world(*{one.uid: one for one in people}.values())
    return here, [Pair(one) for one in draw(st.lists(two, max_size=4))]


@given(pinned_worlds())
def test_pins_and_what_is_found_for_the_rest_are_legal_together(drawn: tuple[World, list[Pair]]) -> None:
    here, pins = drawn
    held = still_hold(here, pins, TODAY)
    assert held <= set(pins)
    rest = without(here, held, (), TODAY)
    found = propose(rest, TODAY)
    assert check_round(rest, found) == ()
    people = {one.uid: one for one in here.seekers}
    together = [*held, *(Pair((one.first, one.second)) for one in found.proposals)]
    assert len(together) == len(set(together)), "nobody is proposed to their own pinned friend"
    for one, other in (sorted(two) for two in together):
        assert may_be_matched(people[one], people[other], here, TODAY)
    for uid, person in people.items():
        assert sum(uid in two for two in together) <= places(person, TODAY)
