"""Is a set of pairs as good as it claims? Fifteen lines of adding and comparing, without a word of how it was found.

Weak duality of matching: if no number is negative and the two numbers of every possible pair reach twice its weight,
then no choice of pairs whatever can weigh more than half of all numbers together.
"""

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.int64]
Three = tuple[Column, Column, Column]


def complaints(
    pairs: tuple[Column, Column, Column], possible: tuple[Column, Column, Column], duals: Column
) -> list[str]:
    """Coded; empty if all is well. `pairs` were chosen, `possible` were there to choose from: rows i, j, weight."""
    i, j, weight, a, b, worth = (column.astype(np.int64) for column in (*pairs, *possible))
    people = len(duals)
    wrong = []
    if np.bincount(np.concatenate((i, j)), minlength=1).max() > 1:
        wrong.append("somebody_twice")
    partner, told = np.full(people, -1), np.full(people, -1)
    partner[i], partner[j], told[i], told[j] = j, i, weight, weight
    chosen = np.flatnonzero(partner[a] == b)
    if not np.isin(i, np.concatenate((a[chosen], b[chosen]))).all():
        wrong.append("not_possible")
    if (worth[chosen] != told[a[chosen]]).any():
        wrong.append("weight_untrue")
    if duals.min(initial=0) < 0 or (duals[a] + duals[b] < 2 * worth).any():
        wrong.append("bound_not_proved")
    if 2 * int(weight.sum()) > int(duals.sum()):
        wrong.append("bound_too_low")
    return wrong
