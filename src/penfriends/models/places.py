"""Which towns are there, how are they linked, and which association looks after them?"""

import enum
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from penfriends.ids import uuid7
from penfriends.models.classified import (
    PLAIN,
    PROOF,
    PUBLIC,
    JSONOrNull,
    JSONValue,
    choice,
    column,
    long_text,
    no_values,
    pairwise,
)
from penfriends.rules.matching import LinkKind


class TownKind(enum.StrEnum):
    CITY = "city"
    TOWN = "town"
    VILLAGE = "village"
    DISTRICT = "district"
    REFUGEE_CAMP = "refugee_camp"


class LinkState(enum.StrEnum):
    ACTIVE = "active"
    RESTING = "resting"
    ENDED = "ended"


class Association(SQLModel, table=True):
    """The twinning association of one or more towns. Policies left NULL are those of the installation; `weights` is its
    own table of what counts for how much in matching (`rules.weights`), NULL the standard. `twin_of_twin`: friends may
    come from twin towns of the twin towns, where both associations and both people agree. `letters_kept_months`: how
    long after the last letter of a pair its letters are kept, where that is to be shorter than the twelve months of
    the house; after the end never longer than three (rule R48)."""

    __tablename__ = "association"
    __table_args__ = (sa.CheckConstraint("letters_kept_months BETWEEN 1 AND 12", name="letters_kept"),)

    id: UUID = column(PLAIN, default_factory=uuid7, primary_key=True)
    slug: str = column(PUBLIC, max_length=60, unique=True)
    name: str = column(PUBLIC, max_length=120)
    contact_name: str = column(PUBLIC, max_length=120, default="")
    about: str = long_text(PUBLIC)
    locale: str = column(PUBLIC, max_length=8, default="en")
    read_first_letters: int | None = column(PLAIN, default=None)
    sample_one_in: int | None = column(PLAIN, default=None)
    weights: dict[str, int] | None = column(PLAIN, sa_type=JSONOrNull, default=None)
    twin_of_twin: bool = column(PLAIN, default=True)
    letters_kept_months: int | None = column(PLAIN, default=None)


class Town(SQLModel, table=True):
    """A municipality, village or camp. `names` maps a language to the town's name in it; `name` is its own."""

    __tablename__ = "town"

    id: UUID = column(PLAIN, default_factory=uuid7, primary_key=True)
    slug: str = column(PUBLIC, max_length=60, unique=True)
    kind: TownKind = choice(TownKind, PUBLIC, name="kind", default=TownKind.TOWN)
    name: str = column(PUBLIC, max_length=120)
    language: str = column(PUBLIC, max_length=8)
    names: dict[str, str] = column(PUBLIC, sa_type=JSONValue, default_factory=no_values)
    country: str = column(PUBLIC, max_length=2)
    timezone: str = column(PUBLIC, max_length=40)
    latitude: float = column(PUBLIC)
    longitude: float = column(PUBLIC)
    association_id: UUID | None = column(PLAIN, default=None, foreign_key="association.id", index=True)
    paused_reason: str | None = column(PUBLIC, default=None, max_length=200)


class TwinLink(SQLModel, table=True):
    """Two towns joined. The pair is stored once, in the order of the ids."""

    __tablename__ = "twin_link"
    __table_args__ = (
        sa.UniqueConstraint("low_id", "high_id"),
        sa.CheckConstraint(pairwise("low_id", "high_id"), name="ordered"),
    )

    id: UUID = column(PLAIN, default_factory=uuid7, primary_key=True)
    low_id: UUID = column(PLAIN, foreign_key="town.id", index=True)
    high_id: UUID = column(PLAIN, foreign_key="town.id", index=True)
    kind: LinkKind = choice(LinkKind, PUBLIC, name="kind", default=LinkKind.FORMAL)
    since: int | None = column(PUBLIC, default=None)
    state: LinkState = choice(LinkState, PUBLIC, name="state", default=LinkState.ACTIVE)


class ConsentAge(SQLModel, table=True):
    """Rule R11: from which age a child's own consent counts in a country. A row can only be stricter than the house."""

    __tablename__ = "consent_age"

    country: str = column(PLAIN, primary_key=True, max_length=2)
    age: int = column(PLAIN)
    basis: str = column(PROOF, max_length=200)
    source: str = column(PROOF, max_length=300)
    reviewed_on: date = column(PROOF)
