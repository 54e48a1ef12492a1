"""Why is that so? Sentences for the codes of the desk: what was noticed, why a letter waits, why two were proposed.

In the reader's language; an unknown code stands for itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from penfriends import i18n
from penfriends.i18n import N_, gettext, ngettext, pgettext
from penfriends.rules.interests import CONTEXT, INTERESTS
from penfriends.words import OUTCOMES as OUTCOMES


@dataclass(frozen=True, slots=True)
class Noticed:
    """How a finding is shown: its name, why it matters for a child and for an adult, colour, picture, what to ask for.

    `ask` is a code of words.RETURN_REASONS, or "" where no ready sentence fits.
    """

    label: str
    child: str
    adult: str
    colour: str
    picture: str
    ask: str


NOTICED: Mapping[str, Noticed] = {
    "phone": Noticed(
        N_("Phone number"),
        N_("Children’s letters stay on penfriends."),
        N_("Before three letters each way, numbers stay out."),
        "contact",
        "phone",
        "phone",
    ),
    "email": Noticed(
        N_("E-mail address"),
        N_("Children’s letters stay on penfriends."),
        N_("Before three letters each way, addresses stay out."),
        "contact",
        "at-sign",
        "email",
    ),
    "handle": Noticed(
        N_("Name on another app"),
        N_("Moves the talk to a place where nobody reads along."),
        N_("Moves the talk to another place. Adults may, after a while."),
        "contact",
        "message-circle",
        "handle",
    ),
    "link": Noticed(
        N_("Link"),
        N_("Links are taken out of children’s letters: the friend reads […]."),
        N_("The friend gets it as plain text."),
        "contact",
        "link",
        "link",
    ),
    "postal_address": Noticed(
        N_("Address"),
        N_("Says where a child lives."),
        N_("Says where somebody lives."),
        "place",
        "map-pin",
        "postal_address",
    ),
    "meeting": Noticed(
        N_("Plan to meet"),
        N_("Children do not arrange to meet. Tell the guardian and the safeguarding lead."),
        N_("A reason for advice, not for a no."),
        "meet",
        "calendar",
        "meeting",
    ),
    "money": Noticed(
        N_("Money or gifts"),
        N_("Money, gifts and parcels are always stopped."),
        N_("Money, gifts and parcels are always stopped. Think of fraud."),
        "meet",
        "triangle-alert",
        "money",
    ),
    "grooming": Noticed(
        N_("Keeping it from an adult"),
        N_("Secrets, gifts, questions about photos or being alone. Tell the safeguarding lead."),
        N_("Secrets or pressure. Read the whole letter."),
        "meet",
        "eye-off",
        "",
    ),
    "disclosure": Noticed(
        N_("Somebody may be in danger"),
        N_("May tell of harm. Do not return it: tell the safeguarding lead now."),
        N_("May tell of harm. Do not return it: tell the safeguarding lead now."),
        "tone",
        "life-buoy",
        "",
    ),
    "unkind": Noticed(
        N_("Unkind words"),
        N_("Could hurt. Lists of words often err: read the sentence."),
        N_("Could hurt. Lists of words often err: read the sentence."),
        "tone",
        "hand",
        "unkind",
    ),
    "hidden_text": Noticed(
        N_("Hidden characters"),
        N_("Characters that nobody sees, or that imitate others."),
        N_("Characters that nobody sees, or that imitate others."),
        "tone",
        "eye-off",
        "",
    ),
}

OVER_LETTERS = N_("Begins in an earlier letter and ends in this one.")

HOLD_REASONS: Mapping[str, str] = {
    "child": N_("Every letter of a child is read."),
    "first_letters": N_("One of the writer’s first letters."),
    "sample": N_("Picked by chance."),
    "finding": N_("Something was noticed."),
    "unsure_cut": N_("We are not sure where the quoted mail begins."),
    "empty": N_("There is no text left in it."),
    "leak": N_("It would give away an address or a surname."),
    "picture": N_("There is a picture in it."),
    "too_long": N_("It is longer than a letter may be: ask for two letters."),
    "frozen": N_("The way to the friend is closed: look at the correspondence."),
}

UNMATCHED: Mapping[str, str] = {
    "no_link": N_("The town has no active twin link."),
    "nobody_there": N_("Nobody waits in the twin towns."),
    "age_window": N_("Nobody of a fitting age waits."),
    "no_language": N_("Nobody who waits writes the same language."),
    "no_medium": N_("Nobody who waits writes in the same way."),
    "household": N_("Only people of the same household would fit."),
    "blocked": N_("Only people they have met before would fit."),
    "too_early": N_("Only people in twin towns of twin towns are left; these open after four weeks."),
    "all_taken": N_("All who fit were better placed with others this time."),
    "band_outdated": N_("The age group has changed since they signed up."),
    "too_young": N_("Not yet 8 years old."),
    "birth_date_missing": N_("The date of birth is missing."),
    "no_place_left": N_("Has as many pen friends as the rules allow."),
}

WHY_NOT: Mapping[str, str] = {
    "weaker": N_("fits less well"),
    "taken": N_("fits better, but is proposed to somebody else"),
    "costs_others": N_("fits better, but then others would get nobody"),
}

QUARANTINED: Mapping[str, str] = {
    "complaint": N_("Somebody marked one of our mails as unwanted."),
    "unreadable": N_("The mail cannot be read."),
    "too_complex": N_("The mail is nested too deeply."),
    "too_deep": N_("The mail is nested too deeply."),
    "too_many_parts": N_("The mail has too many parts."),
    "too_much_memory": N_("Reading the mail takes more memory than a mail may take."),
    "took_too_long": N_("Reading the mail takes longer than a mail may take."),
    "reader_died": N_("The mail breaks the program that reads it."),
    "text_too_long": N_("The mail is longer than any letter."),
    "mail_too_large": N_("The mail is too large."),
    "header_too_large": N_("The header of the mail is too long."),
    "header_block_too_large": N_("The header of the mail is too long."),
    "cannot_be_handled": N_("Something went wrong on our side with this mail."),
}

REPORT_KINDS: Mapping[str, str] = {
    "unkind": N_("Unkind or hurtful"),
    "contact": N_("Asks for contact outside penfriends"),
    "meeting": N_("Wants to meet"),
    "money": N_("Asks for money or gifts"),
    "not_true": N_("May not be who they say they are"),
    "photo": N_("Asks for photos"),
    "secret": N_("Asks to keep a secret"),
    "sad": N_("Worried about the writer"),
    "other": N_("Something else"),
    "unsure": N_("Something else, or not sure"),
    "complaint": N_("Marked our mail as unwanted"),
}

RESIDENT_STATES: Mapping[str, str] = {
    "unconfirmed": N_("has not confirmed the address yet"),
    "awaiting_consent": N_("waits for a guardian’s yes"),
    "active": N_("takes part"),
    "paused": N_("has a pause"),
    "left": N_("has left"),
}

CONSENT_STATES: Mapping[str, str] = {
    "asked": N_("Guardian was asked on %(date)s."),
    "given": N_("Guardian said yes on %(date)s."),
    "refused": N_("Guardian said no on %(date)s."),
    "withdrawn": N_("Guardian took the yes back on %(date)s."),
    "expired": N_("The guardian’s yes of %(date)s has run out."),
}

CORRESPONDENCE_STATES: Mapping[str, str] = {
    "open": N_("open"),
    "paused": N_("has a pause"),
    "frozen": N_("stopped until somebody has looked"),
    "ended": N_("ended"),
}

LETTER_STATES: Mapping[str, str] = {
    "written": N_("Being checked"),
    "received": N_("Being checked"),
    "held": N_("Waits to be read"),
    "released": N_("Leaves soon"),
    "on_its_way": N_("On its way"),
    "delivered": N_("Arrived"),
    "returned": N_("Returned to the writer"),
    "unsure": N_("Nobody knows whether it arrived"),
}

VERBS: Mapping[str, str] = {
    "release": N_("Let a letter go"),
    "return": N_("Returned a letter"),
    "undo": N_("Took a decision back"),
    "escalate": N_("Told the safeguarding lead"),
    "approve": N_("Said yes to a match"),
    "veto": N_("Said no to a match"),
    "close": N_("Closed a report"),
    "freeze": N_("Stopped a correspondence"),
    "resume": N_("Let a correspondence go on"),
    "change_birth": N_("Changed the date of birth"),
    "retry": N_("Sent a mail again"),
    "settle": N_("Settled an unsure mail"),
    "write": N_("Wrote a message"),
}

SUPPRESSIONS: Mapping[str, str] = {
    "hard_bounce": N_("The mailbox does not exist."),
    "full": N_("The mailbox is full."),
    "complaint": N_("Our mails were marked as unwanted."),
    "asked": N_("They asked us not to write."),
}


def said(table: Mapping[str, str], code: str) -> str:
    """The sentence for a code of one of the tables above."""
    return gettext(table[code]) if code in table else code


def noticed(kind: str) -> Noticed:
    """How a kind of finding is shown, marked for translation; an unknown kind is shown by its code."""
    return NOTICED.get(kind) or Noticed(kind, "", "", "tone", "flag", "")


def joined(parts: Sequence[str]) -> str:
    """A list as people say it: “chess, trains and dogs”."""
    from babel.lists import format_list

    return format_list(list(parts), locale=i18n.locale_of(i18n.current.get())) if parts else ""


def interest_names(codes: Sequence[str]) -> list[str]:
    return [pgettext(CONTEXT, INTERESTS[one].english) if one in INTERESTS else one for one in codes]


def language_names(codes: Sequence[str]) -> list[str]:
    names = i18n.locale_of(i18n.current.get()).languages
    return [str(names.get(one, one)) for one in codes]


def term_sentence(name: str, detail: Sequence[str], *, first: str, second: str, towns: Mapping[str, str]) -> str:
    """One summand of a score as a sentence. `first`, `second` are the two first names; `towns` names slugs."""
    if name.startswith(("first_", "second_")):
        who, other = (first, second) if name.startswith("first_") else (second, first)
        return _own(name.partition("_")[2], detail, who, other, towns)
    if name == "interests":
        if not detail:
            return gettext("They chose nothing in common.")
        return gettext("Both like: %(things)s") % {"things": joined(interest_names(detail))}
    if name == "language":
        return _language(detail)
    if name == "age":
        return _age(detail)
    if name == "town":
        return _town(detail, towns)
    return gettext("Both write in the same way.") if detail else gettext("They write in different ways.")


def points_line(points: int, maximum: int) -> str:
    return gettext("%(points)s of %(maximum)s points") % {"points": points, "maximum": maximum}


def _own(what: str, detail: Sequence[str], who: str, other: str, towns: Mapping[str, str]) -> str:
    if what == "practises":
        if not detail:
            return gettext("%(name)s does not practise a language of %(friend)s.") % {"name": who, "friend": other}
        languages = joined(language_names(detail))
        return gettext("%(name)s would like to practise %(languages)s.") % {"name": who, "languages": languages}
    state = detail[0] if detail else "none"
    place = towns.get(detail[1], detail[1]) if len(detail) > 1 else ""
    if state == "met":
        return gettext("%(name)s wished for %(town)s.") % {"name": who, "town": place}
    if state == "unmet":
        return gettext("%(name)s wished for %(town)s, which this is not.") % {"name": who, "town": place}
    return gettext("%(name)s has no wish for a town.") % {"name": who}


def _language(detail: Sequence[str]) -> str:
    if len(detail) < 2:
        return gettext("They have no language in common.")
    language = language_names(detail[:1])[0]
    if detail[1] == "first":
        return gettext("%(language)s is the first language of both.") % {"language": language}
    if detail[1] == "well":
        return gettext("Both write %(language)s well.") % {"language": language}
    return gettext("One of them writes only a little %(language)s.") % {"language": language}


def _age(detail: Sequence[str]) -> str:
    number = int(detail[1]) if len(detail) > 1 else 0
    if number == 0:
        return gettext("They are the same age.")
    if detail[0] == "years":
        return ngettext("%(num)d year lies between them.", "%(num)d years lie between them.", number) % {"num": number}
    return ngettext("%(num)d month lies between them.", "%(num)d months lie between them.", number) % {"num": number}


def _town(detail: Sequence[str], towns: Mapping[str, str]) -> str:
    if not detail:
        return gettext("Their towns are not linked.")
    if detail[0] == "twin_of_twin":
        between = towns.get(detail[1], detail[1]) if len(detail) > 1 else ""
        return gettext("Their towns are both twins of %(town)s.") % {"town": between}
    if len(detail) > 1:
        return gettext("Their towns have been twins since %(year)s.") % {"year": detail[1]}
    return gettext("Their towns are twins.")
