"""Which names of languages and interests may stand in a roster, in all our languages at once?"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from babel import Locale

from penfriends.i18n import LANGUAGES, catalogue
from penfriends.rules.interests import CONTEXT, INTERESTS
from penfriends.rules.roster_folding import fold
from penfriends.rules.roster_values import Vocabulary
from penfriends.rules.sign_up import WRITING_LANGUAGES

# The codes of ISO 639-2, as school software writes them.
THREE_LETTERS = {
    "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "nld": "nl", "dut": "nl", "pol": "pl", "ara": "ar",
}  # fmt: skip
_PARTS = re.compile(r",|\s(?:and|und|et|en|i|oraz|و)\s|\sو(?=\S)")


@cache
def vocabulary() -> Vocabulary:
    """Codes, names in every language, and names without what differs from writer to writer."""
    languages = {form: code for code in WRITING_LANGUAGES for name in _names(code) for form in _forms(name)}
    languages |= {code: code for code in WRITING_LANGUAGES} | THREE_LETTERS
    return Vocabulary(languages, _interests())


def _names(code: str) -> Iterator[str]:
    for reader in {*LANGUAGES, code}:
        yield str(Locale.parse(reader).languages.get(code, code))


def _forms(name: str) -> Iterator[str]:
    """The name; in Arabic without the article and as a man's adjective too, in Polish as in “po polsku”."""
    plain = fold(name)
    yield plain
    bare = plain.removeprefix("ال")
    yield bare
    yield bare.removesuffix("ه")
    if plain.endswith(("ski", "cki")):
        yield f"{plain[:-1]}u"


def _interests() -> dict[str, str]:
    """Names, and the parts of a name (“Rabbits and small pets”) that belong to no other."""
    names: dict[str, str] = {}
    parts: list[tuple[str, str]] = []
    for interest in INTERESTS.values():
        if not interest.for_children:
            continue
        names[fold(interest.code)] = interest.code
        for language in LANGUAGES:
            name = str(catalogue(language).upgettext(CONTEXT, interest.english))
            names[fold(name)] = interest.code
            parts += {(fold(part), interest.code) for part in _PARTS.split(name)}
    owners = Counter(part for part, _ in set(parts))
    return {part: code for part, code in parts if owners[part] == 1 and part} | names
