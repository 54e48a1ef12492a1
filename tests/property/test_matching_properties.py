"""Whatever the world is like: is no rule broken, is the best taken, and does order never matter?"""

from dataclasses import asdict, replace
from datetime import date, timedelta
from itertools import combinations
from random import Random
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from penfriends.rules import permitted_blocks, permitted_compiled, solver
from penfriends.rules.assignment import Round, propose
from penfriends.rules.bands import Band, Birth, band_on
from penfriends.rules.candidates import find
from penfriends.rules.columns import mixes
from penfriends.rules.crowd import OBSTACLES
from penfriends.rules.eligibility import check_round, may_be_matched
from penfriends.rules.matching import Level, Pair, Seeker, World, broken_rules, friends_allowed, places
from penfriends.rules.score import explain, score, weight
from penfriends.rules.tuning import compare
from penfriends.rules.weights import LIMITS, STANDARD, WHOLE, Weights, between, kept, problems
from tests.support.seekers import (
    LINK,
    RARITY,
    TODAY,
    TOWNS,
    births,
    crowd_in,
    crowds,
    mix_of,
    seeker,
    seekers,
    surroundings,
    tables,
    worlds,
)

Worth = dict[Pair, int]


def pairs_of(found: Round) -> set[Pair]:
    return {Pair((p.first, p.second)) for p in found.proposals}


def possible(around: World, found: Round) -> Worth:
    """Every pair that the second look allows, by comparing all with all."""
    return {
        Pair((a.uid, b.uid)): weight(a, b, around, TODAY)
        for a, b in combinations(around.seekers, 2)
        if may_be_matched(a, b, around, TODAY) and (b.town in around.twins_of(a.town) or found.opened & {a.uid, b.uid})
    }


def best_by_trying_all(weights: Worth, free: frozenset[UUID]) -> int:
    if not free:
        return 0
    one = min(free)
    best = best_by_trying_all(weights, free - {one})
    for pair, value in weights.items():
        if one in pair and pair <= free:
            best = max(best, value + best_by_trying_all(weights, free - pair))
    return best


@given(seekers(1), seekers(2), surroundings(), st.sampled_from([False, False, True]))
def test_R02_R03_R19_both_looks_agree_on_every_pair(a: Seeker, b: Seeker, around: World, blocked: bool) -> None:
    around = replace(around, seekers=(a, b), blocked=frozenset({Pair((a.uid, b.uid))} if blocked else ()))
    names = broken_rules(a, b, around, TODAY)
    assert names == broken_rules(b, a, around, TODAY)
    assert may_be_matched(a, b, around, TODAY) is may_be_matched(b, a, around, TODAY) is (not names)


@given(births, births, st.integers(0, 400))
def test_R02_R03_both_looks_agree_on_every_two_birthdays_and_every_day(one: Birth, two: Birth, later: int) -> None:
    today = TODAY + timedelta(days=later)
    a = replace(seeker(1), birth=one, band=band_on(one, today))
    b = replace(seeker(2, "Brest"), birth=two, band=band_on(two, today))
    around = World((a, b), (LINK,), rarity=RARITY)
    allowed = may_be_matched(a, b, around, today)
    assert allowed is (not broken_rules(a, b, around, today))
    assert bool(propose(around, today).proposals) is allowed
    assert not (allowed and a.band != b.band)


@given(worlds())
def test_the_columns_find_exactly_the_pairs_of_the_rules_with_the_same_weights(around: World) -> None:
    found = propose(around, TODAY)
    columns: Worth = {}
    for band in Band:
        crowd = crowd_in(around, band, TODAY)
        edges = find(crowd).edges
        for i, j, value, mix in zip(edges.i, edges.j, edges.weight, mixes(crowd, edges.i, edges.j), strict=True):
            columns[Pair((crowd.uid(i), crowd.uid(j)))] = int(value)
            assert mix_of(crowd.uid(i), crowd.uid(j)) == int(mix)
    assert columns == possible(around, found)


@given(worlds(), st.sampled_from([2000, 0]))
def test_R02_R03_R19_no_round_ever_breaks_a_rule_and_every_bound_holds(around: World, exact_up_to: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "EXACT_UP_TO", exact_up_to)
        found = propose(around, TODAY)
    assert check_round(around, found) == ()
    people = {s.uid: s for s in around.seekers}
    for proposal in found.proposals:
        a, b = people[proposal.first], people[proposal.second]
        assert broken_rules(a, b, around, TODAY) == ()
        assert band_on(a.birth, TODAY) == band_on(b.birth, TODAY) == proposal.band
        assert proposal.weight == weight(a, b, around, TODAY)
    assert len(pairs_of(found)) == len(found.proposals)


