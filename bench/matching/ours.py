"""How does an invented population become what the engine takes? The only module here that knows the engine."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np

from bench.matching.edges import Graph, graph_of
from bench.matching.files import liked, slug, uids, written
from bench.matching.peers import Answer
from bench.matching.population import KINDS, LANGUAGES, LEVELS, LIKED, MEDIA, Column, Instance, Ints, People
from penfriends.rules import candidates, compiled, crowd, permitted_blocks, permitted_compiled
from penfriends.rules.assignment import Run, played, propose
from penfriends.rules.bands import ADULT_AGE, Band, Birth, band_on
from penfriends.rules.candidates import Edges, Settled, find
from penfriends.rules.crowd import splitmix
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Pair, Seeker, TownLink, World
from penfriends.rules.permitted import Aim
from penfriends.rules.solver import solve

RARITY = {code: one.rarity for code, one in INTERESTS.items()}
NEAR = 50
LISTED = 16
"""So many pairs of each person every solver gets; the engine's own lists begin shorter and grow where they must."""


def without_numba() -> None:
    """As in a house that has not installed it."""
    compiled.available = False


def world_of(instance: Instance) -> World:
    """Everybody as a value of their own, which is fine up to some ten thousand people."""
    people = instance.people
    ids = uids(people)
    media = {bits: frozenset(m for n, m in enumerate(MEDIA) if bits >> n & 1) for bits in range(8)}
    plain = (people.town, people.year, people.month, people.day, people.media, people.wish, people.waiting,
             people.capacity, people.household, people.allows)  # fmt: skip
    seekers = []
    columns = zip(ids, written(people), liked(people), *(one.tolist() for one in plain), strict=True)
    for uid, langs, likes, town, year, month, day, medium, wish, waiting, capacity, home, allows in columns:
        birth = Birth(year, date(year, month, day) if month else None)
        seekers.append(
            Seeker(
                uid=uid,
                town=slug(town),
                band=band_on(birth, instance.today),
                birth=birth,
                languages={code: LEVELS[level] for code, level, _ in langs},
                practises=frozenset(code for code, _, practises in langs if practises),
                interests=frozenset(likes),
                media=media[medium],
                wished_town=slug(wish) if wish >= 0 else None,
                waiting_days=waiting,
                capacity_left=capacity,
                household=ids[home] if home >= 0 else None,
                open_to_twin_of_twin=allows,
            )
        )
    blocked = frozenset(Pair((ids[a], ids[b])) for a, b in instance.blocks.tolist())
    return World(tuple(seekers), tuple(_links(instance)), blocked, rarity=RARITY)


def whole_round(instance: Instance, world: World) -> dict[str, Any]:
    """A round of the engine as it runs in production, told by rows of the instance."""
    found = propose(world, instance.today)
    row = {uid: n for n, uid in enumerate(uids(instance.people))}
    return {
        "pairs": [[row[one.first], row[one.second], one.weight] for one in found.proposals],
        "turns": [one.turn for one in found.proposals],
        "proofs": [
            {
                "band": one.band.value,
                "turn": one.turn,
                "people": [row[uid] for uid in one.duals],
                "duals": list(one.duals.values()),
            }
            for one in found.certificates
        ],
    }


def crowds(instance: Instance, pending: Sequence[tuple[int, int]] = ()) -> list[crowd.Crowd]:
    """Children and adults as the engine's own columns, without an object a person."""
    people, around = _columns(instance)
    ids = [high << 64 | low for high, low in people.uid.tolist()]
    blocked, waiting = ([(ids[a], ids[b]) for a, b in pairs] for pairs in (instance.blocks.tolist(), pending))
    return [crowd.crowd_of(people, around, band, instance.today, crowd.Pairs(blocked, waiting)) for band in Band]


