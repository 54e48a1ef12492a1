"""Does a letter tell an e-mail address, plainly or in words?"""

# Lists and patterns keep their rows whole.
# ruff: noqa: E501

import re
from collections.abc import Iterator
from itertools import pairwise

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.phrases import Phrases
from penfriends.rules.screening.words import Words
from penfriends.rules.screening.words_mail import AT, BETWEEN, DOT, ENDINGS, NOT_NAMES, PROVIDERS

# Read backwards from the @, so that each @ costs no more than the name before it.
_LOCAL = re.compile(r"[\w.+\-'\"!#$%&*/=?^{|}~]{1,64}")
_DOMAIN = re.compile(r"[^\W_][\w\-]{0,62}(?:\.[\w\-]{1,62}){1,6}")
_SPACED_LOCAL = re.compile(r"[ \n]{0,3}[\w.+\-]{1,64}")
_SPACED_DOMAIN = re.compile(r"[ \n]{0,3}([^\W_][\w\-]{0,40})[ \n]{0,3}[.,][ \n]{0,3}([a-z]{2,6})\b")
_BRACKETS = frozenset("([{<*_|~")
_SHORT_AT = "a"
_HINTS = AT | PROVIDERS | {_SHORT_AT}
_AFTER_PROVIDER = DOT | BETWEEN
_DOMAIN_WORDS = 6
_CHARACTERS_BETWEEN = 6
_MOST_LOOKED_AT = 2000
_BY_NAME = Phrases(
    f"{word} {provider} {verb}"
    for word in ("my", "mein", "meine", "mon", "mijn", "moj")
    for provider in ("gmail", "hotmail", "outlook", "gmx", "icloud")
    for verb in ("is", "ist", "est", "to", "address", "adresse", "adres")
)


def find(sheet: Sheet, words: Words) -> Iterator[Span]:
    """Every e-mail address."""
    yield from _plain(sheet.plain)
    for at in words.where(_HINTS):
        if not 0 < at < len(words.texts) - 1:
            continue
        if words.texts[at] in AT or _encloses_at(words, at):
            end = _domain_end(words, at + 1)
            if end and _may_be_name(words, at):
                yield Span(words.starts[at - 1], end)
        elif words.texts[at] in PROVIDERS and words.texts[at + 1] in _AFTER_PROVIDER:
            yield Span(words.starts[at - 1], words.ends[at + 1])
    yield from _BY_NAME.find(words)


def _plain(text: str) -> Iterator[Span]:
    """Around every @, so that the search takes no longer than the letter."""
    at = text.find("@")
    for _ in range(_MOST_LOOKED_AT):
        if at < 0:
            return
        before = text[max(0, at - 67) : at][::-1]
        local = _LOCAL.match(before) or _SPACED_LOCAL.match(before)
        domain = _DOMAIN.match(text, at + 1) or _known(_SPACED_DOMAIN.match(text, at + 1))
        if local and domain:
            yield Span(at - local.end(), domain.end())
        elif local:
            yield from _without_dot(text, at, at - local.end())
        at = text.find("@", at + 1)
    if at >= 0:  # nobody writes so many to a friend: the rest is one finding
        yield Span(at, len(text))


def _known(match: re.Match[str] | None) -> re.Match[str] | None:
    return match if match and match.group(2) in ENDINGS else None


_NO_LETTERS = re.compile(r"[\W_]+")
_PROVIDERS = tuple(PROVIDERS)
_AFTER_AT = re.compile(r"\W{0,4}((?:[^\W_]\W{0,2}){2,40})")


def _without_dot(text: str, at: int, start: int) -> Iterator[Span]:
    """anna @ gmail, anna@gmail dot com, a n n a @ g m a i l . c o m."""
    match = _AFTER_AT.match(text, at + 1, at + 90)
    if not match:
        return
    if _NO_LETTERS.sub("", match.group(1)).startswith(_PROVIDERS):
        yield Span(start, match.end())
        return
    words = _NO_LETTERS.split(match.group(1))
    if any(word in DOT and after in ENDINGS for word, after in pairwise(words)):
        yield Span(start, match.end())


def _encloses_at(words: Words, at: int) -> bool:
    """Brackets around "a" as in anna (a) gmail."""
    return words.texts[at] == _SHORT_AT and words.plain[words.starts[at] - 1] in _BRACKETS


def _domain_end(words: Words, at: int) -> int:
    """Where a domain that begins at word `at` ends: a provider, or labels and a dot and an ending. 0 if there is none."""
    texts, starts, ends = words.texts, words.starts, words.ends
    if starts[at] - ends[at - 1] > _CHARACTERS_BETWEEN:
        return 0
    if texts[at] in PROVIDERS or (texts[at] == "g" and at + 1 < len(texts) and texts[at + 1] == "mail"):
        return ends[at]
    for dot in range(at + 1, min(at + _DOMAIN_WORDS, len(texts))):
        gap = words.plain[ends[dot - 1] : starts[dot]]
        if len(gap) > _CHARACTERS_BETWEEN or "\n\n" in gap:
            return 0
        if texts[dot] in ENDINGS and (texts[dot - 1] in DOT or (gap.strip(" ()[]{}") == "." and _even(gap))):
            return ends[dot]
    return 0


def _even(gap: str) -> bool:
    """A dot with a space on one side only ends a sentence."""
    return gap[0].isspace() == gap[-1].isspace()


def _may_be_name(words: Words, at: int) -> bool:
    """Whether what stands before the "at" may be the name in an address."""
    if words.starts[at] - words.ends[at - 1] > _CHARACTERS_BETWEEN:
        return False
    marked = words.plain[words.starts[at] - 1] in _BRACKETS or words.texts[at] not in ("at", "ad", "ات")
    return marked or words.texts[at - 1] not in NOT_NAMES
