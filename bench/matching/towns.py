"""Which towns are there, and which of them are twins?

Either a real list in a folder of your own, or an invented one that is drawn the same way on every machine. Its figures
follow the list of twin towns in Wikidata (25 European countries, 12,553 towns, 15,936 links): the shares of the
countries; the spread of the populations (logarithms around 20,000, deviation 1.8); how many twins a town has (mean 2.5,
half of them one, one in ten five or more, one in a hundred 17); larger towns have more (correlation 0.4 of the
logarithms); one in seven pairs of twins of the same town are twins themselves, so there are odd cycles.
"""

import csv
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

INVENTED = 12_553
INVENTED_SEED = 2026
FEWEST = 12
USUAL_POPULATION, SPREAD = 20_000.0, 1.8
STEEPNESS, CUT_OFF, MOST_TWINS = 1.65, 18.0, 60
FOLLOWS_POPULATION = 0.45
CLOSING = 0.8
"""How often a new twin is sought among the twins of one's twins, so that as many triangles come out as there are."""

COUNTRIES: Sequence[tuple[str, str, str, int]] = (
    ("DE", "Germany", "de", 2111), ("FR", "France", "fr", 1737), ("IT", "Italy", "it", 1614),
    ("GB", "United Kingdom", "en", 562), ("PL", "Poland", "pl", 512), ("ES", "Spain", "es", 451),
    ("US", "United States of America", "en", 422), ("HU", "Hungary", "hu", 312), ("SE", "Sweden", "sv", 303),
    ("DK", "Denmark", "da", 302), ("AT", "Austria", "de", 255), ("CH", "Switzerland", "de", 235),
    ("CZ", "Czech Republic", "cs", 224), ("RO", "Romania", "ro", 194), ("BE", "Belgium", "nl", 180),
    ("NL", "Netherlands", "nl", 162), ("RU", "Russia", "ru", 157), ("PT", "Portugal", "pt", 153),
    ("FI", "Finland", "fi", 133), ("JP", "Japan", "ja", 114), ("CN", "People's Republic of China", "zh", 113),
    ("GR", "Greece", "el", 112), ("SK", "Slovakia", "sk", 110), ("NO", "Norway", "no", 109),
    ("TR", "Turkey", "tr", 95), ("UA", "Ukraine", "uk", 89), ("HR", "Croatia", "hr", 77), ("BR", "Brazil", "pt", 74),
    ("IL", "Israel", "he", 74), ("CA", "Canada", "en", 67), ("BG", "Bulgaria", "bg", 60), ("SI", "Slovenia", "sl", 60),
    ("IE", "Ireland", "en", 50), ("LT", "Lithuania", "lt", 50), ("LV", "Latvia", "lv", 40), ("EE", "Estonia", "et", 40),
    ("CY", "Cyprus", "el", 30), ("PS", "Palestine", "ar", 20), ("XX", "elsewhere", "xx", 300),
)  # fmt: skip
"""Two letters, the name in Wikidata, the language most people grow up with, towns in the list (rounded below 67)."""

_BY_NAME = {name: n for n, (_, name, _, _) in enumerate(COUNTRIES)}
_ELSEWHERE = len(COUNTRIES) - 1


@dataclass(frozen=True, slots=True)
class Towns:
    """`country` is a position in `COUNTRIES`; `links` are rows (a, b) with a < b; `source` says whence they come."""

    names: tuple[str, ...]
    country: Ints
    population: Floats
    links: Ints
    source: str


def towns_for(wanted: int, folder: Path | None, graph: str = "wikidata") -> Towns:
    """About `wanted` towns (at least a dozen): those around three of the list, then around the next ones."""
    if folder is None:
        whole, starts = _invented(), None
    elif graph == "konect":
        whole, starts = _konect(folder / "konect_twin_edges.txt"), None
    else:
        whole, starts = _wikidata(folder / "wikidata"), ("Preston", "Thetford", "Hürth")
    return _around(whole, max(FEWEST, wanted), starts)


@cache
def _invented() -> Towns:
    rng = np.random.Generator(np.random.PCG64(INVENTED_SEED))
    country = _countries(INVENTED, rng)
    size = rng.normal(size=INVENTED)
    twins = np.arange(1, MOST_TWINS + 1)
    chance = twins**-STEEPNESS * np.exp(-twins / CUT_OFF)
    drawn = np.sort(rng.choice(twins, size=INVENTED, p=chance / chance.sum()))
    rank = np.argsort(FOLLOWS_POPULATION * size + np.sqrt(1 - FOLLOWS_POPULATION**2) * rng.normal(size=INVENTED))
    wanted = np.empty(INVENTED, dtype=np.int64)
    wanted[rank] = drawn
    names = tuple(f"Town {n}" for n in range(INVENTED))
    return Towns(names, country, USUAL_POPULATION * np.exp(SPREAD * size), _joined(wanted, rng), "invented")


