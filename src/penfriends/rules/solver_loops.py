"""The loops of the solver, each written once: as they stand for Python, compiled where numba is (see `compiled`).

A graph is three columns: the neighbours of n are other[starts[n]:starts[n + 1]], with their weights, the heaviest
first. `mate[n]` is the partner of n or −1, `now[n]` the weight of that pair or 0. Integers only.
"""

import heapq
from typing import Any

Column = Any


def components(starts: Column, other: Column, root: Column) -> Any:
    """Of everybody the smallest number in their connected part; `root` comes as 0, 1, 2…"""
    for v in range(len(root)):
        for near in other[starts[v] : starts[v + 1]]:
            if near < v:
                continue
            a, b = v, near
            while root[a] != a:
                root[a] = root[root[a]]
                a = root[a]
            while root[b] != b:
                root[b] = root[root[b]]
                b = root[b]
            if a < b:
                root[b] = a
            else:
                root[a] = b
    for v in range(len(root)):
        root[v] = root[root[v]]
    return root


def around(starts: Column, other: Column, changed: Column, touched: Column) -> Any:
    """1 for those who changed and their neighbours; `touched` comes as 1 for the former."""
    for v in range(len(changed)):
        if changed[v]:
            for near in other[starts[v] : starts[v + 1]]:
                touched[near] = 1
    return touched


def weights(starts: Column, other: Column, weight: Column, mate: Column, now: Column) -> Any:
    """What everybody's pair weighs; `now` comes as zeros."""
    for v in range(len(mate)):
        if mate[v] >= 0:
            for at in range(starts[v], starts[v + 1]):
                if other[at] == mate[v]:
                    now[v] = weight[at]
                    break
    return now


def rounding(
    starts: Column, other: Column, weight: Column, bought: Column, came: Column, mate: Column, scratch: Column
) -> Any:
    """The best pairs among who-bought-whom, which forms paths and cycles; exact on each of them.

    `came`, `mate` come as −1 everywhere; `scratch` are five rows of n + 2 zeros in one column.
    """
    n = len(bought)
    row = n + 2
    for v in range(n):
        if bought[v] >= 0:
            came[bought[v]] = v
    for turn in range(2):
        for start in range(n):
            if scratch[start] or bought[start] < 0 or (turn == 0 and came[start] >= 0):
                continue
            length = 0
            v = start
            while v >= 0 and not scratch[v]:
                scratch[v] = 1
                scratch[row + length] = v
                length += 1
                v = bought[v]
            edges = length - 1 + turn
            for k in range(edges):
                a, b = scratch[row + k], scratch[row + (k + 1) % length]
                for at in range(starts[a], starts[a + 1]):
                    if other[at] == b:
                        scratch[2 * row + k] = weight[at]
                        break
            if turn == 1 and length == 2:
                edges = 1
            cycle = turn == 1 and length > 2
            first, last = 0, edges
            if cycle:
                worth = [0, 0]
                for taken in range(2):
                    skipped, used = 0, 0
                    for k in range(1 + taken, edges - taken):
                        skipped, used = max(skipped, used), skipped + scratch[2 * row + k]
                    worth[taken] = max(skipped, used) + taken * scratch[2 * row]
                first = 1
                if worth[1] > worth[0]:
                    a, b = scratch[row], scratch[row + 1]
                    mate[a], mate[b] = b, a
                    first, last = 2, edges - 1
            for k in range(first, last):
                skipped, used = scratch[3 * row + k - first], scratch[4 * row + k - first]
                scratch[3 * row + k - first + 1] = max(skipped, used)
                scratch[4 * row + k - first + 1] = skipped + scratch[2 * row + k]
            k = last - first
            while k > 0:
                if scratch[4 * row + k] > scratch[3 * row + k]:
                    a, b = scratch[row + first + k - 1], scratch[row + (first + k) % length]
                    mate[a], mate[b] = b, a
                    k -= 1
                k -= 1
    return mate


