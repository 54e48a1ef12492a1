"""What do we say of the dates of a pairing: what speaks against a day, what moves, what a school has entered?"""

from collections.abc import Iterable, Mapping

from penfriends.calendar_words import DAYS_OFF
from penfriends.i18n import N_, gettext
from penfriends.rules.round_by_hand import Against, Clash

AGAINST: Mapping[Against, str] = {
    Against.PAST: N_("This day is over."),
    Against.OUT_OF_ORDER: N_("This day is not between the date before it and the date after it."),
    Against.NO_TERMS: N_("The terms of %(class)s are not entered yet."),
    Against.NO_SCHOOL: N_("%(class)s has no school on this day: %(why)s."),
    Against.NO_TIME_TO_WRITE: N_("%(class)s has too few school days before this day to write."),
    Against.NO_TIME_TO_READ: N_("%(class)s has too few school days after this day to read."),
    Against.HOLIDAYS_INSIDE: N_("%(class)s has holidays between writing and reading."),
    Against.STILL_READING: N_("%(class)s would begin to write before it has read the last letters."),
    Against.TOO_CLOSE: N_("It is less than two weeks from another date."),
}


def clash_sentences(clashes: Iterable[Clash], names: Mapping[str, str]) -> list[str]:
    """One sentence each; `names` are those of the classes by uid, kept apart from the direction of the sentence."""
    return [
        gettext(AGAINST[one.against])
        % {"class": apart(names.get(one.uid, "")), "why": gettext(DAYS_OFF[one.off]) if one.off else ""}
        for one in clashes
    ]


def apart(name: str) -> str:
    """A name inside a sentence, in its own direction."""
    return f"\u2068{name}\u2069"
