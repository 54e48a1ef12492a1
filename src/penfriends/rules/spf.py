"""What does the SPF record of a domain say, and do others understand it (RFC 7208)?

Whether it names the server that our mail leaves by cannot be seen from here: that address is not known to us.
"""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum

from penfriends.rules.name_questions import Asked, Fate, Kind

MOST_LOOKUPS = 10
VERSION = "v=spf1"
LOOKS_UP = frozenset({"include", "a", "mx", "ptr", "exists"})
_MECHANISM = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/]*))?((?:/\d*)*)", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9._-]*)=(.*)", re.IGNORECASE)


class Spf(StrEnum):
    FINE = "spf_fine"
    MISSING = "spf_missing"
    SEVERAL = "spf_several"
    BROKEN = "spf_broken"
    TOO_MANY = "spf_too_many"
    OPEN = "spf_open"
    WITHOUT_END = "spf_without_end"
    UNKNOWN = "spf_unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """The verdict, and the record that it is about."""

    verdict: Spf
    record: str = ""


def look(asked: Asked, domain: str) -> Seen:
    """Judge the record of `domain`."""
    answer = asked.ask(domain, Kind.TXT)
    if answer.fate is Fate.UNKNOWN:
        return Seen(Spf.UNKNOWN)
    records = [text for text in answer.values if is_spf(text)]
    if not records:
        return Seen(Spf.MISSING)
    if len(records) > 1:
        return Seen(Spf.SEVERAL, "\n".join(records))
    walk = _Walk(asked)
    end = walk.follow(records[0])
    return Seen(walk.verdict(end), records[0])


def is_spf(text: str) -> bool:
    return text.lower() == VERSION or text.lower().startswith(f"{VERSION} ")


def closed(record: str) -> str:
    """The record with a no to everybody else at its end; the empty text where that is not what it lacks."""
    terms = record.split()
    kept = [term for term in terms if term.lower() not in ("all", "+all", "?all")]
    if any(term.lower().startswith("redirect=") or term.lower() in ("-all", "~all") for term in kept):
        return ""
    return " ".join([*kept, "-all"])


@dataclass(slots=True)
class _Walk:
    """Goes through a record as a receiver does that no part of it fits, so through all of it."""

    asked: Asked
    lookups: int = 0
    broken: bool = False
    open: bool = False
    unknown: bool = False

    def verdict(self, end: str) -> Spf:
        """`end` is the sign before `all`, or empty where there is none."""
        if self.broken:
            return Spf.BROKEN
        if self.lookups > MOST_LOOKUPS:
            return Spf.TOO_MANY
        if self.open:
            return Spf.OPEN
        if self.unknown:
            return Spf.UNKNOWN
        return Spf.WITHOUT_END if end in ("", "?") else Spf.FINE

    def follow(self, record: str) -> str:
        """Read a record and what it includes; answers the sign before its `all`."""
        redirect = ""
        for term in record.split()[1:]:
            if modifier := _MODIFIER.fullmatch(term):
                redirect = modifier[2] if modifier[1].lower() == "redirect" else redirect
                continue
            found = _MECHANISM.fullmatch(term)
            if found is None:
                self.broken = True
                continue
            sign, name = found[1] or "+", found[2].lower()
            if name == "all":
                self.open = self.open or sign == "+"
                return sign  # what stands behind it is never read
            self._count(sign, name, found[3], found[4])
        if redirect:
            return self._into(redirect)
        return ""

    def _count(self, sign: str, name: str, target: str | None, prefix: str) -> None:
        self.lookups += name in LOOKS_UP
        if name in ("ip4", "ip6"):
            self._network(sign, name, f"{target or ''}{prefix}")
        elif name in ("include", "exists") and not target:
            self.broken = True
        elif name == "include" and target and self.lookups <= MOST_LOOKUPS:
            was_open = self.open
            self._into(target, counted=True)
            self.open = was_open or (self.open and sign == "+")

    def _network(self, sign: str, name: str, written: str) -> None:
        try:
            network = ipaddress.ip_network(written, strict=False)
        except ValueError:
            self.broken = True
            return
        self.broken = self.broken or name != f"ip{network.version}"
        self.open = self.open or (network.prefixlen == 0 and sign == "+")

    def _into(self, target: str, *, counted: bool = False) -> str:
        self.lookups += not counted
        if self.lookups > MOST_LOOKUPS:
            return ""
        if "%" in target:  # depends on the mail: counts as one, and cannot be followed
            return "-"
        answer = self.asked.ask(target, Kind.TXT)
        if answer.fate is Fate.UNKNOWN:
            self.unknown = True
            return "-"
        records = [text for text in answer.values if is_spf(text)]
        if len(records) != 1:
            self.broken = True
            return "-"
        return self.follow(records[0])
