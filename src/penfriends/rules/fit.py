"""When are two pen friends asked how it goes, and which answers should a person look at?"""

import enum
from datetime import datetime, timedelta

STEPS = (30, 90)
"""So many days after the beginning. Whoever could not be asked within a month of it is not asked for that step."""
OPEN_FOR = timedelta(days=30)


class Fit(enum.StrEnum):
    """What one of the two thinks of it."""

    GOOD = "good"
    DECIDING = "deciding"
    NOT = "not"


class Concern(enum.StrEnum):
    """Why a person looks: one does not want to go on, thought otherwise before, or alone of the two."""

    NOT = "not"
    FALL = "fall"
    GAP = "gap"


def step_due(opened_at: datetime, now: datetime) -> int | None:
    """The check that is due now, if any: 30 or 90."""
    for step in STEPS:
        since = opened_at + timedelta(days=step)
        if since <= now < since + OPEN_FOR:
            return step
    return None


def concerns(before: Fit | None, answer: Fit | None, other: Fit | None) -> tuple[Concern, ...]:
    """What speaks for a look at `answer`, given one's answer before and the last one of the other; mostly nothing."""
    if answer is not Fit.NOT:
        return ()
    fall = (Concern.FALL,) if before is Fit.GOOD else ()
    gap = (Concern.GAP,) if other is Fit.GOOD else ()
    return (Concern.NOT, *fall, *gap)
