"""Does each rule for groups hold at its edge, and are first partners given first?"""

from dataclasses import replace
from uuid import UUID

import pytest

from penfriends.rules.group_kinds import CLUBS, GroupKind
from penfriends.rules.group_rounds import complaints, propose_groups
from penfriends.rules.groups import SeekingGroup, Sort, broken_rules, explain_groups
from penfriends.rules.matching import Level, Pair, TownLink, World

LINKS = (TownLink("Aachen", "Brest"), TownLink("Brest", "Cork"))
WORLD = World((), LINKS)


def group(number: int, town: str = "Aachen", **changes: object) -> SeekingGroup:
    """A choir of adults that fits every other one."""
    usual = SeekingGroup(UUID(int=number), town, GroupKind.CHOIR, {"en": Level.WELL}, 30, 20, 70)
    return replace(usual, **changes)  # type: ignore[arg-type]


CHOIR = group(1)


@pytest.mark.parametrize(
    ("other", "broken"),
    [
        (group(2, "Brest"), ()),
        (group(2), ("towns_linked",)),
        (group(2, "Cork"), ("towns_linked",)),
        (group(2, "Brest", kind=GroupKind.MUSIC), ()),
        (group(2, "Brest", kind=GroupKind.SCOUTS), ("kinds_fit",)),
        (group(2, "Brest", youngest=17), ("same_wall",)),
        (group(2, "Brest", youngest=18), ()),
        (group(2, "Brest", youngest=70, oldest=90), ()),
        (group(2, "Brest", youngest=71, oldest=90), ("ages_overlap",)),
        (group(2, "Brest", languages={"fr": Level.FIRST}), ("language_in_common",)),
        (group(2, "Brest", size=180), ()),
        (group(2, "Brest", size=181), ("sizes_fit",)),
        (group(2, "Brest", size=5), ()),
        (group(2, "Brest", size=4), ("sizes_fit",)),
        (group(1, "Brest"), ("not_blocked",)),
    ],
)
def test_R02_each_rule_for_groups_holds_at_its_edge(other: SeekingGroup, broken: tuple[str, ...]) -> None:
    assert broken_rules(CHOIR, other, WORLD, CLUBS) == broken == broken_rules(other, CHOIR, WORLD, CLUBS)
    made = propose_groups([CHOIR, replace(other, uid=UUID(int=9))], WORLD, CLUBS)
    assert bool(made.proposals) is (not broken or broken == ("not_blocked",))
    if not made.proposals:
        assert made.unmatched[CHOIR.uid] == broken[0]


def test_another_sort_of_groups_has_its_own_kinds_and_ratio() -> None:
    classes = Sort(akin=frozenset(), largest_ratio=150)
    large = group(2, "Brest", kind=GroupKind.MUSIC, size=46)
    assert broken_rules(CHOIR, large, WORLD, classes) == ("kinds_fit", "sizes_fit")
    assert broken_rules(CHOIR, replace(large, kind=GroupKind.CHOIR, size=45), WORLD, classes) == ()


@pytest.mark.parametrize(
    ("near", "waiting", "without_place", "opened"),
    [(3, 27, 0, False), (2, 0, 0, True), (3, 28, 0, True), (3, 0, 1, True), (4, 0, 1, False)],
)
def test_the_twin_of_a_twin_opens_where_both_allow_it_and_one_waits_long_or_has_few_others(
    near: int, waiting: int, without_place: int, opened: bool
) -> None:
    here = group(1, open_to_twin_of_twin=True, waiting_days=waiting)
    far = group(2, "Cork", open_to_twin_of_twin=True)
    # those between have a partner already, so in the first turn the two are alone with each other
    between = [group(3 + n, "Brest", partners=1, capacity_left=int(n >= without_place)) for n in range(near)]
    found = propose_groups([here, far, *between], WORLD, CLUBS).proposals
    assert (Pair((here.uid, far.uid)) in {Pair((one.first, one.second)) for one in found}) is opened
    shy = propose_groups([here, replace(far, open_to_twin_of_twin=False), *between], WORLD, CLUBS).proposals
    assert Pair((here.uid, far.uid)) not in {Pair((one.first, one.second)) for one in shy}


def test_first_partners_come_first_and_nobody_gets_more_than_they_want() -> None:
    busy = group(1, capacity_left=2, partners=1)
    hungry = group(2, capacity_left=3)
    there = [group(n, "Brest") for n in (3, 4)]
    made = propose_groups([busy, hungry, *there], WORLD, CLUBS)
    assert [one.turn for one in made.proposals] == [1, 2]
    assert hungry.uid in (made.proposals[0].first, made.proposals[0].second)
    assert propose_groups([replace(hungry, capacity_left=0), *there], WORLD, CLUBS).unmatched[hungry.uid] == (
        "no_place_left"
    )


def test_the_second_look_sees_a_broken_rule_a_double_place_and_two_who_could_have_met() -> None:
    there, other = group(2, "Brest"), group(3, "Brest")
    made = propose_groups([CHOIR, there, other], WORLD, CLUBS)
    assert complaints(made, [CHOIR, there, other], WORLD, CLUBS) == ()
    blocked = replace(WORLD, blocked=frozenset({Pair((CHOIR.uid, made.proposals[0].second))}))
    assert "not_blocked" in complaints(made, [CHOIR, there, other], blocked, CLUBS)
    doubled = replace(made, proposals=(*made.proposals, *made.proposals))
    assert {"too_many", "twice"} <= set(complaints(doubled, [CHOIR, there, other], WORLD, CLUBS))
    assert complaints(replace(made, proposals=()), [CHOIR, there], WORLD, CLUBS) == ("could_have_met",)


def test_the_facts_of_a_pair_of_groups() -> None:
    told = explain_groups(CHOIR, group(2, "Brest", kind=GroupKind.MUSIC, size=60, youngest=20, oldest=44), WORLD)
    facts = {term.name: (term.points, term.detail) for term in told.points}
    assert facts["kind"] == (125, ("choir", "music"))
    assert facts["ages"] == (150 * 25 // 51, ("20", "44"))
    assert facts["size"] == (50, ("30", "60"))
    assert facts["language"] == (200 * 160 // 180, ("en", "well"))
    assert facts["town"] == (100, ("formal",))
    told = explain_groups(CHOIR, group(2, "Brest", youngest=70, oldest=90), WORLD)
    assert next((term.points, term.detail) for term in told.points if term.name == "ages") == (150 // 71, ("70", "70"))
