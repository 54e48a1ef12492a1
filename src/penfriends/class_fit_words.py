"""Why do two classes fit, and how far is a pairing? Sentences for codes of partner classes."""

from collections.abc import Mapping, Sequence

from penfriends.i18n import N_, gettext, ngettext
from penfriends.reasons import term_sentence
from penfriends.subject_words import subject_name

STATES: Mapping[str, str] = {
    "asked": N_("Asked, not answered yet"),
    "agreed": N_("All teachers want it; the moderators of the towns decide"),
    "approved": N_("All have said yes: the pupils can be partnered"),
    "running": N_("Letters are being written"),
    "refused": N_("It did not come about"),
    "ended": N_("The exchange has ended"),
}

CLOSED: Mapping[str, str] = {
    "no": N_("This time it does not work out."),
    "vetoed": N_("A moderator said no. You got the reason by mail."),
    "time_over": N_("Nobody answered in time."),
    "taken_back": N_("The ask was taken back."),
    "found_other": N_("The other class has found a partner meanwhile."),
    "no_to_ring": N_("The ring did not come about."),
}


def fit_sentence(name: str, detail: Sequence[str], towns: Mapping[str, str]) -> str:
    """One summand of how well two classes fit, as a sentence."""
    if name in _WORDS:
        return _WORDS[name](detail)
    return term_sentence(name, detail, first="", second="", towns=towns)


def _ages(detail: Sequence[str]) -> str:
    if not detail:
        return gettext("Their ages lie side by side.")
    if detail[0] == detail[1]:
        return gettext("Both have pupils of %(age)s.") % {"age": detail[0]}
    return gettext("Both have pupils from %(youngest)s to %(oldest)s.") % {"youngest": detail[0], "oldest": detail[1]}


def _size(detail: Sequence[str]) -> str:
    small, large = detail
    if small == large:
        return gettext("Both have %(size)s pupils: everybody gets a pen friend of their own.") % {"size": small}
    over = int(large) - int(small)
    if int(large) <= 2 * int(small):
        return ngettext(
            "%(size)s and %(other)s pupils: %(num)d pupil of the smaller class gets two pen friends.",
            "%(size)s and %(other)s pupils: %(num)d pupils of the smaller class get two pen friends.",
            over,
        ) % {"size": small, "other": large, "num": over}
    return gettext("%(size)s and %(other)s pupils: many of the smaller class share circles.") % {
        "size": small,
        "other": large,
    }


def _rhythm(detail: Sequence[str]) -> str:
    short, long = detail
    if short == long:
        return ngettext(
            "Both would like a letter every week.", "Both would like a letter every %(num)d weeks.", int(short)
        ) % {"num": int(short)}
    return gettext("One would like a letter every %(short)s weeks, the other every %(long)s.") % {
        "short": short,
        "long": long,
    }


def _subject(detail: Sequence[str]) -> str:
    if not detail:
        return gettext("Neither has said in which lessons they write.")
    if len(detail) == 1:
        return gettext("The letters fit into lessons of %(subject)s.") % {"subject": subject_name(detail[0])}
    return gettext("They write in different lessons: %(subject)s, %(other)s.") % {
        "subject": subject_name(detail[0]),
        "other": subject_name(detail[1]),
    }


_WORDS = {"ages": _ages, "size": _size, "rhythm": _rhythm, "subject": _subject}
