"""What is this piece of mail at the desk? Sentences for the codes of the mail page."""

from collections.abc import Mapping

from penfriends.i18n import N_, gettext
from penfriends.mail.notices import Notice

_BROKEN = N_("Nobody could read this mail: it is damaged.")
_CROWDED = N_("This mail has so many parts that it was not opened.")
_HEAVY = N_("Reading this mail took too much of the computer: it may be an attack, or a huge attachment.")

QUARANTINED: Mapping[str, str] = {
    "complaint": N_("Somebody marked one of our mails as unwanted. We do not write to that address any more."),
    "unreadable": _BROKEN,
    "header_block_too_large": _CROWDED,
    "header_too_large": _CROWDED,
    "too_many_parts": _CROWDED,
    "too_deep": _CROWDED,
    "too_complex": _CROWDED,
    "mail_too_large": N_("This mail is too large."),
    "text_too_long": N_("This mail is too large."),
    "too_much_memory": _HEAVY,
    "took_too_long": _HEAVY,
    "reader_died": _HEAVY,
    "cannot_be_handled": N_("This mail could be read, but not filed. Please tell who runs this site."),
}
"""Why a mail was set aside; the codes are those of the parser, of the reading process and of the worker."""

_SIGN_IN = N_("A mail for signing in")
_SIGN_UP = N_("A mail about signing up")
_GUARDIAN = N_("A mail to a guardian about the consent")
_MATCH = N_("A mail about a proposed match")
_FRIEND = N_("A mail about a pen friend")
_LETTER = N_("A mail about a letter")
_CLASS = N_("A mail to a teacher about a partner class")
_ALARM = N_("A mail about a report or an urgent letter in a class")
_TEAM = N_("A mail to somebody of the team")

NOTICES: Mapping[str, str] = {
    Notice.CONFIRM_SIGN_UP: _SIGN_UP,
    Notice.SIGN_UP_AGAIN: _SIGN_UP,
    Notice.SIGN_IN: _SIGN_IN,
    Notice.GUARDIAN_CONSENT: _GUARDIAN,
    Notice.CONSENT_GIVEN: _GUARDIAN,
    Notice.CONSENT_REMINDER: _GUARDIAN,
    Notice.CONSENT_EXPIRING: _GUARDIAN,
    Notice.GUARDIAN_INFORMED: _GUARDIAN,
    Notice.MATCH_PROPOSED: _MATCH,
    Notice.MATCH_NOT_WORKED_OUT: _MATCH,
    Notice.STILL_WAITING: _MATCH,
    Notice.GROUP_PROPOSED: _MATCH,
    Notice.GROUP_NOT_WORKED_OUT: _MATCH,
    Notice.CLASS_ASKED: _CLASS,
    Notice.CLASS_ANSWERED: _CLASS,
    Notice.PAIRING_DECIDED: _CLASS,
    Notice.PAIRS_SENT: _CLASS,
    Notice.EXCHANGE_ENDED: _CLASS,
    Notice.CLASS_ENDING: _CLASS,
    Notice.CLASS_ALARM: _ALARM,
    Notice.PUPILS_LEFT: _CLASS,
    Notice.SCHOOL_WORD: N_("A mail about a school’s word for a teacher"),
    Notice.PROOF_ENDING: _TEAM,
    Notice.LETTER_WAITING: _LETTER,
    Notice.LETTER_RETURNED: _LETTER,
    Notice.EMPTY_LETTER: _LETTER,
    Notice.CONFIRM_MAIL: _LETTER,
    Notice.MAIL_NOT_TAKEN: _LETTER,
    Notice.TEAM_ANSWER: N_("An answer of the team"),
    Notice.TEAM_WORDS: N_("A message of the team"),
    Notice.DESK_DIGEST: _TEAM,
    Notice.STAFF_INVITATION: _TEAM,
    Notice.CLASS_DATES: N_("Dates of a class"),
}
"""What kind of notice it is. Those that are not named here are about a pen friend."""

FAILED: Mapping[str, str] = {
    "suppressed": N_("We do not write to this address any more."),
    "bounced": N_("It came back: the mailbox does not exist."),
    "cannot be written": N_("It could not be put together. Please tell who runs this site."),
}
"""Why a mail did not leave, where these are our own words and not those of a mail server."""


PLACES_CLOSED: Mapping[bool, str] = {
    True: N_("Our own mail server takes nothing. Look whether it runs, and into its log."),
    False: N_("This provider refuses our mail for now. If it goes on for a day, look into your mail server’s log."),
}
"""What to do about a place that is left alone; True: it is our own mail server."""

SUPPRESSIONS_TODO: Mapping[str, str] = {
    "hard_bounce": N_("Ask these people for another address."),
    "full": N_("Ask these people to make room; then say at the desk that the address works again."),
    "complaint": N_("Leave them in peace, unless they say themselves that it was a mistake."),
    "asked": N_("Nothing to do: they can ask for mail again."),
}
"""What to do about addresses that are no longer written to, by the reason."""


def place_closed(is_house: bool) -> str:
    """What to do about a place that takes no mail."""
    return gettext(PLACES_CLOSED[is_house])


def suppression_todo(reason: str) -> str:
    """What to do about addresses that are no longer written to for this reason."""
    return gettext(SUPPRESSIONS_TODO[reason]) if reason in SUPPRESSIONS_TODO else ""


def notice_kind(code: str) -> str:
    """What kind of mail a notice is, in the reader's language."""
    return gettext(NOTICES.get(code, _FRIEND))
