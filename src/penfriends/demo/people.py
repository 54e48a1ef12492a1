"""Which residents live in the demo's towns?

The cast of the letters first, then invented people drawn from lists: the same seed and day give the same people.
"""

import random
from dataclasses import replace
from datetime import date
from itertools import combinations
from uuid import UUID

from penfriends.demo.cast import cast
from penfriends.demo.drawing import draw_adult, draw_children
from penfriends.demo.places import links, towns
from penfriends.demo.residents import DemoLanguage, DemoResident, seeker_of
from penfriends.models.residents import ResidentState
from penfriends.rules.bands import Band
from penfriends.rules.matching import Level, TownLink, World, broken_rules
from penfriends.rules.score import score

SIZE = 400
CHILDREN = 180
FRIENDSHIPS = 110
"""Besides those of the cast. Whoever is active and has no friend waits for one."""

NEWCOMERS = 72
"""Have joined since the last weekly round: with them a moderator can try a round of their own at once. Most of them
live in Thetford and its twins, which is where people look first."""
NEW_SINCE = 1

_WEIGHTS = {"thetford": 5, "preston": 5, "huerth": 3, "nimes": 3, "exeter": 3, "nablus": 3}

_NEW_WEIGHTS = {"thetford": 20, "huerth": 5, "les-ulis": 5, "skawina": 5, "spijkenisse": 5}


def people(seed: int, today: date) -> tuple[DemoResident, ...]:
    """About 400 residents, 45 of 100 of them children, aged 8 to 91; keys and addresses are unique."""
    chance = random.Random(seed)  # noqa: S311 (an invented world, no secret)
    known = list(cast(today))
    slugs = list(towns())
    weights = [_WEIGHTS.get(slug, 2) for slug in slugs]
    while sum(1 for person in known if person.guardian_address) < CHILDREN:
        town = towns()[chance.choices(slugs, weights)[0]]
        known += draw_children(chance, town, len(known) + 1, today)
    while len(known) < SIZE:
        town = towns()[chance.choices(slugs, weights)[0]]
        known.append(draw_adult(chance, town, len(known) + 1, today))
    settled = _waiting(chance, _befriended(chance, known, today))
    return settled + tuple(_newcomers(chance, len(settled) + 1, today))


def _newcomers(chance: random.Random, number: int, today: date) -> list[DemoResident]:
    """Everybody of them takes part and waits; drawn last, so that the others stay who they are. One writes a language
    that nobody in the twin towns writes, so that there is somebody for whom something would help."""
    slugs = list(towns())
    weights = [_NEW_WEIGHTS.get(slug, 1) for slug in slugs]
    found: list[DemoResident] = []
    while len(found) < NEWCOMERS:
        town = towns()[chance.choices(slugs, weights)[0]]
        if len(found) % 2:
            found.append(draw_adult(chance, town, number + len(found), today))
        else:
            found += draw_children(chance, town, number + len(found), today)
    only_arabic = (DemoLanguage("ar", Level.FIRST),)
    lonely = next(one.key for one in found if one.town == "thetford" and one.band is Band.ADULT)
    return [
        replace(
            one,
            state=ResidentState.ACTIVE,
            created_days_ago=NEW_SINCE,
            waiting_days=NEW_SINCE,
            languages=only_arabic if one.key == lonely else one.languages,
        )
        for one in found
    ]


def _befriended(chance: random.Random, known: list[DemoResident], today: date) -> list[DemoResident]:
    """The best permitted pairs become friends, greedily: enough for a demo, the real rounds do it well."""
    numbers = {UUID(int=person.number): index for index, person in enumerate(known)}
    seekers = [
        seeker_of(p) for p in known if p.state in (ResidentState.ACTIVE, ResidentState.PAUSED) and not p.partners
    ]
    world = World(tuple(seekers), tuple(TownLink(*link.towns, link.kind, link.since) for link in links()))
    # Only seven of eight may find somebody now, or only the hard cases would be left waiting.
    linked = {frozenset(link.towns) for link in links()}
    near = ((a, b) for a, b in combinations(seekers, 2) if a.band is b.band and {a.town, b.town} in linked)
    found = [(score(a, b, world, today), a, b) for a, b in near if not broken_rules(a, b, world, today)]
    found.sort(key=lambda pair: (-pair[0], pair[1].uid, pair[2].uid))
    lucky = {seeker.uid for seeker in seekers if chance.random() < 0.88}
    taken: set[UUID] = set()
    for _, a, b in found:
        if len(taken) < 2 * FRIENDSHIPS and {a.uid, b.uid} <= lucky and not taken & {a.uid, b.uid}:
            taken |= {a.uid, b.uid}
            one, other = numbers[a.uid], numbers[b.uid]
            known[one] = known[one].with_partner(known[other].key)
            known[other] = known[other].with_partner(known[one].key)
    return known


def _waiting(chance: random.Random, known: list[DemoResident]) -> tuple[DemoResident, ...]:
    """Active people without a friend wait since some day after they joined; the paused say when they come back."""
    settled = []
    for person in known:
        if person.state is ResidentState.ACTIVE and not person.partners:
            days = min(person.created_days_ago, chance.choice((1, 2, 3, 5, 8, 9, 13, 16, 21, 26, 34, 47)))
            settled.append(replace(person, waiting_days=days))
        elif person.state is ResidentState.PAUSED:
            settled.append(replace(person, paused_days_left=chance.choice((5, 12, 30))))
        else:
            settled.append(person)
    return tuple(settled)
