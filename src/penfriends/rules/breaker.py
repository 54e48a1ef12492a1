"""Whose trouble is a mail that could not be handed over, and for how long is a troubled place left alone?

There is one smarthost. What goes wrong before it hears of the recipient, or when it has the whole mail, is its trouble;
a temporary no to a recipient is the trouble of that recipient's provider, unless it speaks of this one mailbox.
"""

from datetime import timedelta
from enum import StrEnum

MOST_FAILURES = 5  # in a row, then the place is left alone
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = {"smarthost": timedelta(minutes=10), "domain": timedelta(hours=1)}
PROBE = timedelta(minutes=4)  # how long the one mail may take that is sent to see whether the place is well again
SPREAD = 0.2
_ONE_MAILBOX = ("4.1.", "4.2.")
_PROVIDER = ("4.4.", "4.7.")


class Place(StrEnum):
    """Where the trouble is: with our smarthost, or with the provider of the recipient."""

    SMARTHOST = "smarthost"
    DOMAIN = "domain"


def trouble_of(outcome: str, phase: str, code: int | None, status: str) -> Place | None:
    """Whom a try speaks against; None for nobody. Words as in mail.outcomes; `status` is the enhanced code or empty."""
    if outcome == "unsure":
        return Place.SMARTHOST
    if outcome != "deferred" or phase == "check":
        return None
    if phase in ("connect", "mail") or code == 421:
        return Place.SMARTHOST
    if status.startswith(_ONE_MAILBOX):
        return None
    if phase == "rcpt" or status.startswith(_PROVIDER):
        return Place.DOMAIN
    return Place.SMARTHOST


def pause_after(failures: int, place: Place, jitter: float) -> timedelta | None:
    """How long to leave a place alone after so many failures in a row; None: not yet. `jitter` from -1 to 1."""
    if failures < MOST_FAILURES:
        return None
    grown = FIRST_PAUSE * (1 << min(failures - MOST_FAILURES, 10))
    return min(grown, LONGEST_PAUSE[place.value]) * (1 + SPREAD * jitter)
