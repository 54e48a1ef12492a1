"""What does a mail say, in the reader's language, as text and as HTML?

Each mail has a folder templates/mail/<notice>/ with subject.txt, body.txt and body.html. The text comes first and is
complete; the HTML says the same words. VALUES lists what each mail must be given, REPLY_GOES_TO who gets a reply.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from penfriends import i18n
from penfriends.mail import wording

Value = str | int | bool | date | timedelta | None | list[str] | list[dict[str, str]]

LONGEST_SUBJECT = 70


class Notice(StrEnum):
    """Every mail that we write. The value is the folder of its templates."""

    CONFIRM_SIGN_UP = "confirm_sign_up"
    SIGN_UP_AGAIN = "sign_up_again"
    SIGN_IN = "sign_in"
    GUARDIAN_CONSENT = "guardian_consent"
    CONSENT_GIVEN = "consent_given"
    CONSENT_REMINDER = "consent_reminder"
    CONSENT_EXPIRING = "consent_expiring"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    GUARDIAN_INFORMED = "guardian_informed"
    MATCH_PROPOSED = "match_proposed"
    MATCH_NOT_WORKED_OUT = "match_not_worked_out"
    STILL_WAITING = "still_waiting"
    GROUP_PROPOSED = "group_proposed"
    GROUP_NOT_WORKED_OUT = "group_not_worked_out"
    CLASS_ASKED = "class_asked"
    CLASS_ANSWERED = "class_answered"
    PAIRING_DECIDED = "pairing_decided"
    PAIRS_SENT = "pairs_sent"
    EXCHANGE_ENDED = "exchange_ended"
    CLASS_ENDING = "class_ending"
    CLASS_ALARM = "class_alarm"
    PUPILS_LEFT = "pupils_left"
    SCHOOL_WORD = "school_word"
    PROOF_ENDING = "proof_ending"
    INTRODUCTION = "introduction"
    LETTER = "letter"
    LETTER_WAITING = "letter_waiting"
    LETTER_RETURNED = "letter_returned"
    EMPTY_LETTER = "empty_letter"
    CONFIRM_MAIL = "confirm_mail"
    MAIL_NOT_TAKEN = "mail_not_taken"
    NUDGE = "nudge"
    FRIEND_LATE = "friend_late"
    PARTNER_ENDED = "partner_ended"
    SILENCE_ENDED = "silence_ended"
    FIT_CHECK = "fit_check"
    FIT_ENDED = "fit_ended"
    BOUNCE_PARTNER = "bounce_partner"
    CONFIRM_ADDRESS = "confirm_address"
    ADDRESS_ADDED = "address_added"
    COMING_OF_AGE = "coming_of_age"
    CAME_OF_AGE = "came_of_age"
    GUARDIAN_DONE = "guardian_done"
    FRIEND_CAME_OF_AGE = "friend_came_of_age"
    REPORT_OUTCOME = "report_outcome"
    TEAM_ANSWER = "team_answer"
    TEAM_WORDS = "team_words"
    DESK_DIGEST = "desk_digest"
    STAFF_INVITATION = "staff_invitation"
    CLASS_DATES = "class_dates"


class ReplyTo(StrEnum):
    """Who gets what is written in reply: the friend, as a letter, or the team, as a question."""

    LETTER = "letter"
    TEAM = "team"


REPLY_GOES_TO: dict[Notice, ReplyTo] = {
    notice: ReplyTo.LETTER
    if notice in (Notice.LETTER, Notice.LETTER_WAITING, Notice.INTRODUCTION, Notice.NUDGE, Notice.FRIEND_LATE)
    else ReplyTo.TEAM
    for notice in Notice
}

# Besides these, every mail is given `band` (child or adult: the register) and `town` (whose volunteers write).
VALUES: dict[Notice, frozenset[str]] = {
    Notice.CONFIRM_SIGN_UP: frozenset({"name", "url", "days"}),
    Notice.SIGN_UP_AGAIN: frozenset({"name", "url"}),
    Notice.SIGN_IN: frozenset({"url", "code", "minutes"}),
    Notice.GUARDIAN_CONSENT: frozenset({"child", "friend_towns", "reader", "url"}),
    Notice.CONSENT_GIVEN: frozenset({"child", "reader", "url"}),
    Notice.CONSENT_REMINDER: frozenset({"child", "reader", "url"}),
    Notice.CONSENT_EXPIRING: frozenset({"child", "ends_on", "url"}),
    Notice.CONSENT_WITHDRAWN: frozenset({"name", "friend", "url"}),
    Notice.GUARDIAN_INFORMED: frozenset({"child", "reader", "url"}),
    Notice.MATCH_PROPOSED: frozenset(
        {"name", "friend", "friend_age", "friend_town", "likes", "writes", "question", "answer_by", "url"}
    ),
    Notice.MATCH_NOT_WORKED_OUT: frozenset({"name"}),
    Notice.STILL_WAITING: frozenset({"name", "url"}),
    Notice.GROUP_PROPOSED: frozenset(
        {
            *("name", "group", "friend_group", "friend_kind", "friend_town", "members", "youngest", "eldest"),
            *("answer_by", "url"),
        }
    ),
    Notice.GROUP_NOT_WORKED_OUT: frozenset({"name", "group", "seeks"}),
    Notice.CLASS_ASKED: frozenset({"name", "own_class", "friend_classes", "friend_towns", "answer_by", "url"}),
    Notice.CLASS_ANSWERED: frozenset({"name", "own_class", "friend_classes", "friend_towns", "yes", "url"}),
    Notice.PAIRING_DECIDED: frozenset(
        {"name", "own_class", "friend_classes", "friend_towns", "yes", "reason", "goes_on", "url"}
    ),
    Notice.PAIRS_SENT: frozenset({"name", "own_class", "friend_classes", "friend_towns", "yes", "url"}),
    Notice.EXCHANGE_ENDED: frozenset({"name", "own_class", "friend_classes", "friend_towns", "thanks", "url"}),
    Notice.CLASS_ENDING: frozenset({"name", "own_class", "ends_on", "url"}),
    Notice.CLASS_ALARM: frozenset({"name", "own_class", "about", "url"}),
    Notice.PUPILS_LEFT: frozenset({"name", "own_class", "left", "waiting", "url"}),
    Notice.SCHOOL_WORD: frozenset({"name", "teacher", "school_name", "part", "ends_on", "url"}),
    Notice.PROOF_ENDING: frozenset({"name", "moderator", "proof", "own", "ends_on", "url"}),
    Notice.INTRODUCTION: frozenset({"name", "friend", "friend_town", "question", "all_read", "first_letters", "url"}),
    Notice.LETTER: frozenset(
        {
            *("friend", "friend_town", "is_reply", "title", "letter_text", "letter_language", "pictures"),
            *("left_out", "all_read", "url", "wrong_url", "pause_url"),
        }
    ),
    Notice.LETTER_WAITING: frozenset({"name", "friend", "friend_town", "url"}),
    Notice.LETTER_RETURNED: frozenset({"name", "friend", "reasons", "note", "url"}),
    Notice.EMPTY_LETTER: frozenset({"name", "friend", "url"}),
    Notice.CONFIRM_MAIL: frozenset({"name", "mail_subject", "received_on", "received_at", "url"}),
    Notice.MAIL_NOT_TAKEN: frozenset({"name", "friend", "received_on", "url"}),
    Notice.NUDGE: frozenset({"name", "friend", "wrote_on", "url", "later_url", "stop_url"}),
    Notice.FRIEND_LATE: frozenset({"name", "friend", "url"}),
    Notice.PARTNER_ENDED: frozenset({"name", "friend", "url"}),
    Notice.SILENCE_ENDED: frozenset({"name", "friend", "url"}),
    Notice.FIT_CHECK: frozenset({"name", "friend", "good_url", "deciding_url", "not_url"}),
    Notice.FIT_ENDED: frozenset({"name", "friend", "url"}),
    Notice.BOUNCE_PARTNER: frozenset({"name", "friend"}),
    Notice.CONFIRM_ADDRESS: frozenset({"url", "days"}),
    Notice.ADDRESS_ADDED: frozenset({"name", "url"}),
    Notice.COMING_OF_AGE: frozenset({"name", "birthday", "url"}),
    Notice.CAME_OF_AGE: frozenset({"name", "url"}),
    Notice.GUARDIAN_DONE: frozenset({"child"}),
    Notice.FRIEND_CAME_OF_AGE: frozenset({"name", "friend", "url"}),
    Notice.REPORT_OUTCOME: frozenset({"name", "outcome", "url"}),
    Notice.TEAM_ANSWER: frozenset({"asked_subject", "asked", "letter_text"}),
    Notice.TEAM_WORDS: frozenset({"child", "letter_text"}),
    Notice.DESK_DIGEST: frozenset(
        {"name", "letters", "oldest", "promised", "matches", "reports", "pairings", "read_this_month", "url"}
    ),
    Notice.STAFF_INVITATION: frozenset({"name", "inviter", "url", "days", "school"}),
    Notice.CLASS_DATES: frozenset(
        {"name", "class_name", "write_on", "send_on", "consents", "alone", "agree", "others", "url"}
    ),
}
IN_EVERY_MAIL = frozenset({"band", "town"})


class WrongValues(ValueError):
    """A mail was given too little or too much. The message names the notice and the values."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's words, ready for outbound.build."""

    subject: str
    text: str
    html: str


