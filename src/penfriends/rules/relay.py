"""May this letter pass from this writer to this reader now? (rule R25)

Asked when a letter is claimed and again in the last transaction before it leaves, with fresh facts.
"""

import enum
from dataclasses import dataclass

from penfriends.rules.bands import Band


class Obstacle(enum.StrEnum):
    """Why a letter may not pass. `PAUSED` waits by itself; every other one holds the letter for a person."""

    NOT_RELEASED = "not_released"
    CHANGED = "changed"
    CLOSED = "closed"
    BAND = "band"
    BLOCKED = "blocked"
    CONSENT = "consent"
    NOT_ACTIVE = "not_active"
    NO_ALIAS = "no_alias"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Person:
    """One side, as the database has it at this moment. `open_band` None: may not write."""

    band: Band
    open_band: Band | None
    active: bool
    paused: bool
    consent_valid: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """All the facts of one letter's way from one person to the other."""

    correspondence_open: bool
    correspondence_band: Band
    released: bool
    approved_hash: str | None
    present_hash: str
    author: Person
    reader: Person
    blocked: bool
    has_alias: bool


def obstacle(passage: Passage) -> Obstacle | None:
    """The first thing that stands in the way, None if the letter may pass. Deny first."""
    sides = (passage.author, passage.reader)
    asked = (
        (Obstacle.NOT_RELEASED, not passage.released or passage.approved_hash is None),
        (Obstacle.CHANGED, passage.approved_hash != passage.present_hash),
        (Obstacle.CLOSED, not passage.correspondence_open),
        (Obstacle.BAND, any(not _in_band(side, passage.correspondence_band) for side in sides)),
        (Obstacle.BLOCKED, passage.blocked),
        (Obstacle.CONSENT, not all(side.consent_valid for side in sides)),
        (Obstacle.NOT_ACTIVE, not all(side.active or side.paused for side in sides)),
        (Obstacle.NO_ALIAS, not passage.has_alias),
        (Obstacle.PAUSED, any(side.paused for side in sides)),
    )
    return next((what for what, stands in asked if stands), None)


def _in_band(side: Person, band: Band) -> bool:
    return side.band is band and side.open_band is band
