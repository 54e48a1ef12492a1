"""Which two residents may never be proposed to each other, and by which rule?

This module holds the values of matching and its hard rules, one named predicate each. The points of a permitted pair
are in `score`, the choice of the pairs in `assignment`, the second look at the moment of storing in `eligibility`.
"""

import enum
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from uuid import UUID

from penfriends.rules.bands import JOINING_AGE, Band, Birth, age_on, band_on, months_between
from penfriends.rules.weights import STANDARD, Weights, between

Pair = frozenset[UUID]
"""Two residents in no order, so that a block can never be missed because it was written the other way round."""

TEEN_AGE = 13
YOUNG_WINDOW = 18_00
TEEN_WINDOW = 24_00
ADULT_WINDOW = 4 * 12_00
ADULT_WINDOW_STEP = 35 * 12
ADULT_WINDOW_LIMIT = 20 * 12_00
"""Windows are in hundredths of a month, because 0.35 of a year is 4.2 months and everything here is an integer."""


class Level(enum.StrEnum):
    """How well somebody writes a language: their own (C1), well (B2), a little (A2)."""

    FIRST = "first"
    WELL = "well"
    LITTLE = "little"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {Level.LITTLE: 1, Level.WELL: 2, Level.FIRST: 3}


class Medium(enum.StrEnum):
    """How letters reach somebody."""

    WEB = "web"
    EMAIL = "email"
    PAPER = "paper"


class LinkKind(enum.StrEnum):
    """How two towns belong together."""

    FORMAL = "formal"
    FRIENDSHIP = "friendship"
    INFORMAL = "informal"


@dataclass(frozen=True, slots=True)
class Seeker:
    """A resident with a confirmed, active account who waits for a pen friend.

    `capacity_left` is how many more friends they want, `friends` how many they have; rule R19 limits the sum.
    `open_to_twin_of_twin` says that they (or their guardian) and their association allow a town two links away.
    """

    uid: UUID
    town: str
    band: Band
    birth: Birth
    languages: Mapping[str, Level]
    practises: frozenset[str] = frozenset()
    interests: frozenset[str] = frozenset()
    media: frozenset[Medium] = frozenset({Medium.WEB})
    wished_town: str | None = None
    waiting_days: int = 0
    capacity_left: int = 1
    household: UUID | None = None
    open_to_twin_of_twin: bool = False
    friends: int = 0


class Roll(Sequence[Seeker]):
    """A list of people in which some can be found without looking at all."""

    @abstractmethod
    def of(self, uids: Collection[UUID]) -> list[Seeker]:
        """Those of these people who are on it."""


