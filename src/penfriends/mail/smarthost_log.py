"""Did the smarthost take a mail of which we do not know? What its log says, and where it has to say nothing.

Taken: its queue manager or a delivery agent spoke of the mail. Not taken: the log shows beyond doubt that it never
did — lines without a gap from before the first try until the connection must be dead, written by the very server that
our other mails passed. Anything less is unknown, and a person decides.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from penfriends.mail.log_lines import Stamp, about, queued, stamp_of

SKEW = timedelta(minutes=2)  # how far the two clocks may be apart
SETTLED = timedelta(minutes=10)  # after this no connection of then can still bring a mail (smtpd_timeout is 5 minutes)
NEAR = timedelta(days=1)
_NEVER = datetime.max.replace(tzinfo=UTC)
_MESSAGE_ID = re.compile(r"(?:resent-)?message-id=(<[^>\s]*>|\S+)")
_SENDER = re.compile(r"from=<([^>]*)>")
_TO = re.compile(r"\b(?:orig_)?to=<([^>]*)>")
_STATUS = re.compile(r"\bstatus=([a-z]+)")
_KEPT_BACK = re.compile(r"(?:milter-)?(?:hold|discard|quarantine): ")  # taken, and then not delivered
_LINES_LOST = re.compile(r"rate-limit|begin to drop messages|\blost \d+ messages|[Ss]uppressed \d+ messages")


class Fate(StrEnum):
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mail of ours: its id, its return path, which no other mail has, and whom it is for."""

    message_id: str
    return_path: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`why` is a code or the log's own word (`sent`, `deferred`, `bounced`), never an address."""

    fate: Fate
    why: str


@dataclass(slots=True)
class _Passing:
    """One mail's way through the queue under one queue id."""

    line: int
    taken_as: str = ""
    recipients: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Segment:
    """Log lines without a gap: from when to when, and when lines were lost all the same."""

    first: datetime
    last: datetime
    lost: list[Stamp] = field(default_factory=list)

    def covers(self, since: datetime, until: datetime) -> bool:
        torn = any(one.latest >= since and one.earliest <= until for one in self.lost)
        return self.first <= since and until <= self.last and not torn


