"""Do several signs of grooming stand in one letter: secrecy, photos, gifts, asking whether a child is alone?"""

from collections.abc import Iterator

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.meeting import SECRETS_TOLD
from penfriends.rules.screening.phrases import Phrases
from penfriends.rules.screening.words import Words
from penfriends.rules.screening.words_grooming import ALONE, GIFTS, PHOTOS

_SIGNS = (Phrases(PHOTOS), Phrases(GIFTS), Phrases(ALONE))
_FEWEST_SIGNS = 2


def find(sheet: Sheet, words: Words) -> Iterator[Span]:  # noqa: ARG001 - every check is asked alike
    """Every sign, if there are signs of two kinds. Secrecy is looked for last: alone it is no sign of this."""
    signs = [list(sign.find(words)) for sign in _SIGNS]
    if any(signs):
        signs.append(list(SECRETS_TOLD.find(words)))
    if sum(bool(spans) for spans in signs) >= _FEWEST_SIGNS:
        for spans in signs:
            yield from spans
