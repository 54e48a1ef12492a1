"""What do we call kinds and states of groups, and why do two groups fit? Sentences for codes of groups."""

from collections.abc import Mapping, Sequence

from penfriends.i18n import N_, gettext
from penfriends.reasons import term_sentence
from penfriends.words import group_kind

STATES: Mapping[str, str] = {
    "proposed": N_("Proposed: not asked yet"),
    "approved": N_("Both contacts are asked"),
    "accepted": N_("They write to each other"),
    **dict.fromkeys(("vetoed", "declined", "expired", "ended"), N_("It did not come about")),
}

UNMATCHED: Mapping[str, str] = {
    "towns_linked": N_("No group in a linked town looks for a partner."),
    "same_wall": N_("Groups with children meet groups with children, adults meet adults: there is none."),
    "kinds_fit": N_("No group of a fitting kind looks for a partner."),
    "ages_overlap": N_("No group of a fitting age looks for a partner."),
    "language_in_common": N_("No group writes the same language."),
    "sizes_fit": N_("No group of a fitting size looks for a partner."),
    "not_blocked": N_("Only groups that were proposed before would fit."),
    "all_taken": N_("Those that fit were better placed with others."),
    "no_place_left": N_("Has as many partners as it wants, or they are proposed."),
}


def group_sentence(name: str, detail: Sequence[str], towns: Mapping[str, str]) -> str:
    """One summand of the score of two groups as a sentence."""
    if name == "kind" and len(detail) == 1:
        return gettext("Both are of one kind: %(kind)s.") % {"kind": group_kind(detail[0])}
    if name == "kind":
        return gettext("Two kinds that go together: %(kind)s, %(other)s.") % {
            "kind": group_kind(detail[0]),
            "other": group_kind(detail[1]),
        }
    if name == "ages":
        return gettext("Both have members from %(youngest)s to %(oldest)s years.") % {
            "youngest": detail[0],
            "oldest": detail[1],
        }
    if name == "size":
        return gettext("They have %(size)s and %(other)s members.") % {"size": detail[0], "other": detail[1]}
    return term_sentence(name, detail, first="", second="", towns=towns)
