"""Is the partnering of two classes the best there is, and does it keep what the teachers want or say why not?"""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from itertools import combinations, combinations_with_replacement, product
from random import Random

import pytest

from penfriends.rules import class_search
from penfriends.rules.bands import Birth
from penfriends.rules.class_pairing import broken, pair_classes, shortage
from penfriends.rules.class_places import Fits, board_of
from penfriends.rules.class_ring import links, pair_ring
from penfriends.rules.class_search import search
from penfriends.rules.late_pupils import add_late
from penfriends.rules.matching import Level
from penfriends.rules.partners import Complaint, Couple, Kind, Partnering, Remark, Roster, Rules, Trouble
from penfriends.rules.pupil_score import explain_pupils
from tests.support.classes import (
    AROUND,
    NOBODY,
    Worth,
    best_by_trying_all,
    couples,
    lively,
    pupil,
    roster,
    table,
    worth,
)

NO_RULES = Rules()


def found(fits: Fits, rules: Rules = NO_RULES, standing: frozenset[Couple] = NOBODY) -> Worth | None:
    """What the search finds, measured as `best_by_trying_all` measures."""
    outcome = search(board_of(fits, rules, standing))
    assert outcome.proven
    return None if outcome.entry_of is None else worth(fits, outcome.entry_of, standing)


def troubles(result: Partnering) -> list[Trouble]:
    assert not result.complaints or not result.pairs
    return [one.trouble for one in result.complaints]


def test_best_of_every_table_of_two_hosts_and_three_guests() -> None:
    """Every one with points 0, 1 and 2 or none, but for the order of the guests."""
    for three in combinations_with_replacement(product((None, 0, 1, 2), repeat=2), 3):
        fits = table(list(zip(*three, strict=True)), volunteers="h1")
        assert found(fits) == best_by_trying_all(fits, NO_RULES), three


def test_best_of_every_table_of_three_and_three() -> None:
    """Every one with points 1 and 2 or none, but for the order of the guests."""
    columns = list(product((None, 1, 2), repeat=3))
    for three in combinations_with_replacement(columns, 3):
        fits = table(list(zip(*three, strict=True)))
        assert found(fits) == best_by_trying_all(fits, NO_RULES), three


