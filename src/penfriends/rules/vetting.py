"""When is somebody warned that a proof runs out? (rule R38)"""

from datetime import date, timedelta

WARN_BEFORE = (timedelta(days=60), timedelta(days=30), timedelta(days=7))


def warnings_due(seen_on: date, expires_on: date, today: date) -> int:
    """How many of the three warnings are due at `today`. Those that lie before the day of the proof never are: who is
    confirmed for three weeks is warned in the last one only."""
    if not seen_on <= today < expires_on:
        return 0
    return sum(seen_on < expires_on - before <= today for before in WARN_BEFORE)
