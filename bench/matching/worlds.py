"""Do the rules hold in many small worlds full of near misses, and do both engines say the same?

Every world is drawn from a number. It is played in compiled loops and in plain ones, solved exactly and by auction, in
the order drawn and in another one; each time the two independent checkers look at the round.
"""

import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

from penfriends.rules import compiled, permitted_blocks, permitted_compiled, solver
from penfriends.rules.assignment import Round, propose
from penfriends.rules.bands import Band, Birth, band_on
from penfriends.rules.eligibility import check_round
from penfriends.rules.matching import Level, LinkKind, Medium, Pair, Seeker, TownLink, World, broken_rules

TODAY = date(2026, 3, 1)
TOWNS = ("Aachen", "Brest", "Cork", "Delft", "Elda")
RARITY = {"chess": 2, "cycling": 1, "stamps": 4, "owls": 3, "cooking": 1, "lace": 4}
LANGUAGES = ("en", "de", "ar")


TOGETHER = 50
"""So many worlds are played at once: no link leads from one to another, so they are still worlds of their own."""

SPACIOUS = ("PAIRS_KEPT", "PAIRS_AT_ONCE", "NARROW")


@dataclass(slots=True)
class Counted:
    """What came out. `faults`: the first world of a handful with anything wrong, and what it was."""

    worlds: int = 0
    people: int = 0
    pairs: int = 0
    faults: dict[int, str] = field(default_factory=dict)


def run(number: int, first: int = 0) -> Counted:
    """Play so many worlds, from the one with the number `first`."""
    counted = Counted()
    for start in range(first, first + number, TOGETHER):
        seeds = range(start, min(start + TOGETHER, first + number))
        world = together([drawn(seed) for seed in seeds])
        if fault := _fault(world, start, counted):
            counted.faults[start] = fault
        counted.worlds += len(seeds)
        counted.people += len(world.seekers)
    return counted


def together(worlds: Sequence[World]) -> World:
    """Side by side: every town gets the number of its world."""
    seekers: list[Seeker] = []
    links: list[TownLink] = []
    for number, world in enumerate(worlds):
        seekers += [
            replace(s, town=f"{s.town} {number}", wished_town=s.wished_town and f"{s.wished_town} {number}")
            for s in world.seekers
        ]
        links += [replace(link, a=f"{link.a} {number}", b=f"{link.b} {number}") for link in world.links]
    return World(
        tuple(seekers),
        tuple(links),
        blocked=frozenset().union(*(world.blocked for world in worlds)),
        pending=frozenset().union(*(world.pending for world in worlds)),
        rarity=RARITY,
    )


def drawn(seed: int) -> World:
    chance = random.Random(seed)  # noqa: S311 (no secret)
    middle = date(chance.choice((2017, 2015, 2013, 2011, 2009, 2008, 2006, 1995, 1980, 1960)), chance.randint(1, 12), 1)
    people = tuple(_person(chance, number, middle) for number in range(chance.randint(2, 14)))
    pairs = [Pair((a.uid, b.uid)) for a, b in combinations(people, 2)]
    links = [
        TownLink(a, b, chance.choice(list(LinkKind)), chance.choice([None, 1960]))
        for a, b in combinations(TOWNS, 2)
        if chance.random() < 0.45
    ]
    return World(
        people,
        tuple(links),
        blocked=frozenset(chance.sample(pairs, min(len(pairs), chance.randint(0, 3)))),
        pending=frozenset(chance.sample(pairs, min(len(pairs), chance.randint(0, 2)))),
        rarity=RARITY,
    )