def exchanges(
    starts: Column, other: Column, weight: Column, mate: Column, now: Column, turns: int, touched: Column
) -> Any:
    """Around every pair and everybody alone: the best exchange that makes at most two new pairs, until none is left.

    Ends because the sum of weights rises with each; after `turns` walks at the latest. `touched` comes as 1 for
    everybody who is to be looked at; after that only those around an exchange are looked at again.
    """
    n = len(mate)
    for _ in range(turns):
        gained = 0
        for a in range(n):
            b = mate[a]
            if b >= 0 and (b < a or not (touched[a] or touched[b])):
                continue
            if b < 0 and not touched[a]:
                continue
            touched[a] = 0
            if b >= 0:
                touched[b] = 0
            best, x, y, wx, wy, giver = 0, -1, -1, 0, 0, b
            if b < 0:
                for p in range(starts[a], starts[a + 1]):
                    one = other[p]
                    left = mate[one]
                    gain = weight[p] - now[one]
                    if gain > best:
                        best, x, y, wx, wy, giver = gain, one, -1, weight[p], 0, left
                    if left < 0:
                        continue
                    for q in range(starts[left], starts[left + 1]):
                        if gain + weight[q] <= best:
                            break
                        two = other[q]
                        if two == one or two == a or mate[two] == a:
                            continue
                        if gain + weight[q] - now[two] > best:
                            best, x, y, wx, wy, giver = (
                                gain + weight[q] - now[two],
                                one,
                                two,
                                weight[p],
                                weight[q],
                                left,
                            )
            else:
                had = now[a]
                g1, y1, w1, g2, y2, w2 = 0, -1, 0, 0, -1, 0
                for q in range(starts[b], starts[b + 1]):
                    if weight[q] <= g2:
                        break
                    two = other[q]
                    gain = weight[q] - now[two]
                    if two == a:
                        continue
                    if gain > g1:
                        g2, y2, w2, g1, y1, w1 = g1, y1, w1, gain, two, weight[q]
                    elif gain > g2:
                        g2, y2, w2 = gain, two, weight[q]
                if g1 - had > best:
                    best, y, wy = g1 - had, y1, w1
                for p in range(starts[a], starts[a + 1]):
                    if weight[p] + weight[starts[b]] - had <= best:
                        break
                    one = other[p]
                    if one == b:
                        continue
                    gain = weight[p] - now[one] - had
                    left = mate[one]
                    two, g, w = y1, g1, w1
                    if two >= 0 and (two == one or two == left):
                        two, g, w = y2, g2, w2
                        if two >= 0 and (two == one or two == left):
                            two, g, w = -1, 0, 0
                    if gain + g > best:
                        best, x, wx, y, wy = gain + g, one, weight[p], two, w
                    if left < 0:
                        continue
                    for q in range(starts[b], starts[b + 1]):
                        if other[q] == left:
                            if gain + weight[q] > best:
                                best, x, wx, y, wy = gain + weight[q], one, weight[p], left, weight[q]
                            break
            if best <= 0:
                continue
            gained += best
            for v in (a, b, x, y):
                if v >= 0:
                    for at in range(starts[v], starts[v + 1]):
                        touched[other[at]] = 1
                    if mate[v] >= 0:
                        touched[mate[v]] = 1
                        now[mate[v]] = 0
                        mate[mate[v]] = -1
                    mate[v] = -1
                    now[v] = 0
            if x >= 0:
                mate[a], mate[x], now[a], now[x] = x, a, wx, wx
            if y >= 0:
                mate[giver], mate[y], now[giver], now[y] = y, giver, wy, wy
        if gained == 0:
            break
    return mate, now


def augment(
    starts: Column,
    other: Column,
    weight: Column,
    mate: Column,
    now: Column,
    dual: Column,
    limit: int,
    cost: Column,
    stamp: Column,
    done: Column,
    parent: Column,
    via: Column,
) -> Any:
    """From everybody alone whose dual says that something may be gained: the best alternating path, cheapest first.

    With slack(i, j) = dual[i] + dual[j] − 2·weight a path gains half of what the dual of its start is more than its
    slacks and the dual of its end. Odd cycles are walked around, not shrunk: what that misses `solver` looks at again.
    """
    n = len(mate)
    marker = 0
    for start in range(n):
        if mate[start] >= 0 or dual[start] <= 0:
            continue
        marker += 1
        heap = [(0, start)]
        cost[start] = 0
        stamp[start] = marker
        parent[start] = -1
        best, end, beyond, looked = 0, -1, -1, 0
        while len(heap) > 0:
            spent, v = heapq.heappop(heap)
            if done[v] == marker or spent > cost[v]:
                continue
            done[v] = marker
            looked += 1
            if looked > limit or dual[start] - spent <= best:
                break
            if v != start and dual[start] - spent - dual[v] > best:
                best, end, beyond = dual[start] - spent - dual[v], v, -1
            for at in range(starts[v], starts[v + 1]):
                x = other[at]
                m = mate[x]
                if m == v or x == start:
                    continue
                total = spent + max(0, dual[v] + dual[x] - 2 * weight[at])
                if m < 0:
                    if dual[start] - total + dual[x] > best:
                        best, end, beyond = dual[start] - total + dual[x], v, x
                    continue
                total = max(spent, total - (dual[x] + dual[m] - 2 * now[x]))
                if dual[start] - total <= best or done[m] == marker or (stamp[m] == marker and cost[m] <= total):
                    continue
                z = v
                while z >= 0 and z != x and z != m:
                    z = parent[z]
                if z >= 0:
                    continue
                stamp[m] = marker
                cost[m] = total
                parent[m] = v
                via[m] = x
                heapq.heappush(heap, (total, m))
        if end < 0:
            continue
        # the clamped costs only guide: what the path is worth is added up from its pairs
        worth = 0
        z, partner = end, beyond
        while True:
            if partner >= 0:
                for at in range(starts[z], starts[z + 1]):
                    if other[at] == partner:
                        worth += weight[at]
                        break
            if z == start:
                break
            worth -= now[z]
            partner = via[z]
            z = parent[z]
        if worth <= 0:
            continue
        z, partner = end, beyond
        while True:
            mate[z] = partner
            now[z] = 0
            if partner >= 0:
                mate[partner] = z
                for at in range(starts[z], starts[z + 1]):
                    if other[at] == partner:
                        now[z] = weight[at]
                        now[partner] = weight[at]
                        break
            if z == start:
                break
            partner = via[z]
            z = parent[z]
    return mate, now
