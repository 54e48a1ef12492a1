"""Who could be proposed to whom, how good would each pair be, and where did the others get stuck?

Towns are compared link by link. People are sorted first, so nothing depends on the order in which they come.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

import numpy as np

from penfriends.rules.bands import JOINING_AGE, Band, age_on, band_on
from penfriends.rules.columns import (
    Bits,
    Bools,
    Columns,
    Ints,
    ages_fit,
    columns_of,
    households_differ,
    languages_fit,
    media_fit,
    mixes,
    scores,
)
from penfriends.rules.matching import LinkKind, Pair, Seeker, World, places
from penfriends.rules.score import BASE_WEIGHT, PENDING_WEIGHT, WAITING_WEIGHT, town_points
from penfriends.rules.weights import Weights

KEPT_PER_PERSON = 16
OPEN_AFTER_DAYS = 28
FEW_CANDIDATES = 3
PAIRS_AT_ONCE = 1 << 19

STUCK = (
    "no_link",
    "nobody_there",
    "age_window",
    "no_language",
    "no_medium",
    "household",
    "blocked",
    "too_early",
    "all_taken",
)
"""How far somebody came, the furthest last: the code names what stopped them there. `too_early`: only twins of twins
are left, and these open after four weeks of waiting."""

Sieve = Sequence[Callable[[Ints, Ints], Bools]]
ALWAYS: Sequence[Callable[[Columns, Ints, Ints], Bools]] = (ages_fit, languages_fit, media_fit, households_differ)


@dataclass(frozen=True, slots=True)
class Edges:
    """Possible pairs as columns: positions i < j in `Found.people`, weight, and a mix that settles equal weights."""

    i: Ints
    j: Ints
    weight: Ints
    mix: Bits

    def only(self, rows: Bools | Ints) -> "Edges":
        return Edges(self.i[rows], self.j[rows], self.weight[rows], self.mix[rows])


@dataclass(frozen=True, slots=True)
class Found:
    """People of one band in canonical order, all their possible pairs, how far each came, who may go two links."""

    people: tuple[Seeker, ...]
    edges: Edges
    furthest: tuple[str, ...]
    opened: frozenset[UUID]


def find(world: World, band: Band, today: date) -> Found:
    """All permitted pairs of one band. Children and adults are never in the same call: rule R02 from the outside."""
    people = tuple(sorted((s for s in world.seekers if s.band == band and own_obstacle(s, today) is None), key=_order))
    search = _Search(people, world, today)
    near = search.twin_towns()
    degree = np.bincount(near[:2].ravel(), minlength=len(people))
    waited_or_lonely = (search.columns.waited >= OPEN_AFTER_DAYS) | (degree < FEW_CANDIDATES)
    opened = search.columns.allows & waited_or_lonely
    i, j, weight = _sorted(np.concatenate((near, search.twins_of_twins(opened)), axis=1))
    edges = Edges(i, j, weight, mixes(search.columns, i, j))
    reached = tuple(STUCK[step] for step in search.furthest)
    return Found(people, edges, reached, frozenset(people[n].uid for n in np.flatnonzero(opened)))


def own_obstacle(seeker: Seeker, today: date) -> str | None:
    """Why this person cannot be matched to anybody today, whoever is there."""
    if band_on(seeker.birth, today) != seeker.band:
        return "band_outdated"
    if age_on(seeker.birth, today) < JOINING_AGE:
        return "too_young"
    if seeker.band == Band.CHILD and seeker.birth.on is None:
        return "birth_date_missing"
    return None if places(seeker, today) > 0 else "no_place_left"


def strongest(edges: Edges, people: int) -> Ints:
    """Rows of the edges that are among the best of one of their people at least: by full weight, then by the mix."""
    rows = np.arange(len(edges.i))
    person, row = np.concatenate((edges.i, edges.j)), np.concatenate((rows, rows))
    order = np.lexsort((edges.mix[row], -edges.weight[row], person))
    starts = np.searchsorted(person[order], np.arange(people))
    rank = np.arange(len(order)) - starts[person[order]]
    return np.unique(row[order[rank < KEPT_PER_PERSON]])


class _Search:
    """The people of one band, the columns made of them, and how far each of them has come."""

    def __init__(self, people: tuple[Seeker, ...], world: World, today: date) -> None:
        self.columns: Columns = columns_of(people, world, today)
        self.furthest: Ints = np.zeros(len(people), dtype=np.int64)
        self._world = world
        self._towns = {name: self._members(n) for n, name in enumerate(sorted({s.town for s in people}))}
        self._position = {seeker.uid: n for n, seeker in enumerate(people)}
        self._blocked = self._numbers(world.blocked)
        self._pending = self._numbers(world.pending)

    def twin_towns(self) -> Ints:
        """Permitted pairs of linked towns, as three rows: i, j, weight."""
        for name, members in self._towns.items():
            self.furthest[members] = int(bool(self._world.twins_of(name)))
        found = [self._block(a, b, kind, self._towns[a], self._towns[b], ()) for a, b, kind in self._linked()]
        return np.concatenate((_nothing(), *found), axis=1)

    def twins_of_twins(self, opened: Bools) -> Ints:
        """Permitted pairs two links apart, where both allow it and one of them has it open already."""
        allows = self.columns.allows
        found = [
            self._block(
                a,
                b,
                None,
                self._towns[a][allows[self._towns[a]]],
                self._towns[b][allows[self._towns[b]]],
                (lambda i, j: opened[i] | opened[j],),
            )
            for a, b in self._two_links_apart()
        ]
        return np.concatenate((_nothing(), *found), axis=1)

    def _block(self, a: str, b: str, kind: LinkKind | None, rows: Ints, cols: Ints, last: Sieve) -> Ints:
        sieve: Sieve = (*(partial(rule, self.columns) for rule in ALWAYS), self._not_blocked, *last)
        counts = self._world.weights_between(a, b)
        parts = [_nothing()]
        step = max(1, PAIRS_AT_ONCE // max(1, len(cols)))
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            i, j = np.repeat(some, len(cols)), np.tile(cols, len(some))
            for reached, fits in enumerate(sieve, start=STUCK.index("age_window")):
                self._note(i, j, reached)
                ok = fits(i, j)
                i, j = i[ok], j[ok]
            self._note(i, j, STUCK.index("all_taken"))
            parts.append(np.stack((i, j, self._weights(i, j, counts, town_points(kind, counts.town)))))
        return np.concatenate(parts, axis=1)

    def _weights(self, i: Ints, j: Ints, counts: Weights, town_points: int) -> Ints:
        waited = self.columns.waited[i] + self.columns.waited[j]
        pending = np.isin(self._number(i, j), self._pending)
        extra: Ints = BASE_WEIGHT + WAITING_WEIGHT * waited + PENDING_WEIGHT * pending
        return scores(self.columns, i, j, counts, town_points) + extra

    def _not_blocked(self, i: Ints, j: Ints) -> Bools:
        return ~np.isin(self._number(i, j), self._blocked)

    def _note(self, i: Ints, j: Ints, reached: int) -> None:
        for side in (np.unique(i), np.unique(j)):
            self.furthest[side] = np.maximum(self.furthest[side], reached)

    def _linked(self) -> Iterator[tuple[str, str, LinkKind]]:
        for a in self._towns:
            for b in sorted(self._world.twins_of(a)):
                link = self._world.link(a, b)
                if a < b and b in self._towns and link is not None:
                    yield a, b, link.kind

    def _two_links_apart(self) -> Iterator[tuple[str, str]]:
        for a in self._towns:
            near = self._world.twins_of(a)
            for b in sorted({far for between in near for far in self._world.twins_of(between)} - near):
                if a < b and b in self._towns:
                    yield a, b

    def _members(self, town: int) -> Ints:
        return np.flatnonzero(self.columns.town == town)

    def _numbers(self, pairs: frozenset[Pair]) -> Ints:
        known = (sorted(self._position[uid] for uid in pair) for pair in pairs if pair <= self._position.keys())
        return np.array([at[0] * len(self.furthest) + at[1] for at in known if len(at) == 2], dtype=np.int64)

    def _number(self, i: Ints, j: Ints) -> Ints:
        number: Ints = i * len(self.furthest) + j
        return number


def _order(seeker: Seeker) -> tuple[str, int, date, UUID]:
    birth = seeker.birth
    return seeker.town, birth.year, birth.on or date(birth.year, 1, 1), seeker.uid


def _sorted(found: Ints) -> Ints:
    return found[:, np.lexsort((found[1], found[0]))]


def _nothing() -> Ints:
    return np.zeros((3, 0), dtype=np.int64)