@pytest.mark.parametrize("hosts", range(1, 6))
def test_best_of_small_classes_with_wishes(hosts: int) -> None:
    rng = Random(hosts)  # noqa: S311 (no secret)
    for guests in range(hosts, 6):
        for _ in range(30):
            points = [[rng.choice((None, 0, *range(1, 9))) for _ in range(guests)] for _ in range(hosts)]
            fits = table(points, volunteers=" ".join(rng.sample([f"h{n}" for n in range(hosts)], hosts // 2)))
            uids = [one.uid for one in (*fits.hosts, *fits.guests)]
            apart = couples(*(" ".join(rng.sample(uids, 2)) for _ in range(rng.randint(0, 3))))
            together = (
                couples(" ".join(rng.sample([one.uid for one in fits.guests], 2))) if guests > hosts else couples()
            )
            locks = couples(f"h{rng.randrange(hosts)} g{rng.randrange(guests)}") if rng.random() < 0.5 else couples()
            rules = Rules(apart, together if rng.random() < 0.5 else couples(), locks)
            before = couples(
                *(f"h{rng.randrange(hosts)} {uid}" for uid in uids if uid[0] == "g" and rng.random() < 0.4)
            )
            for standing in (NOBODY, before):
                assert found(fits, rules, standing) == best_by_trying_all(fits, rules, standing), (
                    points,
                    rules,
                    before,
                )


@pytest.mark.parametrize("seed", [1, 2, 29])
def test_best_where_two_of_the_smaller_class_share_theirs(seed: int) -> None:
    """Tried are all ways to give one two partners and everybody else one; a look that knows nothing of the search says
    which of them keep the wishes."""
    first, second = lively("a", 5, seed), lively("b", 4, seed + 50, volunteers=0.5)
    rules = Rules(together=couples("b1 b2"))
    ours, theirs = ([one.uid for one in side.pupils] for side in (first, second))
    points = {Couple((a.uid, b.uid)): explain_pupils(a, b, AROUND).total for a in first.pupils for b in second.pupils}
    eager = {one.uid for one in (*first.pupils, *second.pupils) if one.volunteer}

    def value(pairs: Collection[Couple]) -> tuple[int, int, int]:
        numbers = Counter(uid for pair in pairs for uid in pair)
        unwilling = sum(number > 1 and uid not in eager for uid, number in numbers.items())
        return (-unwilling, min(points[pair] for pair in pairs), sum(points[pair] for pair in pairs))

    ways = (
        frozenset({*map(Couple, zip(ours, chosen, strict=True)), Couple((two, more))})
        for chosen in product(theirs, repeat=5)
        for two in ours
        for more in theirs
    )
    result = pair_classes(first, second, rules, AROUND)
    assert broken(first, second, result.couples, rules, AROUND) == ()
    better = (way for way in ways if len(way) == 6 and value(way) > value(result.couples))
    assert all(broken(first, second, way, rules, AROUND) for way in better)


@pytest.mark.parametrize(("ours", "theirs"), [(31, 27), (24, 24), (9, 30), (60, 60), (30, 9), (1, 1), (3, 17)])
def test_sizes_of_real_classes(ours: int, theirs: int) -> None:
    first, second = lively("a", ours, 1), lively("b", theirs, 2, "de")
    result = pair_classes(first, second, NO_RULES, AROUND)
    assert broken(first, second, result.couples, NO_RULES, AROUND) == ()
    low, high = sorted((ours, theirs))
    numbers = [
        sum(uid in couple for couple in result.couples)
        for uid in (one.uid for one in (second, first)[ours < theirs].pupils)
    ]
    assert (min(numbers), max(numbers), len(numbers)) == (high // low, -(-high // low), low)
    assert len(result.pairs) == high
    assert (Remark.LARGER_CIRCLES in result.remarks) == (high > 2 * low)
    assert all(len(circle) <= 3 for circle in result.circles) == (high <= 2 * low)


def test_31_and_27_need_four_who_share_and_it_is_said_before() -> None:
    first, second = roster("a", 31), roster("b", 27)
    second = Roster(
        "b", (replace(second.pupils[5], volunteer=True), *(one for one in second.pupils if one.uid != "b6"))
    )
    lack = shortage(first, second, NO_RULES)
    assert lack is not None
    assert (lack.smaller, lack.least, lack.most, lack.sharing, lack.volunteers, lack.missing) == (1, 1, 2, 4, 1, 3)
    result = pair_classes(first, second, NO_RULES, AROUND)
    assert ("b6", True) in {(one.uid, one.volunteered) for one in result.shares}
    assert len(result.shares) == 4
    assert Remark.NOT_VOLUNTEERED in result.remarks


def test_whom_the_teacher_appoints_shares_and_nobody_else() -> None:
    appointed = {"b3", "b9", "b20", "b27"}
    second = roster("b", 27)
    second = Roster("b", tuple(replace(one, volunteer=one.uid in appointed) for one in second.pupils))
    assert shortage(roster("a", 31), second, NO_RULES).missing == 0  # type: ignore[union-attr]
    result = pair_classes(roster("a", 31), second, NO_RULES, AROUND)
    assert {one.uid for one in result.shares} == appointed
    assert result.remarks == ()


def test_shortage_counts_present_pupils_and_locks() -> None:
    first, second = roster("a", 5), roster("b", 3)
    assert shortage(first, second, Rules(locks=couples("b1 a1", "b1 a2"))).missing == 1  # type: ignore[union-attr]
    away = Roster("a", (*first.pupils[:3], *(replace(one, present=False) for one in first.pupils[3:])))
    assert shortage(away, second, NO_RULES).sharing == 0  # type: ignore[union-attr]
    assert shortage(roster("a", 0), second, NO_RULES) is None
    assert shortage(roster("a", 9), second, NO_RULES).sharing == 3  # type: ignore[union-attr]


def test_kept_together_have_the_same_partner() -> None:
    first, second = lively("a", 31, 5), lively("b", 27, 6)
    rules = Rules(together=couples("a1 a2", "b1 b2"))
    result = pair_classes(first, second, rules, AROUND)
    circle = {uid: one for one in result.circles for uid in one}
    assert circle["a1"] == circle["a2"]
    assert circle["b1"] == circle["b2"]
    assert {len(one) for one in result.circles} == {2, 3}
    assert broken(first, second, result.couples, rules, AROUND) == ()


def test_classes_of_one_size_have_nobody_who_shares_but_circles_can_be_joined() -> None:
    first, second = lively("a", 6, 5), lively("b", 6, 6)
    rules = Rules(together=couples("a1 a2"))
    assert troubles(pair_classes(first, second, rules, AROUND)) == [Trouble.TOGETHER_NOBODY_SHARES]
    joined = replace(rules, join_circles=True)
    result = pair_classes(first, second, joined, AROUND)
    assert sorted(len(one) for one in result.circles) == [2, 2, 2, 2, 4]
    assert Remark.JOINED_CIRCLES in result.remarks
    friends = {uid for one in result.circles if "a1" in one for uid in one if uid.startswith("b")}
    apart = replace(joined, apart=couples(" ".join(friends)))
    again = pair_classes(first, second, apart, AROUND)
    assert broken(first, second, again.couples, apart, AROUND) == ()


def test_two_locks_on_one_of_the_larger_class_make_a_circle_of_three() -> None:
    rules = Rules(locks=couples("a1 b1", "a1 b2"))
    result = pair_classes(roster("a", 5), roster("b", 4), rules, AROUND)
    assert ("a1", "b1", "b2") in result.circles
    assert broken(roster("a", 5), roster("b", 4), result.couples, rules, AROUND) == ()


@pytest.mark.parametrize(
    ("rules", "trouble"),
    [
        (Rules(locks=couples("a1 x1")), Trouble.UNKNOWN_PUPIL),
        (Rules(apart=couples("a1 a1")), Trouble.SAME_PUPIL),
        (Rules(locks=couples("a1 a2")), Trouble.LOCK_SAME_CLASS),
        (Rules(locks=couples("a1 b1"), apart=couples("a1 b1")), Trouble.LOCK_APART),
        (Rules(locks=couples("a4 b1")), Trouble.LOCK_ABSENT),
        (Rules(locks=couples("a1 b4")), Trouble.LOCK_NO_LANGUAGE),
        (Rules(locks=couples("a1 b5")), Trouble.LOCK_WALL),
        (Rules(locks=couples("a1 b1", "a2 b1", "a3 b1")), Trouble.TOO_MANY_LOCKS),
        (Rules(together=couples("a1 b1")), Trouble.TOGETHER_TWO_CLASSES),
        (Rules(together=couples("b1 b2"), apart=couples("b1 b2")), Trouble.TOGETHER_APART),
        (Rules(together=couples("b1 b2", "b2 b3")), Trouble.TOGETHER_TOO_MANY),
    ],
)
def test_wishes_that_cannot_be(rules: Rules, trouble: Trouble) -> None:
    away, foreign = pupil("a4", present=False), pupil("b4", languages={"pl": Level.FIRST})
    first = Roster("a", (*roster("a", 3).pupils, away, pupil("a5", languages={"pl": Level.WELL}), pupil("a6")))
    grown_up = pupil("b5", birth=Birth(1990))
    second = Roster("b", (*roster("b", 3).pupils, foreign, grown_up, pupil("b6"), pupil("b7")))
    assert trouble in troubles(pair_classes(first, second, rules, AROUND))


def test_lists_that_cannot_be() -> None:
    twice = Roster("a", (pupil("a1"), pupil("a1")))
    assert troubles(pair_classes(twice, roster("b", 2), NO_RULES, AROUND)) == [Trouble.PUPIL_TWICE]
    assert troubles(pair_classes(roster("a", 0), roster("b", 2), NO_RULES, AROUND)) == [Trouble.EMPTY_CLASS]
    polish = Roster("b", (*roster("b", 2).pupils, pupil("b3", languages={"pl": Level.FIRST})))
    result = pair_classes(roster("a", 3), polish, NO_RULES, AROUND)
    assert result.complaints == (Complaint(Trouble.NOBODY_FITS, ("b3",)),)


def test_three_who_have_one_between_them_are_named() -> None:
    polish = tuple(pupil(f"a{n}", languages={"pl": Level.FIRST}) for n in (1, 2))
    both = pupil("b1", languages={"pl": Level.WELL, "en": Level.WELL})
    first, second = Roster("a", (*polish, pupil("a3"))), Roster("b", (both, pupil("b2"), pupil("b3")))
    result = pair_classes(first, second, NO_RULES, AROUND)
    assert troubles(result) == [Trouble.TOO_FEW_FIT]
    assert set(result.complaints[0].pupils) in ({"a1", "a2"}, {"b2", "b3"})


def test_the_smallest_set_of_wishes_that_conflict_is_named() -> None:
    """b1 to b3 are locked away from a1, so a1 is left with b4, from whom they are to be kept apart."""
    rules = Rules(locks=couples("a2 b2", "a3 b3", "a4 b1"), apart=couples("a1 b4", "a2 b1", "a3 b4"))
    result = pair_classes(roster("a", 4), roster("b", 4), rules, AROUND)
    assert troubles(result) == [Trouble.RULES_CONFLICT]
    named = set(result.complaints[0].rules)
    assert (Kind.APART, ("a1", "b4")) in named
    assert (Kind.APART, ("a2", "b1")) not in named


def test_a_search_that_is_cut_short_keeps_every_wish_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = lively("a", 18, 3), lively("b", 6, 4)
    crowd = [one.uid for one in first.pupils[:6]]
    rules = Rules(apart=couples(*(" ".join(pair) for pair in combinations(crowd, 2))))
    whole = pair_classes(first, second, rules, AROUND)
    assert Remark.PERHAPS_NOT_BEST not in whole.remarks
    monkeypatch.setattr(class_search, "LOOKS", 12)
    short = pair_classes(first, second, rules, AROUND)
    assert Remark.PERHAPS_NOT_BEST in short.remarks
    assert broken(first, second, short.couples, rules, AROUND) == ()
    monkeypatch.setattr(class_search, "LOOKS", 1)
    assert troubles(pair_classes(first, second, rules, AROUND)) == [Trouble.NOT_FOUND]


# --- late, absent, gone ----------------------------------------------------------------------------------------------


def test_a_late_pupil_joins_without_moving_anybody() -> None:
    first, second = lively("a", 24, 1), lively("b", 24, 2)
    before = pair_classes(first, second, NO_RULES, AROUND)
    grown = Roster("a", (*first.pupils, pupil("a25")))
    rules = Rules(locks=before.couples)
    after = add_late(grown, second, before.couples, rules, AROUND)
    assert before.couples < after.couples
    assert len(after.couples) == 25
    assert after.shares[0].volunteered
    assert broken(grown, second, after.couples, rules, AROUND) == ()


def test_a_late_pupil_of_the_smaller_class_joins_a_pair() -> None:
    first, second = lively("a", 31, 1), lively("b", 27, 2)
    before = pair_classes(first, second, NO_RULES, AROUND)
    grown = Roster("b", (*second.pupils, pupil("b28")))
    after = add_late(first, grown, before.couples, NO_RULES, AROUND)
    assert before.couples < after.couples
    assert {len(circle) for circle in after.circles} == {2, 3}


def test_late_pupils_of_both_classes_get_each_other() -> None:
    first, second = lively("a", 5, 1), lively("b", 5, 2)
    before = pair_classes(first, second, NO_RULES, AROUND)
    first, second = Roster("a", (*first.pupils, pupil("a9"))), Roster("b", (*second.pupils, pupil("b9")))
    after = add_late(first, second, before.couples, NO_RULES, AROUND)
    assert after.couples == before.couples | couples("a9 b9")


def test_who_lost_the_partner_gets_another() -> None:
    first, second = lively("a", 5, 1), lively("b", 5, 2)
    before = pair_classes(first, second, NO_RULES, AROUND)
    gone = Roster("a", (replace(first.pupils[0], present=False), *first.pupils[1:]))
    after = add_late(gone, second, before.couples, NO_RULES, AROUND)
    assert before.couples - after.couples == {one for one in before.couples if "a1" in one}
    assert len(after.couples) == 5


def test_as_few_as_possible_are_moved_where_nobody_can_join_and_it_is_said() -> None:
    """Twice as many: all have two. One more of the smaller class has to get somebody from another."""
    first, second = lively("a", 8, 1), lively("b", 4, 2)
    before = pair_classes(first, second, NO_RULES, AROUND)
    grown = Roster("b", (*second.pupils, pupil("b9")))
    after = add_late(first, grown, before.couples, NO_RULES, AROUND)
    assert len(before.couples - after.couples) == 1
    assert Remark.MOVED in after.remarks


def test_where_everything_is_settled_a_circle_grows_and_it_is_said() -> None:
    first, second = lively("a", 8, 1), lively("b", 4, 2)
    before = pair_classes(first, second, NO_RULES, AROUND)
    grown = Roster("b", (*second.pupils, pupil("b9")))
    after = add_late(first, grown, before.couples, Rules(locks=before.couples), AROUND)
    assert before.couples < after.couples
    assert len(after.couples) == 9
    assert Remark.MORE_THAN_USUAL in after.remarks


def test_who_was_absent_finds_a_place_although_two_share_by_lock() -> None:
    """While one was away, classes of one size were not, so somebody has two partners who stay."""
    first, second = lively("a", 24, 1), lively("b", 24, 2)
    away = Roster("a", (replace(first.pupils[0], present=False), *first.pupils[1:]))
    before = pair_classes(away, second, NO_RULES, AROUND)
    after = add_late(first, second, before.couples, Rules(locks=before.couples), AROUND)
    assert before.couples < after.couples
    assert max(len(circle) for circle in after.circles) == 3
    assert Remark.MORE_THAN_USUAL in after.remarks
    free = add_late(first, second, before.couples, NO_RULES, AROUND)
    assert len(before.couples - free.couples) == 1
    assert free.shares == ()


def test_nobody_late_changes_nothing() -> None:
    first, second = lively("a", 7, 1), lively("b", 5, 2)
    before = pair_classes(first, second, NO_RULES, AROUND)
    assert add_late(first, second, before.couples, NO_RULES, AROUND) == before


def test_a_late_pupil_is_kept_together_and_apart() -> None:
    first, second = lively("a", 7, 1), lively("b", 5, 2)
    before = pair_classes(first, second, NO_RULES, AROUND)
    alone = next(uid for circle in before.circles if len(circle) == 2 for uid in circle if uid.startswith("a"))
    grown = Roster("a", (*first.pupils, pupil("a8")))
    together = Rules(together=couples(f"a8 {alone}"))
    after = add_late(grown, second, before.couples, together, AROUND)
    assert before.couples < after.couples
    assert broken(grown, second, after.couples, together, AROUND) == ()
    apart = Rules(apart=couples(*(f"a8 {one.uid}" for one in second.pupils[:4])))
    after = add_late(grown, second, before.couples, apart, AROUND)
    assert broken(grown, second, after.couples, apart, AROUND) == ()


# --- more than two classes -------------------------------------------------------------------------------------------


def test_a_ring_of_three() -> None:
    classes = [lively("a", 24, 1), lively("b", 27, 2), lively("c", 25, 3)]
    assert links(classes) == ((0, 1), (1, 2), (2, 0))
    rules = Rules(apart=couples("a1 a2", "b1 c1"), locks=couples("c2 a2"))
    results = pair_ring(classes, rules, AROUND)
    for (n, m), result in zip(links(classes), results, strict=True):
        wishes = rules.only(
            tuple(one for one in rules.listed if one[1] <= {p.uid for k in (n, m) for p in classes[k].pupils})
        )
        assert broken(classes[n], classes[m], result.couples, wishes, AROUND) == ()
    neighbours = {uid: sum(uid in couple for one in results for couple in one.couples) for uid in ("a1", "b1", "c1")}
    assert min(neighbours.values()) >= 2


def test_a_ring_begins_anywhere() -> None:
    classes = [lively(name, number, number, volunteers=0) for name, number in (("a", 5), ("b", 6), ("c", 7), ("d", 6))]
    turned = [*classes[1:], classes[0]]
    assert {c for one in pair_ring(classes, NO_RULES, AROUND) for c in one.couples} == {
        c for one in pair_ring(turned, NO_RULES, AROUND) for c in one.couples
    }


def test_wishes_that_do_not_fit_the_ring() -> None:
    classes = [lively(name, 5, 1) for name in "abcd"]
    for rules, trouble in (
        (Rules(locks=couples("a1 c1")), Trouble.LOCK_NOT_NEIGHBOURS),
        (Rules(locks=couples("a1 x1")), Trouble.UNKNOWN_PUPIL),
        (Rules(together=couples("a1 c1")), Trouble.TOGETHER_TWO_CLASSES),
    ):
        assert {t for one in pair_ring(classes, rules, AROUND) for t in troubles(one)} == {trouble}
    assert pair_ring([classes[0], classes[0]], NO_RULES, AROUND)[0].complaints[0].trouble is Trouble.PUPIL_TWICE


def test_volunteers_are_asked_in_one_link_of_the_ring() -> None:
    classes = [roster("a", 3), roster("b", 2, volunteer=True), roster("c", 3)]
    shares = [one.uid for result in pair_ring(classes, NO_RULES, AROUND) for one in result.shares]
    assert sorted(shares) == ["b1", "b2"]


def test_late_pupils_in_a_ring() -> None:
    classes = [lively(name, 5, n) for n, name in enumerate("abc")]
    before = frozenset(c for one in pair_ring(classes, NO_RULES, AROUND) for c in one.couples)
    classes[0] = Roster("a", (*classes[0].pupils, pupil("a9")))
    after = frozenset(c for one in pair_ring(classes, NO_RULES, AROUND, standing=before) for c in one.couples)
    assert before < after
    assert sum("a9" in couple for couple in after) == 2
