"""How do a person's languages and likes fit into a few numbers, so that thousands can be compared at once?

A gist is a row of 64-bit words. The first one names the lists that the bits were numbered by: a gist of another release
is not read, but packed anew. Then come four words of languages (written a little or better, well or better, as the
first; wished to practise), then the likes, each word of one rarity.
"""

import zlib
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level
from penfriends.rules.sign_up import WRITING_LANGUAGES

WORD = 64
LANGUAGE_WORDS = 4
_LANGUAGE = {code: 1 << place for place, code in enumerate(WRITING_LANGUAGES)}
_BY_RARITY = sorted((one.rarity, one.code) for one in INTERESTS.values())


def _likes() -> tuple[tuple[int, ...], dict[str, tuple[int, int]]]:
    """The rarity of each word, and for each like its word and its bit."""
    rarities: list[int] = []
    places: dict[str, tuple[int, int]] = {}
    for rarity, group in groupby(_BY_RARITY, key=lambda one: one[0]):
        for number, (_rarity, code) in enumerate(group):
            if number % WORD == 0:
                rarities.append(rarity)
            places[code] = (len(rarities) - 1, 1 << number % WORD)
    return tuple(rarities), places


RARITY_OF_WORD, _PLACE = _likes()
RELEASE = zlib.crc32(repr((WRITING_LANGUAGES, _BY_RARITY)).encode())
WORDS = 1 + LANGUAGE_WORDS + len(RARITY_OF_WORD)
SIZE = WORDS * 8
FRESH = RELEASE.to_bytes(8, "little")
WRITTEN_FROM = 8
"""Where the bits of the languages begin that somebody writes at all, the lowest first."""


def pack(languages: Mapping[str, Level], practises: Collection[str], likes: Collection[str]) -> bytes:
    """The gist. A language or a like that can no longer be chosen is not in it."""
    wished = sum(_LANGUAGE.get(code, 0) for code in set(practises))
    words = [RELEASE, *(_written(languages, rank) for rank in (1, 2, 3)), wished]
    liked = [0] * len(RARITY_OF_WORD)
    for code in likes:
        word, bit = _PLACE.get(code, (0, 0))
        liked[word] |= bit
    return b"".join(word.to_bytes(8, "little") for word in (*words, *liked))


def written(gist: bytes) -> int:
    """The bits of the languages that somebody writes at all."""
    return int.from_bytes(gist[WRITTEN_FROM : WRITTEN_FROM + 8], "little")


def is_current(gist: bytes | None) -> bool:
    """Whether the bits mean what they mean in this release."""
    return not stale([gist])


def stale(gists: Sequence[bytes | None]) -> list[int]:
    """Where in a row of gists one is missing or of another release."""
    return [place for place, one in enumerate(gists) if one is None or len(one) != SIZE or one[:8] != FRESH]


def _written(languages: Mapping[str, Level], rank: int) -> int:
    return sum(_LANGUAGE.get(code, 0) for code, level in languages.items() if level.rank >= rank)
