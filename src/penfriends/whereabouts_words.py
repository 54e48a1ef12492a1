"""The words for where a pupil's letter is, and the look of each, for teachers."""

from collections.abc import Mapping

from penfriends.i18n import N_
from penfriends.i18n import gettext as _
from penfriends.rules.whereabouts import Whereabouts

WORDS: Mapping[Whereabouts, str] = {
    Whereabouts.NOT_BEGUN: N_("Not begun"),
    Whereabouts.BEGUN: N_("Being written"),
    Whereabouts.RETURNED: N_("Back with the pupil"),
    Whereabouts.CHECKED: N_("Just sent"),
    Whereabouts.WITH_US: N_("Waits for you"),
    Whereabouts.STOPPED: N_("Stopped"),
    Whereabouts.WITH_THEM: N_("With the other teacher"),
    Whereabouts.ON_ITS_WAY: N_("On its way"),
    Whereabouts.ARRIVED: N_("Handed over"),
}
LOOKS: Mapping[Whereabouts, tuple[str, str]] = {
    Whereabouts.NOT_BEGUN: ("", "minus"),
    Whereabouts.BEGUN: ("", "pencil"),
    Whereabouts.RETURNED: ("warn", "undo-2"),
    Whereabouts.CHECKED: ("note", "clock"),
    Whereabouts.WITH_US: ("new", "inbox"),
    Whereabouts.STOPPED: ("stop", "shield-check"),
    Whereabouts.WITH_THEM: ("note", "users"),
    Whereabouts.ON_ITS_WAY: ("note", "send"),
    Whereabouts.ARRIVED: ("ok", "check"),
}
"""The kind of the tag, and its picture."""


def said(where: Whereabouts) -> str:
    """In the language of the moment."""
    return _(WORDS[where])