class LogReading:
    """What a smarthost's log and queue say of some mails. Pieces are read oldest first."""

    def __init__(self, wanted: Iterable[Wanted], *, now: datetime, zone: tzinfo | None) -> None:
        self._now, self._zone = now, zone
        self._by_id: dict[str, list[_Passing]] = {}
        self._by_path: dict[str, list[_Passing]] = {}
        for one in wanted:
            self._by_id[one.message_id] = self._by_path[one.return_path.lower()] = []
        self._present: dict[str, _Passing] = {}
        self._segments: list[_Segment] = []
        self._queue: dict[str, set[str]] = {}
        self._number = self._last_active = 0

    def read_piece(self, lines: Iterable[str], *, continues: bool) -> None:
        """One file of the log, or what a command printed. `continues`: nothing is missing since the piece before."""
        first = last = None
        lost: list[Stamp] = []
        for line in lines:
            self._number += 1
            if first is None:
                first = stamp_of(line, now=self._now, zone=self._zone)
            if line.strip():
                last = line
            if _LINES_LOST.search(line) and (found := stamp_of(line, now=self._now, zone=self._zone)):
                lost.append(found)
            else:
                self._note(line)
        end = stamp_of(last, now=self._now, zone=self._zone) if last else None
        if first is None or end is None:
            self._segments.append(_Segment(_NEVER, _NEVER))  # empty or strange: nothing joins across it
            return
        self._join(_Segment(first.latest, end.earliest, lost), continues=continues)

    def tear(self) -> None:
        """Something was rotated while we read: what is here stands, what is missing proves nothing."""
        self._segments.clear()

    def read_queue(self, lines: Iterable[str]) -> None:
        """What `postqueue -j` printed."""
        for line in lines:
            if (entry := queued(line)) is not None:
                self._queue.setdefault(entry.sender.lower(), set()).update(one.lower() for one in entry.recipients)

    def answer(self, wanted: Wanted, *, since: datetime, until: datetime) -> Answer:
        """What became of a mail that was tried from `since` on and of which nobody was sure at `until`."""
        if wanted.recipient.lower() in self._queue.get(wanted.return_path.lower(), ()):
            return Answer(Fate.TAKEN, "in_queue")
        passings = self._by_id[wanted.message_id]
        taken = [one for one in passings if one.taken_as]
        for one in taken:
            if not one.recipients or wanted.recipient.lower() in one.recipients:
                return Answer(Fate.TAKEN, one.taken_as)
        if taken:
            return Answer(Fate.UNKNOWN, "for_somebody_else")
        if not self.covers(since - SKEW, until + SETTLED):
            return Answer(Fate.UNKNOWN, "not_covered")
        if any(one.line > self._last_active for one in passings):  # it may lie in the queue of a manager that sleeps
            return Answer(Fate.UNKNOWN, "queue_is_silent")
        return Answer(Fate.NOT_TAKEN, "cut_off" if passings else "never_seen")

    def covers(self, since: datetime, until: datetime) -> bool:
        """Whether every line of this time is here."""
        return any(segment.covers(since, until) for segment in self._segments)

    def is_ours(self, witnesses: Sequence[tuple[Wanted, datetime]], *, near: datetime) -> bool:
        """Whether this is the log of the server, and of every server, that our mail goes through: each mail of which
        we know that it was taken stands in it, and one of them was sent at about `near`."""
        due = [(one, at) for one, at in witnesses if self.covers(at - SKEW, at + SKEW)]
        seen = all(self.answer(one, since=at, until=at).fate is Fate.TAKEN for one, at in due)
        return seen and any(abs(at - near) <= NEAR for _, at in due)

    def _note(self, line: str) -> None:
        """What strangers may have written (a header, another server's answer) stands later in a line: only how the
        text of a program begins is believed."""
        begins = "message-id=" in line or ": client=" in line
        if not (begins or "queue active" in line or self._present):
            return
        said = about(line)
        if said is None:
            return
        if said.program == "cleanup" and (found := _MESSAGE_ID.match(said.text)):
            self._begins(said.queue_id, found[1])
        elif said.text.startswith("client="):
            self._present.pop(said.queue_id, None)
        elif said.program.endswith("qmgr") and (found := _SENDER.match(said.text)) and "queue active" in said.text:
            self._becomes_active(said.queue_id, found[1])
        elif passing := self._present.get(said.queue_id):
            _goes_on(passing, said.text)

    def _begins(self, queue_id: str, message_id: str) -> None:
        """A queue id begins a new life: short ones are used again for other mails."""
        self._present.pop(queue_id, None)
        if (known := self._by_id.get(message_id)) is not None:
            self._present[queue_id] = passing = _Passing(self._number)
            known.append(passing)

    def _becomes_active(self, queue_id: str, sender: str) -> None:
        self._last_active = self._number
        passing = self._present.get(queue_id)
        known = self._by_path.get(sender.lower())
        if passing is None and known is not None:
            self._present[queue_id] = passing = _Passing(self._number)
            known.append(passing)
        if passing is not None:
            passing.taken_as = passing.taken_as or "queue_active"

    def _join(self, piece: _Segment, *, continues: bool) -> None:
        before = self._segments[-1] if self._segments else None
        if continues and before is not None and before.last <= piece.last and before.first <= piece.first:
            before.last = piece.last
            before.lost += piece.lost
        else:
            self._segments.append(piece)


def _goes_on(passing: _Passing, text: str) -> None:
    """What a delivery agent, or whoever keeps a mail back, says of it."""
    if status := _STATUS.search(text):
        passing.taken_as = status[1]
        passing.recipients.update(one.lower() for one in _TO.findall(text[: status.start()]))
    elif text == "removed" or _KEPT_BACK.match(text):
        passing.taken_as = passing.taken_as or text.partition(":")[0]
