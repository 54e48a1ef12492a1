"""Who has let so many proposals pass in silence that we ask first whether they still wait?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

PATIENCE = 2  # proposals without an answer, one after the other


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal that somebody was asked about from `at` to `until`, and whether they said yes or no."""

    at: datetime
    until: datetime
    answered: bool


def is_silent(asked: Iterable[Asked], *, since: datetime | None = None) -> bool:
    """Whether the last proposals ran out without an answer; an answer to any later one breaks the row.

    Two that ran at the same time count as one: who was away for two weeks has missed both at once. What ran out up to
    `since`, when we last asked, does not count again.
    """
    unanswered, begun = 0, None
    for one in sorted(asked, key=lambda one: one.until, reverse=True):
        if one.answered or (since is not None and one.until <= since):
            break
        if begun is None or one.until <= begun:
            unanswered, begun = unanswered + 1, one.at
    return unanswered >= PATIENCE