@dataclass(frozen=True, slots=True)
class TownLink:
    """An active link of two towns."""

    a: str
    b: str
    kind: LinkKind = LinkKind.FORMAL
    since: int | None = None


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a round is decided from. `blocked` holds earlier partners, relatives, vetoes and blocks alike;
    `weights` are the tables of towns whose association has tuned its own."""

    seekers: Sequence[Seeker]
    links: tuple[TownLink, ...]
    blocked: frozenset[Pair] = frozenset()
    pending: frozenset[Pair] = frozenset()
    rarity: Mapping[str, int] = field(default_factory=dict)
    weights: Mapping[str, Weights] = field(default_factory=dict)
    _direct: Mapping[frozenset[str], TownLink] = field(init=False, repr=False, compare=False)
    _neighbours: Mapping[str, frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        strongest_last = sorted(self.links, key=lambda link: (-list(LinkKind).index(link.kind), -(link.since or 9999)))
        direct = {frozenset((link.a, link.b)): link for link in strongest_last if link.a != link.b}
        neighbours: dict[str, set[str]] = {}
        for link in direct.values():
            neighbours.setdefault(link.a, set()).add(link.b)
            neighbours.setdefault(link.b, set()).add(link.a)
        object.__setattr__(self, "_direct", direct)
        object.__setattr__(self, "_neighbours", {town: frozenset(near) for town, near in neighbours.items()})

    def some(self, uids: Collection[UUID]) -> list[Seeker]:
        """Those of these people who wait."""
        if isinstance(self.seekers, Roll):
            return self.seekers.of(uids)
        wanted = frozenset(uids)
        return [one for one in self.seekers if one.uid in wanted]

    def link(self, a: str, b: str) -> TownLink | None:
        """The link of two towns: of several the strongest, then the oldest."""
        return self._direct.get(frozenset((a, b)))

    def twins_of(self, town: str) -> frozenset[str]:
        return self._neighbours.get(town, frozenset())

    def weights_between(self, a: str, b: str) -> Weights:
        return between(self.weights.get(a, STANDARD), self.weights.get(b, STANDARD))

    def town_between(self, a: str, b: str) -> str | None:
        """The town that makes `b` a twin of a twin of `a`; of several the first by name."""
        if a == b:
            return None
        return min(self.twins_of(a) & self.twins_of(b), default=None)


def friends_allowed(age: int) -> int:
    """Rule R19: one pen friend at 8–12, two at 13–17, three for adults."""
    if age < JOINING_AGE:
        return 0
    if age < TEEN_AGE:
        return 1
    return 2 if age < 18 else 3


def places(seeker: Seeker, today: date) -> int:
    """How many more pen friends this person can be given today."""
    return max(0, min(seeker.capacity_left, friends_allowed(age_on(seeker.birth, today)) - seeker.friends))


def age_gap(a: Birth, b: Birth) -> int:
    """Hundredths of a month between two birthdays, a started month in full; by years where a date is not known."""
    if a.on is not None and b.on is not None:
        return months_between(a.on, b.on) * 100
    return abs(a.year - b.year) * 12_00


def age_window(a: Birth, b: Birth, today: date) -> int:
    """The largest gap that the younger of the two allows, in hundredths of a month (rule R03 and its adult sister)."""
    younger = min(age_on(a, today), age_on(b, today))
    if younger < TEEN_AGE:
        return YOUNG_WINDOW
    if younger < 18:
        return TEEN_WINDOW
    return min(ADULT_WINDOW + ADULT_WINDOW_STEP * (younger - 18), ADULT_WINDOW_LIMIT)


def same_band(a: Seeker, b: Seeker, _world: World, today: date) -> bool:
    """Rule R02. What is written in the row must also be true today, so nobody slips through on a birthday."""
    return a.band == b.band == band_on(a.birth, today) == band_on(b.birth, today)


def old_enough(a: Seeker, b: Seeker, _world: World, today: date) -> bool:
    """Rule R01."""
    return min(age_on(a.birth, today), age_on(b.birth, today)) >= JOINING_AGE


def children_age_gap(a: Seeker, b: Seeker, _world: World, today: date) -> bool:
    """Rule R03, by date: a child whose date is not known is close in age to nobody."""
    if Band.CHILD not in (band_on(a.birth, today), band_on(b.birth, today)):
        return True
    if a.birth.on is None or b.birth.on is None:
        return False
    return age_gap(a.birth, b.birth) <= age_window(a.birth, b.birth, today)


def adults_age_gap(a: Seeker, b: Seeker, _world: World, today: date) -> bool:
    if Band.CHILD in (band_on(a.birth, today), band_on(b.birth, today)):
        return True
    return age_gap(a.birth, b.birth) <= age_window(a.birth, b.birth, today)


def linked_towns(a: Seeker, b: Seeker, world: World, _today: date) -> bool:
    """Twin towns; or the twin of a twin, if both allow that."""
    if world.link(a.town, b.town) is not None:
        return True
    both_allow = a.open_to_twin_of_twin and b.open_to_twin_of_twin
    return both_allow and world.town_between(a.town, b.town) is not None


def different_town(a: Seeker, b: Seeker, _world: World, _today: date) -> bool:
    return a.town != b.town


def common_language(a: Seeker, b: Seeker, _world: World, _today: date) -> bool:
    return not a.languages.keys().isdisjoint(b.languages.keys())


def common_medium(a: Seeker, b: Seeker, _world: World, _today: date) -> bool:
    """A letter by web reaches e-mail and back; paper needs paper on both sides."""
    if Medium.PAPER in a.media and Medium.PAPER in b.media:
        return True
    return bool(a.media - {Medium.PAPER}) and bool(b.media - {Medium.PAPER})


def not_blocked(a: Seeker, b: Seeker, world: World, _today: date) -> bool:
    return a.uid != b.uid and Pair((a.uid, b.uid)) not in world.blocked


def not_same_household(a: Seeker, b: Seeker, _world: World, _today: date) -> bool:
    return a.household is None or a.household != b.household


def capacity(a: Seeker, b: Seeker, _world: World, today: date) -> bool:
    """Rule R19."""
    return places(a, today) > 0 and places(b, today) > 0


Rule = Callable[[Seeker, Seeker, World, date], bool]

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "same_band": same_band,
        "old_enough": old_enough,
        "children_age_gap": children_age_gap,
        "adults_age_gap": adults_age_gap,
        "linked_towns": linked_towns,
        "different_town": different_town,
        "common_language": common_language,
        "common_medium": common_medium,
        "not_blocked": not_blocked,
        "not_same_household": not_same_household,
        "capacity": capacity,
    }
)


def broken_rules(a: Seeker, b: Seeker, world: World, today: date) -> tuple[str, ...]:
    """Names of the hard rules that forbid this pair, in the order of the table; empty if it may be proposed."""
    return tuple(name for name, holds in RULES.items() if not holds(a, b, world, today))
