"""Is an answer what it says? Written from the rules alone: nothing of penfriends is imported here.

Every pair that was chosen is looked at: hard rules, capacity, weight. A bound (for every possible pair the two duals
add up to twice its weight at least) is held against all possible pairs between the towns, as many of them as the budget
allows, taken at random: all of them up to some ten thousand people.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.matching.facts import Bools, Facts, Ints, read

RULES = ("oneself", "band", "age", "towns", "language", "medium", "blocked", "household", "not_open", "capacity")
LINK_POINTS = {"formal": 100, "friendship": 80, "informal": 60}
TWO_LINKS = 30
LEVEL_POINTS = np.array([0, 60, 160, 180])
OPEN_AFTER, FEW = 28, 3
BUDGET = 30_000_000


@dataclass(slots=True)
class Checker:
    """`candidates` of a town: how many people each of its people could be proposed to in twin towns."""

    facts: Facts
    candidates: dict[int, dict[int, int]] = field(default_factory=dict)

    def broken(self, i: Ints, j: Ints) -> Ints:
        """For each pair the position in `RULES` of a rule it breaks, or −1. Openness and capacity are not looked at."""
        facts, found = self.facts, np.full(len(i), -1, dtype=np.int64)
        town, home = facts.number["town"], facts.number["household"]
        low, high = np.minimum(i, j), np.maximum(i, j)
        holds = {
            "household": (home[i] < 0) | (home[i] != home[j]),
            "blocked": ~np.isin(low * len(facts) + high, facts.blocked),
            "medium": (facts.media[i] & facts.media[j]) > 0,
            "language": ((facts.levels[i] > 0) & (facts.levels[j] > 0)).any(axis=1),
            "age": self._ages(i, j),
            "band": ((facts.age[i] >= 18) == (facts.age[j] >= 18)) & (facts.age[i] >= 8) & (facts.age[j] >= 8),
            "towns": town[i] != town[j],
            "oneself": i != j,
        }
        for name, fine in holds.items():
            found[~fine] = RULES.index(name)
        return found

    def _ages(self, i: Ints, j: Ints) -> Bools:
        """The gap, a started month in full, against 18 or 24 months, or 4 years and 0.35 a year more, at most 20."""
        return self._gap(i, j) * 10 <= self._window(i, j)

    def _gap(self, i: Ints, j: Ints) -> Ints:
        number = self.facts.number
        stamp = number["year"] * 10_000 + number["month"] * 100 + number["day"]
        one, other = (np.where(number["month"][n] > 0, stamp[n], 0) for n in (i, j))
        elder, younger = np.minimum(one, other), np.maximum(one, other)
        months = (younger // 10_000 - elder // 10_000) * 12 + younger // 100 % 100 - elder // 100 % 100
        by_date = months + (younger % 100 > elder % 100)
        child = np.minimum(self.facts.age[i], self.facts.age[j]) < 18
        by_year = np.where(child, 10**6, np.abs(number["year"][i] - number["year"][j]) * 12)
        return np.where(elder > 0, by_date, by_year)

    def _window(self, i: Ints, j: Ints) -> Ints:
        """Tenths of a month."""
        younger = np.minimum(self.facts.age[i], self.facts.age[j])
        grown = np.minimum(480 + 42 * (younger - 18), 2400)
        return np.where(younger <= 12, 180, np.where(younger <= 17, 240, grown))

    def weights(self, i: Ints, j: Ints) -> Ints:
        """1000, the score, and two points a day that either has waited."""
        number, facts = self.facts.number, self.facts
        common = np.minimum(facts.levels[i], facts.levels[j]).max(axis=1)
        gap, window = self._gap(i, j) * 10, self._window(i, j)
        total = 1000 + self._interests(i, j) + LEVEL_POINTS[common] + np.maximum(0, 200 * (window - gap) // window)
        total += 20 * ((facts.words[i] & facts.words[j]).any(axis=1))
        for a, b in ((i, j), (j, i)):
            total += 35 * ((facts.practises[a] > 0) & (facts.levels[b] == 3)).any(axis=1)
            wish = number["wish"][a]
            total += np.where(wish < 0, 20, np.where(wish == number["town"][b], 40, 0))
            total += 2 * number["waiting"][a]
        towns = zip(number["town"][i].tolist(), number["town"][j].tolist(), strict=True)
        total += np.array([LINK_POINTS.get(facts.links.get(pair, ""), TWO_LINKS) for pair in towns], dtype=np.int64)
        return total

    def _interests(self, i: Ints, j: Ints) -> Ints:
        likes, rarity = self.facts.likes, self.facts.rarity
        own = likes.astype(np.int64) @ rarity if len(i) > len(likes) else None
        one, other = (own[i], own[j]) if own is not None else (likes[i] @ rarity, likes[j] @ rarity)
        square = (350 * ((likes[i] & likes[j]) @ rarity)) ** 2 // np.maximum(one * other, 1)
        root = np.sqrt(square.astype(np.float64)).astype(np.int64)
        root -= root * root > square
        return root + ((root + 1) * (root + 1) <= square)

    def linked(self, a: int, b: int) -> int:
        """How many links two towns are apart: 1, 2, or 0 for neither."""
        near = self.facts.near
        return 1 if b in near[a] else 2 if a != b and near[a] & near[b] else 0

    def open(self, person: int) -> bool:
        """Whether a twin of a twin may be proposed to them already."""
        number = self.facts.number
        if number["waiting"][person] >= OPEN_AFTER:
            return bool(number["allows"][person])
        town = int(number["town"][person])
        if town not in self.candidates:
            mine = self.facts.members(town)
            counts = np.zeros(len(mine), dtype=np.int64)
            for other in sorted(self.facts.near[town]):
                theirs = self.facts.members(other)
                at = np.repeat(np.arange(len(mine)), len(theirs))
                fine = self.broken(mine[at], np.tile(theirs, len(mine))) < 0
                counts += np.bincount(at[fine], minlength=len(mine))
            self.candidates[town] = dict(zip(mine.tolist(), counts.tolist(), strict=True))
        return bool(number["allows"][person]) and self.candidates[town][person] < FEW

    def possible(self, a: int, b: int) -> tuple[Ints, Ints]:
        """All pairs between two towns that break no rule today."""
        mine, theirs = self.facts.members(a), self.facts.members(b)
        i, j = np.repeat(mine, len(theirs)), np.tile(theirs, len(mine))
        fine = self.broken(i, j) < 0
        if self.linked(a, b) == 2:
            opened = np.zeros(len(self.facts), dtype=bool)
            allows = self.facts.number["allows"] > 0
            some = np.concatenate((mine, theirs))
            opened[some] = [self.open(n) for n in some.tolist()]
            fine &= allows[i] & allows[j] & (opened[i] | opened[j])
        return i[fine], j[fine]


def complaints(folder: Path, answer: dict[str, Any], budget: int = BUDGET) -> tuple[Counter[str], dict[str, Any]]:
    """What is wrong, counted, and what was looked at. No complaint means: all rules kept, weights and bound as said."""
    checker, wrong = Checker(read(folder)), Counter[str]()
    chosen = np.array(answer["pairs"], dtype=np.int64).reshape(-1, 3)
    i, j, said = chosen.T
    for rule, times in Counter(checker.broken(i, j).tolist()).items():
        if rule >= 0:
            wrong[RULES[rule]] += times
    wrong["towns"] += sum(not kind for kind in _apart(checker, i, j))
    wrong["not_open"] += sum(
        kind == 2 and not _may(checker, a, b)
        for kind, a, b in zip(_apart(checker, i, j), i.tolist(), j.tolist(), strict=True)
    )
    wrong["weight"] += int((checker.weights(i, j) != said).sum())
    most = np.minimum(checker.facts.number["capacity"], answer.get("capacity", 3))
    wrong["capacity"] += int((np.bincount(np.concatenate((i, j)), minlength=len(most)) > most).sum())
    wrong["twice"] += len(chosen) - len({(min(a, b), max(a, b)) for a, b in zip(i.tolist(), j.tolist(), strict=True)})
    looked_at = {"pairs": len(chosen), "weight": int(said.sum())}
    for proof in answer.get("proofs", []):
        looked_at |= _proof(checker, proof, answer, wrong, budget)
    return +wrong, looked_at


def _apart(checker: Checker, i: Ints, j: Ints) -> Iterator[int]:
    town = checker.facts.number["town"]
    return (checker.linked(a, b) for a, b in zip(town[i].tolist(), town[j].tolist(), strict=True))


def _may(checker: Checker, a: int, b: int) -> bool:
    allows = checker.facts.number["allows"]
    return bool(allows[a] and allows[b]) and (checker.open(a) or checker.open(b))


def _proof(
    checker: Checker, proof: dict[str, Any], answer: dict[str, Any], wrong: Counter[str], budget: int
) -> dict[str, int]:
    """Duals of one turn: people who have none took no part; pairs of earlier turns are gone."""
    size, turn = len(checker.facts), proof["turn"]
    duals = np.full(size, -1, dtype=np.int64)
    duals[proof["people"]] = proof["duals"]
    wrong["negative_dual"] += int((np.array(proof["duals"]) < 0).sum())
    turns = answer.get("turns") or [1] * len(answer["pairs"])
    rows = list(zip(answer["pairs"], turns, strict=True))
    weight = sum(w for (a, b, w), at in rows if at == turn and duals[a] >= 0 and duals[b] >= 0)
    wrong["bound_too_low"] += int(2 * weight > sum(proof["duals"]))
    gone = np.array([min(a, b) * size + max(a, b) for (a, b, _), at in rows if at < turn], dtype=np.int64)
    seen = 0
    for i, j in _all_possible(checker, budget):
        some = (duals[i] >= 0) & (duals[j] >= 0) & ~np.isin(np.minimum(i, j) * size + np.maximum(i, j), gone)
        i, j = i[some], j[some]
        seen += len(i)
        wrong["bound_not_proved"] += int((duals[i] + duals[j] < 2 * checker.weights(i, j)).sum())
    return {
        f"bound of turn {turn}, {proof['band']}": sum(proof["duals"]) // 2,
        f"pairs held against it ({turn}, {proof['band']})": seen,
    }


def _all_possible(checker: Checker, budget: int) -> Iterator[tuple[Ints, Ints]]:
    """Town by town in a random order, until the budget of compared pairs is used up."""
    near = checker.facts.near
    pairs = {(min(a, b), max(a, b)) for a in range(len(near)) for b in near[a].union(*(near[c] for c in near[a])) - {a}}
    order = sorted(pairs)
    random.Random(1).shuffle(order)  # noqa: S311 (repeatable, no secret)
    for a, b in order:
        compared = len(checker.facts.members(a)) * len(checker.facts.members(b))
        budget -= compared
        if budget < 0:
            return
        yield checker.possible(a, b)


def check_file(folder: Path, answer: Path, budget: int = BUDGET) -> bool:
    """Prints what was found; True if there is no complaint."""
    wrong, looked_at = complaints(folder, json.loads(answer.read_text(encoding="utf-8")), budget)
    for name, value in looked_at.items():
        print(f"{name}: {value:,}")
    for name, times in sorted(wrong.items()):
        print(f"WRONG {name}: {times:,}")
    print("no complaint" if not wrong else f"{sum(wrong.values()):,} complaints")
    return not wrong
