"""Which groups are proposed to each other now, and what stops the others?

Groups are few, so all are compared with all; the choice is the exact one of largest weight, in turns: first partners
first. Groups with children and groups of adults never meet (rule R02).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from uuid import UUID

from penfriends.rules.groups import RULES, SeekingGroup, Sort, broken_rules, explain_groups, group_weight
from penfriends.rules.matching import Pair, World
from penfriends.rules.score import Explanation
from penfriends.rules.solver import best_matching

TURNS = 3
OPEN_AFTER_DAYS = 28
FEW_CANDIDATES = 3
"""As for people: the twin of a twin opens after four weeks, or at once where hardly anybody else fits."""


@dataclass(frozen=True, slots=True)
class GroupProposal:
    """Two groups (`first` has the smaller uid) and the explanation in that order."""

    first: UUID
    second: UUID
    turn: int
    weight: int
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class GroupRound:
    """`unmatched` are those who got nobody now, with the name of the rule that stopped them last, or `all_taken`."""

    proposals: tuple[GroupProposal, ...]
    unmatched: Mapping[UUID, str]


def propose_groups(groups: Sequence[SeekingGroup], world: World, sort: Sort) -> GroupRound:
    """One round for all groups that look for partners. In whatever order they are listed, the round is the same.

    Of `world` the links, the blocked pairs and the rarity of interests are looked at.
    """
    run = _Run(tuple(sorted(groups, key=lambda one: (one.town, one.uid))), world, sort)
    run.play()
    given = {uid for one in run.proposals for uid in (one.first, one.second)}
    alone = {one.uid: run.reason(n) for n, one in enumerate(run.groups) if one.uid not in given}
    return GroupRound(tuple(run.proposals), alone)


@dataclass(slots=True)
class _Run:
    groups: tuple[SeekingGroup, ...]
    world: World
    sort: Sort
    edges: dict[tuple[int, int], int] = field(default_factory=dict)
    given: list[int] = field(default_factory=list)
    furthest: list[int] = field(default_factory=list)
    proposals: list[GroupProposal] = field(default_factory=list)

    def play(self) -> None:
        self.given, self.furthest = [0] * len(self.groups), [-1] * len(self.groups)
        self._compare()
        for turn in range(1, TURNS + 1):
            taking_part = [
                one.partners + given < turn and given < one.capacity_left
                for one, given in zip(self.groups, self.given, strict=True)
            ]
            possible = [(i, j, w) for (i, j), w in self.edges.items() if taking_part[i] and taking_part[j]]
            for i, j in best_matching(possible):
                self._keep(i, j, turn)

    def reason(self, n: int) -> str:
        """What stopped this group: its own wish, the last rule on its way, or that others were better placed."""
        if self.groups[n].capacity_left < 1:
            return "no_place_left"
        names = list(RULES)
        return names[self.furthest[n] + 1] if self.furthest[n] + 1 < len(names) else "all_taken"

    def _compare(self) -> None:
        """All with all. Twins of twins come in only where one of the two waits long or has few others."""
        free = [n for n, one in enumerate(self.groups) if one.capacity_left > 0]
        possible = [(i, j) for i, j in combinations(free, 2) if self._reaches_the_end(i, j)]
        linked = [self.world.link(self.groups[i].town, self.groups[j].town) is not None for i, j in possible]
        others = Counter(n for pair, is_near in zip(possible, linked, strict=True) if is_near for n in pair)
        self.edges = {
            (i, j): group_weight(self.groups[i], self.groups[j], self.world)
            for (i, j), is_near in zip(possible, linked, strict=True)
            if is_near or self._is_open(i, others[i]) or self._is_open(j, others[j])
        }

    def _reaches_the_end(self, i: int, j: int) -> bool:
        for step, holds in enumerate(RULES.values()):
            if not holds(self.groups[i], self.groups[j], self.world, self.sort):
                return False
            for n in (i, j):
                self.furthest[n] = max(self.furthest[n], step)
        return True

    def _is_open(self, n: int, others: int) -> bool:
        return self.groups[n].waiting_days >= OPEN_AFTER_DAYS or others < FEW_CANDIDATES

    def _keep(self, i: int, j: int, turn: int) -> None:
        a, b = sorted((self.groups[i], self.groups[j]), key=lambda one: one.uid)
        weight = self.edges.pop((i, j))
        self.proposals.append(GroupProposal(a.uid, b.uid, turn, weight, explain_groups(a, b, self.world)))
        self.given[i] += 1
        self.given[j] += 1


def complaints(found: GroupRound, groups: Sequence[SeekingGroup], world: World, sort: Sort) -> tuple[str, ...]:
    """A second look that knows nothing of the solver; empty if the round keeps every rule and leaves no two groups of
    linked towns alone that could have met."""
    known = {one.uid: one for one in groups}
    wrong = [name for one in found.proposals for name in broken_rules(known[one.first], known[one.second], world, sort)]
    given = dict.fromkeys(known, 0)
    for uid in (uid for one in found.proposals for uid in (one.first, one.second)):
        given[uid] += 1
    wrong += ["too_many" for uid, count in given.items() if count > known[uid].capacity_left]
    pairs = {Pair((one.first, one.second)) for one in found.proposals}
    wrong += ["twice"] if len(pairs) != len(found.proposals) else []
    free = [one for one in groups if not given[one.uid] and one.capacity_left > 0 and not one.partners]
    for a, b in combinations(free, 2):
        if world.link(a.town, b.town) is not None and not broken_rules(a, b, world, sort):
            wrong.append("could_have_met")
    return tuple(wrong)
