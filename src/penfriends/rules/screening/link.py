"""Does a letter hold a link, as an address on the web or in words?"""

# Lists and patterns keep their rows whole.
# ruff: noqa: E501

import re
from collections.abc import Iterator, Sequence

from linkify_it import LinkifyIt

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.phrases import Word
from penfriends.rules.screening.words_mail import DOT, ENDINGS

_MORE_ENDINGS = "app dev online site xyz club top link page live chat blog email cloud store tech space fun wiki eu berlin paris amsterdam"
_FINDER = LinkifyIt().tlds(_MORE_ENDINGS.split(), True).set({"fuzzy_ip": True, "fuzzy_link": True, "fuzzy_email": True})
_PIECE = re.compile(r"\S{1,2000}")
_MAY_LINK = re.compile(r"\.\S|//|[a-z]:\S", re.IGNORECASE)
_LONGEST_LINKIFIED = 300
_SIMPLE = re.compile(r"[a-zA-Z]{2,10}://\S|\w[\w\-]{0,62}(?:\.\w[\w\-]{0,62}){1,6}")
_DISGUISED = re.compile(r"\bh[tx]{2}ps?\s?[:;]\s?/{0,2}\S{1,200}")
_SPACED = re.compile(r"\b(?:www|http)\s{0,3}[.,]?\s{0,3}[\w\-]{1,60}\s{0,3}[.,]\s{0,3}[a-z]{2,6}\b")
# Who writes www means an address, whatever it ends in.
_WWW = re.compile(r"\bwww\d{0,2}\.\w(?:[\w\-./?=&%#~+:]{0,300}[\w/])?")
_SPACED_ENDING = re.compile(
    r"\b[^\W_][\w\-]{1,40}(?: \. ?|[\[({]\.[\])}])(?:com|net|org|de|fr|nl|pl|uk|eu|info|co|be|ps)\b"
)
# A full stop without a space makes these words of six languages look like the ending of a domain.
_ORDINARY = frozenset(
    [
        "in",
        "is",
        "it",
        "my",
        "me",
        "so",
        "no",
        "to",
        "at",
        "be",
        "de",
        "et",
        "la",
        "as",
        "an",
        "do",
        "pm",
        "am",
        "us",
        "we",
        "he",
        "go",
        "ma",
        "va",
        "se",
        "tu",
        "im",
        "zu",
        "ab",
        "da",
        "es",
        "er",
    ]
)
# "Point de vue", "een punt in": in French and Dutch the dot is an everyday word.
_POINTS = frozenset({"point", "pt", "punt"})
_FEWEST_LETTERS = 2


def find(sheet: Sheet, words: Sequence[Word]) -> Iterator[Span]:
    """Every link; an e-mail address is none."""
    for piece in _PIECE.finditer(sheet.text):
        if not _MAY_LINK.search(piece.group()):
            continue
        if "--" in piece.group() or len(piece.group()) > _LONGEST_LINKIFIED:
            yield from _simply(piece.group(), piece.start())
        else:
            yield from _linkified(piece.group(), piece.start())
    for pattern in (_DISGUISED, _WWW, _SPACED, _SPACED_ENDING):
        for match in pattern.finditer(sheet.plain):
            yield Span(match.start(), match.end())
    yield from _in_words(sheet.plain, words)


def _simply(piece: str, at: int) -> Iterator[Span]:
    """Rows of hyphens and points take linkify-it for ever, so long pieces and double hyphens get a plainer look."""
    for match in _SIMPLE.finditer(piece):
        ending = match.group().rpartition(".")[2].lower()
        if "://" in match.group() or ending in ENDINGS or ending.startswith("xn--"):
            yield Span(at + match.start(), at + len(piece))
            return


def _linkified(piece: str, at: int) -> Iterator[Span]:
    for match in _FINDER.match(piece) or ():
        if match.schema == "mailto:" or _missing_space(match.raw, match.schema):
            continue
        yield Span(at + match.index, at + match.last_index)


def _missing_space(raw: str, schema: str) -> bool:
    """Whether a "link" is two sentences: "It was nice.In the evening"."""
    if schema:
        return False
    label, _, ending = raw.rpartition(".")
    return ending.lower() in _ORDINARY and "." not in label and ending[:1].isupper() and label.islower()


def _in_words(text: str, words: Sequence[Word]) -> Iterator[Span]:
    """myshop dot com; a "point" or "punt" needs an ending that is no word."""
    for at in range(1, len(words) - 1):
        dot, ending = words[at], words[at + 1]
        if dot.text in DOT and ending.text in ENDINGS and len(words[at - 1].text) >= _FEWEST_LETTERS:
            if dot.text in _POINTS and ending.text in _ORDINARY:
                continue
            gaps = text[words[at - 1].end : dot.start] + text[dot.end : ending.start]
            if len(gaps) <= 6 and "." not in gaps:
                yield Span(words[at - 1].start, ending.end)
