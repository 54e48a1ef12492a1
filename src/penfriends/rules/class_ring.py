"""How do more than two classes write to each other?

In a ring, in the order in which the teachers list them: the first class writes with the second, the second with the
third, the last with the first. So every pupil has a friend in either neighbouring class, each link of the ring is as
good as it can be by itself, and nobody has more than ⌈n/m⌉ partners in one class. Two classes are one link. Who has
volunteered for two is asked for that in one link only, as long as there are others.
"""

from collections.abc import Sequence
from dataclasses import replace

from penfriends.rules.class_pairing import pair_classes
from penfriends.rules.late_pupils import add_late
from penfriends.rules.partners import Complaint, Couple, Kind, Partnering, Roster, Rules, Trouble
from penfriends.rules.pupil_score import Around


def links(classes: Sequence[Roster]) -> tuple[tuple[int, int], ...]:
    """Which classes (by position) write to each other."""
    if len(classes) == 2:
        return ((0, 1),)
    return tuple((n, (n + 1) % len(classes)) for n in range(len(classes)))


def pair_ring(
    classes: Sequence[Roster], rules: Rules, around: Around, *, seed: int = 0, standing: frozenset[Couple] = frozenset()
) -> tuple[Partnering, ...]:
    """What comes out for each of `links(classes)`; where couples write to each other already, the others come late. If
    the wishes do not fit the ring, each link has the same complaints."""
    wrong = _misplaced(classes, rules)
    if wrong:
        return tuple(Partnering(complaints=wrong) for _ in links(classes))
    found: list[Partnering] = []
    asked: set[str] = set()
    for pair in links(classes):
        first, second = (_less_eager(classes[n], asked) for n in pair)
        here = {pupil.uid for roster in (first, second) for pupil in roster.pupils}
        wishes = rules.only(tuple(one for one in rules.listed if one[1] <= here))
        before = frozenset(couple for couple in standing if couple <= here)
        if before:
            found.append(add_late(first, second, before, wishes, around, seed=seed))
        else:
            found.append(pair_classes(first, second, wishes, around, seed=seed))
        asked |= {one.uid for one in found[-1].shares}
    return tuple(found)


def _less_eager(roster: Roster, asked: set[str]) -> Roster:
    """The class without the offers that were taken up already."""
    return replace(
        roster, pupils=tuple(replace(one, volunteer=one.volunteer and one.uid not in asked) for one in roster.pupils)
    )


def _misplaced(classes: Sequence[Roster], rules: Rules) -> tuple[Complaint, ...]:
    """Wishes about nobody, and couples of classes that do not write to each other."""
    place = {pupil.uid: n for n, roster in enumerate(classes) for pupil in roster.pupils}
    number = sum(len(roster.pupils) for roster in classes)
    if number > len(place):
        uids = [pupil.uid for roster in classes for pupil in roster.pupils]
        return (Complaint(Trouble.PUPIL_TWICE, tuple(sorted({uid for uid in uids if uids.count(uid) > 1}))),)
    neighbours = {frozenset(pair) for pair in links(classes)}
    found = []
    for kind, couple in rules.listed:
        named = (kind, tuple(sorted(couple)))
        unknown = tuple(sorted(couple - place.keys()))
        if unknown:
            found.append(Complaint(Trouble.UNKNOWN_PUPIL, unknown, (named,)))
        elif kind is Kind.LOCK and len({place[uid] for uid in couple}) == 2:
            if frozenset(place[uid] for uid in couple) not in neighbours:
                found.append(Complaint(Trouble.LOCK_NOT_NEIGHBOURS, tuple(sorted(couple)), (named,)))
        elif kind is Kind.TOGETHER and len({place[uid] for uid in couple}) == 2:
            found.append(Complaint(Trouble.TOGETHER_TWO_CLASSES, tuple(sorted(couple)), (named,)))
    return tuple(found)
