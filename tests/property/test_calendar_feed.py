"""Whatever is written into the feed comes out again in a program that reads calendars."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from penfriends.rules.ical import Entry, clean, feed

CHANGED = datetime(2026, 9, 1, 12, tzinfo=UTC)
words = st.text(max_size=200).map(clean).filter(bool)
titles = words.map(lambda text: text.replace("\n", " "))
entries = st.builds(
    Entry,
    uid=st.uuids().map(lambda uid: f"{uid}@penfriends.example"),
    day=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    title=titles,
    text=words,
    address=st.sampled_from(("", "https://penfriends.example/classes/7?a=b,c")),
    sequence=st.integers(0, 99),
    cancelled=st.booleans(),
)


@given(st.lists(entries, max_size=6, unique_by=lambda one: one.uid), titles, st.sampled_from(("de", "ar")))
def test_the_feed_parses_back(written: list[Entry], name: str, language: str) -> None:
    sent = feed(written, name=name, language=language, changed=CHANGED)
    read = Calendar.from_ical(sent)
    found = {
        Entry(
            str(event["uid"]),
            event.decoded("dtstart"),
            str(event["summary"]),
            str(event["description"]),
            str(event.get("url", "")),
            int(str(event["sequence"])),
            event["status"] == "CANCELLED",
        )
        for event in read.walk("VEVENT")
    }
    assert found == set(written)
    assert str(read["x-wr-calname"]) == name
    assert all(event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1) for event in read.walk("VEVENT"))


@given(st.lists(entries, max_size=6, unique_by=lambda one: one.uid), words)
def test_no_line_is_longer_than_75_bytes_and_every_line_ends_as_it_should(written: list[Entry], name: str) -> None:
    sent = feed(written, name=name, language="pl", changed=CHANGED)
    assert all(len(line) <= 75 for line in sent.split(b"\r\n"))
    assert sent.count(b"\n") == sent.count(b"\r\n")


@given(st.lists(entries, max_size=6, unique_by=lambda one: one.uid))
def test_the_order_changes_nothing(written: list[Entry]) -> None:
    one, other = (feed(rows, name="x", language="en", changed=CHANGED) for rows in (written, written[::-1]))
    assert one == other


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_adds_to_the_feed_or_breaks_it(title: str, end: str) -> None:
    hostile = f"{title}\r\nEND:VEVENT\rBEGIN:VALARM\x00\u2028{end}"
    entry = Entry("1@penfriends.example", date(2026, 12, 31), hostile, hostile, "https://penfriends.example/\r\nX:1")
    read = Calendar.from_ical(feed([entry], name=hostile, language="en", changed=CHANGED))
    assert [part.name for part in read.walk()] == ["VCALENDAR", "VEVENT"]
    assert "\n" not in str(read.walk("VEVENT")[0]["summary"])
