"""Does the sheet count whom it should, on the right side of a link, and can no child be found in it?"""

from datetime import date

from penfriends.rules.matching import Level, TownLink
from penfriends.rules.shortage import AGES, Group, Shortage, ages_of, groups, shortage
from tests.support.seekers import LINK, TODAY, seeker, world

TWINS = {"Aachen": {"Brest"}, "Brest": {"Aachen", "Cork"}, "Cork": {"Brest"}}
TEN, YOUNG, OLD = 0, 4, 7


def test_every_age_has_one_group() -> None:
    for age in range(8, 111):
        first, last = AGES[ages_of(age)]
        assert first <= age <= (last or 200)


def test_people_are_counted_by_town_age_and_each_of_their_languages() -> None:
    both = {"en": Level.FIRST, "de": Level.LITTLE}
    people = [seeker(1, languages=both), seeker(2), seeker(3, born=date(2017, 1, 1)), seeker(4, "Brest")]
    alone = {one.uid: "nobody_there" for one in people}
    assert groups(world(*people), alone, TODAY) == (
        Group("Aachen", TEN, "en", 1),
        Group("Aachen", 5, "de", 1),
        Group("Aachen", 5, "en", 2),
        Group("Brest", 5, "en", 1),
    )


def test_who_found_somebody_or_lacks_only_an_own_entry_is_not_counted() -> None:
    people = [seeker(1), seeker(2), seeker(3)]
    alone = {people[0].uid: "birth_date_missing", people[1].uid: "band_outdated"}
    assert groups(world(*people), alone, TODAY) == ()


def test_the_other_side_of_the_link_is_what_lacks_somebody() -> None:
    found = shortage([Group("Aachen", TEN, "en", 9), Group("Cork", TEN, "en", 2)], TWINS, {"Aachen"})
    assert [(one.missing.town, one.missing.number, one.waiting_in) for one in found.there] == [
        ("Brest", 11, ("Aachen", "Cork"))
    ]
    assert found.here == ()
    assert found.waiting == (Group("Aachen", TEN, "en", 9),)
    mirrored = shortage([Group("Aachen", TEN, "en", 9)], TWINS, {"Brest"})
    assert [(one.missing.town, one.missing.number) for one in mirrored.here] == [("Brest", 9)]
    assert mirrored.waiting == ()
    assert mirrored.there == ()


def test_what_foreign_towns_lack_for_each_other_is_not_on_this_sheet() -> None:
    found = shortage([Group("Cork", OLD, "en", 5)], TWINS, {"Aachen"})
    assert found == Shortage((), (), (), ())


def test_a_town_without_a_twin_is_named() -> None:
    found = shortage([Group("Delft", OLD, "en", 5)], TWINS, {"Delft", "Aachen"})
    assert found.unlinked == ("Delft",)


def test_below_three_children_no_number_is_shown_and_adults_are_counted() -> None:
    assert [Group("Aachen", TEN, "en", n).is_few for n in (1, 2, 3)] == [True, True, False]
    assert not Group("Aachen", YOUNG, "en", 1).is_few


def test_a_link_counts_in_both_directions() -> None:
    people = [seeker(1, born=date(2017, 1, 1)), seeker(2, "Brest", date(2010, 1, 1))]
    here = world(*people, links=(LINK, TownLink("Cork", "Brest")))
    counted = groups(here, {one.uid: "age_window" for one in people}, TODAY)
    found = shortage(counted, {town: here.twins_of(town) for town in ("Aachen", "Brest")}, {"Aachen"})
    assert [(one.missing.town, one.missing.ages) for one in (*found.here, *found.there)] == [
        ("Aachen", 3),
        ("Brest", 0),
    ]
