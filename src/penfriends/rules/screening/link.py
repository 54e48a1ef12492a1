"""Does a letter hold a link, as an address on the web or in words?"""

# Lists and patterns keep their rows whole.
# ruff: noqa: E501

import re
from collections.abc import Iterator

from linkify_it import LinkifyIt

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.words import Words
from penfriends.rules.screening.words_mail import DOT, ENDINGS

_MORE_ENDINGS = "app dev online site xyz club top link page live chat blog email cloud store tech space fun wiki eu berlin paris amsterdam"
_FINDER = LinkifyIt().tlds(_MORE_ENDINGS.split(), True).set({"fuzzy_ip": True, "fuzzy_link": True, "fuzzy_email": True})
_SIGN = re.compile(r"[.:/]\S")
_BLANK = re.compile(r"\s")
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
# What must be in a letter before a pattern can match.
_MARKED = (
    (("htt", "htx", "hxt", "hxx"), _DISGUISED),
    (("www",), _WWW),
    (("www", "http"), _SPACED),
    ((" .", "[.", "(.", "{."), _SPACED_ENDING),
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


def find(sheet: Sheet, words: Words) -> Iterator[Span]:
    """Every link; an e-mail address is none."""
    for piece in _pieces(sheet.text):
        if not _MAY_LINK.search(piece.group()):
            continue
        if "--" in piece.group() or len(piece.group()) > _LONGEST_LINKIFIED:
            yield from _simply(piece.group(), piece.start())
        else:
            yield from _linkified(piece.group(), piece.start())
    for marks, pattern in _MARKED:
        if any(mark in sheet.plain for mark in marks):
            for match in pattern.finditer(sheet.plain):
                yield Span(match.start(), match.end())
    yield from _in_words(words)


def _pieces(text: str) -> Iterator[re.Match[str]]:
    """What stands between blanks, where a sign is in it without which _MAY_LINK finds nothing."""
    done = 0
    for sign in _SIGN.finditer(text):
        start = sign.start()
        if start < done:
            continue
        while start > done and not text[start - 1].isspace():
            start -= 1
        blank = _BLANK.search(text, sign.end())
        done = blank.start() if blank else len(text)
        yield from _PIECE.finditer(text, start, done)


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


def _in_words(words: Words) -> Iterator[Span]:
    """myshop dot com; a "point" or "punt" needs an ending that is no word."""
    texts, starts, ends = words.texts, words.starts, words.ends
    for at in words.where(DOT):
        if not 0 < at < len(texts) - 1 or texts[at + 1] not in ENDINGS or len(texts[at - 1]) < _FEWEST_LETTERS:
            continue
        if texts[at] in _POINTS and texts[at + 1] in _ORDINARY:
            continue
        gaps = words.plain[ends[at - 1] : starts[at]] + words.plain[ends[at] : starts[at + 1]]
        if len(gaps) <= 6 and "." not in gaps:
            yield Span(starts[at - 1], ends[at + 1])