def weekly(instance: Instance, pending: Sequence[tuple[int, int]]) -> tuple[Graph, Ints]:
    """All permitted pairs, with their weights, and everybody's partner of the first turn."""
    row, mate = _Rows(instance.people), np.full(len(instance.people), -1, dtype=np.int64)
    parts = []
    for one in crowds(instance, pending):
        at, found = row.of(one), find(one)
        chosen = solve(found).mate
        mate[at] = np.where(chosen >= 0, at[chosen], -1)
        parts += [(at[i], at[j], weight) for i, j, weight in found.pairs.all()]
    u, v, w = (np.concatenate(one) for one in zip(*parts, strict=True))
    return graph_of(len(instance.people), u, v, w), mate


@contextmanager
def tuned(points_a_day: int, open_after: int) -> Iterator[None]:
    """The engine with another weight of waiting, and twins of twins opened after so many days."""
    engines = (permitted_blocks, permitted_compiled, candidates)
    before = permitted_blocks.WAITING_WEIGHT, candidates.OPEN_AFTER_DAYS
    candidates.OPEN_AFTER_DAYS = open_after
    for engine in engines:
        engine.WAITING_WEIGHT = points_a_day
    try:
        yield
    finally:
        candidates.OPEN_AFTER_DAYS = before[1]
        for engine in engines:
            engine.WAITING_WEIGHT = before[0]


def possible_pairs(instance: Instance) -> Graph:
    """The lists of the first turn, of both bands: what the solver starts from and what every peer gets."""
    row = _Rows(instance.people)
    parts = [(row.of(one), find(one).pairs.best(Aim.best(len(one), LISTED))) for one in crowds(instance)]
    u, v, w = (np.concatenate(one) for one in zip(*((at[e.i], at[e.j], e.weight) for at, e in parts), strict=True))
    return graph_of(len(instance.people), u, v, w)


def solved(graph: Graph) -> Answer:
    """The solver alone, on pairs that somebody else has found: it cannot look for more than these."""
    mix = splitmix(np.arange(graph.people, dtype=np.uint64))
    edges = Edges(graph.u, graph.v, graph.w)
    found: Any = _Listed(edges, _Numbers(mix))
    solution = solve(found)
    return Answer(solution.mate, duals=solution.duals)


