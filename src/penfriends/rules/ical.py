"""How do the dates of letters stand in a teacher's own calendar (iCalendar, RFC 5545)?

The words come from outside, in the reader's language. An event keeps its UID when its day moves, so calendars move it
too instead of showing it twice; `sequence` grows with every change.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

PRODUCT = "-//penfriends//letter calendar//EN"
ASK_AGAIN = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Entry:
    """One whole day. `uid` is unique in the world and never changes: an id of ours, @, our domain."""

    uid: str
    day: date
    title: str
    text: str = ""
    address: str = ""
    sequence: int = 0
    cancelled: bool = False


def feed(entries: Iterable[Entry], *, name: str, language: str, changed: datetime) -> bytes:
    """The bytes of an .ics file. `changed` (aware) is when the newest change was made, not now: the same calendar has
    the same bytes, and whoever asks again can be told that nothing is new."""
    calendar = Calendar()
    name = _in_one_line(name)
    for key, value in (("prodid", PRODUCT), ("version", "2.0"), ("method", "PUBLISH"), ("x-wr-calname", name)):
        calendar.add(key, value)
    calendar.add("name", name, parameters={"LANGUAGE": language})
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    for entry in sorted(entries, key=lambda one: (one.day, one.uid)):
        calendar.add_component(_event(entry, language, changed))
    return bytes(calendar.to_ical())


def clean(text: str) -> str:
    """Without control characters, which may not stand in a feed, and without space around; every kind of end of a line
    is a new line. A name that a teacher pasted from elsewhere can neither break a feed nor add to it."""
    lines = "\n".join(text.splitlines())
    kept = (sign for sign in lines if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cs"})
    return "".join(kept).strip()


def _in_one_line(text: str) -> str:
    return clean(text).replace("\n", " ")


def _event(entry: Entry, language: str, changed: datetime) -> Event:
    event = Event()
    event.add("uid", _in_one_line(entry.uid))
    event.add("dtstamp", changed)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))  # the day after: the end is outside (RFC 5545, 3.6.1)
    event.add("summary", _in_one_line(entry.title), parameters={"LANGUAGE": language})
    if text := clean(entry.text):
        event.add("description", text, parameters={"LANGUAGE": language})
    if entry.address:
        event.add("url", _in_one_line(entry.address))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # a day for letters does not make the teacher busy
    return event
