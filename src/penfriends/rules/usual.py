"""How long does it usually take until somebody has a pen friend? Told from the last ones, rounded, or not at all."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import median_low

LAST = 20
FEWEST = 5
"""The middle of the last twenty; of fewer than five nothing is told."""

WEEK, MONTH = 7, 30


def usual_wait(waited_days: Sequence[int]) -> timedelta | None:
    """The middle of these waits in whole weeks, from two months on in whole months; None where they are too few."""
    if len(waited_days) < FEWEST:
        return None
    days = median_low(waited_days)
    if days >= 2 * MONTH:
        return timedelta(days=MONTH * round(days / MONTH))
    return timedelta(days=WEEK * max(1, round(days / WEEK)))
