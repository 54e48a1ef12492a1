"""May this pair really be stored or approved, and is this round what it claims to be?

The second look. It shares the values with `matching` and nothing else: no predicate, no window, no age function, no
solver. Both are tested to agree on every pair; a mistake would have to be made twice, in two different ways.
"""

from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from penfriends.rules.matching import Medium, Pair, Seeker, World
from penfriends.rules.score import weight

if TYPE_CHECKING:  # the solver and its numbers are heavy, and the site asks only about pairs
    from penfriends.rules.assignment import Round


def may_be_matched(a: Seeker, b: Seeker, world: World, today: date) -> bool:
    """Whether the two may be pen friends by everything that the world holds at `today`."""
    if a.uid == b.uid or {a.uid, b.uid} in world.blocked:
        return False
    if a.household and a.household == b.household:
        return False
    age_a, age_b = _age(a, today), _age(b, today)
    return (
        _ages_fit(a, b, age_a, age_b)
        and _room(a, age_a) >= 1
        and _room(b, age_b) >= 1
        and _towns_fit(a, b, world)
        and any(code in b.languages for code in a.languages)
        and _letters_arrive(a, b)
    )


EVERY_PAIR_UP_TO = 800
"""Up to so many people a round is looked at pair by pair; that takes about a second. In a larger one the bounds are
those that `certificate` checks against the listed pairs, and every pair is looked at when it is stored."""


def check_round(world: World, found: "Round") -> tuple[str, ...]:
    """Coded complaints; empty if the round keeps every rule and its bounds hold for all pairs that were possible."""
    people = {seeker.uid: seeker for seeker in world.seekers}
    wrong: list[str] = []
    given = dict.fromkeys(people, 0)
    for proposal in found.proposals:
        if not may_be_matched(people[proposal.first], people[proposal.second], world, found.today):
            wrong.append("rule_broken")
        given[proposal.first] += 1
        given[proposal.second] += 1
    wrong += ["too_many" for uid, count in given.items() if count > _room(people[uid], _age(people[uid], found.today))]
    for proof in found.certificates:
        mine = [p for p in found.proposals if p.band is proof.band and p.turn == proof.turn]
        gone = {Pair((p.first, p.second)) for p in found.proposals if p.band is proof.band and p.turn < proof.turn}
        reached = sum(weight(people[p.first], people[p.second], world, found.today) for p in mine)
        if 2 * reached > sum(proof.duals.values()) or min(proof.duals.values(), default=0) < 0:
            wrong.append("bound_too_low")
        wrong += ["not_in_turn" for p in mine if not {p.first, p.second} <= proof.duals.keys()]
        for a, b in combinations((people[uid] for uid in proof.duals), 2):
            near = b.town in world.twins_of(a.town) or a.uid in found.opened or b.uid in found.opened
            if near and Pair((a.uid, b.uid)) not in gone and may_be_matched(a, b, world, found.today):
                duals = proof.duals[a.uid] + proof.duals[b.uid]
                wrong += ["bound_not_proved"] if duals < 2 * weight(a, b, world, found.today) else []
    return tuple(wrong)


def _ages_fit(a: Seeker, b: Seeker, age_a: int, age_b: int) -> bool:
    if (age_a >= 18) != (age_b >= 18) or min(age_a, age_b) < 8:
        return False
    if {a.band.value, b.band.value} != ({"adult"} if age_a >= 18 else {"child"}):
        return False
    if a.birth.on is None or b.birth.on is None:
        gap = abs(a.birth.year - b.birth.year)
        return age_a >= 18 and 20 * gap <= min(80 + 7 * (min(age_a, age_b) - 18), 400)
    elder, younger = min(a.birth.on, b.birth.on), max(a.birth.on, b.birth.on)
    return younger <= _months_later(elder, _months_allowed(min(age_a, age_b)))


def _months_allowed(age_of_younger: int) -> int:
    if age_of_younger <= 12:
        return 18
    if age_of_younger < 18:
        return 24
    return min(48 + 42 * (age_of_younger - 18) // 10, 240)


def _months_later(day: date, months: int) -> date:
    """The last day that is not more than so many months after `day`: the month's end where the day does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 27))


def _age(seeker: Seeker, today: date) -> int:
    born = seeker.birth.on
    if born is None:
        born = date(seeker.birth.year, 12, 31)
        if (today.month, today.day) == (12, 31):
            return today.year - born.year - 1
    return (_digits(today) - _digits(born)) // 10_000


def _digits(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _room(seeker: Seeker, age: int) -> int:
    most = sum(age >= step for step in (8, 13, 18))
    return max(0, min(seeker.capacity_left, most - seeker.friends))


def _towns_fit(a: Seeker, b: Seeker, world: World) -> bool:
    if a.town == b.town:
        return False
    near, others = world.twins_of(a.town), world.twins_of(b.town)
    if b.town in near:
        return True
    return a.open_to_twin_of_twin and b.open_to_twin_of_twin and not near.isdisjoint(others)


def _letters_arrive(a: Seeker, b: Seeker) -> bool:
    return any(other in _REACH[medium] for medium in a.media for other in b.media)


_REACH = {
    Medium.WEB: {Medium.WEB, Medium.EMAIL},
    Medium.EMAIL: {Medium.WEB, Medium.EMAIL},
    Medium.PAPER: {Medium.PAPER},
}
