"""How far has a letter come, as its writer may know it? Never whether it was read (rule R52)."""

import enum
from dataclasses import dataclass


class Stage(enum.StrEnum):
    """The stations of a letter, in order. A letter that no person has to read passes without the second."""

    WRITTEN = "written"
    READ = "read"
    ON_ITS_WAY = "on_its_way"
    ARRIVED = "arrived"


class Step(enum.StrEnum):
    """What a station is for this letter. `change`: it came back, and the writer has something to do."""

    DONE = "done"
    NOW = "now"
    TODO = "todo"
    CHANGE = "change"


class Remark(enum.StrEnum):
    """What has to be said in words besides the four stations."""

    CHECKED_NEXT = "checked_next"
    READ_NEXT = "read_next"
    TEACHER_NEXT = "teacher_next"
    OTHER_TEACHER_NEXT = "other_teacher_next"
    STOPPED = "stopped"
    LEAVES_SOON = "leaves_soon"
    WAITS_FOR_PAUSE = "waits_for_pause"
    PERHAPS_ARRIVED = "perhaps_arrived"
    CAME_BACK = "came_back"
    CONFIRM = "confirm"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class Travelling:
    """A letter as its journey needs it. `state` is the word of its row; `held_before` says that a person had to read
    it; `left_before` that it was released once already; `taken` that a moderator has it open or that it is urgent;
    `in_class` that teachers read it, and `arriving` that the own one has."""

    state: str
    held_before: bool = False
    left_before: bool = False
    paused: bool = False
    taken: bool = False
    in_class: bool = False
    arriving: bool = False


@dataclass(frozen=True, slots=True)
class Journey:
    """The stations with what each is, the remark, and whether the writer may take the letter back."""

    steps: tuple[tuple[Stage, Step], ...]
    remark: Remark | None
    may_undo: bool

    @property
    def mark(self) -> str:
        """Equal marks look equal: a page that shows this one need not be told again."""
        steps = "".join(step.value[0] for _stage, step in self.steps)
        return f"{steps}-{self.remark or ''}-{'u' if self.may_undo else ''}"


# For each state: how many of the four stations are behind it, and what has to be said.
_PLACES: dict[str, tuple[int, Remark | None]] = {
    "written": (0, Remark.CHECKED_NEXT),
    "received": (0, Remark.CHECKED_NEXT),
    "unconfirmed": (0, Remark.CONFIRM),
    "held": (1, Remark.READ_NEXT),
    "returned": (1, Remark.CAME_BACK),
    "released": (2, Remark.LEAVES_SOON),
    "on_its_way": (2, None),
    "unsure": (2, Remark.PERHAPS_ARRIVED),
    "delivered": (4, None),
    "discarded": (1, Remark.NOT_SENT),
    "withdrawn": (1, Remark.NOT_SENT),
}
_MAY_UNDO = frozenset({"written", "held", "released"})


def journey(letter: Travelling) -> Journey | None:
    """Where a letter is; None for a draft, which has not set out."""
    place = _PLACES.get(letter.state)
    if place is None:
        return None
    behind, remark = place
    if letter.state == "held" and letter.left_before:
        behind, remark = 2, Remark.STOPPED
    elif letter.state == "held" and letter.in_class:
        remark = Remark.OTHER_TEACHER_NEXT if letter.arriving else Remark.TEACHER_NEXT
    elif letter.state == "released" and letter.paused:
        remark = Remark.WAITS_FOR_PAUSE
    here = Step.CHANGE if letter.state == "returned" else Step.TODO if remark is Remark.NOT_SENT else Step.NOW
    steps = tuple(
        (stage, Step.DONE if number < behind else here if number == behind else Step.TODO)
        for number, stage in enumerate(Stage)
    )
    unread = letter.state in ("released", "on_its_way", "delivered", "unsure") and not letter.held_before
    shown = tuple(one for one in steps if not (unread and one[0] is Stage.READ))
    may_undo = letter.state in _MAY_UNDO and not letter.taken and remark is not Remark.STOPPED
    return Journey(shown, remark, may_undo)
