"""Where is a pupil's letter, as the teacher may know it? From the state of its row and of what it waits for."""

import enum


class Whereabouts(enum.StrEnum):
    """In the order of the way. `begun` and `returned` are with the pupil, `with_them` with the friend's teacher."""

    NOT_BEGUN = "not_begun"
    BEGUN = "begun"
    RETURNED = "returned"
    CHECKED = "checked"
    WITH_US = "with_us"
    STOPPED = "stopped"
    WITH_THEM = "with_them"
    ON_ITS_WAY = "on_its_way"
    ARRIVED = "arrived"


_BY_STATE = {
    "draft": Whereabouts.BEGUN,
    "returned": Whereabouts.RETURNED,
    "written": Whereabouts.CHECKED,
    "received": Whereabouts.CHECKED,
    "released": Whereabouts.ON_ITS_WAY,
    "on_its_way": Whereabouts.ON_ITS_WAY,
    "unsure": Whereabouts.ON_ITS_WAY,
    "delivered": Whereabouts.ARRIVED,
}
READY = frozenset({Whereabouts.WITH_THEM, Whereabouts.ON_ITS_WAY, Whereabouts.ARRIVED})
"""The own class has done its part."""


def whereabouts(state: str | None, *, arriving: bool = False, urgent: bool = False) -> Whereabouts:
    """`state` is the word of the letter's row, None: there is no letter. `arriving`, `urgent`: of the open hold."""
    if state == "held":
        if urgent:
            return Whereabouts.STOPPED
        return Whereabouts.WITH_THEM if arriving else Whereabouts.WITH_US
    return _BY_STATE.get(state or "", Whereabouts.NOT_BEGUN)
