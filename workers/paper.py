"""Which pages of writing sheets are in a file that a teacher sent? Read in a process that can be
lost, and that never sees another teacher's.

What comes back is checked before it is believed, as with mail (reading.py).
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from penfriends.mail import plain
from penfriends.mail.frames import BadFrame, Frame
from penfriends.mail.images import MOST_BYTES, SafeImage
from workers.reading import MEGABYTE, Allowance, Confined, Died

READER = "penfriends.paper_reader"
ALLOWANCE = Allowance(512 * MEGABYTE, 60, 150)
AT_ONCE = 2
MOST_PAGES = 80
MOST_CODES = 4
LONGEST_WORD = 40
_places = threading.BoundedSemaphore(AT_ONCE)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of ours: drawn anew and upright, with the codes of writing sheets that are on it."""

    picture: SafeImage
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pile:
    """What came of one file. `unread`: how many pages could not be had; `problem`: a code word why none, or not all."""

    pages: tuple[Page, ...] = ()
    empty: int = 0
    unread: int = 0
    problem: str = ""


def piles_in(files: Sequence[bytes], *, allowance: Allowance = ALLOWANCE) -> list[Pile]:
    """The pages of PDFs and pictures of one teacher, in their order; one that cannot be read keeps no other out. Raises
    OSError only where no process can be started."""
    with _places:
        at = _Table()
        try:
            return [_pages_in(at, one, allowance) for one in files]
        finally:
            at.clear()


def turned(data: bytes, degrees: int) -> SafeImage | None:
    """A picture of ours turned to the right; None where that goes wrong."""
    with _places:
        at = _Table()
        frames, _ = at.ask("turn", data, ALLOWANCE, degrees=degrees)
        at.clear()
    try:
        return plain.picture_in(frames[0]) if frames else None
    except BadFrame:
        return None


class _Table:
    """The process that reads now; another one, once it was lost."""

    def __init__(self) -> None:
        self._reader: Confined | None = None

    def ask(self, what: str, data: bytes, allowance: Allowance, **words: int) -> tuple[list[Frame], str]:
        """Every frame that came, and why there are no more of them if the process did not survive."""
        self._reader = one = self._reader or Confined(READER)
        try:
            return one.ask(what, data, allowance, **words), ""
        except Died as end:
            log.warning("pages_not_read", reason=end.reason, ended=one.ended(), answered=len(end.answered))
            return end.answered, end.reason
        finally:
            if not one.serves:
                self._reader = None

    def clear(self) -> None:
        if self._reader is not None:
            self._reader.end()
            self._reader = None


def _pages_in(at: _Table, data: bytes, allowance: Allowance) -> Pile:
    if len(data) > MOST_BYTES:
        return Pile(problem="too_many_bytes")
    frames, problem = at.ask("pages", data, allowance)
    try:
        return _pile(frames, problem)
    except BadFrame:
        at.clear()
        return Pile(problem="reader_died")


def _pile(frames: list[Frame], problem: str) -> Pile:
    """Raises BadFrame where something came that ours would not say."""
    if not frames:
        return Pile(problem=problem or "reader_died")
    head, *rest = frames
    if "unreadable" in head.words:
        return Pile(problem=_word(head.words["unreadable"]))
    said = head.words.get("pages")
    if type(said) is not int or not 0 < said <= MOST_PAGES or len(rest) > said:
        raise BadFrame
    drawn = [one for one in rest if "left_out" not in one.words]
    pages = tuple(Page(plain.picture_in(one), _codes(one.words)) for one in drawn if one.words.get("empty") is not True)
    left = [_word(one.words["left_out"]) for one in rest if "left_out" in one.words]
    if said == 1 and left:
        problem = left[0]
    return Pile(pages, empty=len(drawn) - len(pages), unread=said - len(drawn), problem=problem)


def _codes(words: dict[str, Any]) -> tuple[str, ...]:
    found = words.get("codes")
    if not isinstance(found, list) or len(found) > MOST_CODES:
        raise BadFrame
    return tuple(_word(one) for one in found)


def _word(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_WORD or not value.isascii():
        raise BadFrame
    return value
