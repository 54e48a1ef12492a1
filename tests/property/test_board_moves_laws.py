"""Laws of a move by hand: who comes, who goes and who waits is exactly what the board shows afterwards."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from penfriends.rules.bands import Birth
from penfriends.rules.board_moves import Bar, How, Table, moves
from penfriends.rules.class_pairing import broken
from penfriends.rules.matching import Level
from penfriends.rules.partners import Couple, Pupil, Roster, Rules
from penfriends.rules.pupil_score import Around

TODAY = Around(date(2026, 9, 14), {})
ENGLISH, POLISH = {"en": Level.WELL}, {"pl": Level.FIRST}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Two classes of up to five, some couples, some with a lock, some wishes."""
    sizes = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    rosters = [
        Roster(letter, tuple(_pupil(f"{letter}{n}", draw(st.integers(0, 9))) for n in range(size)))
        for letter, size in zip("ab", sizes, strict=True)
    ]
    crossing = [Couple((one.uid, other.uid)) for one in rosters[0].pupils for other in rosters[1].pupils]
    everybody = [one.uid for roster in rosters for one in roster.pupils]
    couples = draw(st.frozensets(st.sampled_from(crossing), max_size=6))
    locks = draw(st.frozensets(st.sampled_from(sorted(couples, key=sorted)), max_size=2)) if couples else frozenset()
    apart = draw(st.frozensets(st.frozensets(st.sampled_from(everybody), min_size=2, max_size=2), max_size=2))
    return Table(rosters[0], rosters[1], couples, Rules(apart=apart, locks=locks), TODAY)


def _pupil(uid: str, chance: int) -> Pupil:
    return Pupil(uid, uid, POLISH if chance == 0 else ENGLISH, Birth(2015))


@settings(max_examples=200, deadline=None)
@given(tables(), st.data())
def test_a_move_makes_the_wanted_couple_and_tells_who_waits(table: Table, data: st.DataObject) -> None:
    uid = data.draw(st.sampled_from([one.uid for one in table.first.pupils]))
    to = data.draw(st.sampled_from([one.uid for one in table.second.pupils]))
    given_up = data.draw(st.sampled_from([None, *table.partners_of(uid)]))
    for one in moves(table, uid, to, given_up):
        after = (table.couples - set(one.gone)) | set(one.came)
        assert Couple((uid, to)) in after
        assert set(one.gone) <= table.couples or Bar.SAME in one.bars
        had = {x for couple in table.couples for x in couple}
        assert set(one.alone) == {x for x in had if not any(x in couple for couple in after)}
        if one.how is How.JOIN and given_up is None:
            assert not one.gone
        if not one.bars:
            assert _breaks(table, after) <= _breaks(table, table.couples)
            assert table.rules.locks <= after


def _breaks(table: Table, couples: frozenset[Couple]) -> frozenset[str]:
    """What the second look of the engine has against these couples, of what a move must not bring about."""
    found = broken(table.first, table.second, couples, table.rules, table.around, most=99)
    return frozenset(found) & {"apart", "hindrance", "lock", "not_of_two_classes"}
