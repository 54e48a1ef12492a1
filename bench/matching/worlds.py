"""Do the rules hold in many small worlds full of near misses, and do both engines say the same?

Every world is drawn from a number. It is played in compiled loops and in plain ones, solved exactly and by auction, in
the order drawn and in another one; each time the two independent checkers look at the round.
"""

import random
import sys
import time
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from uuid import UUID

from penfriends.rules import compiled, solver
from penfriends.rules.assignment import Round, propose
from penfriends.rules.bands import Band, Birth, band_on
from penfriends.rules.eligibility import check_round
from penfriends.rules.matching import Level, LinkKind, Medium, Pair, Seeker, TownLink, World

TODAY = date(2026, 3, 1)
TOWNS = ("Aachen", "Brest", "Cork", "Delft", "Elda")
RARITY = {"chess": 2, "cycling": 1, "stamps": 4, "owls": 3, "cooking": 1, "lace": 4}
LANGUAGES = ("en", "de", "ar")


@dataclass(slots=True)
class Counted:
    """What came out. `faults` are the numbers of worlds with anything wrong, with what it was."""

    worlds: int = 0
    people: int = 0
    pairs: int = 0
    faults: dict[int, str] | None = None


def run(number: int, first: int = 0) -> Counted:
    """Play so many worlds, from the one with the number `first`."""
    counted = Counted(faults={})
    assert counted.faults is not None
    for seed in range(first, first + number):
        world = drawn(seed)
        if fault := _fault(world, seed, counted):
            counted.faults[seed] = fault
        counted.worlds += 1
        counted.people += len(world.seekers)
    return counted


def drawn(seed: int) -> World:
    chance = random.Random(seed)  # noqa: S311 (no secret)
    people = tuple(_person(chance, number) for number in range(chance.randint(2, 14)))
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


def _person(chance: random.Random, number: int) -> Seeker:
    birth = _birth(chance)
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


def _birth(chance: random.Random) -> Birth:
    """Around a limit for one in two; else an age like that of those drawn before, so that pairs can come about."""
    if chance.random() < 0.5:
        day = date(TODAY.year - chance.choice((8, 9, 12, 13, 14, 17, 18, 19)), 3, 1)
        day += timedelta(days=chance.choice((-1, 0, 1, 30)))
        return Birth(day.year, day)
    if chance.random() < 0.5:
        return Birth(chance.randint(1950, 2006))
    day = date(2008, 1, 1) + timedelta(days=chance.randrange(3600))
    return Birth(day.year, day)


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
        if any(one != rounds[0] for one in rounds[1:]):
            return "not the same again"
        if wrong := (*rounds[0].complaints, *check_round(world, rounds[0])):
            return wrong[0]
        counted.pairs += len(rounds[0].proposals)
    return ""


def _played(world: World, exact_up_to: int, *, fast: bool) -> Round:
    before = solver.EXACT_UP_TO, compiled.available
    solver.EXACT_UP_TO, compiled.available = exact_up_to, fast
    try:
        found = propose(world, TODAY)
        tuple(found.proposals)
        return found
    finally:
        solver.EXACT_UP_TO, compiled.available = before


def main(number: int, first: int) -> None:
    """Print what came out; leaves with 1 if anything was wrong."""
    engines = "compiled and plain" if compiled.available else "plain only: numba is not installed"
    print(f"{number} invented worlds from number {first} on, loops {engines}")
    start = time.process_time()
    counted = run(number, first)
    print(
        f"{counted.worlds} worlds, {counted.people} people, {counted.pairs} pairs proposed, "
        f"{len(counted.faults or {})} with anything wrong, {time.process_time() - start:.0f} s"
    )
    for seed, fault in list((counted.faults or {}).items())[:20]:
        print(f"world {seed}: {fault}")
    sys.exit(bool(counted.faults))
