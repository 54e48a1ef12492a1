"""Does one person against many give what the rules and the score give, pair by pair?"""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from penfriends.rules import gist, newcomer
from penfriends.rules.bands import Birth
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level, Medium, Seeker, World, age_gap, age_window, broken_rules
from penfriends.rules.newcomer_rows import Key, Me, Others, Reached, years_around
from penfriends.rules.score import score
from tests.support.seekers import TODAY, births, seeker, seekers, surroundings

RARITY = {code: one.rarity for code, one in INTERESTS.items()}
NOT_IN_A_ROW = {"capacity", "not_blocked", "common_medium", "not_same_household"}
SOME = [next(code for code, one in INTERESTS.items() if one.rarity == rarity) for rarity in (1, 1, 2, 3, 4)]
likes = st.frozensets(st.sampled_from([*SOME, *list(INTERESTS)[:70:7]]), max_size=9)


@st.composite
def people(draw: st.DrawFn, number: int) -> Seeker:
    """Somebody as the site knows them: likes of our list, and either post or the rest."""
    found = draw(seekers(number))
    media = frozenset({Medium.PAPER}) if found.media == {Medium.PAPER} else frozenset({Medium.WEB, Medium.EMAIL})
    return replace(found, interests=draw(likes), media=media)


def gist_of(one: Seeker) -> bytes:
    return gist.pack(one.languages, one.practises, one.interests)


def me_of(one: Seeker) -> Me:
    return Me(one.birth, one.band, one.town, one.wished_town, gist_of(one))


def others_of(me: Seeker, found: list[Seeker]) -> Others:
    return Others(
        year=[one.birth.year for one in found],
        born=[one.birth.on for one in found],
        town=[one.town for one in found],
        wish=[1 if one.wished_town is None else 2 * (one.wished_town == me.town) for one in found],
        gist=[gist_of(one) for one in found],
    )


def reach(around: World, me: Seeker, other: Seeker) -> dict[Key, Reached]:
    """What the database says of two towns."""
    link, counts = around.link(me.town, other.town), around.weights_between(me.town, other.town)
    if link is not None:
        return {other.town: Reached(link.kind, counts)}
    both = me.open_to_twin_of_twin and other.open_to_twin_of_twin
    return {other.town: Reached(None, counts)} if both and around.town_between(me.town, other.town) else {}


@given(people(1), st.lists(people(2), min_size=1, max_size=8), surroundings())
def test_many_at_once_are_judged_like_each_alone(me: Seeker, found: list[Seeker], around: World) -> None:
    others = [replace(one, uid=seeker(100 + n).uid, band=me.band) for n, one in enumerate(found)]
    around = replace(around, rarity=RARITY)
    for one in others:
        fits, points = newcomer.judge(me_of(me), others_of(me, [one]), reach(around, me, one), TODAY)
        assert bool(fits[0]) is (not set(broken_rules(me, one, around, TODAY)) - NOT_IN_A_ROW)
        if fits[0] and me.media & one.media:
            assert int(points[0]) == score(me, one, around, TODAY)
    towns = {town: points for one in others for town, points in reach(around, me, one).items()}
    together, sums = newcomer.judge(me_of(me), others_of(me, others), towns, TODAY)
    alone = [newcomer.judge(me_of(me), others_of(me, [one]), towns, TODAY) for one in others]
    assert [bool(one) for one in together] == [bool(fits[0]) for fits, _ in alone]
    assert sums.tolist() == [int(points[0]) for _, points in alone]


@given(births, st.integers(-9000, 9000), st.booleans(), st.integers(-20, 20))
def test_whoever_is_close_in_age_is_born_in_the_years_that_are_asked_for(
    mine: Birth, days: int, dated: bool, years: int
) -> None:
    born = (mine.on or date(mine.year, 7, 1)) + timedelta(days=days)
    for theirs in (Birth(born.year, born if dated else None), Birth(mine.year + years)):
        first, last = years_around(mine, TODAY)
        assert first <= theirs.year <= last or age_gap(mine, theirs) > age_window(mine, theirs, TODAY)


def test_nobody_is_no_trouble() -> None:
    fits, points = newcomer.judge(me_of(seeker(1)), others_of(seeker(1), []), {}, TODAY)
    assert fits.tolist() == points.tolist() == []


def test_a_gist_of_another_release_is_not_read() -> None:
    now = gist.pack({"en": Level.FIRST}, ["de"], ["cats"])
    assert gist.is_current(now)
    assert not gist.is_current(None)
    assert not gist.is_current(b"\x00" * 8 + now[8:])
    assert not gist.is_current(now[:-8])


def test_what_can_no_longer_be_chosen_is_left_out() -> None:
    assert gist.pack({"en": Level.WELL, "xx": Level.FIRST}, ["xx"], ["cats", "unlisted"]) == gist.pack(
        {"en": Level.WELL}, [], ["cats"]
    )
