"""Which characters of somebody's words may stand in a mail?"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

FSI, PDI = "\u2068", "\u2069"  # around a name: its direction stays inside


def without_characters(*categories: str, but: frozenset[str] = frozenset()) -> Callable[[str], str]:
    """A function that drops every character of these Unicode categories, `but` some. They live in planes 0, 1 and 14.

    Far quicker than a table for str.translate. An expression is quick within plane 0 only: the rest is a second one,
    for texts that reach beyond.
    """
    first = _one_of(range(0x10000), categories, but)
    beyond = _one_of((*range(0x10000, 0x20000), *range(0xE0000, 0xE0400)), categories, but)

    def dropped(text: str) -> str:
        left = first.sub("", text)
        return beyond.sub("", left) if _reaches_beyond(left) else left

    return dropped


def _reaches_beyond(text: str) -> bool:
    """Whether a character of another plane than 0 is in it. UTF-16 writes those as two: the quickest way to see it."""
    return not text.isascii() and len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text)


def _one_of(codes: Iterable[int], categories: Sequence[str], but: frozenset[str]) -> re.Pattern[str]:
    runs: list[list[int]] = []
    for code in codes:
        if unicodedata.category(chr(code)) in categories and chr(code) not in but:
            if runs and runs[-1][1] == code - 1:
                runs[-1][1] = code
            else:
                runs.append([code, code])
    return re.compile("[" + "".join(rf"\U{first:08x}-\U{last:08x}" for first, last in runs) + "]+" if runs else "(?!)")


# Format characters that ordinary text needs: joiners, marks and isolates of direction, Arabic number signs.
_TEXT_KEEPS = frozenset("\n\t\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069\u06dd") | {
    chr(code) for code in range(0x600, 0x606)
}
_BREAKS = re.compile("[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_harmless = without_characters("Cc", "Cf", "Cs", but=_TEXT_KEEPS)


def clean_line(value: str, limit: int) -> str:
    """`value` as one harmless line: no control, format, direction or line separators, no `=?`, blanks collapsed.

    Only isolates in proper pairs, as our templates set around names, are kept.
    """
    normal = unicodedata.normalize("NFC", value)
    line = " ".join((normal if normal.isprintable() else _in_one_line(normal)).split())[:limit]
    if not _isolates_pair_up(line):
        line = line.replace(FSI, "").replace(PDI, "")
    return " ".join(line.replace("=?", "= ?").split())  # last, for what was dropped may have stood inside a `=?`


def _in_one_line(value: str) -> str:
    kept = []
    for character in value:
        if character.isspace():
            kept.append(" ")
        elif character in (FSI, PDI) or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn"):
            kept.append(character)
    return "".join(kept)


def clean_text(value: str) -> str:
    """`value` as harmless lines ending in \\n: no controls, no direction overrides, no invisible characters."""
    return _harmless(_BREAKS.sub("\n", value.replace("\r\n", "\n")))


def _isolates_pair_up(line: str) -> bool:
    depth = 0
    for character in line:
        depth += (character == FSI) - (character == PDI)
        if depth not in (0, 1):
            return False
    return depth == 0
