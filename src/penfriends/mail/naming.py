"""What are coded things called in the language of a mail's reader?"""

from collections.abc import Iterable

from penfriends import i18n
from penfriends.rules.interests import CONTEXT, INTERESTS
from penfriends.words import OUTCOMES, return_reason
from penfriends.words import group_kind as kind_name


def interest_names(codes: Iterable[str], language: str) -> list[str]:
    """The names of interests of the curated list; codes that are not in it any more are left out."""
    with i18n.speaking(language):
        return [i18n.pgettext(CONTEXT, INTERESTS[code].english) for code in codes if code in INTERESTS]


def language_names(codes: Iterable[str], language: str) -> list[str]:
    """The names of languages, as the Unicode CLDR has them."""
    names = i18n.locale_of(language).languages
    return [str(names.get(code, code)) for code in codes]


def return_reasons(codes: Iterable[str], language: str) -> list[str]:
    """What a writer is asked to change, a sentence a code."""
    with i18n.speaking(language):
        return [return_reason(code) for code in codes]


def report_outcome(code: str, language: str) -> str:
    """What came of a report, as a sentence for whoever reported."""
    with i18n.speaking(language):
        return i18n.gettext(OUTCOMES[code])


def group_kind(code: str, language: str) -> str:
    """What a group comes together for."""
    with i18n.speaking(language):
        return kind_name(code)
