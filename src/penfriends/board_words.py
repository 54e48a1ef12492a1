"""How do we say what happens on a pairing board? A foreign wish is never told: only that there is one, and whose."""

from collections.abc import Collection, Mapping, Sequence

from penfriends.class_words import complaint_sentence, remark_sentence
from penfriends.i18n import N_, gettext, ngettext
from penfriends.reasons import interest_names, joined, language_names
from penfriends.rules.board_moves import Bar
from penfriends.rules.matching import Level
from penfriends.rules.partners import Complaint, Couple, Kind, Remark
from penfriends.rules.score import Explanation

BARS: Mapping[Bar, str] = {
    Bar.LOCKED: N_("A pair with a lock would have to part. Take the lock off first."),
    Bar.APART: N_("Two would come together whom a teacher wants apart."),
    Bar.NO_LANGUAGE: N_("Two would be partners who have no language in common."),
    Bar.WALL: N_("An adult and a child would be partners."),
    Bar.TOO_MANY: N_("The group would be too large."),
    Bar.SAME: N_("They are partners already."),
}
MOST_LIKES = 2


def bar_sentence(bar: Bar) -> str:
    """Why a move cannot be done."""
    return gettext(BARS[bar])


def complaint(
    one: Complaint, names: Mapping[str, str], own: Collection[tuple[Kind, Couple]], teachers: Sequence[str]
) -> str:
    """Why nobody was partnered. `own` are the wishes that may be told; with any other among its causes only the
    teachers are named whose wishes have to be talked about."""
    told = all(kind is Kind.LOCK or (kind, Couple(uids)) in own for kind, uids in one.rules)
    if told:
        return complaint_sentence(one, names)
    return gettext("A wish of %(names)s cannot be kept together with the others. Please talk to each other.") % {
        "names": joined(list(teachers))
    }


def said_after(changed: int, remarks: Sequence[Remark]) -> str:
    """What a suggestion came to, in one line."""
    if not changed:
        return gettext("Nothing else is as good: all pairs stay as they are.")
    first = ngettext("%(num)d new pair.", "%(num)d new pairs.", changed) % {"num": changed}
    return " ".join([first, *(remark_sentence(one) for one in remarks)])


def likes(why: Explanation) -> list[tuple[str, str]]:
    """What both like most, as codes with their names; the rarest first."""
    codes = [code for term in why.points if term.name == "interests" for code in term.detail][:MOST_LIKES]
    return list(zip(codes, interest_names(codes), strict=True))


def language(why: Explanation) -> str:
    """In which language they write, and whether one of them writes little of it."""
    found = next((term.detail for term in why.points if term.name == "language" and term.detail), ())
    if not found:
        return ""
    name = language_names(found[:1])[0]
    return gettext("a little %(language)s") % {"language": name} if found[1] == Level.LITTLE else name
