"""What stands inside a letter that was signed in the old way, with lines of dashes around it (RFC 4880, section 7)?"""

import re

_BEGINS = re.compile(
    r"\s{0,20}-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:(?:Hash|Charset|NotDashEscaped):[^\n]*\n)*\n?"
)
_ENDS = "-----BEGIN PGP SIGNATURE-----"
_ESCAPED = re.compile(r"^- (?=-)", re.MULTILINE)


def without_armour(text: str) -> tuple[str, str]:
    """The letter, and what was wrapped around it; a letter without armour comes back as it is."""
    found = _BEGINS.match(text)
    end = text.rfind(f"\n{_ENDS}")
    if not found or end < found.end():
        return text, ""
    return _ESCAPED.sub("", text[found.end() : end]), f"{found.group().strip()}\n{text[end:].strip()}"
