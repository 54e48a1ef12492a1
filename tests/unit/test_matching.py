"""Do the hard rules draw their lines where they should, and do the points of a pair say why?"""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from penfriends.rules.bands import Band
from penfriends.rules.eligibility import may_be_matched
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level, LinkKind, Medium, Seeker, TownLink, World, broken_rules
from penfriends.rules.score import MAXIMA, Term, explain, score, weight
from tests.support.seekers import LINK, TODAY, pair, seeker, world

ANNA = seeker(1, "Aachen")
BRIEUC = seeker(2, "Brest")


def broken(a: Seeker, b: Seeker, around: World | None = None) -> tuple[str, ...]:
    """Asks both looks and both orders, so that every line below holds for all of them."""
    around = around or world(a, b)
    names = broken_rules(a, b, around, TODAY)
    assert names == broken_rules(b, a, around, TODAY)
    assert may_be_matched(a, b, around, TODAY) is may_be_matched(b, a, around, TODAY) is (not names)
    return names


def term(name: str, a: Seeker, b: Seeker, around: World | None = None) -> Term:
    return next(t for t in explain(a, b, around or world(a, b), TODAY).points if t.name == name)


def test_two_adults_of_twin_towns_with_a_common_language_may_be_matched() -> None:
    assert broken(ANNA, BRIEUC) == ()


@pytest.mark.parametrize(("born", "forbidden"), [(date(2008, 3, 1), True), (date(2008, 3, 2), False)])
def test_R02_matching_never_joins_adult_and_child_at_the_birthday(born: date, forbidden: bool) -> None:
    other = seeker(2, "Brest", date(2008, 3, 5))
    assert other.band is Band.CHILD
    assert ("same_band" in broken(seeker(1, born=born), other)) is forbidden


def test_R02_a_band_that_is_no_longer_true_matches_nobody() -> None:
    grown_up = seeker(1, born=date(2008, 2, 27), band=Band.CHILD)
    assert "same_band" in broken(grown_up, seeker(2, "Brest", date(2008, 3, 5)))
    assert "same_band" in broken(grown_up, seeker(2, "Brest", 2006))


def test_R02_who_may_still_be_seventeen_is_a_child_without_a_date() -> None:
    unsure = seeker(1, born=2008)
    assert unsure.band is Band.CHILD
    assert "same_band" in broken(unsure, seeker(2, "Brest", 2006))
    assert "children_age_gap" in broken(unsure, seeker(2, "Brest", date(2008, 6, 1)))


def test_R01_nobody_under_eight_is_matched() -> None:
    assert broken(seeker(1, born=date(2018, 3, 1)), seeker(2, "Brest", date(2018, 3, 1))) == ()
    assert "old_enough" in broken(seeker(1, born=date(2018, 3, 2)), seeker(2, "Brest", date(2018, 3, 1)))


@pytest.mark.parametrize(
    ("younger", "elder", "allowed"),
    [
        (date(2016, 6, 10), date(2014, 12, 10), True),  # nine years old: 18 months
        (date(2016, 6, 10), date(2014, 12, 9), False),
        (date(2013, 3, 2), date(2011, 9, 2), True),  # still twelve today
        (date(2013, 3, 2), date(2011, 9, 1), False),
        (date(2013, 3, 1), date(2011, 3, 1), True),  # thirteen today: 24 months
        (date(2013, 3, 1), date(2011, 2, 28), False),
        (date(2014, 2, 28), date(2012, 8, 31), True),  # no 31 February: the month's end counts
        (date(2014, 3, 1), date(2012, 8, 31), False),
    ],
)
def test_R03_children_are_close_in_age_by_date(younger: date, elder: date, allowed: bool) -> None:
    assert ("children_age_gap" not in broken(seeker(1, born=younger), seeker(2, "Brest", elder))) is allowed


@pytest.mark.parametrize(
    ("younger", "elder", "allowed"),
    [
        (2000, 1994, True),  # 25 at least: 4 + 0.35 · 7 = 6.45 years
        (2000, 1993, False),
        (1960, 1942, True),  # 65 at least: 20.45, but never more than 20
        (1950, 1930, True),
        (1950, 1929, False),
        (date(2008, 3, 1), date(2004, 3, 1), True),  # 18 today: exactly four years
        (date(2008, 3, 1), date(2004, 2, 29), False),
        (date(2006, 3, 1), 2002, True),
        (2007, 2003, True),  # 18 at least
        (2007, 2002, False),
    ],
)
def test_adults_may_be_further_apart_the_older_they_are(younger: date | int, elder: date | int, allowed: bool) -> None:
    assert ("adults_age_gap" not in broken(seeker(1, born=younger), seeker(2, "Brest", elder))) is allowed


@pytest.mark.parametrize(("age", "limit"), [(8, 1), (12, 1), (13, 2), (17, 2), (18, 3), (60, 3)])
def test_R19_friends_are_limited_by_age(age: int, limit: int) -> None:
    born = date(TODAY.year - age, 1, 1)
    other = seeker(2, "Brest", born, capacity_left=3)
    for friends in range(5):
        full = "capacity" in broken(seeker(1, born=born, capacity_left=3, friends=friends), other)
        assert full is (friends >= limit)


def test_who_wants_nobody_gets_nobody() -> None:
    assert broken(replace(ANNA, capacity_left=0), BRIEUC) == ("capacity",)


def test_towns_must_be_linked_and_differ() -> None:
    assert broken(ANNA, replace(BRIEUC, town="Cork")) == ("linked_towns",)
    assert broken(ANNA, replace(BRIEUC, town="Aachen")) == ("linked_towns", "different_town")


