"""Does a letter say that its writer is in danger, from themselves or from somebody else?

The threshold is low on purpose (rule R33): a person looks at once, and a wrong alarm costs a minute.
"""

from collections.abc import Iterator

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.phrases import Phrases
from penfriends.rules.screening.words import Words
from penfriends.rules.screening.words_disclosure import PHRASES

_PHRASES = Phrases(PHRASES)


def find(sheet: Sheet, words: Words) -> Iterator[Span]:  # noqa: ARG001 - every check is asked alike
    """Every explicit phrase."""
    yield from _PHRASES.find(words)
