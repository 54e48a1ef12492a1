"""Who is proposed to whom this week, why, and who is left without anybody?

All people are looked at together, so coming first is no advantage; waiting is one, by weight. Children and adults are
two separate runs (rule R02). A run has up to three turns: first friends first, then second and third friends for those
who may have them (rule R19). A run is columns only, so that a million people fit; sentences are made for the pairs that
were chosen, and every turn carries duals that `certificate` checks without knowing how the pairs were found.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import overload
from uuid import UUID

import numpy as np

from penfriends.rules import certificate
from penfriends.rules.bands import Band
from penfriends.rules.candidates import Edges, Found, find, find_among
from penfriends.rules.crowd import (
    OBSTACLES,
    WORD,
    Column,
    Crowd,
    Ints,
    People,
    crowd_of,
    obstacles,
)
from penfriends.rules.gathered import columns_in
from penfriends.rules.matching import World
from penfriends.rules.proposals import ALTERNATIVES, Chosen, Proposal, tell
from penfriends.rules.seeker_rows import pairs_in
from penfriends.rules.solver import Solution, solve

TURNS = 3
FEW = 2000
Told = Callable[[str, int], None]
"""Is told the code of a step when it begins, and how many people or possible pairs it works on."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Of one turn: for every possible pair duals[a] + duals[b] ≥ 2·weight, so no choice can weigh more than `bound`."""

    band: Band
    turn: int
    weight: int
    duals: Mapping[UUID, int]

    @property
    def bound(self) -> int:
        return sum(self.duals.values()) // 2


@dataclass(frozen=True, slots=True)
class Round:
    """`unmatched` are those who got nobody now, with a code of `candidates.STUCK` or `crowd.OBSTACLES`; `complaints`
    what the checker of certificates found."""

    today: date
    proposals: Sequence[Proposal]
    unmatched: Mapping[UUID, str]
    certificates: Sequence[Certificate]
    opened: frozenset[UUID]
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a run: those who took part, as a crowd of their own, the strongest pairs of everybody, and the chosen
    pairs in its rows."""

    number: int
    found: Found
    solution: Solution
    strongest: Edges
    i: Column
    j: Column
    weight: Column

    def complaints(self) -> list[str]:
        edges = self.solution.edges
        return certificate.complaints(
            (self.i, self.j, self.weight), (edges.i, edges.j, edges.weight), self.solution.duals
        )


@dataclass(slots=True)
class Run:
    """The turns of one band over a crowd; `whole` are its possible pairs before any was chosen."""

    crowd: Crowd
    whole: Found
    turns: list[Turn] = field(default_factory=list)
    given: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.given = np.zeros(len(self.crowd), dtype=np.int64)

    @property
    def weight(self) -> int:
        return sum(int(turn.weight.sum()) for turn in self.turns)

    @property
    def bound(self) -> int:
        return sum(int(turn.solution.duals.sum()) // 2 for turn in self.turns)

    def complaints(self) -> list[str]:
        """What the checker says to the certificates, and whether anybody got more friends than they have places."""
        wrong = [code for turn in self.turns for code in turn.complaints()]
        return [*wrong, "too_many"] if (self.given > self.crowd.places).any() else wrong

    def alone(self) -> Iterator[tuple[UUID, str]]:
        """Who got nobody, and the code of where they got stuck."""
        reached = self.whole.stuck()
        yield from ((self.crowd.uid(row), reached[row]) for row in np.flatnonzero(self.given == 0).tolist())

    def proposals(self) -> Iterator[Proposal]:
        """The pairs with their explanations, turn by turn."""
        for turn in self.turns:
            chosen = Chosen(turn.i, turn.j, turn.weight)
            yield from tell(turn.found.crowd, turn.number, chosen, turn.strongest, turn.solution.mate)

    def opened(self) -> frozenset[UUID]:
        """Who may go two links."""
        return frozenset(self.crowd.uid(row) for row in np.flatnonzero(self.whole.opened).tolist())


def in_silence(_step: str, _number: int) -> None:
    """Nobody wants to know how far a round is."""


class Proposals(Sequence[Proposal]):
    """The proposals of some runs, told one by one: a hundred thousand explanations at once are many megabytes."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self._kept: tuple[Proposal, ...] | None = None

    def __len__(self) -> int:
        return sum(len(turn.i) for run in self._runs for turn in run.turns)

    def __iter__(self) -> Iterator[Proposal]:
        if len(self) > FEW:
            return (proposal for run in self._runs for proposal in run.proposals())
        return iter(self._all())

    @overload
    def __getitem__(self, at: int) -> Proposal: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Proposal]: ...

    def __getitem__(self, at: int | slice) -> Proposal | Sequence[Proposal]:
        return self._all()[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())

    def _all(self) -> tuple[Proposal, ...]:
        if self._kept is None:
            self._kept = tuple(proposal for run in self._runs for proposal in run.proposals())
        return self._kept


