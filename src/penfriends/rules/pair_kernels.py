"""The loop over all pairs of people of linked towns, for numba only; `permitted_blocks` does the same in numpy.

Everybody in the towns that one town is linked to is laid side by side, by age, once for the whole town. Who in it fits
somebody is sieved out in a loop that a processor runs on many people at a time; only those are scored. All values are
integers, so both engines find the same pairs and weights, bit for bit.
"""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np

Column = Any


class Facts(NamedTuple):
    """A crowd as the loop reads it. `order`: months for children, years for adults, rising within a town; nobody fits
    who is further away in it than `reach`. `marks`: written at least little, well, as first language; practised; then
    words of interests. `guarded` has bit 1 for rows in any blocked pair, bit 2 for rows in any pending one."""

    order: Column
    reach: Column
    key: Column
    year: Column
    dated: Column
    window: Column
    step: Column
    marks: Column
    writes: Column
    rarity_of_word: Column
    rarity: Column
    ways: Column
    media: Column
    household: Column
    town: Column
    wish: Column
    extra: Column
    allows: Column
    guarded: Column
    blocked: Column
    pending: Column
    pending_weight: int


class Roads(NamedTuple):
    """The links from town a: other[starts[a]:starts[a + 1]], each larger than a; what counts there is row `kind` of
    `terms`. `far` links are open to those who allow them, if one of the two has `opened`."""

    offsets: Column
    starts: Column
    other: Column
    kind: Column
    terms: Column
    age_points: Column
    far: bool
    opened: Column


class Piece(NamedTuple):
    """The pairs of the rows `first`, `first` + 1… with larger ones. `near` holds the neighbours of one town after the
    other; those of the n-th row begin at where[n], and near[where[n] + p] for p in other[starts[n]:starts[n + 1]] are
    the permitted ones, each with its weight. So a pair takes four bytes."""

    first: int
    starts: Column
    where: Column
    near: Column
    other: Column
    weight: Column


