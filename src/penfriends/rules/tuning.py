"""What would a round be like if other things counted? Two rounds of one world, side by side, for some of its towns.

Nothing is stored: this is what an association looks at before it changes its table of weights. Points of both rounds
are counted with the new tables, since two different rulers could not be compared.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from penfriends.rules.assignment import propose
from penfriends.rules.matching import Level, Pair, Seeker, World, age_gap
from penfriends.rules.proposals import Proposal
from penfriends.rules.score import Explanation, explain
from penfriends.rules.weights import Weights

MOST_PEOPLE = 2000
"""Two rounds of so many take five processor seconds without numba, and somebody waits for a page. Of more people first
only those of the towns themselves and their twins are looked at, then a fixed part of those."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a round gives the towns. `points` and `months` (between two birthdays) are means, rounded down; `first` and
    `well` are pairs in which both write one language as their own, or at least well."""

    pairs: int
    points: int
    months: int
    first: int
    well: int


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody's partner in one of the two rounds: only the town, and why the two fit."""

    town: str
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody whose partners would not be the same: those who would go, and those who would come."""

    uid: UUID
    before: tuple[Partner, ...]
    after: tuple[Partner, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`kept` pairs are in both rounds; `losing` people would have nobody, `gaining` ones somebody; `elsewhere` counts
    pairs of other towns that would not be made any more."""

    before: Tally
    after: Tally
    kept: int
    losing: int
    gaining: int
    elsewhere: int
    moved: tuple[Moved, ...]


def within_bounds(world: World, towns: Collection[str]) -> World:
    """The world if it is small enough, else the part of it on which these towns depend most."""
    if len(world.seekers) <= MOST_PEOPLE:
        return world
    near = {*towns, *(twin for town in towns for twin in world.twins_of(town))}
    people = sorted((one for one in world.seekers if one.town in near), key=lambda one: one.uid)
    return replace(world, seekers=tuple(people[:: -(-len(people) // MOST_PEOPLE) or 1]))


def compare(world: World, towns: Collection[str], wanted: Weights, today: date) -> Comparison:
    """A round as it would be now, and one in which `wanted` were the table of these towns."""
    other = replace(world, weights={**world.weights, **dict.fromkeys(towns, wanted)})
    people = {one.uid: one for one in world.seekers}
    rounds = [propose(one, today).proposals for one in (world, other)]
    mine = [[p for p in found if _touches(p, people, towns)] for found in rounds]
    before, after = ({Pair((p.first, p.second)) for p in found} for found in mine)
    theirs = [{Pair((p.first, p.second)) for p in found} for found in rounds]
    placed = [{uid for pair in found for uid in pair if people[uid].town in towns} for found in (before, after)]
    return Comparison(
        _tally(mine[0], people, other, today),
        _tally(mine[1], people, other, today),
        kept=len(before & after),
        losing=len(placed[0] - placed[1]),
        gaining=len(placed[1] - placed[0]),
        elsewhere=len((theirs[0] - before) - theirs[1]),
        moved=_moved(before - after, after - before, people, towns, other, today),
    )


def _touches(proposal: Proposal, people: Mapping[UUID, Seeker], towns: Collection[str]) -> bool:
    return people[proposal.first].town in towns or people[proposal.second].town in towns


def _tally(found: Sequence[Proposal], people: Mapping[UUID, Seeker], world: World, today: date) -> Tally:
    told = [explain(people[p.first], people[p.second], world, today) for p in found]
    gaps = [age_gap(people[p.first].birth, people[p.second].birth) // 100 for p in found]
    levels = [term.detail[1] for one in told for term in one.points if term.name == "language" and term.detail]
    number = max(1, len(found))
    return Tally(
        pairs=len(found),
        points=sum(one.total for one in told) // number,
        months=sum(gaps) // number,
        first=levels.count(Level.FIRST),
        well=levels.count(Level.FIRST) + levels.count(Level.WELL),
    )


def _moved(
    gone: set[Pair],
    new: set[Pair],
    people: Mapping[UUID, Seeker],
    towns: Collection[str],
    world: World,
    today: date,
) -> tuple[Moved, ...]:
    """Who loses somebody and gets nobody first, then whose points change most."""
    partners: dict[UUID, tuple[list[Partner], list[Partner]]] = defaultdict(lambda: ([], []))
    for side, pairs in enumerate((gone, new)):
        for pair in sorted(pairs, key=sorted):
            for one, other in (sorted(pair), sorted(pair, reverse=True)):
                if people[one].town in towns:
                    told = explain(people[one], people[other], world, today)
                    partners[one][side].append(Partner(people[other].town, told))
    found = [Moved(uid, tuple(before), tuple(after)) for uid, (before, after) in partners.items()]
    return tuple(sorted(found, key=_telling))


def _telling(moved: Moved) -> tuple[bool, int, UUID]:
    points = [sum(one.explanation.total for one in side) for side in (moved.before, moved.after)]
    return bool(moved.after), -abs(points[1] - points[0]), moved.uid
