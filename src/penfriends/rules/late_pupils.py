"""Who gets a partner later, when the others write already?

Somebody was absent, came new, or lost their partner. First without moving anybody: newcomers of both classes are
partnered with each other, and who is left over joins somebody who may still have one more, volunteers first. Only if
that cannot be, everybody is looked at again, and as few as possible are moved. If locks, which never move, are in the
way of that too, somebody gets as many partners as others have already by locks, or a circle one more. Both are said.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from penfriends.rules.class_contradictions import contradictions, most_of
from penfriends.rules.class_pairing import broken, circles_of, pair_classes, told
from penfriends.rules.class_places import Board, draw, fits_of
from penfriends.rules.class_search import search
from penfriends.rules.partners import Couple, Partnering, Pupil, Remark, Roster, Rules
from penfriends.rules.pupil_score import Around


def add_late(
    first: Roster, second: Roster, standing: Collection[Couple], rules: Rules, around: Around, *, seed: int = 0
) -> Partnering:
    """Partners for everybody who is present and has none, beside the couples who write to each other already. Couples
    of whom one is not present any more count as parted."""
    locked = Counter(uid for couple in rules.locks if couple in standing for uid in couple)
    limit = max(locked.values(), default=0)
    wrong = contradictions(first, second, rules, around.today, limit)
    if wrong:
        return Partnering(complaints=wrong)
    here = [{pupil.uid for pupil in one.present} for one in (first, second)]
    kept = frozenset(one for one in standing if len(one & here[0]) == len(one & here[1]) == 1)
    late = _Late(first, second, rules, around, seed)
    couples = late.joined_in(kept, most_of(first, second), alone=True)
    if not broken(first, second, couples, rules, around):
        return told(first, second, couples, rules, around)
    again = pair_classes(first, second, rules, around, seed=seed, standing=kept)
    if not again.complaints:
        moved = () if kept <= again.couples else (Remark.MOVED,)
        return replace(again, remarks=(*again.remarks, *moved))
    return late.squeezed_in(kept, max(limit, most_of(first, second))) or again


@dataclass(frozen=True, slots=True)
class _Late:
    """The two classes, and how those who come late join in."""

    first: Roster
    second: Roster
    rules: Rules
    around: Around
    seed: int

    def joined_in(self, kept: frozenset[Couple], most: int, *, alone: bool) -> frozenset[Couple]:
        """`kept`, and with them those who had nobody; not more than `kept` where that does not work without moving.
        Joined are only pupils who are `alone` of their class in their circle: so one more is a partner for them."""
        couples = kept | self.rules.locks
        taken = frozenset[str]().union(*couples)
        sides = [sorted(one.present, key=lambda one: draw(one, self.seed)) for one in (self.first, self.second)]
        left = [tuple(one for one in side if one.uid not in taken) for side in sides]
        guests, side = (left[0], sides[1]) if len(left[0]) >= len(left[1]) else (left[1], sides[0])
        hosts = tuple(one for one in side if not alone or _alone_of(one, side, couples, self.rules))
        if not guests or not hosts:
            return couples
        outcome = search(_board(hosts, guests, couples, most, self.rules, self.around))
        joining = enumerate(outcome.entry_of or ())
        return couples | {Couple((guests[n].uid, hosts[entry].uid)) for n, entry in joining}

    def squeezed_in(self, kept: frozenset[Couple], most: int) -> Partnering | None:
        """The same where nobody can move: with up to `most` partners, then with whoever fits, if that keeps all."""
        first, second, rules, around = self.first, self.second, self.rules, self.around
        for alone in (True, False):
            couples = self.joined_in(kept, most, alone=alone)
            if not broken(first, second, couples, rules, around, most=most):
                return told(first, second, couples, rules, around, (Remark.MORE_THAN_USUAL,))
        return None


def _alone_of(pupil: Pupil, side: Collection[Pupil], couples: Collection[Couple], rules: Rules) -> bool:
    """Whether no other of the class is in this pupil's circle: then one more is a partner for the pupil alone."""
    own = {one.uid for one in side}
    return all(len(circle & own) == 1 for circle in circles_of(couples, rules) if pupil.uid in circle)


def _board(
    hosts: tuple[Pupil, ...], guests: tuple[Pupil, ...], couples: frozenset[Couple], most: int, rules: Rules,
    around: Around,
) -> Board:  # fmt: skip
    """Hosts who have nobody need one guest; the others may take as many as there is room for."""
    fits, rows = fits_of(hosts, guests, around), len(hosts)
    has = np.array([sum(host.uid in couple for couple in couples) for host in hosts], np.int64)
    circle = {uid: one for one in circles_of(couples, rules) for uid in one}
    beside = [circle.get(host.uid, frozenset({host.uid})) for host in hosts]
    apart = [[any(Couple((guest.uid, uid)) in rules.apart for uid in one) for guest in guests] for one in beside]
    node = {guest.uid: rows + n for n, guest in enumerate(guests)}
    nothing = np.zeros((rows, len(guests)), np.int64)
    return Board(
        entries=tuple((n,) for n in range(rows)),
        allowed=fits.possible & ~np.array(apart, np.bool_),
        worst=fits.points,
        points=fits.points,
        least=np.where(has > 0, 0, 1),
        most=np.maximum(most - has, 0),
        lost=nothing,
        unasked=nothing,
        unwilling=np.array([not host.volunteer for host in hosts]),
        units=(),
        joined=frozenset(),
        apart=tuple(sorted(tuple(sorted(node[x] for x in one)) for one in rules.apart if one <= node.keys())),  # type: ignore[misc]
    )
