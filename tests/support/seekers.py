"""People who wait for a pen friend: one that fits by default, and small random worlds full of near misses."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import numpy as np
from hypothesis import strategies as st

from penfriends.rules.bands import Band, Birth, age_on, band_on
from penfriends.rules.crowd import Crowd, crowd_of, halves, splitmix
from penfriends.rules.matching import Level, LinkKind, Medium, Pair, Seeker, TownLink, World
from penfriends.rules.seeker_rows import pairs_in, people_of, surroundings_in
from penfriends.rules.weights import LIMITS, WHOLE, Weights

TODAY = date(2026, 3, 1)
TOWNS = ("Aachen", "Brest", "Cork", "Delft")
LINK = TownLink("Aachen", "Brest", LinkKind.FORMAL, 1955)
RARITY = {"chess": 2, "cycling": 1, "stamps": 4, "owls": 3}


def seeker(number: int, town: str = "Aachen", born: date | int = 1980, **changes: Any) -> Seeker:
    """An adult who shares English, the web and chess with every other one; `born` is a date, or a year only."""
    birth = Birth(born) if isinstance(born, int) else Birth(born.year, born)
    usual = Seeker(
        uid=UUID(int=number),
        town=town,
        band=band_on(birth, TODAY),
        birth=birth,
        languages={"en": Level.WELL},
        interests=frozenset({"chess"}),
    )
    return replace(usual, **changes)


def world(*seekers: Seeker, links: tuple[TownLink, ...] = (LINK,), **more: Any) -> World:
    return World(seekers, links, **{"rarity": RARITY} | more)


def pair(a: Seeker, b: Seeker) -> Pair:
    return Pair((a.uid, b.uid))


def crowd_in(world: World, band: Band, today: date) -> Crowd:
    """The crowd of a world of seekers."""
    around = surroundings_in(world)
    return crowd_of(people_of(world.seekers, around), around, band, today, pairs_in(world))


def mix_of(a: UUID, b: UUID) -> int:
    """What `columns.mixes` is to say of an unordered pair on every machine and in every run, for one pair alone."""
    one, two = (splitmix(np.array([np.bitwise_xor(*np.array(halves(uid), dtype=np.uint64))])) for uid in (a, b))
    return int(splitmix(one ^ two)[0])


# Days on which something changes: the birthdays 8, 13, 18 and 19, the gaps of 18 and 24 months, a leap day.
_EDGES = (
    *(date(TODAY.year - age, 3, 1) for age in range(8, 20)),
    date(2008, 2, 29),
    date(2008, 9, 1),
    date(2011, 8, 31),
    date(2013, 2, 28),
    date(2014, 9, 1),
)
_dates = st.builds(lambda day, off: day + timedelta(days=off), st.sampled_from(_EDGES), st.integers(-1, 1))
births = st.one_of(
    _dates.map(lambda day: Birth(day.year, day)),
    st.integers(1940, 2018).map(Birth),
    st.dates(date(1940, 1, 1), date(2008, 12, 31)).map(lambda day: Birth(day.year, day)),
)


@st.composite
def seekers(draw: st.DrawFn, number: int, few_rules: bool = False) -> Seeker:
    birth = draw(births)
    honest = band_on(birth, TODAY)
    return Seeker(
        uid=UUID(int=draw(st.integers(0, 2**64)) * 1000 + number),
        town=draw(st.sampled_from(TOWNS)),
        band=honest if few_rules else draw(st.sampled_from([honest] * 5 + list(Band))),
        birth=birth,
        languages=draw(
            st.dictionaries(st.sampled_from(["en", "de", "ar"]), st.sampled_from(Level), min_size=few_rules)
        ),
        practises=draw(st.frozensets(st.sampled_from(["en", "de"]), max_size=2)),
        interests=draw(st.frozensets(st.sampled_from([*RARITY, "unlisted"]))),
        media=draw(st.frozensets(st.sampled_from(Medium), min_size=1)),
        wished_town=draw(st.sampled_from([None, "Brest", "Cork", "Elsewhere"])),
        waiting_days=draw(st.integers(0, 60)),
        capacity_left=draw(st.integers(0, 3)),
        household=draw(st.sampled_from([None, None, UUID(int=7), UUID(int=8)])),
        open_to_twin_of_twin=draw(st.booleans()),
        friends=draw(st.sampled_from([0, 0, 0, 1, 2])),
    )


@st.composite
def tables(draw: st.DrawFn) -> Weights:
    """A table of weights that an association may choose: each within its limits, and 1000 points in all."""
    drawn = {name: draw(st.integers(*LIMITS[name])) for name in ("language", "practice", "age", "town", "wish")}
    least, most = LIMITS["interests"]
    left = WHOLE - sum(drawn.values()) - drawn["practice"] - drawn["wish"]
    medium = draw(st.integers(*LIMITS["medium"]))
    interests = min(max(left - medium, least), most)
    found = Weights(interests=interests, medium=medium, **drawn)
    while (over := found.total - WHOLE) != 0:
        names = [n for n in drawn if n not in ("practice", "wish")]
        one = next(n for n in names if getattr(found, n) != LIMITS[n][over < 0])
        value = min(max(getattr(found, one) - over, LIMITS[one][0]), LIMITS[one][1])
        found = replace(found, **{one: value})
    return found


@st.composite
def surroundings(draw: st.DrawFn) -> World:
    """Towns and their links, some with a table of weights of their own, and nobody there yet."""
    links = draw(
        st.lists(st.tuples(st.sampled_from(list(combinations(TOWNS, 2))), st.sampled_from(LinkKind)), max_size=4)
    )
    tuned = draw(st.dictionaries(st.sampled_from(TOWNS), tables(), max_size=3))
    return World((), tuple(TownLink(a, b, kind, 1960) for (a, b), kind in links), rarity=RARITY, weights=tuned)


@st.composite
def worlds(draw: st.DrawFn, most: int = 12) -> World:
    people = [draw(seekers(number)) for number in range(draw(st.integers(2, most)))]
    pairs = [Pair((a.uid, b.uid)) for a, b in combinations(people, 2)]
    some = st.frozensets(st.sampled_from(pairs), max_size=4)
    return replace(draw(surroundings()), seekers=tuple(people), blocked=draw(some), pending=draw(some))


@st.composite
def crowds(draw: st.DrawFn, most: int = 10, places: int = 3) -> World:
    """Worlds in which nearly everybody can be matched, so that the choice is hard: adults of about one age."""
    people = []
    for number in range(draw(st.integers(2, most))):
        person = draw(seekers(number, few_rules=True))
        birth = Birth(draw(st.integers(1970, 1980)))
        person = replace(person, birth=birth, band=Band.ADULT, friends=0, household=None, media=frozenset({Medium.WEB}))
        left = draw(st.integers(1, places))
        people.append(replace(person, languages={**person.languages, "en": Level.LITTLE}, capacity_left=left))
    ends = list(combinations(TOWNS, 2))
    linked = draw(st.lists(st.sampled_from(ends), min_size=2, max_size=6, unique=True))
    assert all(age_on(person.birth, TODAY) > 18 for person in people)
    tuned = draw(st.dictionaries(st.sampled_from(TOWNS), tables(), max_size=3))
    return World(tuple(people), tuple(TownLink(a, b) for a, b in linked), rarity=RARITY, weights=tuned)
