"""Whatever classes and wishes: has everybody a partner and does every wish hold, or is it said why not?"""

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from penfriends.rules.class_pairing import broken, pair_classes, shortage
from penfriends.rules.class_places import board_of, fits_of, hosts_first
from penfriends.rules.class_search import search
from penfriends.rules.late_pupils import add_late
from penfriends.rules.matching import Level
from penfriends.rules.partners import Couple, Kind, Partnering, Remark, Roster, Rules, Trouble
from penfriends.rules.pupil_score import MAXIMA, band_of, explain_pupils
from tests.support.classes import AROUND, TODAY, best_by_trying_all, pupils, two_classes

TwoClasses = tuple[Roster, Roster, Rules]
any_classes = st.booleans().flatmap(lambda easy: two_classes(easy=easy))


def shuffled(roster: Roster, seed: int) -> Roster:
    pupils = list(roster.pupils)
    Random(seed).shuffle(pupils)  # noqa: S311 (no secret)
    return Roster(roster.name, tuple(pupils))


@given(any_classes)
def test_R02_everybody_has_a_partner_and_every_wish_holds_or_there_are_complaints(classes: TwoClasses) -> None:
    first, second, rules = classes
    result = pair_classes(first, second, rules, AROUND)
    assert bool(result.complaints) != bool(result.pairs)
    assert Remark.PERHAPS_NOT_BEST not in result.remarks
    if result.complaints:
        return
    assert broken(first, second, result.couples, rules, AROUND) == ()
    sides = [{one.uid: one for one in roster.present} for roster in (first, second)]
    most = -(-max(map(len, sides)) // min(map(len, sides)))
    for uid in {**sides[0], **sides[1]}:
        assert 1 <= sum(uid in couple for couple in result.couples) <= most
    for one in result.pairs:
        a, b = sides[0][one.first], sides[1][one.second]
        assert a.languages.keys() & b.languages.keys()
        assert band_of(a, TODAY) == band_of(b, TODAY)
        assert one.locked == (Couple((one.first, one.second)) in rules.locks)
    assert sorted(uid for circle in result.circles for uid in circle) == sorted({**sides[0], **sides[1]})


@given(two_classes(largest=5))
def test_without_wishes_that_tie_hosts_it_is_the_best_there_is(classes: TwoClasses) -> None:
    first, second, rules = classes
    hosts, guests = hosts_first(first, second, 0)
    own = {one.uid for one in hosts}
    tied = any(couple <= own for couple in rules.together)
    crossed = any(sum(guest.uid in couple for couple in rules.locks) > 1 for guest in guests)
    result = pair_classes(first, second, rules, AROUND)
    alone = {Trouble.RULES_CONFLICT, Trouble.NOBODY_FITS, Trouble.TOO_FEW_FIT}
    if (
        tied
        or crossed
        or (len(hosts) == len(guests) and rules.together)
        or any(one.trouble not in alone for one in result.complaints)
    ):
        return
    fits = fits_of(hosts, guests, AROUND)
    best = best_by_trying_all(fits, rules)
    if best is None:
        assert result.complaints
        return
    worst = result.worst
    assert worst is not None
    assert (worst.score, result.total) == best[2:]


@given(any_classes, st.integers(0, 3), st.integers(0, 99))
def test_the_order_of_the_lists_never_matters(classes: TwoClasses, seed: int, order: int) -> None:
    first, second, rules = classes
    result = pair_classes(first, second, rules, AROUND, seed=seed)
    assert pair_classes(shuffled(first, order), shuffled(second, order), rules, AROUND, seed=seed) == result
    other_way = pair_classes(second, first, rules, AROUND, seed=seed)
    assert other_way.couples == result.couples
    assert other_way.complaints == result.complaints


@given(any_classes, st.integers(1, 9))
def test_another_seed_changes_only_who_of_equals(classes: TwoClasses, seed: int) -> None:
    first, second, rules = classes
    one, other = (pair_classes(first, second, rules, AROUND, seed=number) for number in (0, seed))
    assert bool(one.complaints) == bool(other.complaints)
    assert (one.worst and one.worst.score, one.total) == (other.worst and other.worst.score, other.total)


@given(any_classes)
def test_conflicting_wishes_can_be_kept_when_any_one_named_goes(classes: TwoClasses) -> None:
    first, second, rules = classes
    result = pair_classes(first, second, rules, AROUND)
    for complaint in result.complaints:
        if complaint.trouble is Trouble.RULES_CONFLICT:
            named = tuple((kind, Couple(pair)) for kind, pair in complaint.rules)
            assert _search(first, second, rules.only(named)) is False
            for gone in named:
                assert _search(first, second, rules.only(tuple(one for one in named if one != gone))) is True


def _search(first: Roster, second: Roster, rules: Rules) -> bool:
    fits = fits_of(*hosts_first(first, second, 0), AROUND)
    return search(board_of(fits, rules)).entry_of is not None


@given(any_classes)
def test_a_result_locked_stays_the_same(classes: TwoClasses) -> None:
    first, second, rules = classes
    result = pair_classes(first, second, rules, AROUND)
    if result.pairs:
        locked = replace(rules, locks=result.couples)
        assert pair_classes(first, second, locked, AROUND).couples == result.couples
        assert pair_classes(first, second, rules, AROUND, standing=result.couples).couples == result.couples


@given(any_classes)
def test_volunteers_come_first(classes: TwoClasses) -> None:
    """Nobody shares unasked while a volunteer does not, and as many are missing as was said before."""
    first, second = (_all_alike(one) for one in classes[:2])
    before = shortage(first, second, Rules())
    if before is None:
        return
    result = pair_classes(first, second, Rules(), AROUND)
    assert len(result.shares) == before.sharing
    assert sum(not one.volunteered for one in result.shares) == before.missing


def _all_alike(roster: Roster) -> Roster:
    """Anybody could have anybody."""
    languages = {"en": Level.WELL}
    return Roster(roster.name, tuple(replace(one, languages=languages, birth=None) for one in roster.pupils))


@given(two_classes(), st.data())
def test_who_comes_late_gets_a_partner_and_no_lock_moves(classes: TwoClasses, data: st.DataObject) -> None:
    first, second, rules = classes
    before = pair_classes(first, second, replace(rules, join_circles=False), AROUND)
    if not before.pairs:
        return
    locked = data.draw(st.frozensets(st.sampled_from(sorted(before.couples, key=sorted)), max_size=3))
    rules = Rules(rules.apart, rules.together, rules.locks | locked)
    late = data.draw(pupils("a90", True)), data.draw(pupils("b90", True))
    first, second = (
        Roster("a", (*first.pupils, late[0])),
        Roster("b", (*second.pupils, *late[1:][: data.draw(st.integers(0, 1))])),
    )
    after = add_late(first, second, before.couples, rules, AROUND)
    if after.complaints:
        assert {one.trouble for one in after.complaints} <= {
            Trouble.RULES_CONFLICT, Trouble.TOO_MANY_LOCKS, Trouble.TOGETHER_TOO_MANY, Trouble.TOGETHER_NOBODY_SHARES,
        }  # fmt: skip
        return
    squeezed = Remark.MORE_THAN_USUAL in after.remarks
    assert broken(first, second, after.couples, rules, AROUND, most=10 if squeezed else 0) == ()
    assert rules.locks <= after.couples
    assert not (squeezed and Remark.MOVED in after.remarks)
    assert (Remark.MOVED in after.remarks) == (not before.couples <= after.couples)


@given(any_classes)
def test_points_add_up_and_are_the_same_from_both_sides(classes: TwoClasses) -> None:
    for a, b in zip(classes[0].pupils, classes[1].pupils, strict=False):
        one, other = explain_pupils(a, b, AROUND), explain_pupils(b, a, AROUND)
        assert one == other
        assert one.total == sum(term.points for term in one.points)
        assert all(0 <= term.points <= term.maximum == MAXIMA[term.name] for term in one.points)


def test_kinds_are_all_listed() -> None:
    couple = Couple(("a", "b"))
    assert {kind for kind, _ in Rules(frozenset({couple}), frozenset({couple}), frozenset({couple})).listed} == set(
        Kind
    )
    assert Partnering().worst is None
