"""Everybody bids for everybody: the loop that most of the time of a large round goes into (see `compiled`).

A graph is three columns: the neighbours of n are other[starts[n]:starts[n + 1]], with their weights, the heaviest
first. Integers only.
"""

from typing import Any

Column = Any


def auction(
    starts: Column,
    other: Column,
    weight: Column,
    step: int,
    price: Column,
    owner: Column,
    bought: Column,
    queue: Column,
    profit: Column,
) -> Any:
    """Everybody buys the neighbour they gain most from: what each bought (or −1), and the prices at the end.

    Bertsekas' auction on the double cover, one bidder at a time; staying alone costs and gains nothing. It begins at
    the prices of an earlier one. First everybody bids, and prices only rise, by `step` at least, so that ends. Who then
    has a price and no buyer offers themselves, cheaper and cheaper; profits only rise, so that ends too. `queue` comes
    as n − 1, …, 1, 0, `profit` as zeros, `owner` and `bought` as −1.
    """
    n = len(queue)
    waiting = n
    while waiting > 0:
        waiting -= 1
        bidder = queue[waiting]
        best, second, wanted = 0, 0, -1
        of = slice(starts[bidder], starts[bidder + 1])
        for offered, worth in zip(other[of], weight[of]):
            if worth <= second:
                break
            gain = worth - price[offered]
            if gain > second:
                if gain > best:
                    second = best
                    best = gain
                    wanted = offered
                else:
                    second = gain
        if wanted < 0:
            continue
        profit[bidder] = second - step
        price[wanted] += best - second + step
        before = owner[wanted]
        if before >= 0:
            bought[before] = -1
            profit[before] = 0
            queue[waiting] = before
            waiting += 1
        owner[wanted] = bidder
        bought[bidder] = wanted
    for v in range(n - 1, -1, -1):
        if owner[v] < 0 and price[v] > 0:
            queue[waiting] = v
            waiting += 1
    while waiting > 0:
        waiting -= 1
        v = queue[waiting]
        best, second, wanted, value = 0, 0, -1, 0
        of = slice(starts[v], starts[v + 1])
        for buyer, worth in zip(other[of], weight[of]):
            if worth + step <= second:
                break
            gain = worth - profit[buyer]
            if gain > best:
                second = best
                best = gain
                wanted = buyer
                value = worth
            elif gain > second:
                second = gain
        price[v] = min(price[v], max(0, second - step))
        if wanted < 0:
            continue
        before = bought[wanted]
        owner[v] = wanted
        bought[wanted] = v
        profit[wanted] = value - price[v]
        if before >= 0:
            owner[before] = -1
            if price[before] > 0:
                queue[waiting] = before
                waiting += 1
    return bought, price


def best_gains(starts: Column, other: Column, weight: Column, price: Column, gain: Column) -> Any:
    """What everybody would gain at best at these prices; `gain` comes as zeros."""
    for v in range(len(gain)):
        best = 0
        of = slice(starts[v], starts[v + 1])
        for offered, worth in zip(other[of], weight[of]):
            if worth <= best:
                break
            if worth - price[offered] > best:
                best = worth - price[offered]
        gain[v] = best
    return gain
