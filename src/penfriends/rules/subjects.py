"""In which lessons does a class write: which school subject is meant, in whatever language it was typed?

A language is its code; the other subjects have codes of their own; anything else stays as it was typed.
"""

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGES = ("en", "de", "fr", "nl", "pl", "ar", "es", "it")
OTHERS = (
    "art", "citizenship", "class", "ethics", "geography", "history", "maths", "music", "project", "religion", "science",
)  # fmt: skip
SUBJECTS = (*LANGUAGES, *OTHERS)

_TYPED: Mapping[str, str] = MappingProxyType(
    {
        "en": "english englisch anglais engels angielski الإنجليزية",
        "de": "german deutsch allemand duits niemiecki الألمانية",
        "fr": "french französisch français frans francuski الفرنسية",
        "nl": "dutch niederländisch néerlandais nederlands niderlandzki الهولندية",
        "pl": "polish polnisch polonais pools polski البولندية",
        "ar": "arabic arabisch arabe arabski العربية",
        "es": "spanish spanisch espagnol spaans hiszpański الإسبانية",
        "it": "italian italienisch italien italiaans włoski الإيطالية",
        "art": "art kunst dessin tekenen plastyka الفنون",
        "geography": "geography geografie erdkunde géographie aardrijkskunde geografia الجغرافيا",
        "history": "history geschichte histoire geschiedenis historia التاريخ",
        "maths": "maths mathematics mathe mathematik mathématiques wiskunde rekenen matematyka الرياضيات",
        "music": "music musik musique muziek muzyka الموسيقى",
        "religion": "religion religionslehre religie godsdienst religia الدين",
        "science": "science sciences sachkunde sachunterricht natuur przyroda العلوم",
        "ethics": "ethics ethik éthique ethiek etyka الأخلاق",
        "citizenship": "citizenship politik burgerschap التربية",
    }
)
_CODE_OF: Mapping[str, str] = MappingProxyType({word: code for code, said in _TYPED.items() for word in said.split()})
_BEFORE = ("język ", "jezyk ", "l’", "l'", "اللغة ")
"""What some languages put before the name of a language."""


def known(typed: str) -> str:
    """The code of a subject, if it is one of ours or is typed like one; else what was typed."""
    said = " ".join(typed.split())
    word = said.casefold()
    for before in _BEFORE:
        word = word.removeprefix(before)
    if word in SUBJECTS:
        return word
    return _CODE_OF.get(word, said)
