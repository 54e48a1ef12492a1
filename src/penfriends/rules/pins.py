"""What is left to decide in a round when some pairs are settled beforehand, and some must not come?"""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from uuid import UUID

from penfriends.rules.eligibility import may_be_matched
from penfriends.rules.matching import Pair, Seeker, World, places


def still_hold(world: World, pins: Collection[Pair], today: date) -> frozenset[Pair]:
    """Of the pinned pairs those that are possible together: each keeps every rule, and nobody gets too many friends.

    Looked at in the order of their numbers, so that the answer does not depend on the order of the list.
    """
    people = {seeker.uid: seeker for seeker in world.some({uid for pair in pins for uid in pair})}
    kept: set[Pair] = set()
    for low, high in sorted(sorted(pair) for pair in pins):
        one, other = people.get(low), people.get(high)
        if one is not None and other is not None and may_be_matched(one, other, world, today):
            kept.add(Pair((low, high)))
            people[low], people[high] = with_a_friend(one), with_a_friend(other)
    return frozenset(kept)


def without(world: World, pins: Collection[Pair], apart: Collection[Pair], today: date) -> World:
    """The world for the rest of the round: pinned pairs have used up their places and cannot come twice, and the
    pairs of `apart` never come."""
    blocked = world.blocked | frozenset(pins) | frozenset(apart)
    if not pins:
        return replace(world, blocked=blocked)
    taken = Counter(uid for pair in pins for uid in pair)
    seekers = (with_a_friend(seeker, taken[seeker.uid]) for seeker in world.seekers)
    left = tuple(one for one in seekers if one.uid not in taken or places(one, today) > 0)
    return replace(world, seekers=left, blocked=blocked)


def with_a_friend(seeker: Seeker, more: int = 1) -> Seeker:
    """The same person after being promised so many more friends."""
    if not more:
        return seeker
    return replace(seeker, capacity_left=seeker.capacity_left - more, friends=seeker.friends + more)


def alone(world: World, unmatched: Collection[UUID], pins: Collection[Pair]) -> frozenset[UUID]:
    """Who got nobody at all: neither in the round nor among the pinned."""
    pinned = {uid for pair in pins for uid in pair}
    return frozenset(seeker.uid for seeker in world.some(unmatched)) - pinned
