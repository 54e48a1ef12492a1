"""How long does it take to partner two classes? Invented pupils, drawn from a seed; without and with wishes.

    python -m bench.classes [--tries N]

Processor seconds of the whole: points of all possible pairs, choice, result. The worst pair and the mean are those of
the best partnering and, to compare, of the lists put side by side.
"""

import argparse
import time
from random import Random

from penfriends.rules.class_pairing import pair_classes
from penfriends.rules.partners import Couple, Partnering, Roster, Rules
from penfriends.rules.pupil_score import explain_pupils
from tests.support.classes import AROUND, lively

SIZES = ((31, 27), (24, 24), (9, 30), (40, 60), (60, 60), (60, 61), (60, 119))
WISHES = 8


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.classes", description=__doc__)
    parser.add_argument("--tries", type=int, default=5)
    tries = parser.parse_args().tries
    print("classes     wishes  median s  least s  worst  mean  side by side: worst  mean")
    for ours, theirs in SIZES:
        for wishes in (0, WISHES):
            _measure(ours, theirs, wishes, tries)


def _measure(ours: int, theirs: int, wishes: int, tries: int) -> None:
    first, second = lively("a", ours, 1), lively("b", theirs, 2, "de")
    rules = _wishes(first, second, wishes)
    took, result = [], Partnering()
    for seed in range(tries):
        start = time.process_time()
        result = pair_classes(first, second, rules, AROUND, seed=seed)
        took.append(time.process_time() - start)
    worst, mean = _told([one.score for one in result.pairs])
    plain = _told([explain_pupils(a, b, AROUND).total for a, b in zip(first.pupils, second.pupils, strict=False)])
    took.sort()
    sizes = f"{ours} and {theirs}"
    print(f"{sizes:11} {wishes:6} {took[tries // 2]:9.2f} {took[0]:8.2f} {worst:6} {mean:5} {plain[0]:20} {plain[1]:5}")


def _wishes(first: Roster, second: Roster, number: int) -> Rules:
    """As many keep-aparts, half in one class and half across, two locks, and two couples to be kept together."""
    rng = Random(1)  # noqa: S311 (no secret)
    ours, theirs = ([pupil.uid for pupil in one.pupils] for one in (first, second))
    larger = max(ours, theirs, key=len)
    apart = [Couple(rng.sample(larger, 2)) for _ in range(number // 2)]
    apart += [Couple((rng.choice(ours), rng.choice(theirs))) for _ in range(number // 2)]
    locks = [Couple((ours[n], theirs[-1 - n])) for n in range(2 if number else 0)]
    shares = len(ours) != len(theirs) and abs(len(ours) - len(theirs)) > 1
    together = [Couple(larger[2 * n + 4 : 2 * n + 6]) for n in range(2 if number and shares else 0)]
    settled = frozenset(locks) | frozenset(together)
    return Rules(frozenset(apart) - settled, frozenset(together), frozenset(locks))


def _told(scores: list[int]) -> tuple[int, int]:
    return (min(scores, default=0), sum(scores) // max(1, len(scores)))


if __name__ == "__main__":
    main()
