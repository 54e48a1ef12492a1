"""Are the reasons of a proposal told whole, and of others no more than may be known?"""

from typing import Any

from penfriends.models.places import Town
from penfriends.web.why import path, runners_up, why

NAMES = {"1": "Ann", "2": "Ben"}
FAR = ["twin_of_twin", "lille"]
TOWNS = {"lille": "Lille"}


def kept(town: list[str]) -> dict[str, Any]:
    return {
        "first": "1",
        "second": "2",
        "terms": [
            {"name": "first_wish", "points": 40, "maximum": 40, "detail": ["met", "lille"]},
            {"name": "town", "points": 30, "maximum": 100, "detail": town},
        ],
        "alternatives": [
            {"of": "1", "other": "3", "weight": 1500, "reason": "taken"},
            {"of": "2", "other": "4", "weight": 1200, "reason": "weaker"},
            {"of": "2", "other": "gone", "weight": 1100, "reason": "weaker"},
        ],
    }


def test_every_term_is_a_sentence_with_its_points() -> None:
    told = why(kept(["formal", "1955"]), NAMES, TOWNS)
    assert [(one.sentence, one.points, one.maximum, one.is_good) for one in told] == [
        ("Ann wished for Lille.", 40, 40, True),
        ("Their towns have been twins since 1955.", 30, 100, False),
    ]


def test_the_way_over_a_third_town_is_told_by_name() -> None:
    assert path(kept(FAR), ("Thetford", "Nablus"), TOWNS) == ("Thetford", "Lille", "Nablus")
    assert path(kept(["formal", "1955"]), ("Thetford", "Nablus"), TOWNS) == ()


def test_R18_of_who_is_not_ours_only_the_town_is_told_and_of_who_is_gone_nothing() -> None:
    nablus = Town(slug="nablus", name="Nablus", country="PS", language="ar", timezone="Asia/Hebron", names={})
    told = runners_up(kept(FAR), NAMES, {"3": ("Carl", nablus), "4": ("", nablus)})
    assert [(one.of, one.other, one.why) for one in told] == [
        ("Ann", "Carl", "fits better, but is proposed to somebody else (1,500 points)"),
        ("Ben", "somebody in Nablus", "fits less well (1,200 points)"),
    ]
