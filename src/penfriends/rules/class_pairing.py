"""Who writes to whom when the pupils of two classes are partnered?

Every pupil who is present gets a partner of the other class. Of the smaller class each gets ⌊n/m⌋ or ⌈n/m⌉, volunteers
first; of the larger class each has one, who may be shared: circles of three, larger ones only where one class is more
than twice the other, and that is said. Two of the larger class who are kept together have the same partner. Two of the
smaller class who are kept together share theirs, so that this one has two. Nobody has more than ⌈n/m⌉.

The worst pair is as good as can be, then the sum of points is as large as can be; between equals an order decides that
is drawn from the seed and the uids. The same pupils, wishes and seed give the same answer however they are listed.
"""

from collections.abc import Collection, Iterable

from penfriends.rules.class_contradictions import contradictions, most_of, why_not
from penfriends.rules.class_places import board_of, fits_of, hosts_first
from penfriends.rules.class_search import search
from penfriends.rules.partners import (
    Couple,
    Partnering,
    Partners,
    Pupil,
    Remark,
    Roster,
    Rules,
    Shares,
    Shortage,
)
from penfriends.rules.pupil_score import Around, explain_pupils, hindrance

NOBODY_BEFORE: frozenset[Couple] = frozenset()


def pair_classes(
    first: Roster, second: Roster, rules: Rules, around: Around, *, seed: int = 0,
    standing: frozenset[Couple] = NOBODY_BEFORE,
) -> Partnering:  # fmt: skip
    """Partners for everybody who is present, or complaints and nobody partnered. Of the couples in `standing`, who
    write to each other already, as few as possible are parted."""
    wrong = contradictions(first, second, rules, around.today)
    if wrong:
        return Partnering(complaints=wrong)
    fits = fits_of(*hosts_first(first, second, seed), around)
    board = board_of(fits, rules, standing)
    outcome = search(board)
    if outcome.entry_of is None:
        return Partnering(complaints=why_not(fits, rules, proven=outcome.proven))
    couples = {
        Couple((fits.guests[guest].uid, fits.hosts[host].uid))
        for guest, entry in enumerate(outcome.entry_of)
        for host in board.entries[entry]
    }
    remarks = () if outcome.proven else (Remark.PERHAPS_NOT_BEST,)
    return told(first, second, couples, rules, around, remarks)


def shortage(first: Roster, second: Roster, rules: Rules) -> Shortage | None:
    """How many pupils have to share, and how many of them a teacher has still to appoint; None without pupils.

    Whom a teacher has given two partners counts as appointed. Marking a pupil as a volunteer is how one appoints them.
    """
    sizes = len(first.present), len(second.present)
    if not all(sizes):
        return None
    smaller = 0 if sizes[0] <= sizes[1] else 1
    hosts = (first, second)[smaller].present
    least, more = divmod(max(sizes), len(hosts))
    given = [uid for couple in rules.locks for uid in couple]
    ready = {one.uid for one in hosts if one.volunteer or given.count(one.uid) > 1}
    sharing = more if least == 1 else len(hosts)
    return Shortage(smaller, least, least + (more > 0), sharing, len(ready), max(0, sharing - len(ready)))


def told(
    first: Roster, second: Roster, couples: Collection[Couple], rules: Rules, around: Around,
    remarks: tuple[Remark, ...] = (),
) -> Partnering:  # fmt: skip
    """These couples as a result: with their points, circles, who shares, and what has to be said."""
    ours, theirs = ({pupil.uid: pupil for pupil in one.present} for one in (first, second))
    pairs = []
    for one, other in sorted(tuple(sorted(couple, key=lambda uid: uid in theirs)) for couple in couples):
        explanation = explain_pupils(ours[one], theirs[other], around)
        pairs.append(Partners(one, other, explanation, Couple((one, other)) in rules.locks))
    circles = _ordered(circles_of(couples, rules), ours)
    shares = _shares([*ours.values(), *theirs.values()], couples)
    sizes = sorted((len(ours), len(theirs)))
    said = {
        Remark.LARGER_CIRCLES: sizes[1] > 2 * sizes[0],
        Remark.JOINED_CIRCLES: len(circles_of(couples, Rules())) > len(circles),
        Remark.NOT_VOLUNTEERED: any(not one.volunteered for one in shares),
    }
    remarks = (*(remark for remark, holds in said.items() if holds), *remarks)
    return Partnering(tuple(pairs), circles, shares, remarks)


def circles_of(couples: Iterable[Couple], rules: Rules) -> tuple[frozenset[str], ...]:
    """Who hangs together by being partners, or because a teacher had circles joined."""
    listed = list(couples)
    circle: dict[str, set[str]] = {uid: {uid} for couple in listed for uid in couple}
    for couple in [*listed, *(rules.together if rules.join_circles else ())]:
        if couple <= circle.keys():
            whole = set[str]().union(*(circle[uid] for uid in couple))
            circle.update(dict.fromkeys(whole, whole))
    return tuple({frozenset(one) for one in circle.values()})


def _ordered(circles: Iterable[frozenset[str]], ours: Collection[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted(tuple(sorted(one, key=lambda uid: (uid not in ours, uid))) for one in circles))


def _shares(pupils: Iterable[Pupil], couples: Iterable[Couple]) -> tuple[Shares, ...]:
    uids = [uid for couple in couples for uid in couple]
    counted = [(pupil, uids.count(pupil.uid)) for pupil in pupils]
    found = (Shares(pupil.uid, number, pupil.volunteer) for pupil, number in counted if number > 1)
    return tuple(sorted(found, key=lambda one: one.uid))


def broken(
    first: Roster, second: Roster, couples: Collection[Couple], rules: Rules, around: Around, *, most: int = 0
) -> tuple[str, ...]:
    """A second look that knows nothing of the search: what these couples break, by name; empty if nothing. With `most`
    somebody may have so many partners, and circles may be of any size."""
    ours, theirs = ({pupil.uid: pupil for pupil in one.present} for one in (first, second))
    here = [*ours, *theirs]
    number = dict.fromkeys(here, 0)
    for uid in (uid for couple in couples for uid in couple):
        number[uid] = number.get(uid, 0) + 1
    crossing = all(len(couple & ours.keys()) == len(couple & theirs.keys()) == 1 for couple in couples)
    if not crossing:
        return ("not_of_two_classes",)
    any_size, most = rules.join_circles or bool(most), most or most_of(first, second)
    circle = {uid: one for one in circles_of(couples, rules) for uid in one}
    partners = {uid: frozenset(x for couple in couples if uid in couple for x in couple - {uid}) for uid in here}
    together = [couple for couple in rules.together if couple <= number.keys()]
    wrong = {
        "nobody": min(number.values()) < 1,
        "too_many": max(number.values()) > most,
        "lock": not rules.locks <= set(couples),
        "apart": any(len(couple) == 2 and len({circle.get(uid, uid) for uid in couple}) == 1 for couple in rules.apart),
        "together": any(
            len({partners[uid] for uid in couple}) > 1 and not (rules.join_circles and most == 1) for couple in together
        ),
        "hindrance": any(
            hindrance(ours[one], theirs[other], around.today)
            for one, other in (sorted(couple, key=lambda uid: uid in theirs) for couple in couples)
        ),
        "large": not any_size and any(len(one) > most + 1 for one in circle.values()),
    }
    return tuple(name for name, holds in wrong.items() if holds)
