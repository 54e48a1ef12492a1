"""What can come of one try to send a mail? Values only: whoever records them need not know of SMTP."""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """How far the conversation had come."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    CHECK = "check"
    DATA = "data"


class OutcomeKind(StrEnum):
    """`unsure` is for a person, or for the smarthost's log; `withdrawn` means that our own last check said no."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try; `code` and `text` are the server's words where it said any."""

    kind: OutcomeKind
    code: int | None
    text: str
    phase: Phase
