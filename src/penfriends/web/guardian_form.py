"""What does a guardian of a pupil read and sign on paper? The same sentences in the school's language and another one.

They say what is true of every pairing (docs/safeguarding.md, R14). No code and no address stands on the sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from penfriends.i18n import LANGUAGES, direction, speaking
from penfriends.i18n import gettext as _
from penfriends.models.places import Town
from penfriends.models.schools import School, SchoolClass
from penfriends.web.respond import localday


@dataclass(frozen=True, slots=True)
class Labels:
    """What stands at the lines to write on."""

    pupil: str
    guardian: str
    day: str
    signature: str
    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One side of the sheet in one language: heading, and (what is asked, the answer)."""

    language: str
    direction: str
    title: str
    lead: str
    facts: Sequence[tuple[str, str]]
    labels: Labels
    back: str


def languages_of(town: Town, chosen: str) -> list[str]:
    """The school's language first, then the chosen one if it is another."""
    own = town.language if town.language in LANGUAGES else "en"
    return [own, chosen] if chosen in LANGUAGES and chosen != own else [own]


def sheet(of: SchoolClass, school: School, language: str) -> Sheet:
    with speaking(language):
        return Sheet(
            language,
            direction(language),
            _("May your child write letters with a pupil in a twin town?"),
            _("Class %(class)s of %(school)s writes with a class in a twin town, by penfriends.")
            % {"class": of.name, "school": school.name},
            _facts(of),
            Labels(
                _("Pupil"), _("Parent or guardian"), _("Date"), _("Signature"),
                _("Yes, my child may take part."), _("No, my child does not take part."),
            ),
            _("Please give this sheet back to the school. It stays there: penfriends is only told that it was signed."),
        )  # fmt: skip


def _facts(of: SchoolClass) -> list[tuple[str, str]]:
    return [
        (
            _("What is written?"),
            _("Letters and drawings about everyday life, in lessons, to one or two pupils of about the same age."),
        ),
        (
            _("Who reads it?"),
            _(
                "A teacher of this class reads each letter, then one of the other class, before it is handed over. "
                "Checked volunteers of the towns read only what worries a teacher, or what has waited for a week."
            ),
        ),
        (
            _("What is kept?"),
            _(
                "First name, first letter of the surname, birth date, languages, likes, letters and drawings. "
                "No surname, no address, no telephone number, no e-mail address, no photograph."
            ),
        ),
        (
            _("What does the other child see?"),
            _("The first name, the age, the town, languages and likes, and the letters."),
        ),
        (
            _("How long?"),
            _("Your yes ends with the school year, on %(day)s. From then on no letter passes.")
            % {"day": localday(of.ends_on)},
        ),
        (
            _("Can I take it back?"),
            _(
                "At any time and without a reason: a word to the school is enough. "
                "From then on no letter passes in either direction. You can also ask what is kept, and have it deleted."
            ),
        ),
    ]
