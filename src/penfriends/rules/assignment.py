"""Who is proposed to whom this week, why, and who is left without anybody?

All people are looked at together, so coming first is no advantage; waiting is one, by weight. Children and adults are
two separate runs (rule R02). A run has up to three turns: first friends first, then second and third friends for those
who may have them (rule R19). What comes back explains itself and carries a certificate that `eligibility.check_round`
verifies without knowing how the pairs were found. Good up to a few thousand people; a faster engine replaces `columns`
and `solver` and leaves these values alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import numpy as np

from penfriends.rules.bands import Band
from penfriends.rules.candidates import Edges, Found, find, own_obstacle, strongest
from penfriends.rules.columns import Bools
from penfriends.rules.matching import World, places
from penfriends.rules.score import Explanation, explain
from penfriends.rules.solver import Solution, solve

Told = Callable[[str, int], None]
"""Hears how far a round is: `comparing` and how many people, `solving` and how many possible pairs."""

TURNS = 3
ALTERNATIVES = 2


@dataclass(frozen=True, slots=True)
class Alternative:
    """Somebody else who was possible for `of`, and why not: `weaker` (than the one proposed), `taken` (by somebody
    for whom they weigh more) or `costs_others` (together all others would lose more)."""

    of: UUID
    other: UUID
    weight: int
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pair (`first` has the smaller uid), its explanation in that order, and two alternatives of each."""

    first: UUID
    second: UUID
    band: Band
    turn: int
    weight: int
    explanation: Explanation
    alternatives: tuple[Alternative, ...]


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
    """`unmatched` are those who got nobody now, with a code of `candidates.STUCK` or `candidates.own_obstacle`."""

    today: date
    proposals: tuple[Proposal, ...]
    unmatched: Mapping[UUID, str]
    certificates: tuple[Certificate, ...]
    opened: frozenset[UUID]


def in_silence(_step: str, _number: int) -> None:
    """Nobody wants to know how far a round is."""


def propose(world: World, today: date, told: Told = in_silence) -> Round:
    """One round for everybody who waits. The same world gives the same round, in whatever order it is listed."""
    runs = [_Run(world, band, today).play(told) for band in Band]
    proposals = tuple(proposal for run in runs for proposal in run.proposals)
    return Round(
        today,
        proposals,
        _unmatched(world, runs, today),
        tuple(certificate for run in runs for certificate in run.certificates),
        frozenset().union(*(run.found.opened for run in runs)),
    )


@dataclass(slots=True)
class _Run:
    """The turns of one band."""

    world: World
    band: Band
    today: date
    found: Found = field(init=False)
    given: list[int] = field(init=False)
    proposals: list[Proposal] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)

    def play(self, told: Told) -> "_Run":
        told("comparing", len(self.world.seekers))
        self.found = find(self.world, self.band, self.today)
        told("solving", len(self.found.edges.i))
        self.given = [0] * len(self.found.people)
        left = self.found.edges
        for turn in range(1, TURNS + 1):
            taking_part = self._taking_part(turn)
            edges = left.only(taking_part[left.i] & taking_part[left.j])
            if not len(edges.i):
                continue
            solution = solve(edges, len(self.given))
            self._keep(turn, edges, solution, taking_part)
            left = left.only(solution.mate[left.i] != left.j)
        return self

    def _taking_part(self, turn: int) -> Bools:
        """First friends first: in turn n those who would have n friends at most afterwards."""
        return np.array(
            [
                seeker.friends + given < turn and given < places(seeker, self.today)
                for seeker, given in zip(self.found.people, self.given, strict=True)
            ],
            dtype=bool,
        )

    def _keep(self, turn: int, edges: Edges, solution: Solution, taking_part: Bools) -> None:
        people = self.found.people
        chosen = edges.only(solution.mate[edges.i] == edges.j)
        options = _options(edges.only(strongest(edges, len(people))))
        for i, j, weight in zip(chosen.i.tolist(), chosen.j.tolist(), chosen.weight.tolist(), strict=True):
            a, b = sorted((i, j), key=lambda n: people[n].uid)
            explanation = explain(people[a], people[b], self.world, self.today)
            others = self._alternatives(a, b, weight, options, solution) + self._alternatives(
                b, a, weight, options, solution
            )
            proposal = Proposal(people[a].uid, people[b].uid, self.band, turn, weight, explanation, others)
            self.proposals.append(proposal)
            self.given[i] += 1
            self.given[j] += 1
        duals = {people[n].uid: int(solution.duals[n]) for n in np.flatnonzero(taking_part)}
        self.certificates.append(Certificate(self.band, turn, int(chosen.weight.sum()), duals))

    def _alternatives(
        self, of: int, partner: int, weight: int, options: Mapping[int, list[tuple[int, int]]], solution: Solution
    ) -> tuple[Alternative, ...]:
        people = self.found.people
        others = [(other, w) for w, other in options[of] if other != partner][:ALTERNATIVES]
        return tuple(
            Alternative(people[of].uid, people[other].uid, w, _why_not(w, weight, taken=solution.mate[other] >= 0))
            for other, w in others
        )


def _why_not(weight: int, chosen: int, *, taken: bool) -> str:
    if weight <= chosen:
        return "weaker"
    return "taken" if taken else "costs_others"


def _options(edges: Edges) -> dict[int, list[tuple[int, int]]]:
    """For each person (weight, other), the strongest first, equal ones by the mix of the pair."""
    near: dict[int, list[tuple[int, int, int]]] = {}
    columns = (edges.i.tolist(), edges.j.tolist(), edges.weight.tolist(), edges.mix.tolist())
    for i, j, weight, mix in zip(*columns, strict=True):
        near.setdefault(i, []).append((-weight, mix, j))
        near.setdefault(j, []).append((-weight, mix, i))
    return {n: [(-minus, other) for minus, _, other in sorted(entries)] for n, entries in near.items()}


def _unmatched(world: World, runs: list[_Run], today: date) -> dict[UUID, str]:
    reached = {
        seeker.uid: code for run in runs for seeker, code in zip(run.found.people, run.found.furthest, strict=True)
    }
    matched = {uid for run in runs for proposal in run.proposals for uid in (proposal.first, proposal.second)}
    alone = sorted((seeker for seeker in world.seekers if seeker.uid not in matched), key=lambda seeker: seeker.uid)
    return {seeker.uid: own_obstacle(seeker, today) or reached[seeker.uid] for seeker in alone}
