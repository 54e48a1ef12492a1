"""What does a delivery report mean for the address it names: dead for good, or another time, or our own fault?

The words of the mail server come first, its status code (RFC 3463) second: many send 5.0.0 or a code that says
something else than their words. Only an address that cannot exist is hard; all else may work again.
"""

import re
from dataclasses import dataclass

from penfriends.rules.bounce_steps import AFTER_DATA, AT_ADDRESS, DISABLED, NEVER_THERE, REFUSED_AT_ADDRESS, REPLY
from penfriends.rules.bounce_words import WORDS, BounceReason

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
    worded = _from_words(diagnosis[:_LONGEST])
    reason = worded or _from_status(status) or BounceReason.OTHER
    told = f"{diagnosis[:_LONGEST]} {spoken[:_LONGEST]}"
    if reason is BounceReason.UNKNOWN_ADDRESS and not status.startswith("5.1."):
        reason = _doubted(told, status)
    if status.startswith("4") and reason in HARD and not _given_up(worded, told):
        return BounceReason.NETWORK if reason is BounceReason.UNKNOWN_HOST else BounceReason.EXPIRED
    return reason


def _doubted(told: str, status: str) -> BounceReason:
    """An address that is called unknown without the code for it: is that what the server meant?

    After the letter itself many servers say "user unknown" to what they take for spam; a code of policy (5.7) or of the
    mailbox (5.2) beside those words means the same, unless the address was refused at its own step.
    """
    if NEVER_THERE.search(told):
        return BounceReason.UNKNOWN_ADDRESS
    if DISABLED.search(told):
        return BounceReason.SUSPENDED
    if AFTER_DATA.search(told) and not AT_ADDRESS.search(told):
        return BounceReason.FILTERED
    if status.startswith(("5.7.", "5.2.")) and not REFUSED_AT_ADDRESS.search(told):
        return BounceReason.FILTERED
    if (
        not status
        and not told.lower().startswith("smtp;")
        and REPLY.search(told)
        and not REFUSED_AT_ADDRESS.search(told)
    ):
        return BounceReason.FILTERED  # a bare 550, no code, no step: another report will tell
    return BounceReason.UNKNOWN_ADDRESS


def _given_up(worded: BounceReason | None, told: str) -> bool:
    """A code of class 4 says "not now" and leaves the address alive, unless our own side tried for days, each time was
    told that there is no such user, and gave up: the report then says so, step and all."""
    return worded is BounceReason.UNKNOWN_ADDRESS and bool(REFUSED_AT_ADDRESS.search(told))


def _from_words(diagnosis: str) -> BounceReason | None:
    return next((reason for reason, words in WORDS if words.search(diagnosis)), None)


def _from_status(status: str) -> BounceReason | None:
    bare = status[1:]
    return next((reason for end, reason in _STATUS if bare == end or (end[-1] == "." and bare.startswith(end))), None)


def recipient(address: str, diagnosis: str, status: str, action: str = "failed", spoken: str = "") -> BouncedRecipient:
    """The judgement about one address."""
    reason = judge(diagnosis, status, action, spoken)
    return BouncedRecipient(address, reason in HARD, reason, status)