@given(worlds())
def test_everybody_has_somebody_or_a_reason(around: World) -> None:
    found = propose(around, TODAY)
    matched = {uid for pair in pairs_of(found) for uid in pair}
    assert matched.isdisjoint(found.unmatched)
    assert matched | found.unmatched.keys() == {s.uid for s in around.seekers}
    weights = possible(around, found)
    for person in around.seekers:
        if found.unmatched.get(person.uid) == "all_taken":
            assert any(person.uid in pair for pair in weights)
        elif person.uid in found.unmatched:
            assert not any(person.uid in pair for pair in weights)
            by_themselves = propose(World((person,), around.links), TODAY).unmatched[person.uid]
            assert (found.unmatched[person.uid] in OBSTACLES) is (by_themselves in OBSTACLES)


@given(crowds(most=8, places=1))
def test_a_round_is_the_best_of_all_there_are(around: World) -> None:
    found = propose(around, TODAY)
    weights = possible(around, found)
    assert sum(p.weight for p in found.proposals) == best_by_trying_all(weights, frozenset().union(*weights))


@given(crowds(places=1))
def test_no_swap_would_be_better_and_nobody_free_could_have_met(around: World) -> None:
    found = propose(around, TODAY)
    now = {uid: p.weight for p in found.proposals for uid in (p.first, p.second)}
    for pair, value in possible(around, found).items():
        if pair not in pairs_of(found):
            assert value <= sum(now.get(uid, 0) for uid in pair)


@given(crowds())
def test_R19_nobody_gets_more_friends_than_wanted_and_allowed(around: World) -> None:
    found = propose(around, TODAY)
    for person in around.seekers:
        mine = [p for p in found.proposals if person.uid in (p.first, p.second)]
        assert len(mine) <= min(places(person, TODAY), friends_allowed(40), person.capacity_left)
        assert len({p.turn for p in mine}) == len(mine)


@given(crowds(), st.randoms(use_true_random=False))
def test_the_order_of_the_lists_changes_nothing(around: World, chance: Random) -> None:
    people, links = list(around.seekers), list(around.links)
    chance.shuffle(people)
    chance.shuffle(links)
    assert propose(replace(around, seekers=tuple(people), links=tuple(links)), TODAY) == propose(around, TODAY)


@given(crowds(), st.permutations(TOWNS), st.sampled_from([2000, 0]))
def test_the_names_of_the_towns_change_nothing(around: World, others: list[str], exact_up_to: int) -> None:
    named = dict(zip(TOWNS, others, strict=True))
    renamed = replace(
        around,
        seekers=tuple(
            replace(s, town=named[s.town], wished_town=named.get(s.wished_town or "", s.wished_town))
            for s in around.seekers
        ),
        links=tuple(replace(link, a=named[link.a], b=named[link.b]) for link in around.links),
        weights={named[town]: table for town, table in around.weights.items()},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "EXACT_UP_TO", exact_up_to)
        assert pairs_of(propose(renamed, TODAY)) == pairs_of(propose(around, TODAY))


def test_who_of_several_equal_people_is_chosen_does_not_hang_on_which_town_comes_first() -> None:
    chosen = []
    for few, many in (("Aachen", "Brest"), ("Brest", "Aachen")):
        people = (seeker(0, few, 1971), *(seeker(n, many, 1970) for n in range(1, 5)), seeker(5, few, 1970))
        chosen.append(pairs_of(propose(World(people, (LINK,), rarity=RARITY), TODAY)))
    assert chosen[0] == chosen[1]


@given(crowds())
def test_pairs_that_there_is_no_room_to_remember_are_found_anew(around: World) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "EXACT_UP_TO", 0)
        remembered = propose(around, TODAY)
        for engine in (permitted_blocks, permitted_compiled):
            patch.setattr(engine, "PAIRS_KEPT", 0)
        assert propose(around, TODAY) == remembered


@given(crowds())
def test_a_block_removes_that_pair(around: World) -> None:
    before = pairs_of(propose(around, TODAY))
    assume(before)
    unwanted = min(before, key=sorted)
    assert unwanted not in pairs_of(propose(replace(around, blocked=frozenset({unwanted})), TODAY))


