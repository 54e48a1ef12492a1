"""Does a letter insult or threaten? Word lists find few such sentences, so this is a hint and no protection."""

from collections.abc import Iterator

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.phrases import Phrases
from penfriends.rules.screening.words import Words
from penfriends.rules.screening.words_unkind import PHRASES

_PHRASES = Phrases(PHRASES)


def find(sheet: Sheet, words: Words) -> Iterator[Span]:  # noqa: ARG001 - every check is asked alike
    """Every word or phrase of the lists."""
    yield from _PHRASES.find(words)