def render(notice: Notice, *, language: str, values: Mapping[str, Value], territory: str | None = None) -> Rendered:
    """The mail in `language`; `territory` chooses between month names (`PS`). Raises WrongValues."""
    wanted = VALUES[notice] | IN_EVERY_MAIL
    if wrong := wanted ^ values.keys():
        raise WrongValues(f"{notice}: {', '.join(sorted(wrong))}")
    known = {
        **values,
        "language": language,
        "direction": i18n.direction(language),
        "reply_goes_to": REPLY_GOES_TO[notice].value,
        "asks_friend": values.get("friend") is not None,
    }
    with i18n.speaking(language), wording.dates_of(language, territory):
        subject = _environment().get_template(f"{notice}/subject.txt").render(known)
        text = _environment().get_template(f"{notice}/body.txt").render({**known, "letter_text": wording.SLOT})
        html = _environment().get_template(f"{notice}/body.html").render({**known, "heading": subject.strip()})
    return Rendered(
        wording.shortened(subject.strip(), LONGEST_SUBJECT),
        wording.tidied(text, str(values.get("letter_text", ""))),
        html.strip() + "\n",
    )


@lru_cache(maxsize=2048)
def thread_subjects(*, language: str, band: str, friend: str, friend_town: str) -> tuple[str, ...]:
    """The subjects of the mails that a letter may answer: a reply's own subject is what differs from all of them."""
    known = {"band": band, "friend": friend, "friend_town": friend_town, "is_reply": False}
    with i18n.speaking(language):
        return tuple(
            wording.shortened(
                _environment().get_template(f"{notice}/subject.txt").render(known).strip(), LONGEST_SUBJECT
            )
            for notice, reply in REPLY_GOES_TO.items()
            if reply is ReplyTo.LETTER
        )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """An environment of its own: no filter or global of the web pages can change a mail."""
    environment = Environment(
        loader=FileSystemLoader(_folder()),
        autoescape=select_autoescape(enabled_extensions=("html",), default_for_string=False, default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext, npgettext=i18n.npgettext
    )
    environment.filters.update(wording.FILTERS)
    environment.globals.update(dir_of=wording.dir_of)
    return environment


def _folder() -> Path:
    """templates/mail, inside the package in a wheel, beside src in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_templates" / "mail"
    return inside if inside.is_dir() else package.parent.parent / "templates" / "mail"
