"""Must a person read this letter before it goes, and why?"""

import enum
from dataclasses import dataclass

from penfriends.rules.bands import Band

LONGEST_LETTER = 20_000  # characters: some eight typed pages; more is two letters


class Reason(enum.StrEnum):
    """Why a letter waits for a moderator. The values are those of the hold's reasons."""

    CHILD = "child"
    FIRST_LETTERS = "first_letters"
    SAMPLE = "sample"
    FINDING = "finding"
    UNSURE_CUT = "unsure_cut"
    PICTURE = "picture"
    FROZEN = "frozen"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What decides: who writes, how many of the writer's letters were released before, what the screen found."""

    band: Band
    released_before: int
    read_first: int
    drawn_for_sample: bool
    has_holding_finding: bool
    cut_is_sure: bool
    pictures: int
    correspondence_frozen: bool = False
    characters: int = 0


def reasons_to_hold(facts: LetterFacts) -> tuple[Reason, ...]:
    """Every reason, the strongest first; empty: the letter may go (rules R22, R23).

    A child's letter is always read, whatever it says and however often they wrote before.
    """
    asked = (
        (Reason.CHILD, facts.band is Band.CHILD),
        (Reason.FINDING, facts.has_holding_finding),
        (Reason.FROZEN, facts.correspondence_frozen),
        (Reason.TOO_LONG, facts.characters > LONGEST_LETTER),
        (Reason.UNSURE_CUT, not facts.cut_is_sure),
        (Reason.FIRST_LETTERS, facts.released_before < facts.read_first),
        (Reason.PICTURE, facts.pictures > 0),
        (Reason.SAMPLE, facts.drawn_for_sample),
    )
    return tuple(reason for reason, holds in asked if holds)


def strictest_first_letters(installation: int, *associations: int | None) -> int:
    """How many first letters are read: the strictest of all that have a say."""
    return max([installation, *(one for one in associations if one is not None)])


def strictest_sample(installation: int, *associations: int | None) -> int:
    """One letter in how many is read all the same: the smallest number of all that have a say."""
    return min([installation, *(one for one in associations if one is not None)])
