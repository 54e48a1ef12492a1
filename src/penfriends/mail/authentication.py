"""Does our own mail server vouch that a mail comes from the domain in its From field (rule R27)?

Anybody can write an Authentication-Results field (RFC 8601), so only those with our server's name count, and of them
only the topmost, which was added last. DMARC alone decides: SPF and DKIM without alignment say nothing about From.
"""

import enum
import re
from collections.abc import Sequence

_PIECE = re.compile(r'\\.|[^"()\\]+|.', re.DOTALL)
_HARMLESS = re.compile(r"[A-Za-z0-9.@_-]*")
_METHOD = re.compile(r"^\s*dmarc\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)
_FROM = re.compile(r"header\.from\s*=\s*\"?([^\s;\"]{1,300})", re.IGNORECASE)
_LONGEST = 8192


class AuthVerdict(enum.StrEnum):
    """What we know about the sender."""

    ALIGNED_PASS = "aligned_pass"  # noqa: S105 - a verdict, not a password
    UNKNOWN = "unknown"
    FAIL = "fail"


def judge(headers: Sequence[tuple[str, str]], from_domain: str, authserv_id: str) -> AuthVerdict:
    """The verdict for a From domain. `headers` topmost first, `authserv_id` the name of our own mail server."""
    result = _ours(headers, authserv_id.strip().lower())
    domain = from_domain.strip().lower().rstrip(".")
    if result is None or not domain:
        return AuthVerdict.UNKNOWN
    verdicts = {_verdict(statement, domain) for statement in result.split(";") if _METHOD.search(statement)}
    if verdicts == {AuthVerdict.ALIGNED_PASS}:
        return AuthVerdict.ALIGNED_PASS
    return AuthVerdict.FAIL if AuthVerdict.FAIL in verdicts else AuthVerdict.UNKNOWN


def _ours(headers: Sequence[tuple[str, str]], authserv_id: str) -> str | None:
    """What follows the name in the topmost field of our own server that speaks of DMARC; comments taken out.

    A server may write one field a method, all at the top; below the first field of another name none is trusted.
    """
    for name, value in headers:
        if name.lower() != "authentication-results":
            continue
        plain = _plain(value[:_LONGEST])
        server, _, statements = plain.partition(";")
        words = server.split()
        if not authserv_id or not words or words[0].lower() != authserv_id:
            return None
        if any(_METHOD.search(statement) for statement in statements.split(";")):
            return statements
    return None


def _plain(value: str) -> str:
    """The field without comments, and without what stands in quotes, where the sender's own words may be: an envelope
    sender like "x; dmarc=pass"@example.org is no statement. What is never closed swallows the rest."""
    kept: list[str] = []
    quoted: list[str] | None = None
    depth = 0
    for found in _PIECE.finditer(value):
        piece = found.group()
        if quoted is not None:
            if piece == '"':
                inside = "".join(quoted)
                kept.append(inside if _HARMLESS.fullmatch(inside) else "quoted")
                quoted = None
            else:
                quoted.append(piece)
        elif piece == "(" or depth:
            depth = max(0, depth + (piece == "(") - (piece == ")"))
            kept.append(" ")
        elif piece == '"':
            quoted = []
        else:
            kept.append(piece)
    return "".join(kept)


def _verdict(statement: str, domain: str) -> AuthVerdict:
    method, about = _METHOD.search(statement), _FROM.search(statement)
    named = about.group(1).lower().rsplit("@", 1)[-1].rstrip(".") if about else ""
    result = method.group(1).lower() if method else ""
    if result == "pass":
        return AuthVerdict.ALIGNED_PASS if named == domain else AuthVerdict.UNKNOWN
    if result == "fail":
        return AuthVerdict.FAIL if named in {"", domain} else AuthVerdict.UNKNOWN
    return AuthVerdict.UNKNOWN