class _Numbers(SimpleNamespace):
    """As much of a crowd as the solver looks at."""

    def __init__(self, mix: Column) -> None:
        # rows that are near each other live near each other, for the other solvers too
        super().__init__(mix=mix, people=SimpleNamespace(town=np.arange(len(mix)) // NEAR))

    def __len__(self) -> int:
        return len(self.mix)


@dataclass(frozen=True, slots=True)
class _Listed:
    """Stands for `candidates.Found` where there is nothing beyond the lists."""

    edges: Edges
    crowd: _Numbers

    def lacking(self, _price: Ints, _gain: Ints) -> Edges:
        return self.edges.only(np.zeros(0, dtype=np.int64))

    def settled(self, _price: Ints, gain: Ints, _now: Ints) -> Settled:
        return Settled(self.edges.only(np.zeros(0, dtype=np.int64)), gain)


class Prepared:
    """A round over people who are in columns already: from there to pairs, certificates and explanations."""

    def __init__(self, instance: Instance) -> None:
        self._today, self._rows = instance.today, _Rows(instance.people)
        self._people, self._around = _columns(instance)
        ids = [high << 64 | low for high, low in self._people.uid.tolist()]
        self._blocked = crowd.Pairs([(ids[a], ids[b]) for a, b in instance.blocks.tolist()])

    def run(self) -> list[Run]:
        runs = []
        for band in Band:
            run = played(crowd.crowd_of(self._people, self._around, band, self._today, self._blocked))
            if wrong := run.complaints():
                raise RuntimeError(wrong[0])
            runs.append(run)
        return runs

    def permitted(self) -> tuple[int, int]:
        """How many pairs are permitted, seen from either side, and how many are kept in the lists."""
        found = [find(crowd.crowd_of(self._people, self._around, band, self._today, self._blocked)) for band in Band]
        return sum(int(one.degree.sum()) for one in found), sum(len(one.edges) for one in found)

    def explain(self, runs: list[Run]) -> int:
        return sum(1 for run in runs for _ in run.proposals())

    def tell(self, runs: list[Run]) -> dict[str, Any]:
        firsts = [run.turns[0] for run in runs if run.turns]
        return {
            "weight": sum(int(turn.weight.sum()) for turn in firsts),
            "bound": sum(int(turn.solution.duals.sum()) // 2 for turn in firsts),
            "pairs": sum(len(turn.i) for turn in firsts),
            "all_pairs": sum(len(turn.i) for run in runs for turn in run.turns),
            "all_weight": sum(run.weight for run in runs),
            "all_bound": sum(run.bound for run in runs),
            "with_choice": sum(int((run.whole.degree > 0).sum()) for run in runs),
            "alone": sum(int(((run.whole.degree > 0) & (run.given == 0)).sum()) for run in runs),
            "matched": sum(int((run.given > 0).sum()) for run in runs),
        }

    def answer(self, runs: list[Run]) -> dict[str, Any]:
        row = self._rows
        pairs, turns, proofs = [], [], []
        for run in runs:
            for turn in run.turns:
                at = row.of(turn.found.crowd)
                pairs += np.stack((at[turn.i], at[turn.j], turn.weight), axis=1).tolist()
                turns += [turn.number] * len(turn.i)
                proofs.append({"band": run.crowd.band.value, "turn": turn.number, "people": at.tolist(),
                               "duals": turn.solution.duals.tolist()})  # fmt: skip
        return {"pairs": pairs, "turns": turns, "proofs": proofs}


class _Rows:
    """From the rows of a crowd to those of the instance."""

    def __init__(self, people: People) -> None:
        self._order = np.argsort(people.uid_high)
        self._sorted = people.uid_high[self._order]

    def of(self, some: crowd.Crowd) -> Ints:
        found: Ints = self._order[np.searchsorted(self._sorted, some.people.uid[:, 0])]
        return found


def _columns(instance: Instance) -> tuple[crowd.People, crowd.Surroundings]:
    people, towns = instance.people, [slug(n) for n in range(len(instance.towns.names))]
    around = crowd.surroundings_of(towns, tuple(_links(instance)), LANGUAGES, RARITY, {})
    bit = np.uint64(1) << np.arange(len(LANGUAGES), dtype=np.uint64)
    nobody = np.zeros(len(people), dtype=np.int32)
    made = crowd.People(
        uid=np.stack((people.uid_high, people.uid_low), axis=1),
        band=nobody.astype(np.int8),
        town=people.town.astype(np.int32),
        year=people.year.astype(np.int32),
        month=np.maximum(people.month, 1).astype(np.int32),
        day=people.day.astype(np.int32),
        written=np.stack([(people.levels >= at).astype(np.uint64) @ bit for at in range(1, len(LEVELS))], axis=1),
        practises=people.practises.astype(np.uint64) @ bit,
        interests=_words(people, around),
        media=people.media,
        wish=people.wish.astype(np.int32),
        waited=people.waiting.astype(np.int32),
        capacity_left=people.capacity.astype(np.int32),
        friends=nobody,
        household=people.household.astype(np.int32),
        allows=people.allows,
    )
    made.band[crowd.ages(made, instance.today) >= ADULT_AGE] = list(Band).index(Band.ADULT)
    return made, around


def _words(people: People, around: crowd.Surroundings) -> Column:
    """The interests as the engine groups them: by rarity, sixty-four in a word."""
    at = {code: n for n, code in enumerate(LIKED)}
    words = np.zeros((len(people), len(around.interests)), dtype=np.uint64)
    for word, codes in enumerate(around.interests):
        for bit, code in enumerate(codes):
            column, place = divmod(at[code], 64)
            likes = (people.interests[:, column] >> np.uint64(place)) & np.uint64(1)
            words[:, word] |= likes << np.uint64(bit)
    return words


def _links(instance: Instance) -> Iterator[TownLink]:
    rows = zip(instance.towns.links.tolist(), instance.kind.tolist(), instance.since.tolist(), strict=True)
    return (TownLink(slug(a), slug(b), KINDS[kind], since) for (a, b), kind, since in rows)
