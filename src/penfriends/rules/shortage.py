"""Which people are lacking, and where? Counts for a sheet that may be pinned up in a town hall.

A town lacks somebody when a person of one of its twin towns waits and nobody there fits. Counted by age group and by
language, so that an association knows whom to ask. No person can be found in these numbers: below three children a
group is “fewer than 3” wherever it is shown, on the screen too, because the sheet is made to leave the house and the
two must agree. There are no sums over groups of children either, from which the small ones could be worked out.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from penfriends.rules.bands import age_on
from penfriends.rules.matching import World

FEW = 3
AGES: tuple[tuple[int, int | None], ...] = (
    (8, 10),
    (11, 12),
    (13, 14),
    (15, 17),
    (18, 29),
    (30, 49),
    (50, 64),
    (65, None),
)
OWN_MATTERS = frozenset({"band_outdated", "too_young", "birth_date_missing", "no_place_left"})
"""Who is alone for one of these lacks nobody else: their own entry has to change."""


@dataclass(frozen=True, slots=True)
class Group:
    """So many people of a town, an age group (a position in `AGES`) and a language who wait without anybody.

    Who writes two languages is counted in both.
    """

    town: str
    ages: int
    language: str
    number: int

    @property
    def is_children(self) -> bool:
        return AGES[self.ages][0] < 18

    @property
    def is_few(self) -> bool:
        """Whether the number is not shown."""
        return self.is_children and self.number < FEW


@dataclass(frozen=True, slots=True)
class Lack:
    """`missing.number` people of this kind would find somebody if they joined in `missing.town`: they wait in
    `waiting_in`, the twin towns."""

    missing: Group
    waiting_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """What one association's sheet says: who waits in its towns, what its towns lack, what their twins lack, and which
    of its towns have no twin at all."""

    waiting: tuple[Group, ...]
    here: tuple[Lack, ...]
    there: tuple[Lack, ...]
    unlinked: tuple[str, ...]


def ages_of(age: int) -> int:
    """The age group of somebody: a position in `AGES`."""
    return max((n for n, (first, _) in enumerate(AGES) if age >= first), default=0)


def groups(world: World, unmatched: Mapping[UUID, str], today: date) -> tuple[Group, ...]:
    """Everybody who got nobody for want of others, counted."""
    counted: Counter[tuple[str, int, str]] = Counter()
    for seeker in world.some({uid for uid, code in unmatched.items() if code not in OWN_MATTERS}):
        ages = ages_of(age_on(seeker.birth, today))
        counted.update((seeker.town, ages, language) for language in seeker.languages)
    return tuple(Group(*key, number) for key, number in sorted(counted.items()))


def shortage(waiting: Iterable[Group], twins: Mapping[str, Collection[str]], own: Collection[str]) -> Shortage:
    """The sheet of the association that has the towns `own`. `twins` names the linked towns of each town."""
    everybody = tuple(waiting)
    lacks = _lacks(everybody, twins)
    mine = set(own)
    return Shortage(
        waiting=tuple(one for one in everybody if one.town in mine),
        here=tuple(one for one in lacks if one.missing.town in mine),
        there=tuple(one for one in lacks if one.missing.town not in mine and mine & set(one.waiting_in)),
        unlinked=tuple(sorted({one.town for one in everybody if one.town in mine and not twins.get(one.town)})),
    )


def _lacks(waiting: Iterable[Group], twins: Mapping[str, Collection[str]]) -> tuple[Lack, ...]:
    numbers: Counter[tuple[str, int, str]] = Counter()
    places: dict[tuple[str, int, str], set[str]] = {}
    for group in waiting:
        for town in twins.get(group.town, ()):
            key = (town, group.ages, group.language)
            numbers[key] += group.number
            places.setdefault(key, set()).add(group.town)
    found = (Lack(Group(*key, number), tuple(sorted(places[key]))) for key, number in numbers.items())
    return tuple(sorted(found, key=lambda one: (one.missing.town, one.missing.ages, -one.missing.number)))
