"""The loop over all pairs of people of linked towns, for numba only; `permitted_blocks` does the same in numpy.

Everybody in the towns that one town is linked to is laid side by side, by age, once for the whole town. Who in it fits
somebody is sieved out in a loop that a processor runs on many people at a time; only those are scored. All values are
integers, so both engines find the same pairs and weights, bit for bit.
"""

from typing import Any, NamedTuple

import numpy as np

Column = Any

TERMS = 10
"""So many columns has a row of `Roads.terms`."""
HAIR = 1e-11
"""Points for interests are most · common / √(a · b), cut to a whole number. Rounding leaves the product of this with
two roots off by less than a hair. What is no whole number is off the next one by more: squared and multiplied by a · b
it is off by one at least, so with at most 1000 points and a · b below a million by 10⁻¹⁰."""


class Facts(NamedTuple):
    """A crowd as the loop reads it. `order`: months for children, years for adults, rising within a town; nobody fits
    who is further away in it than `reach`. `when` is the birth in days of 32 a month, or the year in such days where
    `dated` is 0. `speaks` has a row for written at least little, well, as first language, and for practised; `likes`
    one a word of interests; `root` is one through the root of all that somebody's interests count. `guarded` has bit 1
    for rows in any blocked pair, bit 2 for rows in any pending one."""

    order: Column
    reach: Column
    when: Column
    year: Column
    dated: Column
    window: Column
    step: Column
    speaks: Column
    likes: Column
    rarity_of_word: Column
    root: Column
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
    other; those of the n-th row begin at where[n]. The permitted ones among them are found by going on from begin[n] by
    each of apart[starts[n]:starts[n + 1]], and stand beside their weights. A weight of 0 is no pair, only a step on the
    way to one that is further than 255. So a pair takes three bytes."""

    first: int
    starts: Column
    where: Column
    begin: Column
    near: Column
    apart: Column
    weight: Column


FURTHEST = 255


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
        starts, where, begin, near, apart, weight = piece[1:]
        # each column by its own name: reaching into a tuple a hundred million times costs more than the work
        order, reach, whens, all_years, all_dated, windows, step, speaks, likes, rarity_of_word = facts[:10]
        root, all_ways, media, households, towns, wish, extra, allows, guarded = facts[10:19]
        blocked, pending, pending_weight = facts[19:]
        far, opens = roads.far, roads.opened
        terms, points = roads.terms.ravel(), roads.age_points.ravel()
        ages, gaps = roads.age_points.shape[1:]
        n, first, laid = len(order), row, 0
        at: Any = 0
        found: Any = 0
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
            # side by side, since they are gone through once for everybody in this town; numbers that a processor takes
            # many at a time
            dated, ways, household, opened = all_dated[rows], all_ways[rows], households[rows], opens[rows]
            window, when, years, their_media, home = (
                windows[rows],
                whens[rows],
                all_years[rows],
                media[rows],
                towns[rows],
            )
            writes, well, own, practises = speaks[0][rows], speaks[1][rows], speaks[2][rows], speaks[3][rows]
            base, ages_of, table, scale = (
                np.empty(size, np.int32),
                np.empty(size, np.int32),
                np.empty(size, np.int32),
                np.empty(size, np.float64),
            )
            liked = np.empty(len(likes) * size, np.uint64)
            for word in range(len(likes)):
                for at in range(size):
                    liked[word * size + at] = likes[word, rows[at]]
            for at in range(size):
                kinds[at] *= TERMS
                kind, wished = kinds[at], wish[rows[at]]
                met = terms[kind + 8] if wished == -1 else terms[kind + 7] * (wished == town)
                base[at] = extra[rows[at]] + terms[kind + 6] + met
                ages_of[at], table[at] = step[rows[at]] * gaps, terms[kind + 5] * ages * gaps
                scale[at] = terms[kind] * root[rows[at]]
            fit, held, times = np.empty(size, np.uint8), np.empty(size + 1, np.uint32), np.zeros(size, np.int32)
            shared, plain = np.empty(size, np.int32), np.empty(size, np.int32)
            while row < end:
                if found + size + size // FURTHEST >= len(apart):
                    break
                i = row
                row += 1
                starts[row - first] = found
                if far and not allows[i]:
                    continue
                lo = before[min(values, max(0, order[i] - reach[i] - least))]
                hi = before[min(values, max(0, order[i] + reach[i] + 1 - least))]
                window_i, home_i, ways_i = windows[i], households[i], all_ways[i]
                writes_i, well_i, own_i, practises_i = speaks[0, i], speaks[1, i], speaks[2, i], speaks[3, i]
                # the day for two whose days are known, the year else
                year_i, further = all_years[i], whens[i] - all_years[i]
                birth = when if all_dated[i] else years
                # unsigned, so that no index is looked at for being negative and several rows go through at a time
                start, stop = np.uint64(lo), np.uint64(hi)
                for at in range(start, stop):
                    distance = abs(birth[at] - year_i - further * dated[at])
                    homes = (home_i < 0) | (home_i != household[at])
                    fit[at] = (distance <= min(window_i, window[at])) & homes
                for at in range(start, stop):
                    fit[at] = fit[at] & ((ways_i & ways[at]) != 0) & ((writes_i & writes[at]) != 0)
                if far and not opens[i]:
                    for at in range(start, stop):
                        fit[at] = fit[at] & opened[at]
                q = np.uint64(0)
                for at in range(start, stop):
                    held[q] = at
                    q += np.uint64(fit[at])
                guard, number = guarded[i], i * n
                if guard & 1:
                    left = np.uint64(0)
                    for index in range(q):
                        at = held[index]
                        held[left] = at
                        j = rows[at]
                        left += np.uint64(not (guarded[j] & 1 and among(blocked, number + j)))
                    q = left
                shared[:q] = 0
                for word in range(len(likes)):
                    mine, rarity, of = likes[word, i], np.int32(rarity_of_word[word]), np.uint64(word * size)
                    if mine != 0:
                        for index in range(q):
                            shared[index] += rarity * count_bits(mine & liked[of + np.uint64(held[index])])
                # without a branch: which way one goes cannot be foreseen from pair to pair, and a wrong guess costs
                # more than all the rest
                media_i, wish_i, extra_i, root_i, ages_i = (
                    media[i],
                    wish[i],
                    extra[i],
                    root[i],
                    np.int32(step[i] * gaps),
                )
                for index in range(q):
                    at = np.uint64(held[index])
                    kind = np.uint64(kinds[at])
                    gap = (np.int64(abs(birth[at] - year_i - further * dated[at])) + 31) >> 5
                    value = np.int64(extra_i) + np.int64(base[at])
                    value += np.int64(points[np.uint64(table[at] + min(ages_i, ages_of[at]) + gap)])
                    level = np.uint64((well_i & well[at]) != 0) + np.uint64((own_i & own[at]) != 0)
                    value += terms[kind + np.uint64(1) + level]
                    practised = np.int64((practises_i & own[at]) != 0) + np.int64((practises[at] & own_i) != 0)
                    value += terms[kind + np.uint64(4)] * practised
                    value += terms[kind + np.uint64(9)] * np.int64((media_i & their_media[at]) != 0)
                    wished = terms[kind + np.uint64(7)] * np.int64(wish_i == home[at])
                    value += terms[kind + np.uint64(8)] if wish_i == -1 else wished
                    plain[index] = value
                    times[at] += 1
                place, begun = np.uint64(found), held[0]
                begin[row - first - 1] = last = begun
                for index in range(q):
                    at = held[index]
                    worth = plain[index] + np.int32(shared[index] * (root_i * scale[at]) + HAIR)
                    while at - last > FURTHEST:
                        apart[place], weight[place] = FURTHEST, 0
                        last += np.uint32(FURTHEST)
                        place += np.uint64(1)
                    apart[place], weight[place] = at - last, worth
                    last = at
                    place += np.uint64(1)
                found = np.int64(place)
                if guard & 2:
                    at = begun
                    for index in range(starts[row - first], found):
                        at += apart[index]
                        j = rows[at]
                        if weight[index] and guarded[j] & 2 and among(pending, number + j):
                            weight[index] += pending_weight
                degree[i] += np.int64(q)
                starts[row - first] = found
            for at in range(size):
                degree[rows[at]] += times[at]
            if row < end:
                return row, found, laid
        return row, found, laid

    return pairs_from
