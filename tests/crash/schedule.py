"""What happens in one schedule? Everything that can be chosen comes from its seed.

When exactly a process is killed is the machine's choice too: the same seed gives the same letters, faults and kills in
the same order, not the same microsecond.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tests.crash.points import CRASH_POINTS, STEPS_OF_PUPILS

PAIRS = 3
CHILDREN = 2  # the number of the pair who are children
PUPILS = 3  # the number of the pair who are pupils of two classes
LETTERS = 21
LETTERS_OF_PUPILS = 5
OLD_POINTS = CRASH_POINTS.index("sheet kept, not committed")  # those that every letter may pass


class Way(StrEnum):
    """How a letter comes in."""

    SMTP = "smtp"
    LMTP = "lmtp"
    WEB = "web"


class Manner(StrEnum):
    """How its sender behaves: hangs up before the answer and comes again; sends the same mail twice; writes what is
    held for a person; on the site takes it back and sends it again, or throws it away."""

    PLAIN = "plain"
    HANGS_UP = "hangs_up"
    TWICE = "twice"
    HELD = "held"
    SENDS_AGAIN = "sends again"
    THROWS_AWAY = "throws away"


class Reading(StrEnum):
    """What a moderator does with it, should it be held: lets it go; does so, thinks better of it and lets it go after
    all; gives it back; never comes to it."""

    RELEASE = "release"
    UNDO = "undo"
    RETURN = "return"
    LEAVE = "leave"


class Blow(StrEnum):
    """What is done to the house."""

    WORKER = "kill worker"
    ALL_WORKERS = "kill both workers"
    MAILROOM = "kill mailroom"
    WEB = "kill web"
    DATABASE = "kill database"
    BACKEND = "kill one database connection"
    QUEUE = "kill valkey"
    SMARTHOST = "kill postfix"
    SMARTHOST_PART = "kill one process of postfix"
    FLUSH = "flushall"
    POINT = "crash point"


@dataclass(frozen=True, slots=True)
class Fault:
    """How a conversation goes wrong: at which step, and how — an answer, `drop`, `silent`, `late`, `slow`.

    `taken`: whether a mail that came whole was kept although the answer says something else.
    """

    step: str = ""
    kind: str = ""
    taken: bool = False

    @property
    def name(self) -> str:
        return f"{self.step} {self.kind}{' taken' if self.taken else ''}".strip() or "ordinary"


ORDINARY = Fault()


@dataclass(frozen=True, slots=True)
class LetterPlan:
    number: int
    pair: int
    by_second: bool
    way: Way
    manner: Manner
    wait: float
    reading: Reading = Reading.RELEASE


@dataclass(frozen=True, slots=True)
class Event:
    """A blow before the letter with this number; for a crash point which one, and at which passing; `pause` is how
    long what was killed stays away."""

    before: int
    blow: Blow
    pause: float
    point: int = 0
    passing: int = 1


@dataclass(frozen=True, slots=True)
class Schedule:
    seed: int
    letters: tuple[LetterPlan, ...]
    events: tuple[Event, ...]
    faults: tuple[Fault, ...]


TEMPORARY = tuple(
    Fault(step, answer)
    for step, answer in (
        ("GREETING", "421 4.3.2 not now"), ("GREETING", "554 5.3.2 not here"), ("EHLO", "421 4.3.2 not now"),
        ("EHLO", "550 5.3.0 not you"), ("MAIL", "451 4.3.0 not now"), ("RCPT", "450 4.2.1 busy"),
        ("DATA", "451 4.3.0 not now"), ("DOT", "452 4.3.1 disk full"),
    )
)  # fmt: skip
FINAL = tuple(
    Fault(step, answer)
    for step, answer in (
        ("MAIL", "550 5.1.8 no"), ("RCPT", "550 5.1.1 no such mailbox"), ("DATA", "554 5.7.1 no"),
        ("DOT", "554 5.6.0 no"),
    )
)  # fmt: skip
EARLY_DROPS = tuple(Fault(step, kind) for step in ("GREETING", "EHLO", "MAIL", "RCPT") for kind in ("drop", "silent"))
SLOW = tuple(Fault(step, "slow", step == "DOT") for step in ("EHLO", "RCPT", "DATA", "DOT"))
# The sink does not say what became of the mail: only here may a letter end as unsure.
LIES = (
    Fault("DATA", "drop"),
    Fault("MIDDLE", "drop"),
    Fault("DOT", "drop", taken=True),
    Fault("DOT", "drop"),
    Fault("DOT", "silent", taken=True),
    Fault("DOT", "silent"),
    Fault("DOT", "late", taken=True),
)


def schedule_for(seed: int, *, letters: int = LETTERS, honest: bool = False) -> Schedule:
    """The schedule of a seed. `honest`: the sink never leaves open what became of a mail."""
    dice = Random(f"penfriends {seed}")  # noqa: S311 (chance that can be had again)
    written = tuple(_letter(dice, number) for number in range(letters))
    events = [_event(dice, letters) for _ in range(dice.randint(2, 5))]
    faults = tuple(_fault(dice, honest) for _ in range(letters * 4))
    own = Random(f"penfriends class {seed}")  # noqa: S311 (of its own: the letters above stay those of their seed)
    of_pupils = tuple(_letter_of_pupil(own, letters + number) for number in range(LETTERS_OF_PUPILS))
    events += [_event_in_class(own, letters) for _ in range(own.randint(1, 3))]
    return Schedule(seed, written + of_pupils, tuple(sorted(events, key=lambda one: one.before)), faults)


def _letter(dice: Random, number: int) -> LetterPlan:
    manner = dice.choices(tuple(Manner), (14, 2, 2, 2, 0, 0))[0]
    way = dice.choices(tuple(Way), (4, 4, 3))[0]
    if way is Way.WEB:
        manner = dice.choices(tuple(Manner), (12, 0, 0, 2, 2, 2))[0]
    pair = dice.choices(range(PAIRS), (2, 2, 1))[0]
    reading = dice.choices(tuple(Reading), (5, 3, 2, 1))[0]
    return LetterPlan(number, pair, dice.random() < 0.5, way, manner, dice.random() * 0.05, reading)


def _letter_of_pupil(dice: Random, number: int) -> LetterPlan:
    """Written on the site, and read by a teacher of each class, whatever is in it."""
    manner = dice.choices((Manner.PLAIN, Manner.SENDS_AGAIN, Manner.THROWS_AWAY), (6, 2, 1))[0]
    reading = dice.choices(tuple(Reading), (5, 3, 2, 1))[0]
    return LetterPlan(number, PUPILS, dice.random() < 0.5, Way.WEB, manner, dice.random() * 0.05, reading)


def _event_in_class(dice: Random, letters: int) -> Event:
    """A step of a pupil's letter at which somebody dies, or a whole part."""
    before = letters + dice.randrange(LETTERS_OF_PUPILS)
    if dice.random() < 0.7:
        return Event(before, Blow.POINT, 0, dice.choice(STEPS_OF_PUPILS), dice.randint(1, 4))
    blow = dice.choice((Blow.WEB, Blow.WORKER, Blow.ALL_WORKERS, Blow.DATABASE, Blow.BACKEND, Blow.QUEUE))
    return Event(before, blow, 0.05 + dice.random() * 0.4)


def _event(dice: Random, letters: int) -> Event:
    blow = dice.choices(tuple(Blow), (3, 1, 3, 2, 2, 1, 2, 2, 2, 2, 8))[0]
    point, passing = dice.randrange(OLD_POINTS), dice.randint(1, 5)
    return Event(dice.randrange(letters), blow, 0.05 + dice.random() * 0.4, point, passing)


def _fault(dice: Random, honest: bool) -> Fault:
    kinds: Sequence[tuple[Fault, ...]] = ((ORDINARY,), TEMPORARY, EARLY_DROPS, SLOW, FINAL, () if honest else LIES)
    weights = [70, 10, 4, 5, 2, 0 if honest else 4]
    chosen = dice.choices(kinds, weights)[0]
    return dice.choice(chosen)
