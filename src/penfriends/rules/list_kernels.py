"""The loops that keep the best few of everybody out of all permitted pairs, for numba only."""

from typing import Any

import numpy as np

from penfriends.rules.pair_kernels import Piece

Column = Any


def make(njit: Any, _inlined: Any) -> Any:
    """`best_few`, `joined` and `only`, made here so that importing this module does not need numba."""

    @njit
    def mixed(a: Any, b: Any) -> Any:
        x = (a ^ b) + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))

    @njit
    def keep(i: Any, j: Any, net: Any, mix: Any, ids: Any, nets: Any, used: Any, bar: Any) -> None:
        """Put j into the list of i, best net first, equal ones by the mix of the pair; a full list raises its bar."""
        size = ids.shape[1]
        m = used[i]
        if m == size:
            last = nets[i, size - 1]
            if net < last:
                return
            if net == last and mixed(mix[i], mix[j]) > mixed(mix[i], mix[ids[i, size - 1]]):
                return
            at = size - 1
        else:
            at = m
            used[i] = m + 1
        while at > 0:
            before = nets[i, at - 1]
            if before > net:
                break
            if before == net and mixed(mix[i], mix[ids[i, at - 1]]) < mixed(mix[i], mix[j]):
                break
            nets[i, at] = before
            ids[i, at] = ids[i, at - 1]
            at -= 1
        nets[i, at] = net
        ids[i, at] = j
        if used[i] == size:
            bar[i] = max(bar[i], nets[i, size - 1])

    @njit
    def best_few(
        piece: Piece, price: Column, mix: Column, ids: Column, nets: Column, used: Column, bar: Column
    ) -> None:
        """Keep for every row the best others by weight − price[other] that reach bar[row]."""
        first, starts, where, near, other, weight = piece
        for n in range(len(starts) - 1):
            i, base = first + n, where[n]
            price_i = price[i]
            for at in range(starts[n], starts[n + 1]):
                j = near[base + other[at]]
                net_i, net_j = weight[at] - price[j], weight[at] - price_i
                if net_i >= bar[i]:
                    keep(i, j, net_i, mix, ids, nets, used, bar)
                if net_j >= bar[j]:
                    keep(j, i, net_j, mix, ids, nets, used, bar)

    @njit
    def joined(ids: Column, nets: Column, used: Column, price: Column) -> Any:
        """The lists of all as pairs i < j with their weights, each once, in order of i and j."""
        n = len(used)
        starts = np.zeros(n + 1, np.int64)
        for phase in range(2):
            if phase == 1:
                total = 0
                for i in range(n + 1):
                    count = starts[i]
                    starts[i] = total
                    total += count
                other = np.empty(total, np.int32)
                weight = np.empty(total, np.int32)
                filled = starts.copy()
            for i in range(n):
                for at in range(used[i]):
                    j = ids[i, at]
                    if i > j:
                        seen = False
                        for back in range(used[j]):
                            if ids[j, back] == i:
                                seen = True
                                break
                        if seen:
                            continue
                    low = min(i, j)
                    if phase == 0:
                        starts[low] += 1
                    else:
                        at_low = filled[low]
                        high = max(i, j)
                        value = nets[i, at] + price[j]
                        filled[low] = at_low + 1
                        while at_low > starts[low] and other[at_low - 1] > high:
                            other[at_low] = other[at_low - 1]
                            weight[at_low] = weight[at_low - 1]
                            at_low -= 1
                        other[at_low] = high
                        weight[at_low] = value
        first = np.empty(len(other), np.int32)
        for i in range(n):
            for at in range(starts[i], starts[i + 1]):
                first[at] = i
        return first, other, weight

    @njit
    def only(piece: Piece, place: Column, blocked: Column, people: Any) -> Any:
        """The pairs of those who have a place in the smaller crowd, in its rows, without the pairs `blocked` there: all
        that makes a piece."""
        first, starts, where, near, other, weight = piece
        least, rows, total = 0, 0, 0
        for r in range(len(starts) - 1):
            if place[first + r] < 0:
                continue
            least = least if rows else place[first + r]
            rows += 1
            for at in range(starts[r], starts[r + 1]):
                total += place[near[where[r] + other[at]]] >= 0
        new_starts, new_where = np.zeros(rows + 1, np.int64), np.zeros(rows, np.int64)
        new_other, new_weight = other[:total].copy(), weight[:total].copy()
        row, found = 0, 0
        for r in range(len(starts) - 1):
            i = place[first + r]
            if i < 0:
                continue
            for at in range(starts[r], starts[r + 1]):
                j = place[near[where[r] + other[at]]]
                number = i * people + j
                hit = np.searchsorted(blocked, number)
                if j < 0 or (hit < len(blocked) and blocked[hit] == number):
                    continue
                new_other[found], new_weight[found] = other[at], weight[at]
                found += 1
            new_where[row] = where[r]
            row += 1
            new_starts[row] = found
        return least, new_starts, new_where, place[near], new_other[:found], new_weight[:found]

    return best_few, joined, only
