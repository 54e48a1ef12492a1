"""What does a delivery report mean for the address it names: dead for good, or another time, or our own fault?

The words of the mail server come first, its status code (RFC 3463) second: many send 5.0.0 or a code that says
something else than their words. Only an address that cannot exist is hard; all else may work again.
"""

import re
from dataclasses import dataclass

from penfriends.rules.bounce_words import AFTER_DATA, AT_ADDRESS, WORDS, BounceReason

__all__ = ["HARD", "BounceReason", "BouncedRecipient", "judge", "recipient", "status_in"]


HARD = frozenset(
    {BounceReason.UNKNOWN_ADDRESS, BounceReason.UNKNOWN_HOST, BounceReason.MOVED, BounceReason.TAKES_NO_MAIL}
)


@dataclass(frozen=True, slots=True)
class BouncedRecipient:
    """One address in a report. `hard`: never write there again. `status`: "5.1.1" or empty."""

    address: str
    hard: bool
    reason: BounceReason
    status: str


_STATUS: tuple[tuple[str, BounceReason], ...] = (
    (".1.1", BounceReason.UNKNOWN_ADDRESS),
    (".1.0", BounceReason.UNKNOWN_ADDRESS),
    (".1.3", BounceReason.UNKNOWN_ADDRESS),
    (".1.2", BounceReason.UNKNOWN_HOST),
    (".1.6", BounceReason.MOVED),
    (".1.10", BounceReason.TAKES_NO_MAIL),
    (".1.7", BounceReason.REFUSED),
    (".1.8", BounceReason.REFUSED),
    (".2.1", BounceReason.SUSPENDED),
    (".2.2", BounceReason.MAILBOX_FULL),
    (".2.3", BounceReason.TOO_LARGE),
    (".3.4", BounceReason.TOO_LARGE),
    (".3.", BounceReason.SYSTEM),
    (".4.4", BounceReason.UNKNOWN_HOST),
    (".4.7", BounceReason.EXPIRED),
    (".4.", BounceReason.NETWORK),
    (".6.", BounceReason.REFUSED),
    (".7.", BounceReason.REFUSED),
)
_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.])")
_LONGEST = 4000


def status_in(text: str) -> str:
    """The status code (RFC 3463) that a line of a mail server carries, or an empty string."""
    found = _CODE.search(text[:_LONGEST])
    return found.group(1) if found else ""


def judge(diagnosis: str, status: str, action: str = "failed", spoken: str = "") -> BounceReason:
    """The reason behind what a server said (`diagnosis`), its status code and the action of the report.

    `spoken` is the report in words, which tells at what step of the conversation the server refused.
    """
    if action == "delayed":
        return BounceReason.DELAYED
    reason = _from_words(diagnosis[:_LONGEST]) or _from_status(status) or BounceReason.OTHER
    told = f"{diagnosis[:_LONGEST]} {spoken[:_LONGEST]}"
    doubtful = reason is BounceReason.UNKNOWN_ADDRESS and not status.startswith("5.1.")
    if doubtful and AFTER_DATA.search(told) and not AT_ADDRESS.search(told):
        return BounceReason.FILTERED
    if status.startswith("4") and reason in HARD:  # a code of class 4 never says that an address is dead
        return BounceReason.NETWORK if reason is BounceReason.UNKNOWN_HOST else BounceReason.EXPIRED
    return reason


def _from_words(diagnosis: str) -> BounceReason | None:
    return next((reason for reason, words in WORDS if words.search(diagnosis)), None)


def _from_status(status: str) -> BounceReason | None:
    bare = status[1:]
    return next((reason for end, reason in _STATUS if bare == end or (end[-1] == "." and bare.startswith(end))), None)


def recipient(address: str, diagnosis: str, status: str, action: str = "failed", spoken: str = "") -> BouncedRecipient:
    """The judgement about one address."""
    reason = judge(diagnosis, status, action, spoken)
    return BouncedRecipient(address, reason in HARD, reason, status)
