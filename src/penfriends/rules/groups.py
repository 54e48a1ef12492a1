"""Which two groups may be proposed to each other as partners, and how good would the pair be?

For any sort of group: clubs, and later school classes. What is particular to one sort is said by a `Sort`: which kinds
go together, and how much larger one may be. The choice among all pairs is in `group_rounds`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from penfriends.rules.matching import Level, Pair, World
from penfriends.rules.score import (
    BASE_WEIGHT,
    WAITING_WEIGHT,
    Explanation,
    Term,
    common_interests,
    common_language,
    link_of_towns,
)

OF_AGE = 18
MAXIMA: Mapping[str, int] = MappingProxyType(
    {"kind": 250, "interests": 200, "language": 200, "ages": 150, "size": 100, "town": 100}
)


@dataclass(frozen=True, slots=True)
class Sort:
    """What holds for one sort of groups: which different kinds go together, and that the larger of two has at most so
    many hundredths of the smaller one's members."""

    akin: frozenset[frozenset[str]] = frozenset()
    largest_ratio: int = 600


@dataclass(frozen=True, slots=True)
class SeekingGroup:
    """A group that looks for partners. `youngest` and `oldest` are ages of its members, `partners` how many it has,
    `capacity_left` how many more it wants."""

    uid: UUID
    town: str
    kind: str
    languages: Mapping[str, Level]
    size: int
    youngest: int
    oldest: int
    interests: frozenset[str] = frozenset()
    waiting_days: int = 0
    capacity_left: int = 1
    partners: int = 0
    open_to_twin_of_twin: bool = False

    @property
    def has_minors(self) -> bool:
        return self.youngest < OF_AGE


# --- the rules: one named predicate each, in the order in which a group meets them -----------------------------------


def towns_linked(a: SeekingGroup, b: SeekingGroup, world: World, _sort: Sort) -> bool:
    """Twin towns; or the twin of a twin, if both allow that. Never the same town."""
    if a.town == b.town:
        return False
    both_allow = a.open_to_twin_of_twin and b.open_to_twin_of_twin
    return world.link(a.town, b.town) is not None or (both_allow and world.town_between(a.town, b.town) is not None)


def same_wall(a: SeekingGroup, b: SeekingGroup, _world: World, _sort: Sort) -> bool:
    """Rule R02: groups with children have partners with children, adults have adults."""
    return a.has_minors == b.has_minors


def kinds_fit(a: SeekingGroup, b: SeekingGroup, _world: World, sort: Sort) -> bool:
    return a.kind == b.kind or frozenset((a.kind, b.kind)) in sort.akin


def ages_overlap(a: SeekingGroup, b: SeekingGroup, _world: World, _sort: Sort) -> bool:
    """There is an age of which both have members, or could have."""
    return min(a.oldest, b.oldest) >= max(a.youngest, b.youngest)


def language_in_common(a: SeekingGroup, b: SeekingGroup, _world: World, _sort: Sort) -> bool:
    return not a.languages.keys().isdisjoint(b.languages.keys())


def sizes_fit(a: SeekingGroup, b: SeekingGroup, _world: World, sort: Sort) -> bool:
    return max(a.size, b.size) * 100 <= min(a.size, b.size) * sort.largest_ratio


def not_blocked(a: SeekingGroup, b: SeekingGroup, world: World, _sort: Sort) -> bool:
    """Not partners, vetoed or declined before."""
    return a.uid != b.uid and Pair((a.uid, b.uid)) not in world.blocked


Rule = Callable[[SeekingGroup, SeekingGroup, World, Sort], bool]
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "towns_linked": towns_linked,
        "same_wall": same_wall,
        "kinds_fit": kinds_fit,
        "ages_overlap": ages_overlap,
        "language_in_common": language_in_common,
        "sizes_fit": sizes_fit,
        "not_blocked": not_blocked,
    }
)


def broken_rules(a: SeekingGroup, b: SeekingGroup, world: World, sort: Sort) -> tuple[str, ...]:
    """Names of the rules that forbid this pair, in the order of the table; empty if it may be proposed."""
    return tuple(name for name, holds in RULES.items() if not holds(a, b, world, sort))


# --- the score: integers that add up, each with coded facts ----------------------------------------------------------


def explain_groups(first: SeekingGroup, second: SeekingGroup, world: World) -> Explanation:
    """Why this pair has its score (0 to 1000). Meant for a pair that breaks no rule; symmetric in its total."""
    terms = (
        _kind(first, second),
        common_interests(first.interests, second.interests, world.rarity, MAXIMA["interests"]),
        common_language(first.languages, second.languages, MAXIMA["language"]),
        _ages(first, second),
        _size(first, second),
        link_of_towns(first.town, second.town, world, MAXIMA["town"]),
    )
    return Explanation(terms, sum(term.points for term in terms))


def group_weight(a: SeekingGroup, b: SeekingGroup, world: World) -> int:
    """What the pair is worth to a round: its score and the days that both have waited."""
    return BASE_WEIGHT + explain_groups(a, b, world).total + WAITING_WEIGHT * (a.waiting_days + b.waiting_days)


def _kind(a: SeekingGroup, b: SeekingGroup) -> Term:
    """All of it for the same kind, half for kinds that go together. Detail: the kinds, one if it is the same."""
    maximum = MAXIMA["kind"]
    if a.kind == b.kind:
        return Term("kind", maximum, maximum, (a.kind,))
    return Term("kind", maximum // 2, maximum, (a.kind, b.kind))


def _ages(a: SeekingGroup, b: SeekingGroup) -> Term:
    """The part of all ages in the two groups that both have. Detail: from which age to which."""
    youngest, oldest = max(a.youngest, b.youngest), min(a.oldest, b.oldest)
    whole = max(a.oldest, b.oldest) - min(a.youngest, b.youngest) + 1
    points = MAXIMA["ages"] * max(0, oldest - youngest + 1) // whole
    return Term("ages", points, MAXIMA["ages"], (str(youngest), str(oldest)) if oldest >= youngest else ())


def _size(a: SeekingGroup, b: SeekingGroup) -> Term:
    """How many of the larger group could have somebody of their own. Detail: both sizes."""
    points = MAXIMA["size"] * min(a.size, b.size) // max(a.size, b.size)
    return Term("size", points, MAXIMA["size"], (str(a.size), str(b.size)))