def _person(chance: random.Random, number: int, middle: date) -> Seeker:
    birth = _birth(chance, middle)
    honest = band_on(birth, TODAY)
    languages = {code: chance.choice(list(Level)) for code in chance.sample(LANGUAGES, chance.randint(1, 2))}
    return Seeker(
        uid=UUID(int=chance.getrandbits(64) * 1000 + number),
        town=chance.choice(TOWNS),
        band=honest if chance.random() < 0.95 else chance.choice(list(Band)),
        birth=birth,
        languages=languages,
        practises=frozenset(chance.sample(LANGUAGES, chance.randint(0, 1))),
        interests=frozenset(chance.sample(sorted(RARITY), chance.randint(0, 4))),
        media=frozenset(chance.sample(list(Medium), chance.randint(1, 3))),
        wished_town=chance.choice([None, None, *TOWNS]),
        waiting_days=chance.randrange(60),
        capacity_left=chance.choice([0, 1, 1, 2, 3]),
        household=chance.choice([None, None, None, UUID(int=7), UUID(int=8)]),
        open_to_twin_of_twin=chance.random() < 0.5,
        friends=chance.choice([0, 0, 0, 1, 2]),
    )


def _birth(chance: random.Random, middle: date) -> Birth:
    """Around the middle of this world, or around a limit of the rules; of some adults the year only."""
    if chance.random() < 0.3:
        middle = date(TODAY.year - chance.choice((8, 9, 12, 13, 14, 17, 18, 19)), 3, 1)
        day = middle + timedelta(days=chance.choice((-1, 0, 1, 30)))
    else:
        day = middle + timedelta(days=chance.choice((-1, 1)) * chance.choice((0, 1, 30, 300, 548, 549, 730, 731, 1500)))
    return Birth(day.year) if day.year < 2006 and chance.random() < 0.8 else Birth(day.year, day)


def _fault(world: World, seed: int, counted: Counted) -> str:
    chance = random.Random(-seed - 1)  # noqa: S311 (no secret)
    other = replace(
        world,
        seekers=tuple(chance.sample(world.seekers, len(world.seekers))),
        links=tuple(chance.sample(world.links, len(world.links))),
    )
    for exact_up_to in (solver.EXACT_UP_TO, 0):
        rounds = [_played(world, exact_up_to, fast=False), _played(other, exact_up_to, fast=False)]
        if compiled.available:
            rounds.append(_played(world, exact_up_to, fast=True))
        if not exact_up_to:
            rounds += [_played(world, exact_up_to, fast=fast, cramped=True) for fast in {False, compiled.available}]
        if any(one != rounds[0] for one in rounds[1:]):
            return "not the same again"
        if wrong := (*rounds[0].complaints, *check_round(world, rounds[0])):
            return wrong[0]
        people = {one.uid: one for one in world.seekers}
        if any(broken_rules(people[one.first], people[one.second], world, TODAY) for one in rounds[0].proposals):
            return "rule_broken"
        counted.pairs += len(rounds[0].proposals)
    return ""


def _played(world: World, exact_up_to: int, *, fast: bool, cramped: bool = False) -> Round:
    """One round; `cramped` as if all permitted pairs found no room: in small pieces, wide numbers, never remembered."""
    settings: list[tuple[Any, str, Any]] = [(solver, "EXACT_UP_TO", exact_up_to), (compiled, "available", fast)]
    if cramped:
        settings += [(permitted_blocks, "PAIRS_KEPT", 0), *((permitted_compiled, name, 0) for name in SPACIOUS)]
    before = [(module, name, getattr(module, name)) for module, name, _ in settings]
    try:
        for module, name, value in settings:
            setattr(module, name, value)
        found = propose(world, TODAY)
        tuple(found.proposals)
        return found
    finally:
        for module, name, value in before:
            setattr(module, name, value)


def main(number: int, first: int) -> None:
    """Print what came out; leaves with 1 if anything was wrong."""
    engines = "compiled and plain" if compiled.available else "plain only: numba is not installed"
    print(f"{number} invented worlds from number {first} on, loops {engines}")
    start = time.process_time()
    counted = run(number, first)
    print(
        f"{counted.worlds} worlds, {counted.people} people, {counted.pairs} pairs proposed, "
        f"{len(counted.faults)} with anything wrong, {time.process_time() - start:.0f} s"
    )
    for seed, fault in list(counted.faults.items())[:20]:
        print(f"world {seed}: {fault}")
    sys.exit(bool(counted.faults))
