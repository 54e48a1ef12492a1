"""Who could be proposed to whom, how good would each pair be, and where did the others get stuck?

Towns are compared link by link, and of all permitted pairs only the best of each person are kept: a million people
have a thousand million pairs. What the short lists lack is found later, by the prices that an auction shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from penfriends.rules import compiled
from penfriends.rules.columns import Counting
from penfriends.rules.crowd import Bools, Column, Crowd, Ints
from penfriends.rules.matching import LinkKind
from penfriends.rules.permitted import Aim, Kept, Links, Permitted, counted, offsets_of
from penfriends.rules.permitted_blocks import ALWAYS, PAIRS_AT_ONCE, BlockPairs
from penfriends.rules.permitted_compiled import CompiledPairs
from penfriends.rules.score import WAITING_WEIGHT
from penfriends.rules.weights import STANDARD, between

KEPT_PER_PERSON = 8
ADDED_PER_PERSON = 8
SWAPS_PER_PERSON = 2
OPEN_AFTER_DAYS = 28
FEW_CANDIDATES = 3

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


@dataclass(frozen=True, slots=True)
class Edges:
    """Possible pairs as columns: rows i < j of the crowd, and weight."""

    i: Column
    j: Column
    weight: Column

    @classmethod
    def of(cls, kept: Kept) -> "Edges":
        return cls(kept.i, kept.j, kept.weight)

    @classmethod
    def joined(cls, some: Sequence["Edges"]) -> "Edges":
        """All together, which have no pair in common."""
        return cls(*(np.concatenate(one) for one in zip(*((e.i, e.j, e.weight) for e in some), strict=True)))

    def __len__(self) -> int:
        return len(self.i)

    def only(self, rows: Column) -> "Edges":
        return Edges(self.i[rows], self.j[rows], self.weight[rows])


@dataclass(frozen=True, slots=True)
class Settled:
    """Pairs that weigh more than what their two people have now; and for everybody the best gain over all permitted
    pairs, listed or not."""

    swaps: Edges
    gain: Ints


@dataclass(frozen=True, slots=True)
class Found:
    """The best pairs of everybody in a crowd, who may go two links, and all permitted pairs; `links` are the pairs of
    twins, and of towns two links apart."""

    crowd: Crowd
    links: tuple[Links, Links]
    opened: Bools
    pairs: Permitted
    edges: Edges

    @property
    def degree(self) -> Ints:
        return self.pairs.degree

    def lacking(self, price: Ints, gain: Ints) -> Edges:
        """One more walk over all permitted pairs: what the lists lack at these prices."""
        return Edges.of(self.pairs.best(Aim(price, gain, ADDED_PER_PERSON)))

    def settled(self, price: Ints, gain: Ints, now: Ints) -> Settled:
        """The last walk, told what everybody has now."""
        most, swaps = self.pairs.settled(price, gain, Aim(now, now, SWAPS_PER_PERSON))
        return Settled(Edges.of(swaps), most)

    def strongest(self, number: int) -> Edges:
        """Of everybody the so many pairs that weigh most."""
        return Edges.of(self.pairs.best(Aim.best(len(self.crowd), number)))

    def stuck(self) -> list[str]:
        """For everybody how far they came with whoever they came furthest with."""
        crowd = self.crowd
        reached = np.where(self.degree > 0, STUCK.index("all_taken"), 0)
        number = {name: n for n, name in enumerate(crowd.around.towns)}
        linked = {number[t] for link in crowd.around.links if link.a != link.b for t in (link.a, link.b)}
        reached[np.isin(crowd.people.town, sorted(linked)) & (self.degree == 0)] = STUCK.index("nobody_there")
        alone = np.flatnonzero(self.degree == 0)
        offsets = offsets_of(crowd)
        for links, opened in zip(self.links, (None, self.opened), strict=True):
            here, there = np.concatenate((links.a, links.b)), np.concatenate((links.b, links.a))
            order = np.argsort(here, kind="stable")
            here, there = here[order], there[order]
            for town in np.unique(crowd.people.town[alone]).tolist():
                rows = alone[crowd.people.town[alone] == town]
                near = there[np.searchsorted(here, town) : np.searchsorted(here, town, side="right")].tolist()
                cols = np.concatenate([_NOBODY, *(np.arange(offsets[n], offsets[n + 1]) for n in near)])
                if opened is not None:
                    rows, cols = rows[crowd.people.allows[rows]], cols[crowd.people.allows[cols]]
                self._look(rows, cols, reached)
        return [STUCK[step] for step in reached.tolist()]

    def _look(self, rows: Ints, cols: Ints, reached: Ints) -> None:
        at_once = max(1, PAIRS_AT_ONCE // max(1, len(cols)))
        for start in range(0, len(rows), at_once):
            some = rows[start : start + at_once]
            i, j = np.repeat(some, len(cols)), np.tile(cols, len(some))
            for step, fits in enumerate(ALWAYS, start=STUCK.index("age_window")):
                reached[i] = np.maximum(reached[i], step)
                ok = fits(self.crowd, i, j)
                i, j = i[ok], j[ok]
            reached[i] = np.maximum(reached[i], STUCK.index("too_early"))


_NOBODY = np.zeros(0, dtype=np.int64)


def find(crowd: Crowd) -> Found:
    """The best pairs of everybody. Children and adults are never in one crowd: rule R02 from the outside."""
    near, far = links_of(crowd)
    pairs: Permitted = CompiledPairs(crowd) if compiled.available else BlockPairs(crowd)
    pairs.add(near, None)
    waited_or_lonely = (crowd.people.waited >= OPEN_AFTER_DAYS) | (pairs.degree < FEW_CANDIDATES)
    opened = crowd.people.allows & waited_or_lonely
    pairs.add(far, opened)
    return Found(crowd, (near, far), opened, pairs, _listed(crowd, pairs))


def find_among(whole: Found, rows: Ints, taken: Ints) -> Found:
    """The best pairs among some of a crowd, without the pairs `taken` before. Who may go two links stays decided."""
    crowd, opened = whole.crowd.only(rows, taken), whole.opened[rows]
    pairs = whole.pairs.only(crowd, rows)
    return Found(crowd, whole.links, opened, pairs, _listed(crowd, pairs))


def _listed(crowd: Crowd, pairs: Permitted) -> Edges:
    """What to begin with. Whoever has waited for long is worth much to everybody; so that not all lists hold the same
    few people, that is taken off, as the price which it will cost in the end."""
    waited = WAITING_WEIGHT * crowd.people.waited.astype(np.int64)
    return Edges.of(pairs.best(Aim(waited, np.zeros_like(waited), KEPT_PER_PERSON)))


def links_of(crowd: Crowd) -> tuple[Links, Links]:
    """Pairs of towns that have anybody in the crowd: twins, and those two links apart."""
    names, size = crowd.around.towns, max(1, len(crowd.around.towns))
    number = {name: n for n, name in enumerate(names)}
    kinds: dict[int, LinkKind] = {}
    # of several links of two towns the strongest counts
    for link in sorted(crowd.around.links, key=lambda link: -list(LinkKind).index(link.kind)):
        if link.a != link.b:
            low, high = sorted((number[link.a], number[link.b]))
            kinds[low * size + high] = link.kind
    twins = np.array(sorted(kinds), dtype=np.int64)
    here = np.concatenate((twins // size, twins % size))
    there = np.concatenate((twins % size, twins // size))
    order = np.lexsort((there, here))
    here, there = here[order], there[order]
    start, end = np.searchsorted(here, there), np.searchsorted(here, there, side="right")
    middle = np.repeat(start, end - start) + counted(end - start)
    two_away = np.unique(np.repeat(here, end - start) * size + there[middle])
    two_away = np.setdiff1d(two_away[two_away // size < two_away % size], twins, assume_unique=True)
    inhabited = np.bincount(crowd.people.town, minlength=size) > 0
    near = twins[inhabited[twins // size] & inhabited[twins % size]]
    far = two_away[inhabited[two_away // size] & inhabited[two_away % size]]
    ranks = np.array([list(LinkKind).index(kinds[pair]) for pair in near.tolist()], dtype=np.int64)
    return _links(crowd, near, ranks), _links(crowd, far, np.full(len(far), len(LinkKind)))


def _links(crowd: Crowd, pairs: Ints, ranks: Ints) -> Links:
    """The links with what counts between their towns; rank past the kinds of links is the twin of a twin."""
    names, tuned = crowd.around.towns, crowd.around.weights
    tables = list(dict.fromkeys((STANDARD, *tuned.values())))
    place = {table: n for n, table in enumerate(tables)}
    table_of = np.array([place[tuned.get(name, STANDARD)] for name in names], dtype=np.int64)
    a, b = pairs // max(1, len(names)), pairs % max(1, len(names))
    combined = (table_of[a] * len(tables) + table_of[b]) * (len(LinkKind) + 1) + ranks
    distinct, of = np.unique(combined, return_inverse=True)
    kinds = (*LinkKind, None)
    told = []
    for code in distinct.tolist():
        both, rank = divmod(code, len(kinds))
        one, other = divmod(both, len(tables))
        told.append((between(tables[one], tables[other]), kinds[rank]))
    return Links(a, b, of.astype(np.int64), Counting.of(told))
