"""What could somebody write about who does not know how to begin? A few questions, never a template."""

from collections.abc import Sequence

from penfriends.actions.threads import Thread
from penfriends.calendar_words import starters
from penfriends.i18n import N_, gettext
from penfriends.rules.bands import Band
from penfriends.rules.themes import Theme

FIRST = {
    Band.CHILD: (
        N_("Say hello and tell which animal you would like to be."),
        N_("What can you see from your window?"),
        N_("Ask what a school day is like there."),
    ),
    Band.ADULT: (
        N_("Tell what you see from your kitchen window."),
        N_("What brought you, or your family, to your town?"),
        N_("Ask what a Sunday looks like there."),
    ),
}
LATER = {
    Band.CHILD: (
        N_("What does your town smell of?"),
        N_("Who sits next to you at lunch?"),
        N_("Draw the view from your window."),
        N_("Which word in your language do you like best?"),
        N_("What made you laugh this week?"),
        N_("What do you eat on your birthday?"),
    ),
    Band.ADULT: (
        N_("What has changed in your street in ten years?"),
        N_("A meal that you would cook for a guest, and how."),
        N_("Which corner of your town do visitors never see?"),
        N_("What are you reading, watching or mending?"),
        N_("A word in your language that cannot be translated."),
        N_("What did last week bring that you did not expect?"),
    ),
}
AT_ONCE = 3


def ideas_for(thread: Thread, theme: Theme | None = None) -> Sequence[str]:
    """Three ideas in the visitor's language: for a first letter, or others that change with every letter. Where classes
    write about a `theme` at the moment, its starters."""
    if theme is not None:
        return starters(theme)
    band = thread.correspondence.band
    if thread.last_written is None:
        return [gettext(one) for one in FIRST[band]]
    start = len(thread.sheets) % len(LATER[band])
    turned = LATER[band][start:] + LATER[band][:start]
    return [gettext(one) for one in turned[:AT_ONCE]]
