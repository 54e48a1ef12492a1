"""Whatever the terms and the weekends: no letter leaves on a day off, nobody writes before having read."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from penfriends.rules.letter_calendar import (
    LATE_START,
    OTHER_WEEKDAY,
    TOO_CLOSE,
    Proposal,
    Remark,
    Round,
    Wishes,
    colliding,
    follows,
    move_after_missed,
    possible,
    propose,
)
from penfriends.rules.school_days import (
    DAY,
    FRIDAY_SATURDAY,
    FRIDAY_SUNDAY,
    SATURDAY_SUNDAY,
    SchoolDays,
    SchoolYear,
    Span,
    school_days,
    why_off,
)

COUNTRIES = (("GB", "ENG"), ("PL", ""), ("DE", "NW"), ("PS", ""), ("FR", ""), ("NL", ""), ("ZZ", ""))


@st.composite
def school_years(draw: st.DrawFn) -> SchoolYear:
    """A year that begins in any month, with holidays of any length in between."""
    country, part = draw(st.sampled_from(COUNTRIES))
    day = date(2026, 1, 15) + timedelta(days=draw(st.integers(0, 330)))
    terms = []
    for _ in range(draw(st.integers(1, 4))):
        last = day + timedelta(days=draw(st.integers(10, 110)))
        terms.append(Span(day, last))
        day = last + timedelta(days=draw(st.integers(2, 40)))
    closed = [
        Span(first, first + timedelta(days=draw(st.integers(0, 12))))
        for first in draw(st.lists(st.dates(terms[0].first, terms[-1].last), max_size=4))
    ]
    weekend = draw(st.sampled_from((SATURDAY_SUNDAY, FRIDAY_SATURDAY, FRIDAY_SUNDAY, frozenset({2, 5, 6}))))
    return SchoolYear(country, tuple(terms), tuple(closed), weekend, part)


years = st.dictionaries(st.sampled_from("abcd"), school_years(), min_size=2, max_size=3)
wishes = st.builds(
    Wishes,
    rounds=st.integers(1, 8),
    rhythm_weeks=st.integers(2, 8),
    least_weeks=st.integers(0, 3),
    writing=st.integers(0, 8),
    reading=st.integers(0, 5),
    weekday=st.none() | st.integers(0, 6),
)


def laws(rounds: tuple[Round, ...], classes: dict[str, SchoolDays], wish: Wishes) -> None:
    for one in rounds:
        assert [dates.uid for dates in one.classes] == sorted(classes)
        for dates in one.classes:
            school = classes[dates.uid]
            assert one.sent in school
            assert dates.write_from in school
            assert dates.read_by in school
            assert school.count(dates.write_from, one.sent - DAY) == wish.writing
            assert school.count(one.sent + DAY, dates.read_by) == wish.reading
    for earlier, later in pairwise(rounds):
        assert earlier.number < later.number
        assert earlier.sent < later.sent
        assert later.sent - earlier.sent >= timedelta(weeks=wish.least_weeks)
        assert all(later.of(dates.uid).write_from >= dates.read_by for dates in earlier.classes)


def proposed(by_uid: dict[str, SchoolYear], wish: Wishes) -> tuple[dict[str, SchoolDays], Proposal]:
    classes = {uid: school_days(year) for uid, year in by_uid.items()}
    return classes, propose(classes, wish)


@given(years, wishes)
def test_proposed_dates_keep_the_laws(by_uid: dict[str, SchoolYear], wish: Wishes) -> None:
    classes, proposal = proposed(by_uid, wish)
    laws(proposal.rounds, classes, wish)
    assert [one.number for one in proposal.rounds] == list(range(1, len(proposal.rounds) + 1))
    assert len(proposal.rounds) == wish.rounds or proposal.remarks
    assert all(why_off(year, one.sent) is None for one in proposal.rounds for year in by_uid.values())
    assert not colliding(proposal.rounds, classes, wish)


@given(years, wishes, st.randoms(use_true_random=False))
def test_the_order_of_the_classes_changes_nothing(by_uid: dict[str, SchoolYear], wish: Wishes, rnd: object) -> None:
    names = sorted(by_uid)
    rnd.shuffle(names)  # type: ignore[attr-defined]
    assert proposed({uid: by_uid[uid] for uid in names}, wish)[1] == proposed(by_uid, wish)[1]


@given(years, wishes, st.integers(1, 8), st.integers(-30, 60))
def test_moving_loses_no_round_silently(by_uid: dict[str, SchoolYear], wish: Wishes, missed: int, late: int) -> None:
    classes, proposal = proposed(by_uid, wish)
    if missed > len(proposal.rounds):
        return
    today = proposal.rounds[missed - 1].sent + timedelta(days=late)
    after = move_after_missed(proposal.rounds, missed, classes, wish, today=today)
    laws(after.rounds, classes, wish)
    assert sorted([one.number for one in after.rounds] + list(after.fell_out)) == [
        one.number for one in proposal.rounds
    ]
    assert missed in after.moved + after.fell_out
    assert after.rounds[: missed - 1] == proposal.rounds[: missed - 1]
    for one in after.rounds:
        old = proposal.rounds[one.number - 1]
        assert one.sent >= old.sent
        assert (one.number in after.moved) == (one.sent != old.sent)


@given(school_years())
def test_days_off_have_a_reason_and_school_days_none(year: SchoolYear) -> None:
    school = school_days(year)
    first, last = year.terms[0].first - DAY, year.terms[-1].last + DAY
    for day in Span(first, last).each_day():
        assert (why_off(year, day) is None) == (day in school)
    assert school.count(first, last) == len(school.days)


@given(school_years(), st.integers(1, 20))
def test_counting_forward_and_back_agree(year: SchoolYear, number: int) -> None:
    school = school_days(year)
    for day in school.days[::17]:
        later = school.after(day, number)
        assert later is None or (school.before(later, number) == day and school.count(day, later) == number + 1)


@given(years)
def test_a_class_without_terms_is_said(by_uid: dict[str, SchoolYear]) -> None:
    classes = {uid: school_days(year) for uid, year in by_uid.items()} | {"empty": SchoolDays(())}
    assert propose(classes, Wishes()) == Proposal((), (Remark.NO_CLASS_DAYS,))


short_years = st.builds(
    lambda first, length, off: SchoolYear("ZZ", (Span(first, first + timedelta(days=length)),), (Span(off, off),)),
    st.dates(date(2026, 9, 1), date(2026, 9, 10)),
    st.integers(20, 45),
    st.dates(date(2026, 9, 5), date(2026, 10, 10)),
)
quick = st.builds(
    Wishes,
    rounds=st.integers(1, 3),
    rhythm_weeks=st.integers(1, 2),
    least_weeks=st.integers(0, 1),
    writing=st.integers(0, 2),
    reading=st.integers(0, 2),
    weekday=st.none() | st.integers(0, 4),
)


def rows(slots: list[Round], number: int, wish: Wishes) -> list[tuple[Round, ...]]:
    """Every row of so many dates that keeps the laws, the earlier first: what no search can leave out."""
    found: list[tuple[Round, ...]] = [()]
    for _ in range(number):
        found = [(*row, slot) for row in found for slot in slots if not row or follows(slot, row[-1], wish)]
    return found


def cost(row: tuple[Round, ...], first: date, wish: Wishes) -> int:
    off = [(later.sent - earlier.sent).days - 7 * wish.rhythm_weeks for earlier, later in pairwise(row)]
    days = [one for one in row if wish.weekday is not None and one.sent.weekday() != wish.weekday]
    waiting = (row[0].sent - first).days
    return (
        sum(gap * gap * (TOO_CLOSE if gap < 0 else 1) for gap in off) + OTHER_WEEKDAY * len(days) + LATE_START * waiting
    )


@settings(max_examples=40)
@given(short_years, short_years, quick)
def test_no_other_row_of_dates_is_better(one: SchoolYear, other: SchoolYear, wish: Wishes) -> None:
    classes, proposal = proposed({"a": one, "b": other}, wish)
    slots = possible(classes, wish)
    length = max((number for number in range(1, wish.rounds + 1) if rows(slots, number, wish)), default=0)
    assert len(proposal.rounds) == length
    if length:
        best = min(
            rows(slots, length, wish), key=lambda row: (cost(row, slots[0].sent, wish), [one.sent for one in row])
        )
        assert [one.sent for one in proposal.rounds] == [one.sent for one in best]


@settings(max_examples=40)
@given(short_years, short_years, quick, st.integers(1, 4), st.integers(-3, 12))
def test_no_round_could_have_moved_less(
    one: SchoolYear, other: SchoolYear, wish: Wishes, missed: int, late: int
) -> None:
    classes, proposal = proposed({"a": one, "b": other}, wish)
    if missed > len(proposal.rounds):
        return
    old = proposal.rounds[missed - 1 :]
    today = old[0].sent + timedelta(days=late)
    after = move_after_missed(proposal.rounds, missed, classes, wish, today=today)
    slots = [slot for slot in possible(classes, wish) if all(dates.write_from >= today for dates in slot.classes)]
    moved = after.rounds[missed - 1 :]
    for row in rows(slots, len(old), wish):
        before = proposal.rounds[: missed - 1]
        if row[0].sent <= old[0].sent or (before and not follows(row[0], before[-1], wish)):
            continue
        if all(new.sent >= was.sent for new, was in zip(row, old, strict=True)):
            assert not after.fell_out
            assert all(mine.sent <= new.sent for mine, new in zip(moved, row, strict=True))
