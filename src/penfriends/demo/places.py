"""Which towns, twin links and associations are there in the demo?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from penfriends.demo.files import read_json
from penfriends.models.places import LinkState, TownKind
from penfriends.rules.matching import LinkKind


@dataclass(frozen=True, slots=True)
class DemoTown:
    """A real town. `names` maps each of our languages to its name; `spellings` are others that people type."""

    slug: str
    kind: TownKind
    name: str
    language: str
    country: str
    timezone: str
    latitude: float
    longitude: float
    population: int | None
    names: Mapping[str, str]
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoLink:
    """Two towns by their slugs; `since` only where we are sure of the year."""

    towns: tuple[str, str]
    kind: LinkKind
    since: int | None
    state: LinkState


@dataclass(frozen=True, slots=True)
class DemoAssociation:
    """An invented association; `promise_days` is how soon it wants to read a letter."""

    slug: str
    name: str
    towns: tuple[str, ...]
    locale: str
    contact_name: str
    promise_days: int
    about: str


@cache
def towns() -> Mapping[str, DemoTown]:
    """The towns by slug, in the order of the file."""
    return {row["slug"]: _town(row) for row in read_json("towns")["towns"]}


def _town(row: Mapping[str, Any]) -> DemoTown:
    return DemoTown(**{**row, "kind": TownKind(row["kind"]), "spellings": tuple(row["spellings"])})


@cache
def links() -> tuple[DemoLink, ...]:
    return tuple(
        DemoLink((row["towns"][0], row["towns"][1]), LinkKind(row["kind"]), row["since"], LinkState(row["state"]))
        for row in read_json("towns")["links"]
    )


@cache
def associations() -> tuple[DemoAssociation, ...]:
    return tuple(DemoAssociation(**{**row, "towns": tuple(row["towns"])}) for row in read_json("associations"))


def twins_of(slug: str) -> tuple[str, ...]:
    """The towns linked to this one, in the order of the file."""
    return tuple(other for link in links() if slug in link.towns for other in link.towns if other != slug)
