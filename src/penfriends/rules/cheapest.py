"""Who takes which place, everybody one and all places taken, at the least cost?

The assignment problem of as many people as places, by shortest augmenting paths (Jonker and Volgenant 1987; the form is
that of Crouse 2016). Integers only. Among equally cheap answers the order of people and places decides, so who wants
the same answer for the same people gives them in an order that belongs to them.
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FORBIDDEN = 1 << 60
"""The cost of what must not be. All other costs together stay below half of it, and are not negative."""


def cheapest(cost: Ints) -> Ints | None:
    """The place of each person (row of `cost`, which is square); None if not everybody can have a place."""
    people = len(cost)
    paid, price = np.zeros(people, np.int64), np.zeros(people, np.int64)
    place_of, taken_by = np.full(people, -1, np.int64), np.full(people, -1, np.int64)
    for person in range(people):
        if not _placed(person, cost, paid, price, place_of, taken_by):
            return None
    return place_of


def _placed(person: int, cost: Ints, paid: Ints, price: Ints, place_of: Ints, taken_by: Ints) -> bool:
    """Give one more person a place, moving others along the cheapest chain; changes the last four."""
    near, before = np.full(len(cost), FORBIDDEN, np.int64), np.full(len(cost), -1, np.int64)
    closed, asked = np.zeros(len(cost), np.bool_), [person]
    far, place = 0, -1
    while True:
        reached = far + cost[asked[-1]] - paid[asked[-1]] - price
        nearer = reached < near
        near[nearer], before[nearer] = reached[nearer], asked[-1]
        place = int(np.where(closed, FORBIDDEN, near).argmin())
        far = int(near[place])
        if closed[place] or far >= FORBIDDEN // 2:
            return False
        closed[place] = True
        if taken_by[place] < 0:
            break
        asked.append(int(taken_by[place]))
    paid[person] += far
    for other in asked[1:]:
        paid[other] += far - near[place_of[other]]
    price[closed] += near[closed] - far
    _moved(person, place, before, place_of, taken_by)
    return True


def _moved(person: int, place: int, before: Ints, place_of: Ints, taken_by: Ints) -> None:
    """Everybody along the chain takes the next place, from its free end back to `person`."""
    while True:
        mover = int(before[place])
        taken_by[place] = mover
        place, place_of[mover] = int(place_of[mover]), place
        if mover == person:
            return
