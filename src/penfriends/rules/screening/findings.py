"""What can a check find in a letter, and what follows from it for a child and for an adult?"""

import enum
from dataclasses import dataclass

from penfriends.rules.bands import Band


class Kind(enum.StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    HANDLE = "handle"
    LINK = "link"
    POSTAL_ADDRESS = "postal_address"
    MEETING = "meeting"
    MONEY = "money"
    GROOMING = "grooming"
    DISCLOSURE = "disclosure"
    UNKIND = "unkind"
    HIDDEN_TEXT = "hidden_text"


class Consequence(enum.StrEnum):
    """In rising order. A stripped link is also a reason to hold (rule R30 and the table of screening)."""

    HIGHLIGHT = "highlight"
    STRIP = "strip"
    HOLD = "hold"
    HOLD_URGENT = "hold_urgent"


class Verdict(enum.StrEnum):
    ACCEPT = "accept"
    HOLD = "hold"
    HOLD_URGENT = "hold_urgent"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found by one check. `start` and `end` count code points of the letter as it was given."""

    kind: Kind
    consequence: Consequence
    start: int
    end: int
    check: str


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the folded sheet, before it is mapped back to the letter."""

    start: int
    end: int


_CHILD = {
    Kind.PHONE: Consequence.HOLD,
    Kind.EMAIL: Consequence.HOLD,
    Kind.HANDLE: Consequence.HOLD,
    Kind.LINK: Consequence.STRIP,
    Kind.POSTAL_ADDRESS: Consequence.HOLD,
    Kind.MEETING: Consequence.HOLD,
    Kind.MONEY: Consequence.HOLD,
    Kind.GROOMING: Consequence.HOLD_URGENT,
    Kind.DISCLOSURE: Consequence.HOLD_URGENT,
    Kind.UNKIND: Consequence.HIGHLIGHT,
    Kind.HIDDEN_TEXT: Consequence.HOLD,
}
# Between adults a pattern of grooming says nothing that the money and meeting checks do not say better: it only
# highlights.
_ADULT = _CHILD | {
    Kind.HANDLE: Consequence.HIGHLIGHT,
    Kind.LINK: Consequence.HIGHLIGHT,
    Kind.MEETING: Consequence.HIGHLIGHT,
    Kind.GROOMING: Consequence.HIGHLIGHT,
    Kind.UNKIND: Consequence.HOLD,
}


def consequence(kind: Kind, band: Band) -> Consequence:
    """The table of the safeguarding rules: what a finding of this kind means for a writer of this band."""
    return (_CHILD if band is Band.CHILD else _ADULT)[kind]
