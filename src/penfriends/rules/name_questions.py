"""What may be asked of DNS, and what may come back? Rules ask; a door finds the answers out.

A rule never waits: it judges by the answers that are there and notes what it misses. The door asks for that and lets
it judge again, until nothing is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Which records: texts; mail servers as “10 mx.example.org”; whether a host has an address (A or AAAA)."""

    TXT = "TXT"
    MX = "MX"
    ADDRESS = "ADDRESS"


class Fate(StrEnum):
    """What came of a question. unknown: nobody answered, or only that something is broken; it proves nothing."""

    FOUND = "found"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Answer:
    fate: Fate
    values: tuple[str, ...] = ()


UNKNOWN = Answer(Fate.UNKNOWN)


@dataclass(slots=True)
class Asked:
    """The answers so far, and what was asked beyond them."""

    known: Mapping[Question, Answer]
    missing: set[Question] = field(default_factory=set)

    def ask(self, name: str, kind: Kind) -> Answer:
        """The answer; `UNKNOWN` for the time being where it is missing."""
        question = Question(name.lower().rstrip("."), kind)
        if question not in self.known:
            self.missing.add(question)
        return self.known.get(question, UNKNOWN)


def tags(record: str) -> dict[str, str]:
    """The parts of a DKIM or DMARC record: `v=DMARC1; p=none` as {"v": "DMARC1", "p": "none"}."""
    parts = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _equals, value in parts if name.strip()}