def test_a_twin_of_a_twin_needs_both_to_allow_it() -> None:
    links = (LINK, TownLink("Cork", "Brest"))
    near, far = replace(ANNA, open_to_twin_of_twin=True), replace(BRIEUC, town="Cork")
    assert broken(near, far, world(near, far, links=links)) == ("linked_towns",)
    far = replace(far, open_to_twin_of_twin=True)
    around = world(near, far, links=links)
    assert broken(near, far, around) == ()
    assert term("town", near, far, around) == Term("town", 30, 100, ("twin_of_twin", "Brest"))


def test_two_links_apart_means_one_town_between() -> None:
    near, far = replace(ANNA, open_to_twin_of_twin=True), replace(BRIEUC, town="Delft", open_to_twin_of_twin=True)
    assert broken(near, far, world(near, far, links=(LINK, TownLink("Cork", "Delft")))) == ("linked_towns",)


def test_R02_a_year_alone_makes_an_adult_on_new_years_day_and_not_before() -> None:
    unsure, grown_up = seeker(1, born=2007, band=Band.ADULT), seeker(2, "Brest", 2005)
    around = world(unsure, grown_up)
    for today, allowed in ((date(2025, 12, 31), False), (date(2026, 1, 1), True)):
        assert may_be_matched(unsure, grown_up, around, today) is allowed
        assert ("same_band" not in broken_rules(unsure, grown_up, around, today)) is allowed


def test_without_a_common_language_nothing_can_be_written() -> None:
    assert broken(ANNA, replace(BRIEUC, languages={"fr": Level.FIRST})) == ("common_language",)


@pytest.mark.parametrize(
    ("mine", "theirs", "works"),
    [
        ({Medium.WEB}, {Medium.EMAIL}, True),
        ({Medium.PAPER}, {Medium.PAPER}, True),
        ({Medium.PAPER}, {Medium.WEB, Medium.EMAIL}, False),
        ({Medium.PAPER, Medium.WEB}, {Medium.EMAIL}, True),
        (set(), {Medium.WEB}, False),
    ],
)
def test_web_and_mail_reach_each_other_and_paper_only_paper(
    mine: set[Medium], theirs: set[Medium], works: bool
) -> None:
    names = broken(replace(ANNA, media=frozenset(mine)), replace(BRIEUC, media=frozenset(theirs)))
    assert names == (() if works else ("common_medium",))


def test_a_block_holds_in_both_directions() -> None:
    assert broken(ANNA, BRIEUC, world(ANNA, BRIEUC, blocked=frozenset({pair(BRIEUC, ANNA)}))) == ("not_blocked",)
    assert "not_blocked" in broken(ANNA, ANNA)


def test_R15_R16_one_household_does_not_write_to_itself() -> None:
    home = UUID(int=9)
    assert broken(replace(ANNA, household=home), replace(BRIEUC, household=home)) == ("not_same_household",)
    assert broken(replace(ANNA, household=home), BRIEUC) == ()


def test_the_maxima_are_a_thousand_and_the_perfect_pair_reaches_them() -> None:
    languages = {"de": Level.FIRST, "fr": Level.FIRST}
    a = replace(ANNA, languages=languages, practises=frozenset({"fr"}), wished_town="Brest")
    b = replace(BRIEUC, languages=languages, practises=frozenset({"de"}), wished_town="Aachen")
    assert sum(MAXIMA.values()) == 1000 == score(a, b, world(a, b), TODAY)


def test_the_explanation_carries_facts_and_no_sentence() -> None:
    a = seeker(
        1,
        born=date(2012, 1, 10),
        interests=frozenset({"chess", "stamps"}),
        languages={"de": Level.FIRST, "en": Level.LITTLE},
    )
    b = seeker(
        2,
        "Brest",
        date(2012, 6, 20),
        interests=frozenset({"chess", "stamps", "cycling"}),
        practises=frozenset({"de"}),
        wished_town="Cork",
    )
    assert explain(a, b, world(a, b), TODAY).points == (
        Term("interests", 324, 350, ("stamps", "chess")),
        Term("language", 60, 180, ("en", "little")),
        Term("first_practises", 0, 35),
        Term("second_practises", 35, 35, ("de",)),
        Term("age", 150, 200, ("months", "6")),
        Term("town", 100, 100, ("formal", "1955")),
        Term("first_wish", 20, 40, ("none",)),
        Term("second_wish", 0, 40, ("unmet", "Cork")),
        Term("medium", 20, 20, ("web",)),
    )


def test_of_two_links_the_stronger_speaks() -> None:
    links = (TownLink("Brest", "Aachen", LinkKind.INFORMAL, 1920), replace(LINK, since=1980), LINK)
    assert term("town", ANNA, BRIEUC, world(links=links)).detail == ("formal", "1955")


def test_waiting_and_a_pending_proposal_weigh() -> None:
    around = world(ANNA, BRIEUC)
    plain = 1000 + score(ANNA, BRIEUC, around, TODAY)
    assert weight(replace(ANNA, waiting_days=10), replace(BRIEUC, waiting_days=5), around, TODAY) == plain + 30
    assert weight(ANNA, BRIEUC, replace(around, pending=frozenset({pair(ANNA, BRIEUC)})), TODAY) == plain + 50


def test_every_interest_of_the_list_has_a_rarity_that_matching_understands() -> None:
    assert {interest.rarity for interest in INTERESTS.values()} <= {1, 2, 3, 4}
