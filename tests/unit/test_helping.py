"""Is somebody promised only what would really help?"""

from dataclasses import replace
from uuid import UUID

from penfriends.rules.helping import helps
from penfriends.rules.matching import Level, Medium, Seeker, TownLink, World
from tests.support.seekers import LINK, TODAY, seeker, world

FAR = (LINK, TownLink("Brest", "Cork"))


def told(one: Seeker, here: World) -> tuple[str, ...]:
    return helps(here, {one.uid}, TODAY).get(one.uid, ())


def test_twins_of_twins_help_where_somebody_there_allows_it_and_fits() -> None:
    one, other = seeker(1), seeker(2, "Cork", open_to_twin_of_twin=True)
    assert told(one, world(one, other, links=FAR)) == ("twins_of_twins",)
    for unfit in (replace(other, open_to_twin_of_twin=False), replace(other, languages={"fr": Level.FIRST})):
        assert told(one, world(one, unfit, links=FAR)) == ()


def test_the_language_in_which_most_would_fit_is_named() -> None:
    one = seeker(1)
    others = [seeker(n, "Brest", languages={code: Level.FIRST}) for n, code in ((2, "fr"), (3, "nl"), (4, "fr"))]
    assert told(one, world(one, *others)) == ("language:fr",)


def test_another_way_of_writing_is_named() -> None:
    one, other = seeker(1), seeker(2, "Brest", media=frozenset({Medium.PAPER}))
    assert told(one, world(one, other)) == ("on_paper",)
    assert told(other, world(one, other)) == ("by_wire",)


def test_nothing_helps_against_two_obstacles_at_once() -> None:
    one = seeker(1)
    other = seeker(2, "Brest", 1950, languages={"fr": Level.FIRST})
    assert told(one, world(one, other)) == ()


def test_only_those_are_told_who_were_asked_about() -> None:
    one, other = seeker(1), seeker(2, "Cork", open_to_twin_of_twin=True)
    assert helps(world(one, other, links=FAR), set(), TODAY) == {}
    assert helps(world(one, other, links=FAR), {UUID(int=99)}, TODAY) == {}
