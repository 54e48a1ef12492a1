"""Why does each of many pairs have its score? As `score.explain` says it, for a hundred thousand pairs at once.

What a term depends on is worked out in columns and is one of few cases for nearly all pairs: two towns, a gap in age,
a language. Its term is made at the first of them, by the same function as for a single pair, and given to all others.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from penfriends.rules.columns import gap_in_months
from penfriends.rules.crowd import ELSEWHERE, LEVELS, NO_WISH, OLDEST_STEP, Column, Crowd, Ints, window_by_age
from penfriends.rules.gathered import codes_in, codes_of
from penfriends.rules.matching import Medium, World
from penfriends.rules.score import (
    Explanation,
    Term,
    age_term,
    interests_term,
    language_term,
    link_of_towns,
    medium_term,
    practice_term,
    wish_term,
)
from penfriends.rules.weights import Weights

AT_ONCE = 4096
FIRST = len(LEVELS) - 1


class _Made(dict[Any, Any]):
    """What was made for a key, made when it is first asked for."""

    def __init__(self, make: Callable[..., Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: tuple[Any, ...]) -> Any:
        made = self[key] = self._make(*key)
        return made


@dataclass(slots=True)
class Reasons:
    """The explanations of pairs of a crowd. Kept while a round is told: what was made once is not made again."""

    crowd: Crowd
    _world: World = field(init=False)
    _towns: _Made = field(init=False)
    _language: _Made = field(init=False)
    _practice: _Made = field(init=False)
    _age: _Made = field(init=False)
    _wish: _Made = field(init=False)
    _medium: _Made = field(init=False)

    def __post_init__(self) -> None:
        around = self.crowd.around
        self._world = World((), around.links, rarity=around.rarity, weights=around.weights)
        self._towns, self._language, self._practice = _Made(self._between), _Made(self._common), _Made(self._taught)
        self._age, self._wish, self._medium = _Made(_closeness), _Made(self._wished), _Made(_common_media)

    def of(self, first: Ints, second: Ints) -> Iterator[Explanation]:
        """Why the pairs of these rows have their scores, in this order; the pairs break no rule."""
        for start in range(0, len(first), AT_ONCE):
            yield from self._some(first[start : start + AT_ONCE], second[start : start + AT_ONCE])

    def _some(self, i: Ints, j: Ints) -> Iterator[Explanation]:
        p, rarity = self.crowd.people, self.crowd.around.rarity
        common = codes_of(p.interests[i] & p.interests[j], self.crowd.around)
        products = (self.crowd.rarity[i].astype(np.int64) * self.crowd.rarity[j]).tolist()
        for here, there, likes, product, spoken, learns, teaches, gap, wish, other, media in zip(
            p.town[i].tolist(), p.town[j].tolist(), common, products, self._spoken(i, j),
            _learns(self.crowd, i, j), _learns(self.crowd, j, i), self._gaps(i, j),
            p.wish[i].tolist(), p.wish[j].tolist(), (p.media[i] & p.media[j]).tolist(), strict=True,
        ):  # fmt: skip
            town, counts = self._towns[here, there]
            terms = (
                interests_term(likes, product, rarity, counts.interests),
                self._language[*spoken, counts.language],
                self._practice["first_practises", learns, counts.practice],
                self._practice["second_practises", teaches, counts.practice],
                self._age[*gap, counts.age],
                town,
                self._wish["first_wish", wish, there, counts.wish],
                self._wish["second_wish", other, here, counts.wish],
                self._medium[media, counts.medium],
            )
            yield Explanation(terms, sum(term.points for term in terms))

    def _spoken(self, i: Ints, j: Ints) -> Iterator[tuple[int, int]]:
        """How well both write a common language at best, 0 for none, and the bits of those that they write so well."""
        written = self.crowd.people.written
        both = written[i] & written[j]
        rank = (both > 0).sum(axis=1)
        bits = np.take_along_axis(both, np.maximum(rank - 1, 0)[:, None], axis=1)[:, 0]
        return zip(rank.tolist(), bits.tolist(), strict=True)

    def _gaps(self, i: Ints, j: Ints) -> Iterator[tuple[int, int, bool]]:
        """Gap and window in hundredths of a month, and whether it was counted in years."""
        day, step = self.crowd.people.day, self.crowd.step
        window = window_by_age(OLDEST_STEP)[np.minimum(step[i], step[j])]
        by_year = (day[i] == 0) | (day[j] == 0)
        gap = 100 * gap_in_months(self.crowd, i, j).astype(np.int64)
        return zip(gap.tolist(), window.tolist(), by_year.tolist(), strict=True)

    def _between(self, here: int, there: int) -> tuple[Term, Weights]:
        names = self.crowd.around.towns
        counts = self._world.weights_between(names[here], names[there])
        return link_of_towns(names[here], names[there], self._world, counts.town), counts

    def _common(self, rank: int, bits: int, maximum: int) -> Term:
        codes = codes_in(bits, self.crowd.around.languages)
        return language_term(LEVELS[rank - 1] if rank else None, min(codes, default=""), maximum)

    def _taught(self, name: str, bits: int, maximum: int) -> Term:
        return practice_term(name, codes_in(bits, self.crowd.around.languages), maximum)

    def _wished(self, name: str, wish: int, town: int, maximum: int) -> Term:
        names = self.crowd.around.towns
        wanted = names[wish] if wish >= 0 else None if wish == NO_WISH else ELSEWHERE
        return wish_term(name, wanted, names[town], maximum)


def _learns(crowd: Crowd, i: Ints, j: Ints) -> list[int]:
    """Bits of what the first would practise and the second writes as a first language."""
    found: Column = crowd.people.practises[i] & crowd.people.written[j, FIRST]
    bits: list[int] = found.tolist()
    return bits


def _closeness(gap: int, window: int, by_year: bool, maximum: int) -> Term:
    return age_term(gap, window, maximum, by_year=by_year)


def _common_media(bits: int, maximum: int) -> Term:
    return medium_term(codes_in(bits, _MEDIA), maximum)


_MEDIA: Sequence[Medium] = tuple(Medium)
