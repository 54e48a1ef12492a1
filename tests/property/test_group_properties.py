"""Whatever the groups are like: is no rule broken, is the best taken, and does order never matter?"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from penfriends.rules.group_kinds import CLUBS, GroupKind
from penfriends.rules.group_rounds import complaints, propose_groups
from penfriends.rules.groups import MAXIMA, SeekingGroup, broken_rules, explain_groups, group_weight
from penfriends.rules.matching import Level, LinkKind, Pair, TownLink, World
from tests.support.seekers import RARITY, TOWNS

KINDS = (GroupKind.CHOIR, GroupKind.MUSIC, GroupKind.SCOUTS)


@st.composite
def groups(draw: st.DrawFn, number: int) -> SeekingGroup:
    youngest = draw(st.sampled_from([8, 12, 17, 18, 30]))
    return SeekingGroup(
        uid=UUID(int=draw(st.integers(0, 2**64)) * 100 + number),
        town=draw(st.sampled_from(TOWNS)),
        kind=draw(st.sampled_from(KINDS)),
        languages=draw(st.dictionaries(st.sampled_from(["en", "de"]), st.sampled_from(Level), min_size=1)),
        size=draw(st.integers(3, 60)),
        youngest=youngest,
        oldest=youngest + draw(st.integers(0, 30)),
        interests=draw(st.frozensets(st.sampled_from(sorted(RARITY)))),
        waiting_days=draw(st.integers(0, 60)),
        capacity_left=draw(st.integers(0, 3)),
        partners=draw(st.sampled_from([0, 0, 1])),
        open_to_twin_of_twin=draw(st.booleans()),
    )


@st.composite
def towns_full(draw: st.DrawFn, most: int = 10) -> tuple[list[SeekingGroup], World]:
    """Some groups, the links of their towns, and who has met already."""
    found = [draw(groups(number)) for number in range(draw(st.integers(2, most)))]
    ends = list(combinations(TOWNS, 2))
    links = draw(st.lists(st.tuples(st.sampled_from(ends), st.sampled_from(LinkKind)), min_size=1, max_size=6))
    pairs = [Pair((a.uid, b.uid)) for a, b in combinations(found, 2)]
    blocked = draw(st.frozensets(st.sampled_from(pairs), max_size=3))
    return found, World((), tuple(TownLink(a, b, kind) for (a, b), kind in links), blocked=blocked, rarity=RARITY)


def easy(found: list[SeekingGroup]) -> list[SeekingGroup]:
    """The same, so that nearly everybody could have everybody."""
    alike = {"kind": "choir", "youngest": 30, "oldest": 60, "partners": 0, "capacity_left": 1, "size": 20}
    return [replace(one, languages={"en": Level.WELL}, open_to_twin_of_twin=False, **alike) for one in found]


def best_by_trying_all(weights: Mapping[Pair, int], free: frozenset[UUID]) -> int:
    if not free:
        return 0
    one = min(free)
    best = best_by_trying_all(weights, free - {one})
    for pair, value in weights.items():
        if one in pair and pair <= free:
            best = max(best, value + best_by_trying_all(weights, free - pair))
    return best


@given(towns_full())
def test_R02_no_round_of_groups_breaks_a_rule_and_everybody_has_somebody_or_a_reason(
    full: tuple[list[SeekingGroup], World],
) -> None:
    found, world = full
    made = propose_groups(found, world, CLUBS)
    assert complaints(made, found, world, CLUBS) == ()
    known = {one.uid: one for one in found}
    for one in made.proposals:
        a, b = known[one.first], known[one.second]
        assert (a.youngest < 18) == (b.youngest < 18)
        assert a.town != b.town
        assert one.first < one.second
        assert one.weight == group_weight(a, b, world)
    matched = {uid for one in made.proposals for uid in (one.first, one.second)}
    assert matched.isdisjoint(made.unmatched)
    assert matched | made.unmatched.keys() == known.keys()


@given(towns_full(most=8))
def test_a_round_of_groups_is_the_best_of_all_there_are(full: tuple[list[SeekingGroup], World]) -> None:
    found, world = easy(full[0]), full[1]
    weights = {
        Pair((a.uid, b.uid)): group_weight(a, b, world)
        for a, b in combinations(found, 2)
        if not broken_rules(a, b, world, CLUBS)
    }
    made = propose_groups(found, world, CLUBS)
    assert sum(one.weight for one in made.proposals) == best_by_trying_all(weights, frozenset().union(*weights))


@given(towns_full(), st.randoms(use_true_random=False))
def test_the_order_of_groups_and_links_changes_nothing(full: tuple[list[SeekingGroup], World], chance: Random) -> None:
    found, world = full
    mixed, links = list(found), list(world.links)
    chance.shuffle(mixed)
    chance.shuffle(links)
    assert propose_groups(mixed, replace(world, links=tuple(links)), CLUBS) == propose_groups(found, world, CLUBS)


@given(towns_full())
def test_a_block_removes_that_pair_of_groups(full: tuple[list[SeekingGroup], World]) -> None:
    found, world = full
    for one in propose_groups(found, world, CLUBS).proposals:
        pair = Pair((one.first, one.second))
        again = propose_groups(found, replace(world, blocked=world.blocked | {pair}), CLUBS)
        assert pair not in {Pair((p.first, p.second)) for p in again.proposals}


@given(groups(1), groups(2), towns_full())
def test_points_of_groups_add_up_stay_within_their_maxima_and_are_symmetric(
    a: SeekingGroup, b: SeekingGroup, full: tuple[list[SeekingGroup], World]
) -> None:
    world = full[1]
    told = explain_groups(a, b, world)
    assert {term.name: term.maximum for term in told.points} == dict(MAXIMA)
    assert sum(MAXIMA.values()) == 1000
    assert all(0 <= term.points <= term.maximum for term in told.points)
    assert told.total == sum(term.points for term in told.points) == explain_groups(b, a, world).total
    assert broken_rules(a, b, world, CLUBS) == broken_rules(b, a, world, CLUBS)
