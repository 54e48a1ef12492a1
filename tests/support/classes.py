"""Two classes for the tests: random ones of any size, small ones full of near misses, and the best by trying all."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, product
from random import Random
from typing import Any

from hypothesis import strategies as st

from penfriends.rules.bands import Birth
from penfriends.rules.class_places import Fits
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level
from penfriends.rules.partners import Couple, Pupil, Roster, Rules
from penfriends.rules.pupil_score import Around

TODAY = date(2026, 9, 14)
RARITY = {code: one.rarity for code, one in INTERESTS.items()}
AROUND = Around(TODAY, RARITY)
LIKED = sorted(code for code, one in INTERESTS.items() if one.for_children)[:40]
BORN = date(2014, 5, 1)


def pupil(uid: str, **changes: Any) -> Pupil:
    """Somebody of twelve who writes English and likes chess."""
    return replace(Pupil(uid, uid.title(), {"en": Level.WELL}, Birth(2014, BORN), frozenset({"chess"})), **changes)


def roster(name: str, number: int, **changes: Any) -> Roster:
    """A class of people who are all alike: a1, a2 …"""
    return Roster(name, tuple(pupil(f"{name}{n}", **changes) for n in range(1, number + 1)))


def lively(name: str, number: int, seed: int, language: str = "en", volunteers: float = 0.1) -> Roster:
    """A class as it might be, always the same for a seed."""
    rng = Random(seed)  # noqa: S311 (no secret)
    found = []
    for n in range(1, number + 1):
        born = date(2013 + rng.randrange(2), rng.randint(1, 12), rng.randint(1, 28))
        liked = frozenset(rng.sample(LIKED, rng.randint(3, 9)))
        languages = {language: Level.FIRST} | {"en": rng.choice(list(Level))}
        found.append(
            Pupil(f"{name}{n}", f"{name}{n}", languages, Birth(born.year, born), liked, rng.random() < volunteers)
        )
    return Roster(name, tuple(found))


def couples(*named: str) -> frozenset[Couple]:
    """`couples("a1 b1", "a2 b2")`"""
    return frozenset(Couple(one.split()) for one in named)


def table(points: Sequence[Sequence[int | None]], volunteers: str = "") -> Fits:
    """Hosts h0, h1 … and guests g0, g1 … with these points, a row a host; None: these two may not."""
    import numpy as np

    hosts, guests = (
        tuple(pupil(f"{kind}{n}", volunteer=f"{kind}{n}" in volunteers.split()) for n in range(number))
        for kind, number in (("h", len(points)), ("g", len(points[0])))
    )
    known = np.array([[0 if one is None else one for one in row] for row in points], np.int64)
    return Fits(hosts, guests, known, np.array([[one is not None for one in row] for row in points], np.bool_))


Worth = tuple[int, int, int, int]
NOBODY: frozenset[Couple] = frozenset()


def best_by_trying_all(fits: Fits, rules: Rules, standing: frozenset[Couple] = NOBODY) -> Worth | None:
    """The worth of the best that keeps the wishes; None if nothing does.

    For wishes that tie no two hosts to each other, so that every guest has one host.
    """
    ways = (chosen for chosen in _all(fits) if _keeps(fits, rules, chosen))
    return max((worth(fits, chosen, standing) for chosen in ways), default=None)


def worth(fits: Fits, chosen: Sequence[int], standing: frozenset[Couple] = NOBODY) -> Worth:
    """How good it is that each guest goes to this host, the larger the better."""
    pairs = _pairs(fits, chosen)
    low = len(fits.guests) // len(fits.hosts)
    unwilling = sum(chosen.count(n) > low and not host.volunteer for n, host in enumerate(fits.hosts))
    points = [int(fits.points[host, guest]) for guest, host in enumerate(chosen)]
    return (-len(standing - pairs), -unwilling, min(points), sum(points))


def _pairs(fits: Fits, chosen: Sequence[int]) -> set[Couple]:
    return {Couple((guest.uid, fits.hosts[host].uid)) for guest, host in zip(fits.guests, chosen, strict=True)}


def _all(fits: Fits) -> Iterator[tuple[int, ...]]:
    hosts, guests = len(fits.hosts), len(fits.guests)
    low, high = guests // hosts, -(-guests // hosts)
    for chosen in product(range(hosts), repeat=guests):
        if all(low <= chosen.count(host) <= high for host in range(hosts)):
            yield chosen


def _keeps(fits: Fits, rules: Rules, chosen: Sequence[int]) -> bool:
    host_of = {guest.uid: fits.hosts[host].uid for guest, host in zip(fits.guests, chosen, strict=True)}
    guests, pairs = host_of.keys(), _pairs(fits, chosen)
    kept = (
        all(fits.possible[host, guest] for guest, host in enumerate(chosen)),
        rules.locks <= pairs,
        not rules.apart & pairs,
        not any(len({host_of[x] for x in one}) == 1 for one in rules.apart if one <= guests),
        all(len({host_of[x] for x in one}) == 1 for one in rules.together if one <= guests),
    )
    return all(kept)


# --- random ones -----------------------------------------------------------------------------------------------------

_births = st.one_of(
    st.none(),
    st.sampled_from([Birth(2013), Birth(2014), Birth(2015), Birth(2005)]),
    st.dates(date(2008, 8, 1), date(2008, 10, 30)).map(lambda day: Birth(day.year, day)),
    st.dates(date(2012, 1, 1), date(2015, 12, 31)).map(lambda day: Birth(day.year, day)),
)
_languages = st.dictionaries(st.sampled_from(["en", "en", "de", "pl"]), st.sampled_from(Level), min_size=1)


@st.composite
def pupils(draw: st.DrawFn, uid: str, easy: bool) -> Pupil:
    return Pupil(
        uid,
        uid,
        {"en": draw(st.sampled_from(Level))} if easy else draw(_languages),
        Birth(2014, BORN) if easy else draw(_births),
        draw(st.frozensets(st.sampled_from(LIKED[:6]), max_size=4)),
        draw(st.booleans()),
        easy or draw(st.integers(0, 9)) > 0,
    )


@st.composite
def two_classes(draw: st.DrawFn, largest: int = 9, easy: bool = True) -> tuple[Roster, Roster, Rules]:
    """Two classes and wishes of their teachers, possible together or not. `easy`: everybody could have everybody."""
    sides = [
        Roster(name, tuple(draw(pupils(f"{name}{n}", easy)) for n in range(draw(st.integers(1, largest)))))
        for name in "ab"
    ]
    uids = [one.uid for side in sides for one in side.pupils]
    anybody = st.lists(st.sampled_from(uids), min_size=2, max_size=2, unique=True).map(Couple)
    mates = [couple for side in sides for couple in map(Couple, combinations([one.uid for one in side.pupils], 2))]
    across = st.tuples(*(st.sampled_from([one.uid for one in side.pupils]) for side in sides)).map(Couple)
    rules = Rules(
        apart=draw(st.frozensets(anybody, max_size=4)),
        together=draw(st.frozensets(st.sampled_from(mates), max_size=2)) if mates else frozenset(),
        locks=draw(st.frozensets(across, max_size=3)),
        join_circles=draw(st.booleans()),
    )
    return sides[0], sides[1], rules
