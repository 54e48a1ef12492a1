"""When is a deferred delivery tried again, and when do we give up?"""

from datetime import datetime, timedelta

EARLY_DELAYS = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=45),
    timedelta(hours=2),
    timedelta(hours=4),
)
LATER_DELAY = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=5)
SPREAD = 0.2


def next_try(attempt: int, first_try: datetime, now: datetime, jitter: float) -> datetime | None:
    """When to try again after the `attempt`-th try (from 1) was deferred at `now`; None: give up.

    `jitter` is drawn by the caller from -1 … 1 and moves the delay by up to a fifth, so that a burst does not come
    back as a burst. Raises ValueError for an attempt or a jitter out of range.
    """
    if attempt < 1 or not -1.0 <= jitter <= 1.0:
        raise ValueError("attempt counts from 1 and jitter lies between -1 and 1")
    delay = EARLY_DELAYS[attempt - 1] if attempt <= len(EARLY_DELAYS) else LATER_DELAY
    again = now + delay * (1 + SPREAD * jitter)
    return again if again <= first_try + GIVE_UP_AFTER else None
