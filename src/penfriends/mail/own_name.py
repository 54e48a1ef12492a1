"""How does a letter end with "Anna" where its writer signed with the whole name, as they do in every other mail?

The friend knows a first name only, and the last look lets no letter pass that has the name from the mail's header in
it: without this every letter of somebody who signs so would wait for a person, who could only give it back.
"""

import re
from collections.abc import Sequence

from penfriends.mail.leaks import may_name, name_words

_WORD = re.compile(r"\w+")
_BETWEEN = re.compile(r"\W{1,4}")  # as the last look reads it


def shortened(text: str, full_names: Sequence[str], *, shown: str) -> tuple[str, tuple[str, ...]]:
    """The text with `shown`, the first name that the friend reads, where it has one of `full_names` in either order and
    with any accents; and what stood there, each once."""
    if not shown or not may_name(text, full_names):
        return text, ()
    orders = [order for name in full_names for order in _orders(name_words(name))]
    found = list(_WORD.finditer(text))
    compared = [_compared(one.group()) for one in found]
    kept: list[str] = []
    cut: dict[str, None] = {}
    end = at = 0
    while at < len(found):
        length = max((len(one) for one in orders if _stands(one, at, text, found, compared)), default=0)
        if length:
            start, stop = found[at].start(), found[at + length - 1].end()
            cut[text[start:stop]] = None
            kept += [text[end:start], shown]
            end = stop
        at += length or 1
    return "".join([*kept, text[end:]]), tuple(cut)


def _orders(words: list[str]) -> list[tuple[str, ...]]:
    """As the last look searches for a name: "Anna Musterfrau", "Musterfrau, Anna"."""
    if len(words) < 2:
        return []
    return list(dict.fromkeys([tuple(words), (words[-1], *words[:-1]), (*words[1:], words[0])]))


def _compared(word: str) -> str:
    return "".join(name_words(word))


def _stands(
    order: tuple[str, ...], at: int, text: str, found: Sequence[re.Match[str]], compared: Sequence[str]
) -> bool:
    last = at + len(order)
    return tuple(compared[at:last]) == order and all(
        _BETWEEN.fullmatch(text[one.end() : other.start()])
        for one, other in zip(found[at : last - 1], found[at + 1 : last], strict=True)
    )