def propose(world: World, today: date, told: Told = in_silence) -> Round:
    """One round for everybody who waits. The same world gives the same round, in whatever order it is listed."""
    around, people = columns_in(world)
    pairs = pairs_in(world)
    runs = [played(crowd_of(people, around, band, today, pairs), told) for band in Band]
    return Round(
        today,
        Proposals(runs),
        {**_kept_back(people, today), **{uid: code for run in runs for uid, code in run.alone()}},
        tuple(_certificate(turn) for run in runs for turn in run.turns),
        frozenset().union(*(run.opened() for run in runs)),
        tuple(code for run in runs for code in run.complaints()),
    )


def played(crowd: Crowd, told: Told = in_silence) -> Run:
    """All turns of one band."""
    told("comparing", len(crowd))
    run = Run(crowd, find(crowd))
    told("solving", len(run.whole.edges))
    taken = np.zeros(0, dtype=np.int64)
    for number in range(1, TURNS + 1):
        # first friends first: in turn n take part those who would have n friends at most afterwards
        ready = (crowd.people.friends + run.given < number) & (run.given < crowd.places)
        rows = np.flatnonzero(ready)
        found = run.whole
        if len(rows) < len(crowd) or len(taken):
            found = find_among(run.whole, rows, taken)
        if not len(found.edges):
            continue
        run.turns.append(turn := _turn(number, found, solve(found)))
        if found is not run.whole:
            found.pairs.forget()
        i, j = rows[turn.i], rows[turn.j]
        run.given += np.bincount(np.concatenate((i, j)), minlength=len(crowd))
        taken = np.concatenate((taken, i * len(crowd) + j))
    run.whole.pairs.forget()
    return run


def _turn(number: int, found: Found, solution: Solution) -> Turn:
    chosen = solution.edges.only(np.flatnonzero(solution.mate[solution.edges.i] == solution.edges.j))
    chosen = chosen.only(np.argsort(chosen.i, kind="stable"))
    strongest = found.strongest(ALTERNATIVES + 1)
    return Turn(number, found, solution, strongest, chosen.i, chosen.j, chosen.weight)


def _kept_back(people: People, today: date) -> dict[UUID, str]:
    """Who cannot be matched to anybody today, whoever is there."""
    wrong = obstacles(people, today)
    rows = np.flatnonzero(wrong)
    ids = (UUID(int=high << WORD | low) for high, low in people.uid[rows].tolist())
    return {uid: OBSTACLES[code - 1] for uid, code in zip(ids, wrong[rows].tolist(), strict=True)}


def _certificate(turn: Turn) -> Certificate:
    crowd = turn.found.crowd
    duals = {crowd.uid(row): dual for row, dual in enumerate(turn.solution.duals.tolist())}
    return Certificate(crowd.band, turn.number, int(turn.weight.sum()), duals)
