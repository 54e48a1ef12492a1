"""What of a resident may stand on the outside of a mail?"""

import re
from dataclasses import dataclass

SERVICE = "penfriends"
LONGEST_NAME = 40

# As ids.alias_local_part makes them: 20 letters of base 32, 100 random bits (rule R26).
_ALIAS = re.compile(r"[a-z2-7]{20}\Z")
_NEVER_IN_A_NAME = re.compile(r"[@<>\"\\,;:()\[\]\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class LetterSubject:
    """What the subject of a relayed letter is made of; the sentence itself stands in templates/mail/letter."""

    friend: str
    friend_town: str
    is_reply: bool


def from_name(first_name: str) -> str:
    """The display name of a letter's writer: `Anna via penfriends`. Nothing that could be read as an address stays."""
    shown = shown_name(first_name)
    return f"{shown} via {SERVICE}" if shown else SERVICE


def shown_name(first_name: str) -> str:
    """A first name without what ends or starts an address in a mail header, at most 40 characters."""
    return " ".join(_NEVER_IN_A_NAME.sub(" ", first_name).split())[:LONGEST_NAME].strip()


def letter_subject(first_name: str, town: str, letters_before: int) -> LetterSubject:
    """One subject a thread: the first letter of a correspondence names writer and town, later ones reply to it."""
    return LetterSubject(shown_name(first_name), " ".join(town.split()), letters_before > 0)


def is_alias_shape(local: str) -> bool:
    """Whether a local part could be one of our aliases at all; saves the database the look-up of dictionary attacks."""
    return _ALIAS.match(local.lower()) is not None