def _countries(count: int, rng: np.random.Generator) -> Ints:
    share = np.array([towns for _, _, _, towns in COUNTRIES], dtype=np.float64)
    drawn: Ints = rng.choice(len(COUNTRIES), size=count, p=share / share.sum())
    return drawn


def _joined(wanted: Ints, rng: np.random.Generator) -> Ints:
    """Links so that each town has about as many as it wants, a part of them to the twins of its twins."""
    free = wanted.tolist()
    near: list[set[int]] = [set() for _ in free]
    stubs = rng.permutation(np.repeat(np.arange(len(free)), wanted)).tolist()
    links = []
    while stubs:
        a = stubs.pop()
        if free[a] < 1:
            continue
        b = _twin_of_twin(a, near, free, rng) if near[a] and rng.random() < CLOSING else -1
        while b < 0 and stubs:
            at = int(rng.integers(len(stubs)))
            stubs[at], stubs[-1] = stubs[-1], stubs[at]
            other = stubs.pop()
            b = other if free[other] > 0 and other != a and other not in near[a] else -1
        if b < 0:
            break
        near[a].add(b)
        near[b].add(a)
        free[a] -= 1
        free[b] -= 1
        links.append((min(a, b), max(a, b)))
    return np.array(sorted(links), dtype=np.int64)


def _twin_of_twin(a: int, near: list[set[int]], free: list[int], rng: np.random.Generator) -> int:
    found = sorted({far for between in near[a] for far in near[between] if free[far] > 0} - near[a] - {a})
    return found[int(rng.integers(len(found)))] if found else -1


def _wikidata(folder: Path) -> Towns:
    people: dict[tuple[str, str], float] = {}
    pairs = set()
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                a = (row["origincityLabel"] or "", row["origincountry"] or "")
                b = (row["sistercityLabel"] or "", row["destination_countryLabel"] or "")
                if a[0] and b[0] and a != b:
                    pairs.add((min(a, b), max(a, b)))
                    _note(people, a, row["originpopulation"])
                    _note(people, b, row["destinationpopulation"])
    keys = sorted({key for pair in pairs for key in pair})
    at = {key: n for n, key in enumerate(keys)}
    return Towns(
        tuple(name for name, _ in keys),
        np.array([_BY_NAME.get(country, _ELSEWHERE) for _, country in keys], dtype=np.int64),
        np.array([people.get(key, 8_000.0) for key in keys]),
        np.array(sorted((at[a], at[b]) for a, b in pairs), dtype=np.int64),
        "Wikidata",
    )


def _note(people: dict[tuple[str, str], float], key: tuple[str, str], said: str | None) -> None:
    if said and float(said) > 0:
        people[key] = float(said)


def _konect(path: Path) -> Towns:
    """The graph of the sister cities in KONECT, which has numbers instead of names: countries and sizes are drawn."""
    with path.open(encoding="utf-8") as file:
        rows = [line.split()[:2] for line in file if not line.startswith("%")]
    pairs = sorted({(min(int(a), int(b)), max(int(a), int(b))) for a, b in rows if a != b})
    at = {key: n for n, key in enumerate(sorted({key for pair in pairs for key in pair}))}
    rng = np.random.Generator(np.random.PCG64(INVENTED_SEED))
    return Towns(
        tuple(f"Town {key}" for key in at),
        _countries(len(at), rng),
        USUAL_POPULATION * np.exp(SPREAD * rng.normal(size=len(at))),
        np.array([(at[a], at[b]) for a, b in pairs], dtype=np.int64),
        "KONECT",
    )


def _around(whole: Towns, wanted: int, starts: Iterable[str] | None) -> Towns:
    """The towns nearest to the starts, breadth first; where that ends, from the town with most twins not yet seen."""
    near: Mapping[int, list[int]] = defaultdict(list)
    for a, b in whole.links.tolist():
        near[a].append(b)
        near[b].append(a)
    by_twins = sorted(near, key=lambda town: (-len(near[town]), town))
    named = {name: n for n, name in reversed(list(enumerate(whole.names)))}
    first = [named[name] for name in starts] if starts else by_twins[len(by_twins) // 20 :][:3]
    queue, nexts, seen = deque(first), iter(by_twins), dict[int, None]()
    while len(seen) < min(wanted, len(near)):
        town = queue.popleft() if queue else next(nexts)
        if town not in seen:
            seen[town] = None
            queue.extend(sorted(near[town]))
    return _only(whole, list(seen))


def _only(whole: Towns, kept: list[int]) -> Towns:
    at = np.full(len(whole.names), -1, dtype=np.int64)
    at[kept] = np.arange(len(kept))
    links = np.sort(at[whole.links], axis=1)
    links = links[links[:, 0] >= 0]
    return Towns(
        tuple(whole.names[n] for n in kept),
        whole.country[kept],
        whole.population[kept],
        links[np.lexsort((links[:, 1], links[:, 0]))],
        whole.source,
    )
