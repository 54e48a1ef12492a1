"""May the pupils of a class sign in at this moment, and until when?

A class may have lessons in which its pupils sign in: weekday, start and end by the clock of the school's town. Without
any they may always.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

WEEKDAYS = 7
MOST = 40  # lessons of one class


@dataclass(frozen=True, slots=True, order=True)
class Lesson:
    """A weekday (0 Monday) and two times of that day, the end after the start."""

    weekday: int
    start: time
    end: time


def lessons_of(kept: Sequence[Sequence[Any]]) -> tuple[Lesson, ...]:
    """The lessons of a class in the order of the week, from `SchoolClass.lessons`."""
    return tuple(
        sorted(Lesson(int(day), time.fromisoformat(start), time.fromisoformat(end)) for day, start, end in kept)
    )


def kept(lessons: Sequence[Lesson]) -> list[list[Any]]:
    """Lessons as the class keeps them, each once, in the order of the week."""
    return [[one.weekday, one.start.isoformat("minutes"), one.end.isoformat("minutes")] for one in sorted(set(lessons))]


def is_open(lessons: Sequence[Lesson], now: datetime, zone: str) -> bool:
    """Whether pupils may sign in now: in a lesson, or whenever there are none."""
    return not lessons or end_of_lesson(lessons, now, zone) is not None


def end_of_lesson(lessons: Sequence[Lesson], now: datetime, zone: str) -> datetime | None:
    """When the lesson that runs now ends, of several that follow each other the last one; None outside of lessons."""
    there = now.astimezone(ZoneInfo(zone))
    clock, until = there.time().replace(tzinfo=None), None
    for one in sorted(lessons):
        begun = one.start <= max(clock, until or clock)
        if one.weekday == there.weekday() and begun and clock < one.end:
            until = max(until or one.end, one.end)
    if until is None:
        return None
    ends = there.replace(hour=until.hour, minute=until.minute, second=0, microsecond=0)
    return ends.astimezone(UTC) if ends > there else (there + timedelta(minutes=1)).astimezone(UTC)
