"""What is said of two school classes whose pupils are partnered: who they are, what the teachers want, what came out?

Values only. A *circle* is who writes with each other: mostly two, or three where one pupil has two partners. Who may be
partnered, and how well two fit, is in `pupil_score`; the choice in `class_pairing`.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from penfriends.rules.bands import Birth
from penfriends.rules.matching import Level
from penfriends.rules.score import Explanation

Couple = frozenset[str]
"""Two pupils in no order."""


@dataclass(frozen=True, slots=True)
class Pupil:
    """`uid` is one over all classes. `volunteer`: would write with two, or the teacher says so. Who is not `present` is
    left out and comes in later (`late_pupils.add_late`). Without a birth nothing is known of the age."""

    uid: str
    name: str
    languages: Mapping[str, Level]
    birth: Birth | None = None
    interests: frozenset[str] = frozenset()
    volunteer: bool = False
    present: bool = True


@dataclass(frozen=True, slots=True)
class Roster:
    """One class. Its name is for people and changes nothing."""

    name: str
    pupils: tuple[Pupil, ...]

    @property
    def present(self) -> tuple[Pupil, ...]:
        return tuple(pupil for pupil in self.pupils if pupil.present)


class Kind(enum.StrEnum):
    """What a teacher can ask for."""

    APART = "apart"
    TOGETHER = "together"
    LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the teachers want, kept always or complained about.

    `apart`: never in one circle, whether of one class or of two. `locks`: partners, settled by a teacher. `together`:
    two of one class with the same partner, which needs somebody who has two; in classes of the same size nobody has, so
    there it is possible only with `join_circles`, which makes one circle of four out of their two pairs.
    """

    apart: frozenset[Couple] = frozenset()
    together: frozenset[Couple] = frozenset()
    locks: frozenset[Couple] = frozenset()
    join_circles: bool = False

    @property
    def listed(self) -> tuple[tuple[Kind, Couple], ...]:
        """Each wish by itself, in an order of its own."""
        groups = ((Kind.APART, self.apart), (Kind.TOGETHER, self.together), (Kind.LOCK, self.locks))
        return tuple((kind, couple) for kind, couples in groups for couple in sorted(couples, key=sorted))

    def only(self, kept: tuple[tuple[Kind, Couple], ...]) -> "Rules":
        """The same with these wishes and no others."""
        of = {kind: frozenset(couple for one, couple in kept if one is kind) for kind in Kind}
        return Rules(of[Kind.APART], of[Kind.TOGETHER], of[Kind.LOCK], self.join_circles)


class Trouble(enum.StrEnum):
    """Why nothing came out. The pupils meant are in the complaint."""

    EMPTY_CLASS = "empty_class"  # nobody is present in one of the classes
    PUPIL_TWICE = "pupil_twice"
    UNKNOWN_PUPIL = "unknown_pupil"  # a rule names somebody of neither class
    SAME_PUPIL = "same_pupil"  # a rule names one pupil twice
    LOCK_ABSENT = "lock_absent"
    LOCK_SAME_CLASS = "lock_same_class"
    LOCK_NOT_NEIGHBOURS = "lock_not_neighbours"  # of classes that do not write to each other
    LOCK_APART = "lock_apart"  # to be partners and to be kept apart
    LOCK_NO_LANGUAGE = "lock_no_language"
    LOCK_WALL = "lock_wall"  # rule R02: an adult and a child
    TOO_MANY_LOCKS = "too_many_locks"  # more partners than anybody gets
    TOGETHER_TWO_CLASSES = "together_two_classes"  # of two classes: that would be a lock
    TOGETHER_APART = "together_apart"
    TOGETHER_TOO_MANY = "together_too_many"  # more than fit into one circle
    TOGETHER_NOBODY_SHARES = "together_nobody_shares"
    NOBODY_FITS = "nobody_fits"  # somebody shares no language with anybody, or is the only adult
    TOO_FEW_FIT = "too_few_fit"  # these have too few possible partners between them
    RULES_CONFLICT = "rules_conflict"  # not all of the named rules can be kept; without any one of them they can
    NOT_FOUND = "not_found"  # the search was given up


class Remark(enum.StrEnum):
    """What has to be said of what came out."""

    LARGER_CIRCLES = "larger_circles"  # one class is more than twice the other: circles of more than three
    JOINED_CIRCLES = "joined_circles"  # a teacher had circles joined
    NOT_VOLUNTEERED = "not_volunteered"  # somebody shares who did not volunteer
    PERHAPS_NOT_BEST = "perhaps_not_best"  # every rule is kept, but the search for better was cut short
    MOVED = "moved"  # a late pupil could come in only by giving somebody another partner
    MORE_THAN_USUAL = "more_than_usual"  # or, since locks do not move, as one partner or one of a circle too many


@dataclass(frozen=True, slots=True)
class Complaint:
    """`pupils` are those meant; `rules` names the wishes that cannot be kept together."""

    trouble: Trouble
    pupils: tuple[str, ...] = ()
    rules: tuple[tuple[Kind, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Partners:
    """Two pupils, the first of the first class, and why they fit."""

    first: str
    second: str
    explanation: Explanation
    locked: bool = False

    @property
    def score(self) -> int:
        return self.explanation.total


@dataclass(frozen=True, slots=True)
class Shares:
    """Somebody with more than one partner."""

    uid: str
    partners: int
    volunteered: bool


@dataclass(frozen=True, slots=True)
class Partnering:
    """What came out for two classes: each pair, the circles (the first class first), who shares. Either everybody who
    is present has a partner and every rule is kept, or there are complaints and nothing else."""

    pairs: tuple[Partners, ...] = ()
    circles: tuple[tuple[str, ...], ...] = ()
    shares: tuple[Shares, ...] = ()
    remarks: tuple[Remark, ...] = ()
    complaints: tuple[Complaint, ...] = ()

    @property
    def worst(self) -> Partners | None:
        return min(self.pairs, key=lambda one: (one.score, one.first, one.second), default=None)

    @property
    def total(self) -> int:
        return sum(one.score for one in self.pairs)

    @property
    def couples(self) -> frozenset[Couple]:
        return frozenset(Couple((one.first, one.second)) for one in self.pairs)


@dataclass(frozen=True, slots=True)
class Shortage:
    """Before anybody is partnered: each pupil of the smaller class gets `least` to `most` partners, `sharing` pupils of
    it get more than one, and `missing` of these have not volunteered: the teacher appoints so many.

    `smaller` is the position of that class (0 or 1).
    """

    smaller: int
    least: int
    most: int
    sharing: int
    volunteers: int
    missing: int
