"""Does a letter ask for money or give bank details?"""

# Lists and patterns keep their rows whole.
# ruff: noqa: E501

import re
from collections.abc import Iterator, Sequence

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.phrases import Phrases
from penfriends.rules.screening.places import starting_at
from penfriends.rules.screening.words import Words
from penfriends.rules.screening.words_money import ASKING

_ASKING = Phrases(ASKING)
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\s?\d{2}(?:[\s\-.]?[a-z0-9]){11,30}")
_BITCOIN_MARKS = ("bc1", "0x")
_BITCOIN = re.compile(r"\b(?:bc1[a-z0-9]{25,60}|0x[0-9a-f]{40})\b")
_LENGTHS = (
    "gb22 de22 fr27 nl18 pl28 ps29 il23 be16 it27 es24 ie22 at20 ch21 lu20 dk18 cz24 sk24 hu28 pt25 se24 no15 fi18 tr26 "
    "ro24 hr21 si19 lt20 lv21 ee20 gr27 ua29 cy28 mt31 jo30 eg29 sa24 ae23 is26 bg22 rs22 ba20 al28 mk19 md24 ge22"
)
# Every country's accounts have one length; without it, one sentence in some hundreds would pass the check by chance.
_IBAN_LENGTHS = {pair[:2]: int(pair[2:]) for pair in _LENGTHS.split()}


def find(sheet: Sheet, words: Words) -> Iterator[Span]:
    """Every request for money, bank account number and crypto wallet."""
    yield from _ASKING.find(words)
    if any(mark in sheet.plain for mark in _BITCOIN_MARKS):
        for match in _BITCOIN.finditer(sheet.plain):
            yield Span(match.start(), match.end())
    for match in starting_at(_IBAN, sheet.plain, _before_figures(words.written.figures)):
        end = _iban_end(sheet.plain, match.start(), match.end())
        if end:
            yield Span(match.start(), end)


def _before_figures(figures: Sequence[int]) -> Iterator[int]:
    """Two letters, perhaps a blank, and figures: an account number begins nowhere else."""
    return (at - before for at in figures for before in (3, 2) if at >= before)


def _iban_end(text: str, start: int, end: int) -> int:
    """Where an account number with right check digits ends (ISO 13616: mod 97 is 1), 0 if there is none."""
    signs = [(one, at) for at, one in enumerate(text[start:end], start) if one.isascii() and one.isalnum()]
    length = _IBAN_LENGTHS.get(text[start : start + 2], 0)
    if not length or length > len(signs) or not _checks("".join(one for one, _ in signs[:length])):
        return 0
    last = signs[length - 1][1] + 1
    return last if last == len(text) or not text[last].isalnum() else 0


def _checks(account: str) -> bool:
    turned = account[4:] + account[:4]
    return int("".join(str(int(one, 36)) for one in turned)) % 97 == 1
