"""Does a letter ask for money or give bank details?"""

import re
from collections.abc import Iterator, Sequence

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.folding import Sheet
from penfriends.rules.screening.phrases import Phrases, Word
from penfriends.rules.screening.words_money import ASKING

_ASKING = Phrases(ASKING)
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\s?\d{2}(?:[\s\-.]?[a-z0-9]){11,30}")
_BITCOIN = re.compile(r"\b(?:bc1[a-z0-9]{25,60}|0x[0-9a-f]{40})\b")
_IBAN_LENGTHS = range(15, 35)


def find(sheet: Sheet, words: Sequence[Word]) -> Iterator[Span]:
    """Every request for money, bank account number and crypto wallet."""
    yield from _ASKING.find(words)
    for match in _BITCOIN.finditer(sheet.plain):
        yield Span(match.start(), match.end())
    for match in _IBAN.finditer(sheet.plain):
        end = _iban_end(sheet.plain, match.start(), match.end())
        if end:
            yield Span(match.start(), end)


def _iban_end(text: str, start: int, end: int) -> int:
    """Where an account number with right check digits ends (ISO 13616: mod 97 is 1), 0 if there is none."""
    signs = [(one, at) for at, one in enumerate(text[start:end], start) if one.isascii() and one.isalnum()]
    for length in _IBAN_LENGTHS:
        if length <= len(signs) and _checks("".join(one for one, _ in signs[:length])):
            last = signs[length - 1][1] + 1
            if last == len(text) or not text[last].isalnum():
                return last
    return 0


def _checks(account: str) -> bool:
    turned = account[4:] + account[:4]
    return int("".join(str(int(one, 36)) for one in turned)) % 97 == 1
