"""Does a round choose well, tell why, and prove itself?"""

import random
from dataclasses import replace
from datetime import date
from itertools import combinations
from uuid import UUID

import pytest

from penfriends.rules import solver
from penfriends.rules.assignment import Certificate, Round, propose
from penfriends.rules.bands import Band
from penfriends.rules.eligibility import check_round
from penfriends.rules.matching import Level, Pair, Seeker, TownLink, World
from tests.support.seekers import LINK, RARITY, TODAY, TOWNS, mix_of, pair, seeker, world


def pairs_of(found: Round) -> set[Pair]:
    return {Pair((proposal.first, proposal.second)) for proposal in found.proposals}


def crowd(size: int, seed: int = 1, places: int = 1) -> World:
    chance = random.Random(seed)  # noqa: S311
    people = [
        seeker(
            number + 1,
            chance.choice(TOWNS),
            chance.randrange(1950, 2004),
            interests=frozenset(chance.sample(sorted(RARITY), chance.randint(1, 3))),
            languages={chance.choice(["en", "de"]): chance.choice(list(Level)), "fr": Level.LITTLE},
            waiting_days=chance.randrange(60),
            capacity_left=chance.randint(1, places),
        )
        for number in range(size)
    ]
    return world(*people, links=tuple(TownLink(a, b) for a, b in combinations(TOWNS, 2)))


def test_the_whole_counts_and_not_who_comes_first() -> None:
    """Anna and Brieuc fit best, but then the two others have nobody: the round gives everybody somebody."""
    anna = seeker(1, "Aachen", 1980)
    brieuc = seeker(2, "Brest", 1980)
    anton = seeker(3, "Aachen", 1982, languages={"en": Level.WELL}, interests=frozenset({"chess", "owls"}))
    bleuenn = seeker(4, "Brest", 1978, interests=frozenset({"stamps"}))
    found = propose(world(anna, brieuc, anton, bleuenn, blocked=frozenset({pair(anton, bleuenn)})), TODAY)
    assert pairs_of(found) == {pair(anna, bleuenn), pair(anton, brieuc)}
    (first,) = [p for p in found.proposals if p.first == anna.uid]
    lost = [(a.of, a.other, a.reason) for a in first.alternatives]
    assert lost == [(anna.uid, brieuc.uid, "taken")]


def test_who_has_waited_longer_goes_first() -> None:
    early, late, other = seeker(1, waiting_days=40), seeker(2, waiting_days=3), seeker(3, "Brest")
    found = propose(world(late, early, other), TODAY)
    assert pairs_of(found) == {pair(early, other)}
    assert found.unmatched == {late.uid: "all_taken"}
    assert [(a.of, a.other, a.reason) for a in found.proposals[0].alternatives] == [(other.uid, late.uid, "weaker")]


def test_a_pending_proposal_stays_unless_much_is_gained() -> None:
    a, b, better = seeker(1), seeker(2, "Brest", 1982), seeker(3, "Brest", 1981)
    assert pairs_of(propose(world(a, b, better), TODAY)) == {pair(a, better)}
    assert pairs_of(propose(world(a, b, better, pending=frozenset({pair(a, b)})), TODAY)) == {pair(a, b)}


def test_R02_children_and_adults_are_two_runs() -> None:
    people = [seeker(n, TOWNS[n % 2], date(2008, 2, 20 + n), capacity_left=2) for n in range(1, 9)]
    people += [seeker(n, TOWNS[n % 2], date(2008, 3, n - 10), capacity_left=2) for n in range(11, 20)]
    bands = {person.uid: person.band for person in people}
    found = propose(world(*people), TODAY)
    assert {p.band for p in found.proposals} == set(Band)
    assert all(bands[p.first] == bands[p.second] == p.band for p in found.proposals)


def test_R19_a_child_of_twelve_gets_one_friend_whatever_is_asked_for() -> None:
    child = seeker(1, born=date(2013, 6, 1), capacity_left=3)
    others = [seeker(n, "Brest", date(2013, 6, n), capacity_left=3) for n in (2, 3, 4)]
    assert len(propose(world(child, *others), TODAY).proposals) == 1


def test_first_friends_come_before_second_ones() -> None:
    """The one who has a friend already would be the better match, and still waits for the second turn."""
    sought = seeker(1)
    has_one, has_none = seeker(2, "Brest", friends=1), seeker(3, "Brest", 1984)
    assert pairs_of(propose(world(sought, has_one, has_none), TODAY)) == {pair(sought, has_none)}
    both = propose(world(replace(sought, capacity_left=2), has_one, has_none), TODAY)
    assert [(p.second, p.turn) for p in both.proposals] == [(has_none.uid, 1), (has_one.uid, 2)]


