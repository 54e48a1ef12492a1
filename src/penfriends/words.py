"""What do we call the coded things, in the reader's language? Sentences for codes that rules and rows carry."""

from penfriends.errors import Refusal
from penfriends.i18n import N_, gettext

REFUSALS: dict[Refusal, str] = {
    Refusal.ALREADY_DECIDED: N_("This has been decided already."),
    Refusal.CHANGED_SINCE: N_("This has changed since you opened it. Please look again."),
    Refusal.CLASSES_DO_NOT_FIT: N_("These classes cannot write to each other any more: something has changed."),
    Refusal.CLASS_ENDED: N_("This class has ended. It takes no pupils, no letters and no partner class any more."),
    Refusal.CONFLICT_OF_INTEREST: N_("You know one of these people too well to decide this. Another moderator will."),
    Refusal.CONSENT_MISSING: N_("A parent or guardian has not said yes, or the yes has run out."),
    Refusal.CONTACT_IN_WORDS: N_("Please take out addresses, numbers and links: you write to each other here."),
    Refusal.CORRESPONDENCE_CLOSED: N_("This correspondence is not open."),
    Refusal.CHILDREN_MODULE_OFF: N_("Children cannot take part here: no safeguarding lead and deputy are named."),
    Refusal.DRAFT_OPEN: N_("There is a draft already. Publish it or drop it first."),
    Refusal.EMPTY_LETTER: N_("The letter is empty."),
    Refusal.HARD_RULE: N_("A safety rule does not allow this match."),
    Refusal.LAST_TEACHER: N_("Somebody has to read what the pupils write: first name another adult."),
    Refusal.LETTER_TOO_LONG: N_("The letter is too long. Everything is kept: please make two letters of it."),
    Refusal.LINK_USED: N_("This link has been used or has run out."),
    Refusal.NEEDS_REASON: N_("Please give a reason."),
    Refusal.NEEDS_SECOND_PERSON: N_("A second moderator has to decide this."),
    Refusal.NOBODY_PARTNERED: N_("Nobody is partnered yet. Let us suggest partners first."),
    Refusal.NOT_ACTIVE: N_("One of the two is not taking part at the moment."),
    Refusal.ONLY_LEAD: N_("Only the safeguarding lead of your association or the deputy may change this."),
    Refusal.OUT_OF_TIME: N_("The time to answer is over."),
    Refusal.ROUND_RUNNING: N_("A round runs at this moment. Please wait until it is ready."),
    Refusal.SCHOOL_WORD_OVER: N_(
        "What your school said about you has run out. Please write to the volunteers of your town: they ask your "
        "school again, and then everything is here as before."
    ),
    Refusal.SHEET_USED: N_("A letter of this pupil on paper came in a short while ago. Nothing was sent."),
    Refusal.SOMEBODY_ELSE: N_("This address is used here by somebody else than a teacher of your school."),
    Refusal.TAKEN_BY_ANOTHER: N_("Another moderator has this open."),
    Refusal.TOO_LATE_TO_UNDO: N_("It is too late to undo this: the letter has left."),
    Refusal.TOO_MANY_ASKS: N_("Your class has asked three classes already. Wait for an answer, or take one back."),
    Refusal.TOO_MANY_PAGES: N_("Too many pages. Please send or remove some first."),
    Refusal.TOO_MANY_TRIES: N_("Too many tries. Please wait an hour and try again."),
    Refusal.TOO_OLD_FOR_CLASS: N_("Pupils here are under 18."),
    Refusal.TOO_YOUNG: N_("Pen friends here are at least 8 years old."),
    Refusal.VETTING_MISSING: N_("Your checks for children’s letters are missing or have run out."),
    Refusal.WISH_NOT_POSSIBLE: N_("This cannot be wished for these pupils."),
}


def refusal_sentence(refusal: Refusal) -> str:
    """The sentence for a refusal, in the language of the moment."""
    return gettext(REFUSALS[refusal])


RETURN_REASONS: dict[str, str] = {
    "phone": N_("Please take out the phone number."),
    "email": N_("Please take out the e-mail address."),
    "handle": N_("Please take out the name on another app or website."),
    "link": N_("Please take out the link."),
    "postal_address": N_("Please take out the address where you live."),
    "meeting": N_("Please take out the plan to meet."),
    "money": N_("Please take out what is about money or gifts."),
    "unkind": N_("Please say it in a kinder way."),
    "surname": N_("Please take out the surname or the school."),
    "empty": N_("There is no text in the letter. Did something go wrong?"),
    "too_long": N_("Please make it shorter, or send it as two letters."),
}


def return_reason(code: str) -> str:
    """What a writer is asked to change, in the language of the moment. An unknown code stands for itself."""
    return gettext(RETURN_REASONS[code]) if code in RETURN_REASONS else code


OUTCOMES: dict[str, str] = {
    "nothing_found": N_("Nothing found: the correspondence goes on"),
    "spoken_to": N_("Spoken to: the correspondence goes on"),
    "ended": N_("Ended: the two never write to each other again"),
}


GROUP_KINDS: dict[str, str] = {
    "choir": N_("Choir"),
    "music": N_("Band or orchestra"),
    "scouts": N_("Scouts and guides"),
    "youth": N_("Youth club"),
    "faith": N_("Parish or community of faith"),
    "sport": N_("Sports club"),
    "seniors": N_("Seniors’ club"),
    "hobby": N_("Club for a hobby"),
    "helpers": N_("Fire brigade, rescue or charity"),
    "university": N_("University or college"),
}


def group_kind(code: str) -> str:
    """What a group comes together for, in the language of the moment."""
    return gettext(GROUP_KINDS[code]) if code in GROUP_KINDS else code
