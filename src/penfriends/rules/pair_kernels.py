"""The loops over pairs of people, for numba only; `candidates` does the same in numpy blocks where numba is missing.

Every pair of a link is looked at once. What cannot be (age, language, medium, household) is sieved out of a town's
rows first, in a loop that a processor runs on several rows at a time; only the rest is scored. All values are integers,
so both engines give the same lists, bit for bit.
"""

import importlib
from functools import cache
from typing import Any

import numpy as np

Column = Any


@cache
def loops() -> tuple[Any, Any]:
    """The two compiled loops, `scan` and `joined`. Compiling takes seconds, so numba keeps them on disk if it can."""
    numba = importlib.import_module("numba")
    try:
        return make(numba.njit(cache=True), numba.njit(cache=True, inline="always"))
    except RuntimeError:  # no folder that numba may keep them in
        return make(numba.njit, numba.njit(inline="always"))


def popcount(x: Any) -> Any:
    """Bits set in a word of 64; numba turns the well-known sum of halves into one instruction."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


def make(njit: Any, inlined: Any) -> tuple[Any, Any]:
    """Made here, so that importing this module does not need numba."""
    count_bits = inlined(popcount)

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
    def first_at_least(keys: Any, lo: Any, hi: Any, value: Any) -> Any:
        while lo < hi:
            middle = (lo + hi) >> 1
            if keys[middle] < value:
                lo = middle + 1
            else:
                hi = middle
        return lo

    @njit
    def among(values: Any, number: Any) -> Any:
        at = np.searchsorted(values, number)
        return at < len(values) and values[at] == number

    @njit
    def scan(
        offsets: Column,
        link_a: Column,
        link_b: Column,
        terms_of_link: Column,
        terms: Column,
        age_points: Column,
        order: Column,
        reach: Column,
        key: Column,
        year: Column,
        dated: Column,
        window: Column,
        step: Column,
        marks: Column,
        writes: Column,
        rarity_of_word: Column,
        rarity: Column,
        root: Column,
        ways: Column,
        media: Column,
        household: Column,
        town: Column,
        wish: Column,
        extra: Column,
        mix: Column,
        allows: Column,
        opened: Column,
        far: Any,
        guarded: Column,
        blocked: Column,
        pending: Column,
        pending_weight: Any,
        price: Column,
        ids: Column,
        nets: Column,
        used: Column,
        bar: Column,
        now: Column,
        swap_ids: Column,
        swap_nets: Column,
        swap_used: Column,
        swap_bar: Column,
        degree: Column,
    ) -> None:
        """Keep for every row the best others by weight − price[other] that reach bar[row], and the best by
        weight − now[other] that reach swap_bar[row], unless there is no room for any of these.

        `marks` of a row: written at least a little, well, as first language; practised; then words of interests.
        `guarded` has bit 1 for rows in any blocked pair, bit 2 for rows in any pending one.
        """
        n = len(order)
        room_for_swaps = swap_ids.shape[1] > 0
        words = marks.shape[1] - 4
        largest = 0
        for t in range(len(offsets) - 1):
            largest = max(largest, offsets[t + 1] - offsets[t])
        held = np.empty(largest + 1, np.int32)
        fit = np.empty(largest + 1, np.uint8)
        for e in range(len(link_a)):
            kind = terms_of_link[e]
            by_interests = terms[kind, 0]
            by_practice = terms[kind, 4]
            by_town = terms[kind, 6]
            by_wish = terms[kind, 7]
            no_wish = terms[kind, 8]
            by_medium = terms[kind, 9]
            table = age_points[terms[kind, 5]]
            first = offsets[link_b[e]]
            last = offsets[link_b[e] + 1]
            for i in range(offsets[link_a[e]], offsets[link_a[e] + 1]):
                if far and not allows[i]:
                    continue
                lo = first_at_least(order, first, last, order[i] - reach[i])
                hi = first_at_least(order, lo, last, order[i] + reach[i] + 1)
                count = hi - lo
                if count == 0:
                    continue
                key_i, year_i, dated_i, window_i, home_i = key[i], year[i], dated[i], window[i], household[i]
                writes_i, ways_i = writes[i], ways[i]
                # unsigned, so that no index is looked at for being negative and several rows go through at a time
                start, end = np.uint64(lo), np.uint64(hi)
                for j in range(start, end):
                    allowed = min(window_i, window[j])
                    by_date = abs(key_i - key[j]) <= 32 * allowed
                    by_year = 12 * abs(year_i - year[j]) <= allowed
                    both = (dated_i & dated[j]) != 0
                    ages = (both & by_date) | ((not both) & by_year)
                    homes = (home_i < 0) | (home_i != household[j])
                    fit[j - start] = ages & homes & ((ways_i & ways[j]) != 0)
                for j in range(start, end):
                    fit[j - start] = fit[j - start] & ((writes_i & writes[j]) != 0)
                if far and opened[i]:
                    for j in range(start, end):
                        fit[j - start] = fit[j - start] & allows[j]
                elif far:
                    for j in range(start, end):
                        fit[j - start] = fit[j - start] & allows[j] & opened[j]
                q = 0
                for j in range(start, end):
                    held[q] = j
                    q += fit[j - start]
                if q == 0:
                    continue
                mine = extra[i] + by_town
                well_i, own_i, practises_i = marks[i, 1], marks[i, 2], marks[i, 3]
                step_i, media_i, wish_i, town_i = step[i], media[i], wish[i], town[i]
                rarity_i, root_i, now_i, price_i = rarity[i], root[rarity[i]], now[i], price[i]
                permitted = 0
                for at in range(q):
                    j = held[at]
                    if guarded[i] & guarded[j] & 1 and among(blocked, min(i, j) * n + max(i, j)):
                        continue
                    permitted += 1
                    degree[j] += 1
                    gap = 12 * abs(year_i - year[j])
                    if dated_i & dated[j]:
                        gap = (abs(key_i - key[j]) + 31) >> 5
                    level = 1 + ((well_i & marks[j, 1]) != 0) + ((own_i & marks[j, 2]) != 0)
                    weight = mine + extra[j] + table[min(step_i, step[j]), gap] + terms[kind, level]
                    weight += by_medium * ((media_i & media[j]) != 0)
                    weight += by_practice * (((practises_i & marks[j, 2]) != 0) + ((marks[j, 3] & own_i) != 0))
                    weight += no_wish if wish_i == -1 else by_wish * (wish_i == town[j])
                    weight += no_wish if wish[j] == -1 else by_wish * (wish[j] == town_i)
                    if guarded[i] & guarded[j] & 2 and among(pending, min(i, j) * n + max(i, j)):
                        weight += pending_weight
                    # nobody has more in common than the one who likes less
                    less = min(rarity_i, rarity[j])
                    most = weight + 1 + np.int64(by_interests * less * root_i * root[rarity[j]])
                    swap = room_for_swaps and most > now_i + now[j]
                    if most - price[j] < bar[i] and most - price_i < bar[j] and not swap:
                        continue
                    common = 0
                    for word in range(words):
                        bits = marks[i, 4 + word] & marks[j, 4 + word]
                        if bits != 0:
                            common += rarity_of_word[word] * count_bits(bits)
                    if common > 0:
                        product = np.int64(rarity_i) * np.int64(rarity[j])
                        square = (by_interests * common) ** 2
                        points = np.int64(by_interests * common * root_i * root[rarity[j]])
                        # the float is off by one at most; the integers decide
                        if (points + 1) * (points + 1) * product <= square:
                            points += 1
                        elif points * points * product > square:
                            points -= 1
                        weight += points
                    if weight - price[j] >= bar[i]:
                        keep(i, j, weight - price[j], mix, ids, nets, used, bar)
                    if weight - price_i >= bar[j]:
                        keep(j, i, weight - price_i, mix, ids, nets, used, bar)
                    if room_for_swaps and weight > now_i + now[j]:
                        if weight - now[j] >= swap_bar[i]:
                            keep(i, j, weight - now[j], mix, swap_ids, swap_nets, swap_used, swap_bar)
                        if weight - now_i >= swap_bar[j]:
                            keep(j, i, weight - now_i, mix, swap_ids, swap_nets, swap_used, swap_bar)
                degree[i] += permitted

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

    return scan, joined
