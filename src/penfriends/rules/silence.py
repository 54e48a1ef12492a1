"""When is somebody reminded of a letter that they owe, and when does a person look at a silence?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

NUDGE_AFTER = timedelta(days=14)
LOOK_AFTER = timedelta(days=28)
MORNING, EVENING = 9, 19


@dataclass(frozen=True, slots=True)
class Owed:
    """A letter that waits for an answer: since when, when we reminded of it, when its reader asked for more time."""

    received_at: datetime
    nudged_at: datetime | None = None
    late_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """From when the two weeks count: asking for more time starts them again."""
        return self.received_at if self.late_at is None else max(self.received_at, self.late_at)


def nudge_is_due(owed: Owed, now: datetime) -> bool:
    """Once for each letter, and once more after each time that somebody asked for more time."""
    told = owed.nudged_at is not None and owed.nudged_at >= owed.since
    return not told and now - owed.since >= NUDGE_AFTER


def is_quiet(now: datetime, zone: str) -> bool:
    """Whether it is too early or too late in the day for a reminder, by the clock of the reader's town."""
    return not MORNING <= now.astimezone(ZoneInfo(zone)).hour < EVENING
