"""Do columns give back the people that were put into them?"""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from penfriends.rules.gathered import Gathered
from penfriends.rules.matching import Seeker, World
from penfriends.rules.seeker_rows import people_of, surroundings_in
from tests.support.seekers import RARITY, seeker, worlds


def gathered(world: World) -> Gathered:
    around = surroundings_in(world)
    return Gathered(people_of(sorted(world.seekers, key=lambda one: one.uid), around), around)


def as_kept(world: World) -> list[Seeker]:
    """Homes have numbers."""
    homes = sorted({one.household for one in world.seekers if one.household})
    return [
        replace(one, household=one.household and UUID(int=homes.index(one.household)))
        for one in sorted(world.seekers, key=lambda one: one.uid)
    ]


@given(worlds(), st.data())
def test_everybody_comes_back_as_they_were(world: World, data: st.DataObject) -> None:
    columns, people = gathered(world), as_kept(world)
    assert list(columns) == people
    assert (columns[-1], list(columns[1:]), len(columns)) == (people[-1], people[1:], len(people))
    some = data.draw(st.lists(st.sampled_from(people)))
    wanted = {one.uid for one in some} | {UUID(int=5)}
    assert columns.of(wanted) == [one for one in people if one.uid in wanted]
    assert replace(world, seekers=columns).some(wanted) == columns.of(wanted)


def test_ids_that_end_in_noughts_are_found() -> None:
    people = tuple(seeker(number) for number in (1, 1 << 8, 1 << 64, 1 << 120))
    columns = gathered(World(people, (), rarity=RARITY))
    for one in people:
        assert [found.uid for found in columns.of([one.uid, UUID(int=7)])] == [one.uid]


def test_nobody_is_nobody() -> None:
    columns = gathered(World((), ()))
    assert list(columns) == []
    assert columns.of([UUID(int=1)]) == []