@given(crowds(), st.integers(0, 2**64))
def test_somebody_whom_nobody_can_meet_changes_nothing(around: World, number: int) -> None:
    stranger = replace(seeker(number * 1000 + 999, "Brest"), languages={"pl": Level.FIRST})
    before, after = propose(around, TODAY), propose(replace(around, seekers=(*around.seekers, stranger)), TODAY)
    assert after.proposals == before.proposals
    assert before.unmatched.keys() | {stranger.uid} == after.unmatched.keys()


@given(crowds())
def test_the_same_world_with_its_result_pending_gives_the_same_result(around: World) -> None:
    around = replace(around, seekers=tuple(replace(s, capacity_left=1) for s in around.seekers))
    before = pairs_of(propose(around, TODAY))
    assert pairs_of(propose(replace(around, pending=frozenset(before)), TODAY)) == before


@given(seekers(1), seekers(2), surroundings())
def test_points_add_up_stay_within_their_maxima_and_are_symmetric(a: Seeker, b: Seeker, around: World) -> None:
    told = explain(a, b, around, TODAY)
    counts = around.weights_between(a.town, b.town)
    assert {term.name: term.maximum for term in told.points} == dict(counts.by_term)
    assert all(0 <= term.points <= term.maximum for term in told.points)
    assert told.total == sum(term.points for term in told.points) == score(b, a, around, TODAY) <= 1000


@given(seekers(1), seekers(2), surroundings(), st.sampled_from(sorted(RARITY)))
def test_one_more_common_interest_never_costs_points(a: Seeker, b: Seeker, around: World, code: str) -> None:
    cooler_a, cooler_b = (replace(s, interests=s.interests - {code}) for s in (a, b))
    fonder_a, fonder_b = (replace(s, interests=s.interests | {code}) for s in (a, b))
    assert score(fonder_a, fonder_b, around, TODAY) >= score(cooler_a, cooler_b, around, TODAY)


@given(seekers(1), seekers(2), surroundings(), st.sampled_from(["en", "de", "ar"]))
def test_writing_a_language_better_never_costs_points(a: Seeker, b: Seeker, around: World, code: str) -> None:
    better = replace(a, languages={**a.languages, code: Level.FIRST})
    assert score(better, b, around, TODAY) >= score(a, b, around, TODAY)


children = st.dates(TODAY - timedelta(days=365 * 17), TODAY - timedelta(days=366 * 8))
adults = st.dates(TODAY - timedelta(days=365 * 95), TODAY - timedelta(days=366 * 18 + 1))


@given(
    st.lists(children, min_size=2, max_size=2) | st.lists(adults, min_size=2, max_size=2),
    st.integers(1, 2000),
    tables(),
)
def test_closer_in_age_never_costs_points(born: list[date], days: int, tuned: Weights) -> None:
    elder, younger = sorted(born)
    closer = min(younger, elder + timedelta(days=days))
    a, b = seeker(1, born=younger), seeker(2, "Brest")
    far, near = (replace(b, birth=Birth(day.year, day)) for day in (elder, closer))
    around = World((), (LINK,), weights={"Aachen": tuned})
    assert score(a, near, around, TODAY) >= score(a, far, around, TODAY)


@given(tables(), tables())
def test_the_middle_of_two_tables_is_the_same_from_both_sides_and_within_their_limits(a: Weights, b: Weights) -> None:
    assert problems(a) == problems(b) == ()
    middle = between(a, b)
    assert middle == between(b, a)
    assert between(a, a) == a == kept(asdict(a))
    assert WHOLE - 9 < middle.total <= WHOLE
    for name, (least, most) in LIMITS.items():
        assert least <= getattr(middle, name) <= most
        assert (
            min(getattr(a, name), getattr(b, name)) <= getattr(middle, name) <= max(getattr(a, name), getattr(b, name))
        )


@given(crowds(), tables())
def test_a_comparison_changes_nothing_where_nothing_would_change_and_its_numbers_add_up(
    around: World, wanted: Weights
) -> None:
    town = around.seekers[0].town
    around = replace(around, weights={**around.weights, town: STANDARD})
    same, other = compare(around, {town}, STANDARD, TODAY), compare(around, {town}, wanted, TODAY)
    assert (same.before, same.losing, same.gaining, same.elsewhere, same.moved) == (same.after, 0, 0, 0, ())
    assert same.kept == same.before.pairs == other.before.pairs
    gone, new = other.before.pairs - other.kept, other.after.pairs - other.kept
    assert len([p for m in other.moved for p in m.before if p.town != town]) <= gone
    assert len([p for m in other.moved for p in m.after]) <= 2 * new
    assert {m.uid for m in other.moved} <= {s.uid for s in around.seekers if s.town == town}
    assert 0 <= other.after.first <= other.after.well <= other.after.pairs
