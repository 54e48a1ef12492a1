"""Is what somebody calls a stretch of days a term, or days without school?

Known in the six languages, as school calendars say it. Days off come first: a half-term break is named after a term.
"""

import enum
import re


class Kind(enum.StrEnum):
    """What a line of a calendar is about."""

    TERM = "term"
    CLOSED = "closed"


# Anywhere in a word, because German and Dutch write them together (Herbstferien, herfstvakantie).
OFF_PARTS = (
    *("holiday", "vacation", "ferien", "feiertag", "unterrichtsfrei", "schulfrei", "brückentag", "fortbildung"),
    *("vacances", "vakantie", "studiedag", "wakacje", "عطلة", "عطل", "إجازة", "اجازة"),
)
# Only as whole words: “vrij” is in “vrijdag”, “frei” in “Freitag”.
OFF_WORDS = frozenset(
    {"break", "closed", "closure", "inset", "training", "half-term", "halfterm", "off", "frei", "geschlossen"}
    | {"congé", "congés", "férié", "fériés", "fermé", "fermée", "pont", "vrij", "gesloten", "margedag", "ferie"}
    | {"ferii", "przerwa", "wolne", "wolny", "święto", "zamknięta", "zamknięte", "مغلق", "مغلقة", "إغلاق"}
)
OFF_PHRASES = ("half term", "no school", "staff day", "staff only", "pädagogischer tag")
TERM_PARTS = ("schuljahr", "halbjahr", "trimest", "semest", "schooljaar", "półrocze", "الفصل", "فصل دراسي")
TERM_WORDS = frozenset({"term", "terms", "unterricht", "schulzeit", "periode", "période", "okres", "zajęcia", "فصل"})
TERM_PHRASES = ("school year", "année scolaire", "rok szkolny", "العام الدراسي", "السنة الدراسية")


def kind_of(text: str) -> Kind | None:
    """What a name says; None if nothing is known of it."""
    said = " ".join(text.casefold().split())
    words = set(re.findall(r"[\w-]+", said))
    if words & OFF_WORDS or _any(OFF_PARTS + OFF_PHRASES, said):
        return Kind.CLOSED
    if words & TERM_WORDS or _any(TERM_PARTS + TERM_PHRASES, said):
        return Kind.TERM
    return None


def _any(parts: tuple[str, ...], said: str) -> bool:
    return any(part in said for part in parts)
