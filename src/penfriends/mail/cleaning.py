"""Which characters of somebody's words may stand in a mail?"""

import re
import unicodedata

FSI, PDI = "\u2068", "\u2069"  # around a name: its direction stays inside


def characters_of(*categories: str) -> dict[int, None]:
    """Every character of these Unicode categories, as a table that str.translate drops. They all live in planes 0, 1
    and 14."""
    planes = (*range(0x20000), *range(0xE0000, 0xE0400))
    return {code: None for code in planes if unicodedata.category(chr(code)) in categories}


# Format characters that ordinary text needs: joiners, marks and isolates of direction, Arabic number signs.
_TEXT_KEEPS = frozenset("\n\t\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069\u06dd") | {
    chr(code) for code in range(0x600, 0x606)
}
_TEXT_DROPS = {code: None for code in characters_of("Cc", "Cf", "Cs") if chr(code) not in _TEXT_KEEPS}


def clean_line(value: str, limit: int) -> str:
    """`value` as one harmless line: no control, format, direction or line separators, no `=?`, blanks collapsed.

    Only isolates in proper pairs, as our templates set around names, are kept.
    """
    kept = []
    for character in unicodedata.normalize("NFC", value):
        if character.isspace():
            kept.append(" ")
        elif character in (FSI, PDI) or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn"):
            kept.append(character)
    line = " ".join("".join(kept).split())[:limit]
    if not _isolates_pair_up(line):
        line = line.replace(FSI, "").replace(PDI, "")
    return " ".join(line.replace("=?", "= ?").split())  # last, for what was dropped may have stood inside a `=?`


def clean_text(value: str) -> str:
    """`value` as harmless lines ending in \\n: no controls, no direction overrides, no invisible characters."""
    lines = re.sub(r"\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", value)
    return lines.translate(_TEXT_DROPS)


def _isolates_pair_up(line: str) -> bool:
    depth = 0
    for character in line:
        depth += (character == FSI) - (character == PDI)
        if depth not in (0, 1):
            return False
    return depth == 0