def test_twins_of_twins_open_after_four_weeks_or_when_there_is_hardly_anybody() -> None:
    links = (LINK, TownLink("Brest", "Cork"))
    near = [seeker(n, "Brest", languages={"en": Level.LITTLE}) for n in (1, 2, 3)]
    far = [seeker(n, "Cork", open_to_twin_of_twin=True) for n in (4,)]
    me = seeker(5, open_to_twin_of_twin=True)
    assert pair(me, far[0]) not in pairs_of(propose(world(me, *near, *far, links=links), TODAY))
    waited = propose(world(replace(me, waiting_days=28), *far, *near[:0], links=links), TODAY)
    assert pairs_of(waited) == {pair(me, far[0])}
    lonely = propose(world(me, *far, links=links), TODAY)
    assert pairs_of(lonely) == {pair(me, far[0])}
    assert lonely.opened == {me.uid, far[0].uid}


@pytest.mark.parametrize(
    ("me", "other", "reason"),
    [
        (seeker(1, "Elsewhere"), seeker(2, "Brest"), "no_link"),
        (seeker(1), seeker(2, "Aachen"), "nobody_there"),
        (seeker(1), seeker(2, "Brest", date(2012, 1, 1)), "nobody_there"),
        (seeker(1), seeker(2, "Brest", 1940), "age_window"),
        (seeker(1), seeker(2, "Brest", languages={"fr": Level.FIRST}), "no_language"),
        (seeker(1), seeker(2, "Brest", media=frozenset({"paper"})), "no_medium"),
        (seeker(1, household=UUID(int=5)), seeker(2, "Brest", household=UUID(int=5)), "household"),
        (seeker(1, band=Band.CHILD), seeker(2, "Brest"), "band_outdated"),
        (seeker(1, capacity_left=0), seeker(2, "Brest"), "no_place_left"),
        (seeker(1, born=2008), seeker(2, "Brest"), "birth_date_missing"),
        (seeker(1, born=date(2019, 1, 1)), seeker(2, "Brest"), "too_young"),
    ],
)
def test_who_is_left_alone_is_told_a_reason(me: Seeker, other: Seeker, reason: str) -> None:
    assert propose(world(me, other), TODAY).unmatched[me.uid] == reason


def test_a_block_and_an_early_wish_are_reasons_too() -> None:
    me, other = seeker(1), seeker(2, "Brest")
    assert propose(world(me, other, blocked=frozenset({pair(me, other)})), TODAY).unmatched[me.uid] == "blocked"


def test_nobody_at_all_is_a_round_too() -> None:
    found = propose(World((), ()), TODAY)
    assert (found.proposals, found.unmatched, check_round(World((), ()), found)) == ((), {}, ())


def test_the_mix_of_a_pair_is_the_same_on_every_machine() -> None:
    one, two = UUID(int=1), UUID(int=2**100 + 7)
    assert mix_of(one, two) == mix_of(two, one) != mix_of(one, one)
    assert mix_of(one, two) == 5425303751069655830


def test_the_bound_of_a_later_turn_holds_for_all_pairs_of_those_who_take_part() -> None:
    """Towns of which nobody takes part any more are left out of it, and so are their neighbours."""
    people = crowd(120, 4, places=3)
    people = replace(people, seekers=tuple(s for s in people.seekers if s.town != TOWNS[1] or s.capacity_left == 1))
    found = propose(people, TODAY)
    assert len(found.certificates) == 3
    assert check_round(people, found) == ()


@pytest.mark.parametrize("seed", range(3))
def test_the_auction_comes_close_to_the_exact_solution(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    people = crowd(300, seed)
    (exact,) = propose(people, TODAY).certificates
    monkeypatch.setattr(solver, "EXACT_UP_TO", 0)
    rough = propose(people, TODAY)
    (near,) = rough.certificates
    assert check_round(people, rough) == ()
    assert exact.weight >= near.weight >= exact.weight * 0.995
    assert exact.bound == near.bound <= exact.weight * 1.01


def test_a_round_of_a_full_house_proves_itself() -> None:
    people = crowd(160, seed=5, places=3)
    found = propose(people, TODAY)
    assert check_round(people, found) == ()
    assert {certificate.turn for certificate in found.certificates} == {1, 2, 3}


def test_the_check_finds_what_is_wrong() -> None:
    people = crowd(40)
    found = propose(people, TODAY)
    (proof,) = found.certificates
    some = found.proposals[0]
    twice = replace(found, proposals=(*found.proposals, replace(some, turn=2)))
    assert "too_many" in check_round(people, twice)
    blocked = replace(people, blocked=frozenset({Pair((some.first, some.second))}))
    assert "rule_broken" in check_round(blocked, found)
    assert "bound_not_proved" in check_round(people, replace(found, certificates=(_scaled(proof, 9),)))
    assert "bound_too_low" in check_round(people, replace(found, certificates=(_scaled(proof, 5),)))
    fewer = {uid: dual for uid, dual in proof.duals.items() if uid != some.first}
    assert "not_in_turn" in check_round(people, replace(found, certificates=(replace(proof, duals=fewer),)))


def _scaled(proof: Certificate, tenths: int) -> Certificate:
    return replace(proof, duals={uid: dual * tenths // 10 for uid, dual in proof.duals.items()})
