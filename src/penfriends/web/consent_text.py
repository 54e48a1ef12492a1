"""To which exact sentences does a guardian, or a resident of 16 or 17, say yes? Shown on the page and kept as shown."""

from penfriends.actions.consent import AgreedText
from penfriends.i18n import N_, current, gettext

VERSION = "2026-11"

GUARDIAN = (
    N_("I am a parent or guardian of this child and may decide this."),
    N_("The child may write letters with a child of about the same age in a twin town."),
    N_("penfriends keeps first name, birthday, town, languages, interests, letters, and my e-mail address."),
    N_("A checked volunteer reads every letter, in both directions, before it is handed over."),
    N_("The other child sees the first name, the age, the town, languages and interests, and nothing else."),
    N_("My yes lasts for one year. I can take it back at any time, and from then on no letter passes."),
)
OWN = (
    N_("I am 16 or 17 years old and agree for myself."),
    N_("penfriends keeps my first name, birthday, town, languages, interests, letters and e-mail address."),
    N_("A checked volunteer reads every letter, in both directions, before it is handed over."),
    N_("My parent or guardian is told that I take part, and can stop it."),
    N_("I can stop at any time."),
)


def sentences(lines: tuple[str, ...]) -> list[str]:
    """The sentences in the reader's language."""
    return [gettext(line) for line in lines]


def agreed(lines: tuple[str, ...]) -> AgreedText:
    """What is kept when somebody says yes to these sentences now."""
    return AgreedText(VERSION, current.get(), "\n".join(sentences(lines)))
