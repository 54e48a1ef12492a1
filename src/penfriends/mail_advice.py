"""What can a moderator do about a piece of mail? Advice for the rows of the mail page, by the code of what happened."""

from collections.abc import Mapping

from penfriends.i18n import N_, gettext

_READ_AGAIN = N_("Have it read once more. If it comes back here, ask the writer to write on the website.")

SET_ASIDE: Mapping[str, str] = {
    "complaint": N_("Leave them alone, unless they tell you that it was a mistake."),
    "too_much_memory": _READ_AGAIN,
    "took_too_long": _READ_AGAIN,
    "reader_died": _READ_AGAIN,
    "cannot_be_handled": _READ_AGAIN,
}
"""Where there is more to say than what stands above all mails that were set aside."""

STOPPED: Mapping[str, str] = {
    "hard_bounce": N_("Ask them for another address."),
    "full": N_("Ask them to make room in it, then press the button."),
    "complaint": N_("Leave them alone, unless they tell you that it was a mistake."),
    "asked": N_("Nothing to do, unless they tell you that they want our mail again."),
}
"""About somebody whose address is no longer written to."""


def for_set_aside(reason: str | None) -> str:
    return gettext(SET_ASIDE[reason]) if reason is not None and reason in SET_ASIDE else ""


def may_be_read_again(reason: str | None) -> bool:
    """Whether another try may go better: what failed is us or the moment, not the mail."""
    return reason is not None and SET_ASIDE.get(reason) == _READ_AGAIN


def for_stopped(reason: str) -> str:
    return gettext(STOPPED[reason]) if reason in STOPPED else ""
