"""What can go wrong, named by meaning. No word of HTTP here: the web door decides what a person sees."""

import enum


class Refusal(enum.StrEnum):
    """Why an action was refused. Each value has a sentence in words.py, in the reader's language."""

    ALREADY_DECIDED = "already_decided"
    CHANGED_SINCE = "changed_since"
    CLASSES_DO_NOT_FIT = "classes_do_not_fit"
    CLASS_ENDED = "class_ended"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    CONSENT_MISSING = "consent_missing"
    CONTACT_IN_WORDS = "contact_in_words"
    CORRESPONDENCE_CLOSED = "correspondence_closed"
    CHILDREN_MODULE_OFF = "children_module_off"
    DRAFT_OPEN = "draft_open"
    EMPTY_LETTER = "empty_letter"
    HARD_RULE = "hard_rule"
    LAST_TEACHER = "last_teacher"
    LETTER_TOO_LONG = "letter_too_long"
    LINK_USED = "link_used"
    NEEDS_REASON = "needs_reason"
    NEEDS_SECOND_PERSON = "needs_second_person"
    NOBODY_PARTNERED = "nobody_partnered"
    NOT_ACTIVE = "not_active"
    ONLY_LEAD = "only_lead"
    OUT_OF_TIME = "out_of_time"
    ROUND_RUNNING = "round_running"
    SCHOOL_WORD_OVER = "school_word_over"
    SHEET_USED = "sheet_used"
    SOMEBODY_ELSE = "somebody_else"
    TAKEN_BY_ANOTHER = "taken_by_another"
    TOO_LATE_TO_UNDO = "too_late_to_undo"
    TOO_MANY_ASKS = "too_many_asks"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_TRIES = "too_many_tries"
    TOO_OLD_FOR_CLASS = "too_old_for_class"
    TOO_YOUNG = "too_young"
    VETTING_MISSING = "vetting_missing"
    WISH_NOT_POSSIBLE = "wish_not_possible"


class PenfriendsError(Exception):
    """Anything this house says no to."""


class Refused(PenfriendsError):
    """The wish was understood and refused; nothing was changed. `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class NotFound(PenfriendsError):
    """There is no such thing, or it is not yours to see: both answer alike (rule R18)."""


class BadSettings(PenfriendsError):
    """The installation cannot start as it is set up. The message names the setting and says what to do."""
