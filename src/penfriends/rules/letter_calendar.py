"""On which days do the letters of classes leave, so that all of them have school, before and after too?

A *round* is one letter of every pupil: each class writes, on one day all letters are sent, and a few school days later
each class reads what came. Everything here is about two classes or more (a ring); they are told apart by uid, and the
order in which they are given changes nothing.
"""

import enum
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from penfriends.rules.school_days import DAY, SchoolDays

WEEK = 7
LATE_START = 3  # what a day of waiting with the first round costs, where a day off the rhythm costs its square
TOO_CLOSE = 3  # how much worse it is to be nearer than the rhythm than to be further
OTHER_WEEKDAY = 200  # what another weekday than the wished one costs: two weeks off the rhythm are as bad


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the teachers want: how many rounds (1 or more), every how many weeks, and what must lie in between.

    `writing` are the school days that each class has before the sending day, `reading` the school days after it until
    the letters have been read (a teacher opens each letter first). `weekday` (Monday 0) is kept where it can be.
    """

    rounds: int = 6
    rhythm_weeks: int = 4
    least_weeks: int = 2
    writing: int = 5
    reading: int = 3
    weekday: int | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, order=True)
class ClassDates:
    """What a round is for one class: from when it writes, and by when it has read; both are school days of it."""

    uid: str
    write_from: date
    read_by: date


class Step(enum.StrEnum):
    """What a class does on a day of a round."""

    WRITE = "write"  # begin
    SEND = "send"
    READ = "read"  # until the end of the day


@dataclass(frozen=True, slots=True)
class Round:
    """`number` counts from 1 and stays when dates move. `classes` is in the order of their uids."""

    number: int
    sent: date
    classes: tuple[ClassDates, ...]

    def of(self, uid: str) -> ClassDates:
        """The dates of one class. KeyError if it does not take part."""
        return {one.uid: one for one in self.classes}[uid]

    def steps(self, uid: str) -> tuple[tuple[Step, date], ...]:
        """The three days of one class, in order. KeyError if it does not take part."""
        dates = self.of(uid)
        return ((Step.WRITE, dates.write_from), (Step.SEND, self.sent), (Step.READ, dates.read_by))


class Remark(enum.StrEnum):
    """What has to be said of proposed dates."""

    NO_CLASS_DAYS = "no_class_days"  # a class has no school days at all: its terms are missing
    NO_COMMON_DAYS = "no_common_days"  # never school in all classes on one day, with days enough before and after
    FEWER_ROUNDS = "fewer_rounds"  # the year has no room for more
    CLOSER = "closer"  # somewhere more than a week less than the rhythm
    LONG_PAUSE = "long_pause"  # somewhere more than two weeks more than the rhythm, for holidays


@dataclass(frozen=True, slots=True)
class Proposal:
    """Proposed rounds in order, and what has to be said of them."""

    rounds: tuple[Round, ...]
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """The rounds after one was missed: all that remain, the numbers that have another day, and those for which the year
    has no room any more."""

    rounds: tuple[Round, ...]
    moved: tuple[int, ...]
    fell_out: tuple[int, ...] = ()


def propose(classes: Mapping[str, SchoolDays], wishes: Wishes) -> Proposal:
    """As many rounds as wished, or as the year has room for: the first soon, then in the rhythm as nearly as holidays
    let it be. Between equally good dates the earlier ones."""
    if not classes or not all(one.days for one in classes.values()):
        return Proposal((), (Remark.NO_CLASS_DAYS,))
    slots = possible(classes, wishes)
    if not slots:
        return Proposal((), (Remark.NO_COMMON_DAYS,))
    chosen = _best(slots, wishes)
    rounds = tuple(Round(number, slot.sent, slot.classes) for number, slot in enumerate(chosen, 1))
    return Proposal(rounds, _remarks(rounds, wishes))


def possible(classes: Mapping[str, SchoolDays], wishes: Wishes) -> list[Round]:
    """Every day on which a round could be sent, by itself, in order (all are number 0): school everywhere, and in no
    class holidays between the first day of writing and the day of reading."""
    if not classes:
        return []
    common = set.intersection(*(set(one.days) for one in classes.values()))
    found = (_round_on(day, classes, wishes) for day in sorted(common))
    return [one for one in found if one is not None]


def _round_on(day: date, classes: Mapping[str, SchoolDays], wishes: Wishes) -> Round | None:
    dates = []
    for uid, school in sorted(classes.items()):
        first, last = school.before(day, wishes.writing) if wishes.writing else day, school.after(day, wishes.reading)
        if first is None or last is None or not school.unbroken(first, last):
            return None
        if (wishes.start and first < wishes.start) or (wishes.end and last > wishes.end):
            return None
        dates.append(ClassDates(uid, first, last))
    return Round(0, day, tuple(dates))


def follows(later: Round, earlier: Round, wishes: Wishes) -> bool:
    """Whether a round may be the next after another: far enough, and no class writes before it has read."""
    read = {one.uid: one.read_by for one in earlier.classes}
    return later.sent - earlier.sent >= max(DAY, timedelta(weeks=wishes.least_weeks)) and all(
        one.write_from >= read.get(one.uid, one.write_from) for one in later.classes
    )


def _best(slots: Sequence[Round], wishes: Wishes) -> list[Round]:
    """The cheapest row of slots, the longest that there is up to the wished number."""
    costs = _costs_of_rows(slots, wishes)
    length = len(costs)
    begin = {at: cost + LATE_START * (slots[at].sent - slots[0].sent).days for at, cost in _known(costs[length - 1])}
    chosen = [min(begin, key=lambda at: (begin[at], at))]
    for left in range(length - 2, -1, -1):
        last = slots[chosen[-1]]
        after = {
            at: cost + _gap_cost(last, slots[at], wishes)
            for at, cost in _known(costs[left])
            if at > chosen[-1] and follows(slots[at], last, wishes)
        }
        chosen.append(min(after, key=lambda at: (after[at], at)))
    return [slots[at] for at in chosen]


def _costs_of_rows(slots: Sequence[Round], wishes: Wishes) -> list[list[int | None]]:
    """costs[k][i]: the least cost of slot i with k more after it; None if there is no room for so many. The last is for
    the longest row that there is room for."""
    single = [_day_cost(slot, wishes) for slot in slots]
    costs: list[list[int | None]] = [[*single]]
    # A later slot is never harder to reach, so for each slot those that may follow are all from one on.
    first_after = [
        next((at for at in range(len(slots)) if follows(slots[at], one, wishes)), len(slots)) for one in slots
    ]
    for _ in range(1, wishes.rounds):
        before = costs[-1]
        row: list[int | None] = []
        for at, slot in enumerate(slots):
            tails = [
                cost + _gap_cost(slot, slots[to], wishes)
                for to in range(first_after[at], len(slots))
                if (cost := before[to]) is not None
            ]
            row.append(single[at] + min(tails) if tails else None)
        if not any(cost is not None for cost in row):
            break
        costs.append(row)
    return costs


def _known(row: Iterable[int | None]) -> list[tuple[int, int]]:
    return [(at, cost) for at, cost in enumerate(row) if cost is not None]


def _gap_cost(earlier: Round, later: Round, wishes: Wishes) -> int:
    off = (later.sent - earlier.sent).days - wishes.rhythm_weeks * WEEK
    return off * off * (TOO_CLOSE if off < 0 else 1)


def _day_cost(slot: Round, wishes: Wishes) -> int:
    return OTHER_WEEKDAY if wishes.weekday is not None and slot.sent.weekday() != wishes.weekday else 0


def _remarks(rounds: Sequence[Round], wishes: Wishes) -> tuple[Remark, ...]:
    gaps = [(later.sent - earlier.sent).days for earlier, later in pairwise(rounds)]
    wished = wishes.rhythm_weeks * WEEK
    holds = {
        Remark.FEWER_ROUNDS: len(rounds) < wishes.rounds,
        Remark.CLOSER: any(gap < wished - WEEK for gap in gaps),
        Remark.LONG_PAUSE: any(gap > wished + 2 * WEEK for gap in gaps),
    }
    return tuple(remark for remark, so in holds.items() if so)


def move_after_missed(
    rounds: Iterable[Round], missed: int, classes: Mapping[str, SchoolDays], wishes: Wishes, *, today: date
) -> Moved:
    """A round was missed, or will be: it moves to the next day that all classes can do, from today on with all the time
    for writing, and later rounds move only as far as they must. Nothing moves to an earlier day."""
    ordered = sorted(rounds, key=lambda one: one.number)
    kept = [one for one in ordered if one.number < missed]
    slots = possible(classes, wishes)
    fell_out: list[int] = []
    for one in (one for one in ordered if one.number >= missed):
        floor = max(one.sent + DAY, today) if one.number == missed else one.sent
        free = None if fell_out else _next_free(slots, floor, kept[-1] if kept else None, wishes, today)
        if free is None:
            fell_out.append(one.number)
        else:
            kept.append(Round(one.number, free.sent, free.classes))
    old = {one.number: one.sent for one in ordered}
    return Moved(tuple(kept), tuple(one.number for one in kept if one.sent != old[one.number]), tuple(fell_out))


def _next_free(slots: Sequence[Round], floor: date, last: Round | None, wishes: Wishes, today: date) -> Round | None:
    at = bisect_left(slots, floor, key=lambda slot: slot.sent)
    return next(
        (
            slot
            for slot in slots[at:]
            if (last is None or follows(slot, last, wishes)) and all(one.write_from >= today for one in slot.classes)
        ),
        None,
    )


def colliding(rounds: Iterable[Round], classes: Mapping[str, SchoolDays], wishes: Wishes) -> tuple[int, ...]:
    """The numbers of rounds that no longer fit, because a teacher has changed the terms since."""
    good = {slot.sent for slot in possible(classes, wishes)}
    return tuple(sorted(one.number for one in rounds if one.sent not in good))
