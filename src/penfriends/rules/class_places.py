"""Which pupils of the larger class may go to whom of the smaller one, and how many to each?

The pupils of the smaller class are *hosts*: to each come at least ⌊n/m⌋ and at most ⌈n/m⌉ of the n *guests*, the pupils
of the larger class, and each guest comes to one. Hosts who are to share their partner are one entry, and take fewer, so
that their circle is no larger than others. Everything stands in an order that is drawn from the seed and the uids: how
the classes were listed, and which of them first, changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from penfriends.rules.cheapest import Bools, Ints
from penfriends.rules.partners import Couple, Pupil, Roster, Rules
from penfriends.rules.pupil_score import Around, explain_pupils, hindrance


@dataclass(frozen=True, slots=True)
class Fits:
    """Two classes before any wish of a teacher: hosts and guests in the drawn order, the points of each two (a row a
    host), and whether the two may be partners at all."""

    hosts: tuple[Pupil, ...]
    guests: tuple[Pupil, ...]
    points: Ints
    possible: Bools

    @property
    def least(self) -> int:
        return len(self.guests) // len(self.hosts)

    @property
    def most(self) -> int:
        return -(-len(self.guests) // len(self.hosts))


@dataclass(frozen=True, slots=True)
class Board:
    """All that the search has to know. `entries` are positions of hosts, mostly one each; the arrays have a row for
    each entry and a column for each guest. Of `units`, positions of guests, all go to one entry. `joined` and `apart`
    name nodes: entries first, then guests. `lost` counts partners of before who would be lost, `unasked` those who
    would share without having volunteered; `unwilling` says of an entry that one more would be too many."""

    entries: tuple[tuple[int, ...], ...]
    allowed: Bools
    worst: Ints
    points: Ints
    least: Ints
    most: Ints
    lost: Ints
    unasked: Ints
    unwilling: Bools
    units: tuple[tuple[int, ...], ...]
    joined: frozenset[tuple[int, int]]
    apart: tuple[tuple[int, int], ...]

    @property
    def has_room(self) -> bool:
        """Whether places could suffice, counted only: a unit takes more than the least that its entry would have."""
        free, usual = self.allowed.shape[1] - int(self.least.sum()), int(self.least.max())
        taken = sum(max(0, len(unit) - usual) for unit in self.units)
        return bool(taken <= free and self.allowed.shape[1] <= self.most.sum())


def draw(pupil: Pupil, seed: int) -> tuple[int, str]:
    """The place in the order that decides between equals. Another seed gives another order."""
    return int.from_bytes(blake2b(f"{seed}:{pupil.uid}".encode(), digest_size=8).digest()), pupil.uid


def hosts_first(first: Roster, second: Roster, seed: int) -> tuple[tuple[Pupil, ...], tuple[Pupil, ...]]:
    """Who is present, the smaller class first, in the drawn order; of classes of one size the one drawn first."""
    drawn = [sorted(roster.present, key=lambda pupil: draw(pupil, seed)) for roster in (first, second)]
    hosts, guests = sorted(drawn, key=lambda pupils: (len(pupils), [draw(one, seed) for one in pupils[:1]]))
    return tuple(hosts), tuple(guests)


def fits_of(hosts: tuple[Pupil, ...], guests: tuple[Pupil, ...], around: Around) -> Fits:
    points = [[explain_pupils(host, guest, around).total for guest in guests] for host in hosts]
    possible = [[hindrance(host, guest, around.today) is None for guest in guests] for host in hosts]
    return Fits(hosts, guests, np.array(points, np.int64), np.array(possible, np.bool_))


def board_of(fits: Fits, rules: Rules, standing: frozenset[Couple] = frozenset()) -> Board:
    """The board for these wishes. Couples of `standing` write to each other already and should go on doing so."""
    shares = fits.most > 1
    entries = _groups(fits.hosts, _sharing(fits.hosts, fits.guests, rules) if shares else ())
    units = _groups(fits.guests, _sharing(fits.guests, fits.hosts, rules) if shares else ())
    taken = np.array([fits.most + 1 - len(entry) for entry in entries], np.int64)
    node = _nodes(fits, entries)
    board = Board(
        entries=entries,
        allowed=np.array([fits.possible[list(entry)].all(axis=0) for entry in entries]),
        worst=np.array([fits.points[list(entry)].min(axis=0) for entry in entries]),
        points=np.array([fits.points[list(entry)].sum(axis=0) for entry in entries]),
        least=np.minimum(fits.least, taken),
        most=taken,
        lost=_lost(fits, entries, standing),
        unasked=_unasked(fits, entries),
        unwilling=np.array([not all(fits.hosts[n].volunteer for n in entry) for entry in entries]),
        units=tuple(unit for unit in units if len(unit) > 1),
        joined=frozenset() if shares else frozenset(_both(node, rules.together)),
        apart=tuple(sorted(_both(node, rules.apart))),
    )
    _narrow(board, node, rules)
    return board


def _sharing(of: Sequence[Pupil], others: Sequence[Pupil], rules: Rules) -> Iterator[Couple]:
    """Those of one class who are to be together, and those to whom teachers gave one and the same partner."""
    own = {pupil.uid for pupil in of}
    yield from (couple for couple in rules.together if couple <= own)
    for other in others:
        locked = sorted(uid for couple in rules.locks if other.uid in couple for uid in couple & own)
        yield from (Couple((locked[0], uid)) for uid in locked[1:])


def _groups(pupils: Sequence[Pupil], couples: Iterable[Couple]) -> tuple[tuple[int, ...], ...]:
    """Positions of those who hang together by these couples; everybody else alone. By the first of each."""
    uids = [pupil.uid for pupil in pupils]
    group = {uid: [n] for n, uid in enumerate(uids)}
    for couple in couples:
        found = [group[uid] for uid in couple]
        if len(found) == 2 and found[0] is not found[1]:
            merged = sorted(found[0] + found[1])
            group.update({uids[n]: merged for n in merged})
    return tuple(sorted({tuple(one) for one in group.values()}))


def _nodes(fits: Fits, entries: Sequence[Sequence[int]]) -> dict[str, int]:
    found = {fits.hosts[n].uid: row for row, entry in enumerate(entries) for n in entry}
    return found | {guest.uid: len(entries) + n for n, guest in enumerate(fits.guests)}


def _both(node: dict[str, int], couples: Iterable[Couple]) -> Iterable[tuple[int, int]]:
    """The nodes of those couples of whom both are here, the smaller node first."""
    for couple in couples:
        found = sorted(node[uid] for uid in couple if uid in node)
        if len(found) == 2:
            yield found[0], found[1]


def _lost(fits: Fits, entries: Sequence[Sequence[int]], standing: frozenset[Couple]) -> Ints:
    before = np.array([[Couple((h.uid, g.uid)) in standing for g in fits.guests] for h in fits.hosts], np.int64)
    return np.array([before.sum(axis=0) - before[list(entry)].sum(axis=0) for entry in entries], np.int64)


def _unasked(fits: Fits, entries: Sequence[Sequence[int]]) -> Ints:
    """A guest of several hosts has several partners too, so should be a volunteer."""
    eager = np.array([guest.volunteer for guest in fits.guests])
    return np.array([(len(entry) > 1) & ~eager for entry in entries]).astype(np.int64)


def _narrow(board: Board, node: dict[str, int], rules: Rules) -> None:
    """Take out of `allowed` what locks and keep-aparts forbid; those of a unit go only where all of them may."""
    rows = len(board.entries)
    for low, high in _both(node, rules.locks):
        board.allowed[np.arange(rows) != low, high - rows] = False
    for low, high in board.apart:
        if low < rows <= high:
            board.allowed[low, high - rows] = False
    for unit in board.units:
        members = list(unit)
        board.allowed[board.most < len(unit), members[0]] = False
        board.allowed[:, members] = board.allowed[:, members].all(axis=1, keepdims=True)
        board.worst[:, members] = board.worst[:, members].min(axis=1, keepdims=True)
