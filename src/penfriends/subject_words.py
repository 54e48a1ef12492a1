"""What is a school subject called in the reader's language?"""

from collections.abc import Mapping

from penfriends.i18n import N_
from penfriends.i18n import gettext as _
from penfriends.reasons import language_names
from penfriends.rules.subjects import LANGUAGES, known

SUBJECT_NAMES: Mapping[str, str] = {
    "art": N_("Art"),
    "citizenship": N_("Citizenship"),
    "class": N_("Class lesson"),
    "ethics": N_("Ethics"),
    "geography": N_("Geography"),
    "history": N_("History"),
    "maths": N_("Mathematics"),
    "music": N_("Music"),
    "project": N_("Project work"),
    "religion": N_("Religious education"),
    "science": N_("Science and nature"),
}


def subject_name(subject: str) -> str:
    """A school subject in the reader's language; what is on no list as its teacher typed it."""
    code = known(subject)
    if code in LANGUAGES:
        return language_names([code])[0]
    return _(SUBJECT_NAMES[code]) if code in SUBJECT_NAMES else subject
