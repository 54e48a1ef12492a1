"""Where in its thread does a letter stand, and who owes an answer?"""

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

# Reply and forward marks of mail programs in our six languages, before the subject that they repeat.
_MARK = re.compile(
    r"^\s{0,9}(?:re|aw|wg|antw|odp|pd|tr|fw|fwd|rép|ref|sv|رد|ردّ|إعادة توجيه)"
    r"\s{0,3}(?:\[\d{1,3}\])?\s{0,3}[:：]\s{0,9}",
    re.IGNORECASE,
)
MOST_MARKS = 20
_ISOLATES = "\u2066\u2067\u2068\u2069"


class Turn(enum.StrEnum):
    """Who writes next: computed from the letters, never stored, because letters cross."""

    MINE = "mine"
    THEIRS = "theirs"
    ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class Placed:
    """A letter as its place in the thread needs it."""

    letter_id: UUID
    author_id: UUID
    written_at: datetime
    parent_id: UUID | None


def parent_of(
    in_reply_to: str | None, references: Sequence[str], known: Mapping[str, UUID], newest_received: UUID | None
) -> UUID | None:
    """The letter that a mail answers: the one named by In-Reply-To, else the last known of References, else the newest
    letter that its writer received. `known` maps the ids in the writer's mailbox to letters."""
    for wanted in (in_reply_to, *reversed(references)):
        if wanted is not None and wanted in known:
            return known[wanted]
    return newest_received


def turn(letters: Sequence[Placed], me: UUID) -> Turn:
    """Whose turn it is, from my letters and those that have reached me.

    The newest letter of one side that answers the newest of the other settles it. If neither does, the two crossed in
    the post: each was written before the other could be read, and anybody may write next.
    """
    mine = max((one for one in letters if one.author_id == me), key=_age, default=None)
    theirs = max((one for one in letters if one.author_id != me), key=_age, default=None)
    if mine is None or theirs is None:
        return Turn.ANYBODY if mine is theirs else Turn.MINE if mine is None else Turn.THEIRS
    if theirs.parent_id == mine.letter_id:
        return Turn.MINE
    return Turn.THEIRS if mine.parent_id == theirs.letter_id else Turn.ANYBODY


def _age(letter: Placed) -> datetime:
    return letter.written_at


def own_title(subject: str, our_subjects: Sequence[str], longest: int = 150) -> str:
    """What of a mail's subject is the writer's own: nothing, if it only repeats the subject that we gave the thread."""
    rest = "".join(c for c in subject if c not in _ISOLATES).strip()
    for _ in range(MOST_MARKS):
        shorter = _MARK.sub("", rest, count=1)
        if shorter == rest:
            break
        rest = shorter
    plain = " ".join(rest.split())
    if any(plain.casefold() == " ".join(_bare(one).split()).casefold() for one in our_subjects):
        return ""
    return plain[:longest].strip()


def _bare(subject: str) -> str:
    without = "".join(c for c in subject if c not in _ISOLATES)
    return _MARK.sub("", without, count=1)
