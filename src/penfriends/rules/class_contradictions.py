"""Why can the wishes of the teachers not be kept?

First what can be said of one wish by itself, then which wishes cannot be kept together: the smallest set found by
leaving out one after the other. Nothing is relaxed here: a teacher decides which wish goes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from penfriends.rules.class_places import Fits, board_of
from penfriends.rules.class_search import search
from penfriends.rules.partners import Complaint, Couple, Kind, Pupil, Roster, Rules, Trouble
from penfriends.rules.pupil_score import hindrance

Known = Mapping[str, tuple[int, Pupil]]


def contradictions(first: Roster, second: Roster, rules: Rules, today: date, most: int = 0) -> tuple[Complaint, ...]:
    """What is wrong with the lists, or with one wish by itself, before anybody looks for partners. `most` is how many
    partners somebody may have, if that is more than the sizes of the classes ask for."""
    known: Known = {pupil.uid: (side, pupil) for side, one in enumerate((first, second)) for pupil in one.pupils}
    twice = [uid for uid, times in Counter(p.uid for one in (first, second) for p in one.pupils).items() if times > 1]
    if twice:
        return (Complaint(Trouble.PUPIL_TWICE, tuple(sorted(twice))),)
    if not (first.present and second.present):
        return (Complaint(Trouble.EMPTY_CLASS),)
    return tuple(_of_names(rules, known)) or tuple(_of_wishes(rules, known, today, max(most, most_of(first, second))))


def most_of(first: Roster, second: Roster) -> int:
    """How many partners anybody gets at most: ⌈n/m⌉ of those present, of whom there are some in both classes."""
    sizes = sorted((len(first.present), len(second.present)))
    return -(-sizes[1] // sizes[0])


def why_not(fits: Fits, rules: Rules, *, proven: bool) -> tuple[Complaint, ...]:
    """Why there is no partnering at all, for wishes that stand one by one."""
    few = too_few_fit(fits)
    if few:
        return few
    if not proven:
        return (Complaint(Trouble.NOT_FOUND),)
    kept = rules.listed
    for wish in rules.listed:
        rest = tuple(one for one in kept if one != wish)
        outcome = search(board_of(fits, rules.only(rest)), any_will_do=True)
        if outcome.entry_of is None and outcome.proven:
            kept = rest
    named = tuple((kind, tuple(sorted(couple))) for kind, couple in kept)
    return (Complaint(Trouble.RULES_CONFLICT, tuple(sorted({uid for _, pair in named for uid in pair})), named),)


def too_few_fit(fits: Fits) -> tuple[Complaint, ...]:
    """Pupils who have too few possible partners between them, whatever is wished for (the theorem of Hall)."""
    as_guests, as_hosts = (fits.guests, fits.possible.T, fits.most, 1), (fits.hosts, fits.possible, 1, fits.least)
    for pupils, table, places, wanted in (as_guests, as_hosts):
        alone = tuple(pupil.uid for pupil, possible in zip(pupils, table, strict=True) if not possible.any())
        if alone:
            return (Complaint(Trouble.NOBODY_FITS, alone),)
        found = _crowded([row.nonzero()[0].tolist() for row in table], places, wanted)
        if found:
            return (Complaint(Trouble.TOO_FEW_FIT, tuple(pupils[n].uid for n in found)),)
    return ()


def _crowded(possible: Sequence[Sequence[int]], places: int, wanted: int) -> list[int]:
    """Some who want `wanted` each of those possible for them, which take `places`, and cannot all have them."""
    seats: dict[tuple[int, int], int] = {}
    for asker in [n for n in range(len(possible)) for _ in range(wanted)]:
        asked = {asker}
        if not _seated(asker, possible, places, seats, asked):
            return sorted(asked)
    return []


def _seated(asker: int, possible: Sequence[Sequence[int]], places: int, seats: dict[tuple[int, int], int],
            asked: set[int]) -> bool:  # fmt: skip
    """Find a seat for one more, moving others; if there is none, `asked` holds everybody who was asked to move."""
    for seat in ((other, place) for other in possible[asker] for place in range(places)):
        sitting = seats.get(seat)
        if sitting is None:
            seats[seat] = asker
            return True
        if sitting not in asked:
            asked.add(sitting)
            if _seated(sitting, possible, places, seats, asked):
                seats[seat] = asker
                return True
    return False


# --- each wish by itself ---------------------------------------------------------------------------------------------


def _of_names(rules: Rules, known: Known) -> Iterator[Complaint]:
    for kind, couple in rules.listed:
        unknown = tuple(sorted(uid for uid in couple if uid not in known))
        if unknown:
            yield Complaint(Trouble.UNKNOWN_PUPIL, unknown, ((kind, tuple(sorted(couple))),))
        elif len(couple) != 2:
            yield Complaint(Trouble.SAME_PUPIL, tuple(couple), ((kind, tuple(couple)),))


def _of_wishes(rules: Rules, known: Known, today: date, most: int) -> Iterator[Complaint]:
    for kind, couple in rules.listed:
        trouble = None
        if kind is Kind.LOCK:
            trouble = _of_lock(couple, rules, known, today)
        elif kind is Kind.TOGETHER:
            trouble = _of_together(couple, rules, known, most)
        if trouble is not None:
            yield Complaint(trouble, tuple(sorted(couple)), ((kind, tuple(sorted(couple))),))
    locked = Counter(uid for couple in rules.locks for uid in couple)
    yield from (Complaint(Trouble.TOO_MANY_LOCKS, (uid,)) for uid, times in sorted(locked.items()) if times > most)
    if most > 1:
        yield from _crowds(rules.together, most)


def _of_lock(couple: Couple, rules: Rules, known: Known, today: date) -> Trouble | None:
    (side, pupil), (other_side, other) = (known[uid] for uid in sorted(couple))
    if side == other_side:
        return Trouble.LOCK_SAME_CLASS
    if not (pupil.present and other.present):
        return Trouble.LOCK_ABSENT
    if couple in rules.apart:
        return Trouble.LOCK_APART
    return hindrance(pupil, other, today)


def _of_together(couple: Couple, rules: Rules, known: Known, most: int) -> Trouble | None:
    (side, pupil), (other_side, other) = (known[uid] for uid in sorted(couple))
    if side != other_side:
        return Trouble.TOGETHER_TWO_CLASSES
    if couple in rules.apart:
        return Trouble.TOGETHER_APART
    if most == 1 and pupil.present and other.present and not rules.join_circles:
        return Trouble.TOGETHER_NOBODY_SHARES
    return None


def _crowds(together: frozenset[Couple], most: int) -> Iterator[Complaint]:
    """Pupils who are to be together by way of each other, and are more than one partner takes."""
    left = set(together)
    while left:
        crowd = set(left.pop())
        while near := {couple for couple in left if couple & crowd}:
            left -= near
            crowd.update(*near)
        if len(crowd) > most:
            yield Complaint(Trouble.TOGETHER_TOO_MANY, tuple(sorted(crowd)))