def popcount(x: Any) -> Any:
    """Bits set in a word of 64; numba turns the well-known sum of halves into one instruction."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


def make(njit: Any, inlined: Any) -> Any:
    """`pairs_from`, made here so that importing this module does not need numba."""
    count_bits = inlined(popcount)

    @njit
    def among(values: Any, number: Any) -> Any:
        at = np.searchsorted(values, number)
        return at < len(values) and values[at] == number

    @njit
    def neighbours(facts: Facts, roads: Roads, town: Any) -> Any:
        """Everybody in the towns linked to this one, by `order`; the row of `terms` for each; and for every value from
        the least on how many come before it."""
        size = 0
        for e in range(roads.starts[town], roads.starts[town + 1]):
            size += roads.offsets[roads.other[e] + 1] - roads.offsets[roads.other[e]]
        rows, kinds = np.empty(size, np.int32), np.empty(size, np.int32)
        least, most, n = 1 << 30, -1, 0
        for e in range(roads.starts[town], roads.starts[town + 1]):
            for j in range(roads.offsets[roads.other[e]], roads.offsets[roads.other[e] + 1]):
                if roads.far and not facts.allows[j]:
                    continue
                rows[n], kinds[n] = j, roads.kind[e]
                least, most = min(least, facts.order[j]), max(most, facts.order[j])
                n += 1
        before = np.zeros(max(0, most - least) + 2, np.int64)
        for at in range(n):
            before[facts.order[rows[at]] - least + 1] += 1
        for value in range(1, len(before)):
            before[value] += before[value - 1]
        sorted_rows, sorted_kinds, place = np.empty(n, np.int32), np.empty(n, np.int32), before.copy()
        for at in range(n):
            value = facts.order[rows[at]] - least
            sorted_rows[place[value]], sorted_kinds[place[value]] = rows[at], kinds[at]
            place[value] += 1
        return sorted_rows, sorted_kinds, before, least

    @njit
    def pairs_from(facts: Facts, roads: Roads, row: Any, piece: Piece, degree: Column) -> Any:
        """Write down the permitted pairs of `row` and those after it with larger rows, while there is room. Returns the
        row to go on with, and how many pairs and neighbours were written."""
        starts, where, near, other, weight = piece[1:]
        # each column by its own name: reaching into a tuple a hundred million times costs more than the work
        order, reach, all_keys, all_years, all_dated, windows, step, marks, all_writes, rarity_of_word = facts[:10]
        rarity, all_ways, media, households, towns, wish, extra, allows, guarded = facts[10:19]
        blocked, pending, pending_weight = facts[19:]
        terms, age_points, far, opens = roads.terms, roads.age_points, roads.far, roads.opened
        words = marks.shape[1] - 4
        n, first, found, laid = len(order), row, 0, 0
        starts[0] = 0
        while row < n:
            town = towns[row]
            end = roads.offsets[town + 1]
            rows, kinds, before, least = neighbours(facts, roads, town)
            size, values = len(rows), len(before) - 1
            if laid + size > len(near):
                return row, found, laid
            where[row - first : end - first] = laid
            if size == 0:
                starts[row - first + 1 : end - first + 1] = found
                row = end
                continue
            near[laid : laid + size] = rows
            laid += size
            key, year, window, household = all_keys[rows], all_years[rows], windows[rows], households[rows]
            dated, ways, writes, opened = all_dated[rows], all_ways[rows], all_writes[rows], opens[rows]
            # side by side, since they are gone through once for everybody in this town
            theirs, base = np.empty((size, marks.shape[1]), np.uint64), np.empty(size, np.int64)
            steps, rarities, their_media = step[rows], rarity[rows], media[rows]
            for at in range(size):
                j, kind = rows[at], kinds[at]
                theirs[at] = marks[j]
                met = terms[kind, 8] if wish[j] == -1 else terms[kind, 7] * (wish[j] == town)
                base[at] = extra[j] + terms[kind, 6] + met
            fit = np.empty(size, np.uint8)
            held = np.empty(size + 1, np.int32)
            while row < end:
                if found + size > len(other):
                    return row, found, laid
                i = row
                row += 1
                starts[row - first] = found
                if far and not allows[i]:
                    continue
                lo = before[min(values, max(0, order[i] - reach[i] - least))]
                hi = before[min(values, max(0, order[i] + reach[i] + 1 - least))]
                key_i, year_i, dated_i, window_i, home_i = (
                    all_keys[i],
                    all_years[i],
                    all_dated[i],
                    windows[i],
                    households[i],
                )
                writes_i, ways_i = all_writes[i], all_ways[i]
                # unsigned, so that no index is looked at for being negative and several rows go through at a time
                start, stop = np.uint64(lo), np.uint64(hi)
                for at in range(start, stop):
                    allowed = min(window_i, window[at])
                    by_date = abs(key_i - key[at]) <= 32 * allowed
                    by_year = 12 * abs(year_i - year[at]) <= allowed
                    both = (dated_i & dated[at]) != 0
                    ages = (both & by_date) | ((not both) & by_year)
                    homes = (home_i < 0) | (home_i != household[at])
                    fit[at] = ages & homes & ((ways_i & ways[at]) != 0)
                for at in range(start, stop):
                    fit[at] = fit[at] & ((writes_i & writes[at]) != 0)
                if far and not opens[i]:
                    for at in range(start, stop):
                        fit[at] = fit[at] & opened[at]
                q = 0
                for at in range(start, stop):
                    held[q] = at
                    q += fit[at]
                well_i, own_i, practises_i = marks[i, 1], marks[i, 2], marks[i, 3]
                step_i, media_i, wish_i, extra_i, rarity_i = step[i], media[i], wish[i], extra[i], float(rarity[i])
                for index in range(q):
                    at = held[index]
                    j, kind = rows[at], kinds[at]
                    both = guarded[i] & guarded[j]
                    if both & 1 and among(blocked, i * n + j):
                        continue
                    gap = 12 * abs(year_i - year[at])
                    if dated_i & dated[at]:
                        gap = (abs(key_i - key[at]) + 31) >> 5
                    level = 1 + ((well_i & theirs[at, 1]) != 0) + ((own_i & theirs[at, 2]) != 0)
                    value = extra_i + base[at] + terms[kind, level]
                    value += age_points[terms[kind, 5], min(step_i, steps[at]), gap]
                    practised = ((practises_i & theirs[at, 2]) != 0) + ((theirs[at, 3] & own_i) != 0)
                    value += terms[kind, 4] * practised + terms[kind, 9] * ((media_i & their_media[at]) != 0)
                    value += terms[kind, 8] if wish_i == -1 else terms[kind, 7] * (wish_i == towns[j])
                    common = 0
                    for word in range(words):
                        bits = marks[i, 4 + word] & theirs[at, 4 + word]
                        if bits != 0:
                            common += rarity_of_word[word] * count_bits(bits)
                    if common > 0:
                        # exact: quotients and roots of whole numbers below 2**52 are cut to whole numbers rightly
                        square = float((terms[kind, 0] * common) ** 2)
                        value += int(sqrt(float(int(square / (rarity_i * float(rarities[at]))))))
                    if both & 2 and among(pending, i * n + j):
                        value += pending_weight
                    other[found], weight[found] = at, value
                    degree[j] += 1
                    found += 1
                degree[i] += found - starts[row - first]
                starts[row - first] = found
        return row, found, laid

    return pairs_from
