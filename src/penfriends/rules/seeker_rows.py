"""How do seekers, and what a world says of them, become rows?"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import numpy as np

from penfriends.rules.bands import Band
from penfriends.rules.crowd import (
    LEVELS,
    NO_WISH,
    WISH_ELSEWHERE,
    Pairs,
    People,
    Surroundings,
    halves,
    medium_bit,
    surroundings_of,
)
from penfriends.rules.matching import Seeker, World


def surroundings_in(world: World) -> Surroundings:
    """The towns, languages and interests that a world of seekers speaks of."""
    named = {town for s in world.seekers for town in (s.town, s.wished_town) if town is not None}
    towns = sorted(named | {town for link in world.links for town in (link.a, link.b)})
    languages = sorted({code for s in world.seekers for code in (*s.languages, *s.practises)})
    used = {code: world.rarity.get(code, 1) for s in world.seekers for code in s.interests}
    return surroundings_of(towns, world.links, languages, used, world.weights)


def people_of(seekers: Sequence[Seeker], around: Surroundings) -> People:
    towns = {name: n for n, name in enumerate(around.towns)}
    languages = {code: 1 << n for n, code in enumerate(around.languages)}
    homes = {uid: n for n, uid in enumerate(sorted({s.household for s in seekers if s.household is not None}))}
    bits = {code: (word, 1 << n) for word, codes in enumerate(around.interests) for n, code in enumerate(codes)}
    births = [s.birth.on or date(s.birth.year, 1, 1) for s in seekers]

    def words(s: Seeker) -> list[int]:
        row = [0] * len(around.interests)
        for word, bit in (bits[code] for code in s.interests):
            row[word] |= bit
        return row

    # Many people write the same languages, and share the mapping where they were read together.
    known: dict[int, list[int]] = {}

    def written(s: Seeker) -> list[int]:
        if id(s.languages) not in known:
            ranks = {languages[code]: has.rank for code, has in s.languages.items()}
            known[id(s.languages)] = [sum(bit for bit, has in ranks.items() if has >= at.rank) for at in LEVELS]
        return known[id(s.languages)]

    media = {some: sum(map(medium_bit, some)) for some in {s.media for s in seekers}}
    return People(
        uid=np.array([halves(s.uid) for s in seekers], dtype=np.uint64).reshape(-1, 2),
        band=np.array([list(Band).index(s.band) for s in seekers], dtype=np.int8),
        town=np.array([towns[s.town] for s in seekers], dtype=np.int32),
        year=np.array([s.birth.year for s in seekers], dtype=np.int32),
        month=np.array([born.month for born in births], dtype=np.int32),
        day=np.array([0 if s.birth.on is None else s.birth.on.day for s in seekers], dtype=np.int32),
        written=np.array([written(s) for s in seekers], dtype=np.uint64).reshape(-1, len(LEVELS)),
        practises=np.array([sum(languages[code] for code in s.practises) for s in seekers], dtype=np.uint64),
        interests=np.array([words(s) for s in seekers], dtype=np.uint64).reshape(len(seekers), len(around.interests)),
        media=np.array([media[s.media] for s in seekers], dtype=np.uint8),
        wish=np.array(
            [NO_WISH if s.wished_town is None else towns.get(s.wished_town, WISH_ELSEWHERE) for s in seekers],
            dtype=np.int32,
        ),
        waited=np.array([s.waiting_days for s in seekers], dtype=np.int32),
        capacity_left=np.array([s.capacity_left for s in seekers], dtype=np.int32),
        friends=np.array([s.friends for s in seekers], dtype=np.int32),
        household=np.array([-1 if s.household is None else homes[s.household] for s in seekers], dtype=np.int32),
        allows=np.array([s.open_to_twin_of_twin for s in seekers], dtype=bool),
    )


def pairs_in(world: World) -> Pairs:
    def numbers(pairs: frozenset[frozenset[UUID]]) -> list[tuple[int, int]]:
        found = (sorted(uid.int for uid in pair) for pair in pairs)
        return [(pair[0], pair[1]) for pair in found if len(pair) == 2]

    return Pairs(numbers(world.blocked), numbers(world.pending))
