"""Who gets a partner later, when the others write already?

Somebody was absent, came new, or lost their partner. First without moving anybody: newcomers of both classes are
partnered with each other, and who is left over joins somebody who may still have one more, volunteers first. Only if
that cannot be, everybody is looked at again, as few as possible are moved, and that is said. A lock never moves.
"""

from collections.abc import Collection

import numpy as np

from penfriends.rules.class_contradictions import contradictions
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
    wrong = contradictions(first, second, rules, around.today)
    if wrong:
        return Partnering(complaints=wrong)
    here = [{pupil.uid for pupil in one.present} for one in (first, second)]
    kept = frozenset(one for one in standing if len(one & here[0]) == len(one & here[1]) == 1)
    couples = _joined_in(first, second, kept, rules, around, seed)
    if not broken(first, second, couples, rules, around):
        return told(first, second, couples, rules, around)
    again = pair_classes(first, second, rules, around, seed=seed, standing=kept)
    if again.complaints or kept <= again.couples:
        return again
    return told(first, second, again.couples, rules, around, (*again.remarks, Remark.MOVED))


def _joined_in(
    first: Roster, second: Roster, kept: frozenset[Couple], rules: Rules, around: Around, seed: int
) -> frozenset[Couple]:
    """`kept`, and with them those who had nobody; not more than `kept` where that does not work without moving."""
    couples = kept | rules.locks
    taken = frozenset[str]().union(*couples)
    sides = [sorted(one.present, key=lambda pupil: draw(pupil, seed)) for one in (first, second)]
    alone = [tuple(one for one in side if one.uid not in taken) for side in sides]
    if not any(alone):
        return couples
    guests, side = (alone[0], sides[1]) if len(alone[0]) >= len(alone[1]) else (alone[1], sides[0])
    hosts = tuple(one for one in side if _alone_of(one, side, couples, rules))
    most = -(-max(map(len, sides)) // min(map(len, sides)))
    if not hosts:
        return couples
    outcome = search(_board(hosts, guests, couples, most, rules, around))
    return couples | {Couple((guests[n].uid, hosts[entry].uid)) for n, entry in enumerate(outcome.entry_of or ())}


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
