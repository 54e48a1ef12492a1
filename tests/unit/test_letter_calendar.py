"""A school year of letters over Thetford, Skawina, Hürth and Nablus."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise

import pytest

from penfriends.rules.ical import Entry, feed
from penfriends.rules.letter_calendar import (
    Moved,
    Proposal,
    Remark,
    Round,
    Wishes,
    colliding,
    move_after_missed,
    possible,
    propose,
)
from penfriends.rules.school_days import DAY, SchoolDays, SchoolYear, school_days, why_off
from penfriends.rules.themes import Theme, themes_for
from tests.support.school_years import SKAWINA, THETFORD, YEARS, classes, span

PAIRS = list(combinations(YEARS, 2))
CHRISTMAS = span("2026-12-24", "2027-01-03")


def gaps(rounds: tuple[Round, ...]) -> list[int]:
    return [(later.sent - earlier.sent).days for earlier, later in pairwise(rounds)]


@pytest.mark.parametrize("names", PAIRS)
def test_six_dates_for_any_two_of_the_four(names: tuple[str, str]) -> None:
    found = propose(classes(*names), Wishes())
    assert len(found.rounds) == 6
    assert found.remarks == ()
    assert all(why_off(YEARS[name], one.sent) is None for one in found.rounds for name in names)
    assert all(one.sent not in CHRISTMAS for one in found.rounds)
    assert all(21 <= gap <= 42 for gap in gaps(found.rounds))


def test_a_ring_of_all_four() -> None:
    four = classes()
    found = propose(four, Wishes())
    assert len(found.rounds) == 6
    for one in found.rounds:
        assert one.sent.weekday() not in {4, 5, 6}  # Friday in Nablus, Saturday and Sunday elsewhere
        for dates in one.classes:
            assert four[dates.uid].count(dates.write_from, one.sent - DAY) == 5
            assert four[dates.uid].count(one.sent + DAY, dates.read_by) == 3


def test_the_same_question_has_the_same_answer_in_any_order() -> None:
    four = classes()
    assert propose(dict(reversed(list(four.items()))), Wishes()) == propose(four, Wishes())


def test_a_year_too_short_for_the_wish_says_so() -> None:
    found = propose(classes("thetford", "nablus"), Wishes(rounds=1_000_000))
    assert Remark.FEWER_ROUNDS in found.remarks
    assert 6 < len(found.rounds) < 30
    assert min(gaps(found.rounds)) >= 14


def test_a_wished_weekday_is_kept_where_it_can_be() -> None:
    found = propose(classes("thetford", "skawina"), Wishes(weekday=2))
    assert sum(one.sent.weekday() == 2 for one in found.rounds) >= 5


def test_nothing_before_the_start_or_after_the_end() -> None:
    wish = Wishes(start=date(2026, 11, 9), end=date(2027, 3, 19))
    found = propose(classes("thetford", "huerth"), wish)
    assert all(one.write_from >= date(2026, 11, 9) for all_ in found.rounds for one in all_.classes)
    assert all(one.read_by <= date(2027, 3, 19) for all_ in found.rounds for one in all_.classes)


def test_classes_that_are_never_at_school_together() -> None:
    south = school_days(SchoolYear("AU", (span("2026-12-26", "2027-01-04"),)))
    assert propose({"a": south, **classes("thetford")}, Wishes()) == Proposal((), (Remark.NO_COMMON_DAYS,))
    assert propose({}, Wishes()).remarks == (Remark.NO_CLASS_DAYS,)
    assert possible({}, Wishes()) == []
    assert propose({"a": SchoolDays(()), **classes("thetford")}, Wishes()).remarks == (Remark.NO_CLASS_DAYS,)


def test_a_class_whose_year_begins_in_february() -> None:
    south = SchoolYear("AR", (span("2026-02-23", "2026-12-18"), span("2027-02-22", "2027-07-16")))
    found = propose({"south": school_days(south), **classes("skawina")}, Wishes())
    assert len(found.rounds) == 6
    assert all(why_off(south, one.sent) is None for one in found.rounds)


def test_a_missed_round_moves_and_those_after_it_only_if_they_must() -> None:
    pair = classes("thetford", "skawina")
    rounds = propose(pair, Wishes()).rounds
    after = move_after_missed(rounds, 3, pair, Wishes(), today=rounds[2].sent + timedelta(days=1))
    assert after.fell_out == ()
    assert after.moved == (3,)
    assert after.rounds[:2] + after.rounds[3:] == rounds[:2] + rounds[3:]
    assert (after.rounds[2].sent - rounds[2].sent).days <= 14


def test_a_round_missed_for_a_month_pushes_the_next() -> None:
    pair = classes("thetford", "skawina")
    rounds = propose(pair, Wishes()).rounds
    after = move_after_missed(rounds, 3, pair, Wishes(), today=rounds[3].sent)
    assert after.moved[:2] == (3, 4)
    assert all(gap >= 14 for gap in gaps(after.rounds))
    assert not colliding(after.rounds, pair, Wishes())


def test_what_has_no_room_in_the_year_falls_out_and_is_named() -> None:
    pair = classes("skawina", "nablus")
    rounds = propose(pair, Wishes(rounds=6, rhythm_weeks=5)).rounds
    after = move_after_missed(rounds, 5, pair, Wishes(), today=date(2027, 5, 20))
    assert after == Moved(rounds[:4], (), (5, 6))


def test_new_terms_show_which_rounds_collide_and_moving_mends_them() -> None:
    pair = classes("thetford", "skawina")
    rounds = propose(pair, Wishes()).rounds
    strike = span(str(rounds[3].sent - timedelta(days=1)), str(rounds[3].sent))
    changed = SchoolYear("GB", THETFORD.terms, (*THETFORD.closed, strike), THETFORD.weekend, "ENG")
    now = {"thetford": school_days(changed), "skawina": school_days(SKAWINA)}
    assert colliding(rounds, now, Wishes()) == (4,)
    mended = move_after_missed(rounds, 4, now, Wishes(), today=rounds[2].sent)
    assert colliding(mended.rounds, now, Wishes()) == ()


def test_a_whole_year_in_the_teacher_s_calendar() -> None:
    """The story: agreed in September, one missed in November, and the moved day keeps its place in the feed."""
    four = classes()
    rounds = propose(four, Wishes()).rounds
    after = move_after_missed(rounds, 3, four, Wishes(), today=rounds[2].sent + DAY)
    themes = dict(zip([one.number for one in rounds], themes_for(6), strict=True))
    sent = feed(
        [
            Entry(
                f"round-{one.number}@penfriends.example",
                one.sent,
                themes[one.number],
                sequence=one.number in after.moved,
            )
            for one in after.rounds
        ],
        name="4b",
        language="en",
        changed=datetime(2026, 11, 13, 12, tzinfo=UTC),
    )
    assert sent.count(b"BEGIN:VEVENT") == 6
    assert f"DTSTART;VALUE=DATE:{after.rounds[2].sent:%Y%m%d}".encode() in sent
    assert themes[1] is Theme.WHO_I_AM
    assert themes[6] is Theme.GOODBYE


@pytest.mark.parametrize("rounds", range(15))
def test_every_year_begins_with_who_i_am_and_ends_with_thanks(rounds: int) -> None:
    themes = themes_for(rounds)
    assert len(themes) == rounds
    assert len(set(themes)) == min(rounds, len(Theme))
    assert themes[:1] == (Theme.WHO_I_AM,) * min(rounds, 1)
    assert rounds < 2 or themes[-1] is Theme.GOODBYE
