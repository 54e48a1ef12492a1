"""How do we say what came out when classes were partnered, or why nothing did? Sentences for the codes of classes."""

from collections.abc import Mapping, Sequence

from penfriends.i18n import N_, gettext, ngettext
from penfriends.pair_file import Fault, FaultKind
from penfriends.reasons import joined, term_sentence
from penfriends.rules.partners import Complaint, Kind, Remark, Shortage, Trouble
from penfriends.rules.score import Explanation

TROUBLES: Mapping[Trouble, str] = {
    Trouble.EMPTY_CLASS: N_("There is nobody to partner: one of the classes has no pupil who is present."),
    Trouble.PUPIL_TWICE: N_("Entered more than once: %(names)s."),
    Trouble.UNKNOWN_PUPIL: N_("A wish names somebody who is in none of these classes: %(names)s."),
    Trouble.SAME_PUPIL: N_("A wish names the same pupil twice: %(names)s."),
    Trouble.LOCK_ABSENT: N_("%(names)s are to be partners, but not both of them are present."),
    Trouble.LOCK_SAME_CLASS: N_("%(names)s are to be partners, but they are in the same class."),
    Trouble.LOCK_NOT_NEIGHBOURS: N_("%(names)s are to be partners, but their classes do not write to each other."),
    Trouble.LOCK_APART: N_("%(names)s are to be partners, and they are to be kept apart."),
    Trouble.LOCK_NO_LANGUAGE: N_("%(names)s are to be partners, but they have no language in common."),
    Trouble.LOCK_WALL: N_("%(names)s are to be partners, but one is an adult and the other a child."),
    Trouble.TOO_MANY_LOCKS: N_("Has been given more partners than anybody gets here: %(names)s."),
    Trouble.TOGETHER_TWO_CLASSES: N_("%(names)s are to be kept together, but they are in two classes."),
    Trouble.TOGETHER_APART: N_("%(names)s are to be kept together, and they are to be kept apart."),
    Trouble.TOGETHER_TOO_MANY: N_("%(names)s are to be kept together: more than one partner can take."),
    Trouble.TOGETHER_NOBODY_SHARES: N_(
        "%(names)s are to be kept together, but in classes of the same size nobody shares a partner. "
        "Their two pairs can be made one circle."
    ),
    Trouble.NOBODY_FITS: N_(
        "Nobody in the other class can write with %(names)s: no common language, or another age group."
    ),
    Trouble.TOO_FEW_FIT: N_("%(names)s have too few possible partners between them."),
    Trouble.RULES_CONFLICT: N_("These wishes cannot all be kept, but they can without any one of them: %(wishes)s."),
    Trouble.NOT_FOUND: N_("No way was found to keep all wishes. Leave out some of them."),
}

WISHES: Mapping[Kind, str] = {
    Kind.APART: N_("%(names)s apart"),
    Kind.TOGETHER: N_("%(names)s together"),
    Kind.LOCK: N_("%(names)s as partners"),
}

REMARKS: Mapping[Remark, str] = {
    Remark.LARGER_CIRCLES: N_("One class is more than twice as large as the other: some circles have more than three."),
    Remark.JOINED_CIRCLES: N_("Pairs were made one circle, for those who are to be kept together."),
    Remark.NOT_VOLUNTEERED: N_("Some have more than one partner and have not volunteered."),
    Remark.PERHAPS_NOT_BEST: N_("Every wish is kept. The search was cut short, so there may be better pairs."),
    Remark.MOVED: N_("Who came late could not join otherwise, so somebody has another partner now."),
    Remark.MORE_THAN_USUAL: N_(
        "Settled pairs do not move, so for those who came late somebody has more partners, or a circle more members, "
        "than usual."
    ),
}

FAULTS: Mapping[FaultKind, str] = {
    FaultKind.TOO_LARGE: N_("The file is too large."),
    FaultKind.NOT_JSON: N_("The file is not JSON."),
    FaultKind.NOT_OBJECT: N_("This has to be an object, in braces."),
    FaultKind.NOT_LIST: N_("This has to be a list, in brackets."),
    FaultKind.NOT_TEXT: N_("This has to be a text, in quotes, of %(value)s characters at most."),
    FaultKind.NOT_TRUTH: N_("This has to be true or false."),
    FaultKind.MISSING: N_("This is missing."),
    FaultKind.UNKNOWN_FIELD: N_("There is no field of this name."),
    FaultKind.TWO_CLASSES: N_("At least two classes are needed."),
    FaultKind.TOO_MANY_CLASSES: N_("There can be %(value)s classes at most."),
    FaultKind.TOO_MANY_PUPILS: N_("There can be %(value)s pupils in a class at most."),
    FaultKind.NOT_DAY: N_("This has to be a date, as in “2026-09-14”."),
    FaultKind.NOT_BIRTH: N_("This has to be a year, as in 2014, or a date, as in “2014-05-31”, that is past."),
    FaultKind.NO_LANGUAGE: N_("At least one language is needed."),
    FaultKind.NOT_LANGUAGE: N_("“%(value)s” is not the code of a language, as “en” is."),
    FaultKind.NOT_LEVEL: N_("This has to be “first”, “well” or “little”."),
    FaultKind.NOT_INTEREST: N_("There is no interest “%(value)s” in our list."),
    FaultKind.NOT_COUPLE: N_("This has to be a list of the ids of two pupils."),
}


def complaint_sentence(complaint: Complaint, names: Mapping[str, str]) -> str:
    """Why nobody was partnered. `names` are those of the pupils by uid."""
    wishes = [wish_sentence(kind, uids, names) for kind, uids in complaint.rules]
    said = {"names": _named(complaint.pupils, names), "wishes": "; ".join(wishes)}
    return gettext(TROUBLES[complaint.trouble]) % said


def wish_sentence(kind: Kind, uids: Sequence[str], names: Mapping[str, str]) -> str:
    return gettext(WISHES[kind]) % {"names": _named(uids, names)}


def remark_sentence(remark: Remark) -> str:
    return gettext(REMARKS[remark])


def fault_sentence(fault: Fault) -> str:
    """What is wrong at a place of a file."""
    return gettext(FAULTS[fault.kind]) % {"value": fault.value}


def shortage_sentence(lack: Shortage, name: str) -> str:
    """How many share, and how many of them are still to be appointed. `name` is that of the smaller class."""
    parts = [
        ngettext(
            "%(num)d pupil of %(name)s has more than one partner.",
            "%(num)d pupils of %(name)s have more than one partner.",
            lack.sharing,
        )
        % {"num": lack.sharing, "name": name},
        ngettext("%(num)d has volunteered.", "%(num)d have volunteered.", lack.volunteers) % {"num": lack.volunteers},
    ]
    if lack.missing:
        parts.append(
            ngettext("%(num)d is to be appointed.", "%(num)d are to be appointed.", lack.missing)
            % {"num": lack.missing}
        )
    return " ".join(parts)


def reasons(explanation: Explanation) -> list[str]:
    """Why two pupils fit, a sentence for each term."""
    return [
        gettext("A birthday is not known.")
        if term.detail == ("unknown",)
        else term_sentence(term.name, term.detail, first="", second="", towns={})
        for term in explanation.points
    ]


def _named(uids: Sequence[str], names: Mapping[str, str]) -> str:
    return joined([names.get(uid, uid) for uid in uids])
