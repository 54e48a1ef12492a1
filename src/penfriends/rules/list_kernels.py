"""The loops that keep the best few of everybody out of all permitted pairs, for numba only.

Pairs lie town by town. What is asked about the neighbours of a town is laid side by side first, in their order there:
reading it for each pair from wherever that person stands would take most of the time.
"""

from typing import Any

import numpy as np

from penfriends.rules.pair_kernels import FURTHEST, Piece

Column = Any

MANY = 40
GAPS = (4013, 1750, 701, 301, 132, 57, 23, 10, 4, 1)
"""Steps in which a long row is sorted (Shell, Ciura)."""


def make(njit: Any, _inlined: Any) -> Any:
    """`best_few`, `settled`, `joined`, `only`, `put_in`: made here so that importing this module needs no numba."""

    @njit
    def mixed(a: Any, b: Any) -> Any:
        x = (a ^ b) + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))

    @njit
    def among(values: Any, number: Any) -> Any:
        at = np.searchsorted(values, number)
        return at < len(values) and values[at] == number

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
    def town_after(where: Column, near: Column, n: Any) -> Any:
        """The first row after those that have the same neighbours as the n-th, and where these neighbours end."""
        end = n + 1
        while end < len(where) and where[end] == where[n]:
            end += 1
        return end, where[end] if end < len(where) else len(near)

    @njit
    def best_few(
        piece: Piece, price: Column, mix: Column, ids: Column, nets: Column, used: Column, bar: Column
    ) -> None:
        """Keep for every row the best others by weight − price[other] that reach bar[row]."""
        first, starts, where, begin, near, apart, weight = piece
        n = 0
        while n < len(where):
            end, stop = town_after(where, near, n)
            there = near[where[n] : stop]
            asked, least = price[there], bar[there]
            for row in range(n, end if starts[end] > starts[n] else n):
                i = first + row
                price_i, bar_i, one = price[i], bar[i], np.uint64(begin[row])
                for at in range(starts[row], starts[row + 1]):
                    one += np.uint64(apart[at])
                    worth = weight[at]
                    if worth < min(bar_i + asked[one], price_i + least[one]):
                        continue
                    j = there[one]
                    if worth - asked[one] >= bar_i:
                        keep(i, j, worth - asked[one], mix, ids, nets, used, bar)
                        bar_i = bar[i]
                    if worth - price_i >= least[one]:
                        keep(j, i, worth - price_i, mix, ids, nets, used, bar)
                        least[one] = bar[j]
            n = end

    @njit
    def settled(
        piece: Piece,
        price: Column,
        now: Column,
        gain: Column,
        mix: Column,
        ids: Column,
        nets: Column,
        used: Column,
        bar: Column,
    ) -> None:
        """Raise gain[row] to the best weight − price[other], and keep the pairs that weigh more than what both people
        have now: for every row the best others by weight − now[other] that reach bar[row]."""
        first, starts, where, begin, near, apart, weight = piece
        n = 0
        while n < len(where):
            end, stop = town_after(where, near, n)
            there = near[where[n] : stop]
            asked, has, most = price[there], now[there], gain[there]
            for row in range(n, end if starts[end] > starts[n] else n):
                i = first + row
                price_i, now_i, gain_i, one = price[i], now[i], gain[i], np.uint64(begin[row])
                for at in range(starts[row], starts[row + 1]):
                    one += np.uint64(apart[at])
                    worth = weight[at]
                    gain_i = max(gain_i, worth - asked[one])
                    if worth - price_i > most[one]:
                        most[one] = worth - price_i
                    if worth > now_i + has[one]:
                        j = there[one]
                        if worth - has[one] >= bar[i]:
                            keep(i, j, worth - has[one], mix, ids, nets, used, bar)
                        if worth - now_i >= bar[j]:
                            keep(j, i, worth - now_i, mix, ids, nets, used, bar)
                gain[i] = gain_i
            gain[there] = most
            n = end

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
    def only(piece: Piece, place: Column, blocked: Column, people: Any, degree: Column) -> Any:
        """The pairs of those who have a place in the smaller crowd, in its rows, without the pairs `blocked` there: all
        that makes a piece. They are counted in `degree`."""
        first, starts, where, begin, near, apart, weight = piece
        least, rows, total, neighbours = 0, 0, 0, 0
        for phase in range(2):
            if phase == 1:
                new_starts, new_where = np.zeros(rows + 1, np.int64), np.zeros(rows, np.int64)
                new_begin, new_near = np.zeros(rows, np.int32), near[:neighbours].copy()
                new_apart, new_weight = np.empty(total, np.uint8), np.empty(total, weight.dtype)
            row, found, laid, n = 0, 0, 0, 0
            while n < len(where):
                end, stop = town_after(where, near, n)
                there = place[near[where[n] : stop]]
                begun, to = laid, np.empty(len(there), np.int32)
                # neighbours of nobody are left out: they would stand among those of the town before
                anybody = place[first + n : first + end].max() >= 0
                for at in range(len(there) if anybody else 0):
                    if there[at] >= 0:
                        if phase == 1:
                            new_near[laid] = there[at]
                        to[at] = laid - begun
                        laid += 1
                for r in range(n, end):
                    i = place[first + r]
                    if i < 0:
                        continue
                    if phase == 0 and row == 0:
                        least = i
                    number = np.int64(i) * people
                    low, high = np.searchsorted(blocked, number), np.searchsorted(blocked, number + people)
                    one, last = np.uint64(begin[r]), -1
                    for at in range(starts[r], starts[r + 1]):
                        one += np.uint64(apart[at])
                        j = there[one]
                        if weight[at] == 0 or j < 0 or (low < high and among(blocked[low:high], number + j)):
                            continue
                        if last < 0:
                            last = to[one]
                            if phase == 1:
                                new_begin[row] = last
                        while to[one] - last > FURTHEST:
                            if phase == 1:
                                new_apart[found], new_weight[found] = FURTHEST, 0
                            last += FURTHEST
                            found += 1
                        if phase == 1:
                            new_apart[found], new_weight[found] = to[one] - last, weight[at]
                            degree[i] += 1
                            degree[j] += 1
                        last = to[one]
                        found += 1
                    if phase == 1:
                        new_where[row], new_starts[row + 1] = begun, found
                    row += 1
                n = end
            total, neighbours, rows = found, laid, row
        return least, new_starts, new_where, new_begin, new_near, new_apart, new_weight

    @njit
    def put_in(
        starts: Column,
        other: Column,
        weight: Column,
        i: Column,
        j: Column,
        value: Column,
        mix: Column,
        places: Column,
        others: Column,
        weights: Column,
    ) -> None:
        """The graph of `neighbours` with more pairs: each is put in where it belongs. `places` comes as zeros."""
        n = len(starts) - 1
        for e in range(len(i)):
            places[i[e] + 1] += 1
            places[j[e] + 1] += 1
        for v in range(n):
            places[v + 1] += places[v]
        places += starts
        filled = places[:n] + np.diff(starts)
        for v in range(n):
            others[places[v] : filled[v]] = other[starts[v] : starts[v + 1]]
            weights[places[v] : filled[v]] = weight[starts[v] : starts[v + 1]]
        # first everything into its row, one after the other, which are many places far apart; then row by row
        for e in range(len(i)):
            a, b, worth = i[e], j[e], value[e]
            others[filled[a]], weights[filled[a]] = b, worth
            filled[a] += 1
            others[filled[b]], weights[filled[b]] = a, worth
            filled[b] += 1
        for v in range(n):
            begin, sorted_until = places[v], places[v] + starts[v + 1] - starts[v]
            for gap in GAPS:
                # the last step alone puts few in quickly; who has waited for years is a neighbour of thousands
                if gap > 1 and (filled[v] - sorted_until <= MANY or gap >= filled[v] - begin):
                    continue
                for new in range(sorted_until if gap == 1 and filled[v] - sorted_until <= MANY else begin, filled[v]):
                    at, worth, one = new, weights[new], others[new]
                    while at - gap >= begin:
                        before, last = weights[at - gap], others[at - gap]
                        if before > worth or (before == worth and mixed(mix[v], mix[last]) < mixed(mix[v], mix[one])):
                            break
                        weights[at], others[at] = before, last
                        at -= gap
                    weights[at], others[at] = worth, one

    return best_few, settled, joined, only, put_in
