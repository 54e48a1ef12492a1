"""What becomes of the others when a teacher gives a pupil another partner, and what forbids it?

A move says which couples come, which go, and who has nobody afterwards. Swapping: who had the new partner gets the old
one. Joining: they share the new partner from now on.
"""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from penfriends.rules.class_contradictions import most_of
from penfriends.rules.class_pairing import circles_of
from penfriends.rules.partners import Couple, Pupil, Roster, Rules, Trouble
from penfriends.rules.pupil_score import Around, explain_pupils, hindrance


class How(enum.StrEnum):
    """What a teacher chooses."""

    SWAP = "swap"
    JOIN = "join"


class Bar(enum.StrEnum):
    """What forbids a move."""

    LOCKED = "locked"  # a pair with a lock would have to part
    APART = "apart"  # two would be in one circle who are to be kept apart
    NO_LANGUAGE = "no_language"
    WALL = "wall"  # rule R02
    TOO_MANY = "too_many"  # more partners, or a larger circle, than these classes ask for
    SAME = "same"  # they are partners already


@dataclass(frozen=True, slots=True)
class Table:
    """Two classes that write to each other, and who is partnered with whom there now."""

    first: Roster
    second: Roster
    couples: frozenset[Couple]
    rules: Rules
    around: Around

    @property
    def pupils(self) -> Mapping[str, Pupil]:
        return {pupil.uid: pupil for roster in (self.first, self.second) for pupil in roster.pupils}

    def partners_of(self, uid: str) -> tuple[str, ...]:
        return tuple(sorted(other for couple in self.couples if uid in couple for other in couple - {uid}))

    @property
    def most(self) -> int:
        """How many partners anybody may have. A group of three is always possible."""
        if not (self.first.present and self.second.present):
            return 2
        return max(2, most_of(self.first, self.second))


@dataclass(frozen=True, slots=True)
class Move:
    """`came` and `gone` are couples; `alone` are those who have nobody after it; `bars` is empty if it may be done."""

    how: How
    came: tuple[Couple, ...]
    gone: tuple[Couple, ...]
    alone: tuple[str, ...]
    bars: tuple[Bar, ...]


def moves(table: Table, uid: str, to: str, instead_of: str | None) -> tuple[Move, ...]:
    """All that can be done to make `to` a partner of `uid`: one move if `to` has nobody, else swapping and joining.
    `instead_of` is the partner who is given up for it; None: nobody is."""
    wanted = Couple((uid, to))
    left = {Couple((uid, instead_of))} if instead_of is not None else set[Couple]()
    others = [one for one in table.partners_of(to) if one != uid]
    if not others:
        return (_move(table, How.JOIN, {wanted}, left),)
    swapped = _who_leaves(table, to, others, instead_of)
    came = {wanted, Couple((swapped, instead_of))} if instead_of is not None else {wanted}
    return (
        _move(table, How.SWAP, came, {*left, Couple((swapped, to))}),
        _move(table, How.JOIN, {wanted}, left),
    )


def _who_leaves(table: Table, to: str, others: Collection[str], instead_of: str | None) -> str:
    """Of several who share a partner the one without a lock leaves who fits best with whom they get instead."""
    pupils = table.pupils

    def rank(uid: str) -> tuple[bool, int, str]:
        fits = 0 if instead_of is None else explain_pupils(pupils[uid], pupils[instead_of], table.around).total
        return Couple((uid, to)) in table.rules.locks, -fits, uid

    return min(others, key=rank)


def _move(table: Table, how: How, came: set[Couple], gone: set[Couple]) -> Move:
    after = (table.couples - gone) | came
    touched = {uid for couple in gone for uid in couple}
    alone = tuple(sorted(uid for uid in touched if not any(uid in couple for couple in after)))
    bars = _bars(table, frozenset(came), frozenset(gone), frozenset(after))
    return Move(how, _listed(came), _listed(gone), alone, bars)


def _listed(couples: Collection[Couple]) -> tuple[Couple, ...]:
    return tuple(sorted(couples, key=sorted))


def _bars(table: Table, came: frozenset[Couple], gone: frozenset[Couple], after: frozenset[Couple]) -> tuple[Bar, ...]:
    pupils = table.pupils
    hindered = {_hindrance(couple, pupils, table.around) for couple in came}
    new = {uid for couple in came for uid in couple}
    circles = [circle for circle in circles_of(after, table.rules) if circle & new]
    crowded = any(sum(uid in couple for couple in after) > table.most for uid in new)
    large = not table.rules.join_circles and any(len(circle) > table.most + 1 for circle in circles)
    found = {
        Bar.SAME: bool(came & table.couples),
        Bar.LOCKED: bool(gone & table.rules.locks),
        Bar.APART: any(couple <= circle for couple in table.rules.apart for circle in circles),
        Bar.NO_LANGUAGE: Trouble.LOCK_NO_LANGUAGE in hindered,
        Bar.WALL: Trouble.LOCK_WALL in hindered,
        Bar.TOO_MANY: crowded or large,
    }
    return tuple(bar for bar, holds in found.items() if holds)


def _hindrance(couple: Couple, pupils: Mapping[str, Pupil], around: Around) -> Trouble | None:
    one, other = sorted(couple)
    return hindrance(pupils[one], pupils[other], around.today)
