"""When was a line of a mail server's log written, and by which program about which mail?

Understood: the traditional syslog form (local time, no year), ISO 8601 as rsyslog, Postfix and the journal write it,
RFC 5424, and the JSON lines of `journalctl -o json` and `postqueue -j`.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TRADITIONAL = re.compile(r"(?:<\d{1,3}>)?([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))? ")
_ISO = re.compile(r"(?:<\d{1,3}>1 )?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,6})\d{0,3})?(Z|[+-]\d\d:?\d\d)? ")
# `program[pid]: QUEUEID: text`, or the fields of RFC 5424: `program pid msgid structured-data QUEUEID: text`.
_ABOUT = re.compile(
    r" (?P<program>[^\s\[\]]*/?[a-z-]+)(?:\[\d+\]:| (?:\d+|-) \S+ (?:-|\[.*?\])) "
    r"\ufeff?(?P<mail>[0-9A-Za-z]{5,24}): (?P<text>.*)"
)
_TOMORROW = timedelta(days=1)  # a clock that is ahead, or a zone


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a line was written. Two readings, which differ where local time is repeated in autumn."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class About:
    """What a program of the mail server says of one mail in its queue."""

    program: str
    queue_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Queued:
    """A mail that waits in the queue, as `postqueue -j` lists it."""

    queue_id: str
    sender: str
    recipients: tuple[str, ...]


def stamp_of(line: str, *, now: datetime, zone: tzinfo | None) -> Stamp | None:
    """When the line was written, None without a stamp. `zone` is that of the log's machine, for forms that name none;
    None is this machine's."""
    try:
        if found := _ISO.match(line):
            day, clock, fraction, offset = found.groups()
            written = datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0').ljust(6, '0')}{offset or ''}")
            return _readings(written, zone) if written.tzinfo is None else _sure(written)
        if found := _TRADITIONAL.match(line):
            month, day, hour, minute, second, fraction = found.groups()
            parts = (_MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second))
            return _readings(_in_latest_year(parts, now.astimezone(zone), (fraction or "0").ljust(6, "0")), zone)
        if line.startswith("{"):
            micros = json.loads(line).get("__REALTIME_TIMESTAMP")
            return _sure(datetime.fromtimestamp(int(micros) / 1e6, UTC)) if micros else None
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
    return None


def about(line: str) -> About | None:
    """Which mail the line is about; None for a line about none."""
    if line.startswith("{"):
        line = _from_journal(line)
    found = _ABOUT.search(line)
    return About(found["program"].rpartition("/")[2], found["mail"], found["text"].rstrip()) if found else None


def queued(line: str) -> Queued | None:
    """A line of `postqueue -j`; None if it is none."""
    try:
        entry = json.loads(line)
        to = tuple(str(one["address"]) for one in entry["recipients"])
        return Queued(str(entry["queue_id"]), str(entry["sender"]), to)
    except (ValueError, TypeError, KeyError):
        return None


def _from_journal(line: str) -> str:
    """A journal entry in the words of the traditional form."""
    try:
        entry = json.loads(line)
        return f" {entry['SYSLOG_IDENTIFIER']}[{int(entry['_PID'])}]: {entry['MESSAGE']}"
    except (ValueError, TypeError, KeyError):
        return ""


def _in_latest_year(parts: tuple[int, int, int, int, int], now: datetime, fraction: str) -> datetime:
    """The form names no year: the last one in which the line is not of the future."""
    month, day, hour, minute, second = parts
    latest = now.replace(tzinfo=None) + _TOMORROW
    for year in range(latest.year, latest.year - 9, -1):  # a 29 February may lie eight years back
        try:
            written = datetime(year, month, day, hour, minute, min(second, 59), int(fraction))  # noqa: DTZ001 (see zone)
        except ValueError:
            continue
        if written <= latest:
            return written
    raise ValueError("no such day")


def _readings(written: datetime, zone: tzinfo | None) -> Stamp:
    both = [written.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]  # no zone: local time
    return Stamp(min(both), max(both))


def _sure(written: datetime) -> Stamp:
    return Stamp(written.astimezone(UTC), written.astimezone(UTC))
