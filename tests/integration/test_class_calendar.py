"""Do classes of four countries come to dates, keep them over a school year, and hear of them in time?"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar as ICalendar
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import calendar_feeds, class_calendar, class_dates, date_reminders, school_year, teaching
from penfriends.actions.class_calendar import Calendar
from penfriends.actions.class_dates import Wish
from penfriends.calendar_entries import written
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.delivery import Delivery
from penfriends.models.pairings import PairingState
from penfriends.models.schools import PaperYes, School
from penfriends.rules.class_lights import Colour, Why
from penfriends.rules.letter_calendar import Remark
from penfriends.rules.round_by_hand import Against
from penfriends.rules.school_days import DayOff
from penfriends.rules.themes import Theme
from tests import builders as b
from tests.support.calendars import AUGUST, Ring, ring
from tests.support.school_years import span

SIX = Wish(6, 6)


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


async def seen(db: AsyncSession, of: Ring, town: str = "thetford", now: datetime = AUGUST) -> Calendar:
    return await class_calendar.of_pairing(db, of.pairing.id, of.teachers[town], now=now, lights=True)


async def version(db: AsyncSession, of: Ring) -> int:
    await db.refresh(of.pairing)
    return of.pairing.calendar_version


async def agreed(db: AsyncSession, of: Ring, wish: Wish = SIX, now: datetime = AUGUST) -> Calendar:
    """Dates are suggested, and everybody agrees."""
    first = next(iter(of.teachers.values()))
    await class_dates.suggest(db, of.pairing.id, first, wish, version=await version(db, of), now=now)
    for teacher in of.teachers.values():
        await class_dates.agree(db, of.pairing.id, teacher, version=await version(db, of), now=now)
    return await seen(db, of, now=now)


async def test_four_towns_find_six_dates_on_which_all_have_school(db: AsyncSession) -> None:
    four = await ring(db)
    found = await agreed(db, four)
    assert [one.row.number for one in found.rounds] == [1, 2, 3, 4, 5, 6]
    assert found.agreed
    for one in found.rounds:
        assert not one.clashes
        assert len(one.round.classes) == 4
        for place in found.classes:
            own = one.round.of(place.uid)
            assert own.write_from in place.days
            assert one.round.sent in place.days
            assert own.read_by in place.days
    assert [found.rounds[0].theme, found.rounds[-1].theme] == [Theme.WHO_I_AM, Theme.GOODBYE]


async def test_a_school_year_over_four_countries(db: AsyncSession) -> None:
    """Dates are agreed, the first letters go, Nablus misses a round, the rest moves, and the year ends with goodbye."""
    four = await ring(db)
    found = await agreed(db, four)
    first, second = found.rounds[0], found.rounds[1]
    before = await seen(db, four, now=at(first.row.write_on - timedelta(days=3)))
    assert {one.light.colour for one in before.classes if one.light} == {Colour.GREEN}

    missed = at(second.row.send_on + timedelta(days=2))
    due = await seen(db, four, "nablus", missed)
    plan = class_dates.moves(due, 2)
    assert plan.moved[0] == 2
    await class_dates.move_rest(
        db, four.pairing.id, four.teachers["nablus"], 2, version=await version(db, four), now=missed
    )
    moved = await seen(db, four, "nablus", missed)
    assert [one.row.send_on for one in moved.rounds] == [one.sent for one in plan.rounds]
    assert moved.rounds[1].row.send_on > missed.date()
    assert moved.own.agreed
    assert not moved.agreed
    assert [one.agreed for one in moved.classes if not one.own] == [False, False, False]
    assert {one.row.id for one in moved.rounds} <= {one.row.id for one in found.rounds}
    for town in ("thetford", "skawina", "huerth"):
        await class_dates.agree(
            db, four.pairing.id, four.teachers[town], version=await version(db, four), now=missed
        )  # fmt: skip
    assert (await seen(db, four, now=missed)).agreed


async def test_a_change_voids_what_was_agreed_and_a_stale_page_changes_nothing(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    found = await agreed(db, two)
    old = await version(db, two)
    day = next(
        day
        for day in (found.rounds[1].row.send_on + timedelta(days=n) for n in range(1, 20))
        if day in found.classes[0].days and day in found.classes[1].days
    )
    chosen = await class_dates.change_day(
        db, two.pairing.id, two.teachers["huerth"], 2, day, version=old, now=AUGUST
    )  # fmt: skip
    assert chosen.round is not None
    now = await seen(db, two)
    assert not now.agreed
    assert now.mine_to_agree
    with pytest.raises(Refused) as refused:
        await class_dates.agree(db, two.pairing.id, two.teachers["thetford"], version=old, now=AUGUST)
    assert refused.value.refusal is Refusal.CHANGED_SINCE
    assert await class_dates.agree(db, two.pairing.id, two.teachers["thetford"], version=old + 1, now=AUGUST)


async def test_a_day_without_school_is_refused_with_class_and_reason(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    found = await agreed(db, two)
    day = date(2026, 10, 27)
    chosen = await class_dates.change_day(
        db, two.pairing.id, two.teachers["thetford"], 2, day, version=await version(db, two), now=AUGUST
    )
    assert chosen.round is None
    said = {(one.against, one.uid, one.off) for one in chosen.clashes}
    assert (Against.NO_SCHOOL, str(two.rows["huerth"].id), DayOff.CLOSED) in said
    assert (await seen(db, two)).rounds[1].row.send_on == found.rounds[1].row.send_on
    past = await class_dates.change_day(
        db, two.pairing.id, two.teachers["thetford"], 1, date(2026, 8, 3), version=await version(db, two), now=AUGUST
    )
    assert Against.PAST in {one.against for one in past.clashes}


async def test_terms_that_change_later_are_said_on_the_dates_that_no_longer_fit(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    found = await agreed(db, two)
    day, teacher = found.rounds[1].row.send_on, two.teachers["huerth"]
    known = await school_year.own_school(db, teacher)
    trip = school_year.Line(span(day.isoformat()), False, "Trip")
    await school_year.save(db, teacher, [*known.lines, trip], region="NW", weekend=known.weekend)
    clashes = (await seen(db, two)).rounds[1].clashes
    assert [(one.against, one.off) for one in clashes] == [(Against.NO_SCHOOL, DayOff.CLOSED)]
    again = await school_year.own_school(db, teacher)
    assert [one.name for one in again.lines if one.name] == ["Trip"]


async def test_without_terms_no_dates_are_proposed_and_that_is_said(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth", terms=False)
    found = await class_dates.suggest(db, two.pairing.id, two.teachers["thetford"], SIX, version=0, now=AUGUST)
    assert found.remarks == (Remark.NO_CLASS_DAYS,)
    assert await version(db, two) == 0
    assert not (await seen(db, two)).rounds


async def test_a_new_suggestion_in_the_year_keeps_what_has_begun(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    found = await agreed(db, two)
    later = at(found.rounds[1].row.send_on + timedelta(days=1))
    await class_dates.choose_themes(db, two.pairing.id, two.teachers["huerth"], {1: Theme.NATURE}, now=later)
    await class_dates.suggest(
        db, two.pairing.id, two.teachers["huerth"], Wish(5, 4), version=await version(db, two), now=later
    )
    now = await seen(db, two, now=later)
    assert [one.row.id for one in now.rounds[:2]] == [one.row.id for one in found.rounds[:2]]
    assert [one.row.send_on for one in now.rounds[:2]] == [one.row.send_on for one in found.rounds[:2]]
    assert len(now.rounds) == 5
    assert now.rounds[0].theme is Theme.NATURE
    assert all(later_one.row.write_on >= later.date() for later_one in now.rounds[2:])


async def test_another_theme_leaves_the_dates_agreed(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    await agreed(db, two)
    await class_dates.choose_themes(db, two.pairing.id, two.teachers["huerth"], {2: Theme.FOOD}, now=AUGUST)
    now = await seen(db, two)
    assert now.agreed
    assert now.rounds[1].theme is Theme.FOOD


async def test_only_teachers_of_the_pairing_see_and_change_its_dates(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    foreign = await ring(db, "skawina")
    stranger = foreign.teachers["skawina"]
    for refused in (
        class_calendar.of_pairing(db, two.pairing.id, stranger, now=AUGUST),
        class_dates.suggest(db, two.pairing.id, stranger, SIX, version=0, now=AUGUST),
        class_dates.agree(db, two.pairing.id, stranger, version=0, now=AUGUST),
        class_dates.choose_themes(db, two.pairing.id, stranger, {}, now=AUGUST),
        calendar_feeds.make(db, two.rows["thetford"].id, stranger),
    ):
        with pytest.raises(NotFound):
            await refused
    two.pairing.state = PairingState.ENDED
    db.add(two.pairing)
    await db.flush()
    with pytest.raises(Refused):
        await class_dates.suggest(db, two.pairing.id, two.teachers["huerth"], SIX, version=0, now=AUGUST)


async def test_the_theme_of_a_letter_is_that_of_the_running_round(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    ava = await b.pupil(db, two.rows["thetford"], two.teachers["thetford"], "Ava", now=AUGUST)
    anton = await b.pupil(db, two.rows["huerth"], two.teachers["huerth"], "Anton", now=AUGUST)
    writes, _ = await b.partnered(db, two.pairing, ava, anton, now=AUGUST)
    found = await agreed(db, two)
    row = found.rounds[1].row
    assert await class_calendar.theme_for(db, writes.correspondence_id, row.send_on) is found.rounds[1].theme
    assert await class_calendar.theme_for(db, writes.correspondence_id, row.write_on - timedelta(days=1)) is None


async def test_a_light_counts_the_letters_that_are_not_ready(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    ava = await b.pupil(db, two.rows["thetford"], two.teachers["thetford"], "Ava", now=AUGUST)
    anton = await b.pupil(db, two.rows["huerth"], two.teachers["huerth"], "Anton", now=AUGUST)
    await b.partnered(db, two.pairing, ava, anton, now=AUGUST)
    row = (await agreed(db, two)).rounds[0].row
    late = await seen(db, two, now=at(row.send_on + timedelta(days=7)))
    assert late.own.light is not None
    assert late.own.light.colour is Colour.RED
    assert {one.why for one in late.own.light.reasons} == {Why.DATE_PASSED, Why.LETTERS_MISSING}
    assert late.classes[1].light is not None
    assert Why.SILENT in {one.why for one in late.classes[1].light.reasons}


# --- the teacher's own calendar ---------------------------------------------------------------------------------------


async def test_the_feed_has_the_dates_of_the_own_class_and_no_pupil(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    row, teacher = two.rows["thetford"], two.teachers["thetford"]
    await b.pupil(db, row, teacher, "Zebedee", now=AUGUST)
    found = await agreed(db, two)
    secret = await calendar_feeds.make(db, row.id, teacher)
    feed = await calendar_feeds.find(db, secret, now=AUGUST)
    data = written(feed, at=b.AT)
    events: list[Any] = list(ICalendar.from_ical(data).walk("VEVENT"))
    assert len(events) == 3 * len(found.rounds)
    assert [one["dtstart"].dt for one in events if "leave" in one["summary"]] == [
        one.row.send_on for one in found.rounds
    ]
    assert b"Zebedee" not in data
    uids = {str(one["uid"]) for one in events}
    await class_dates.move_rest(
        db, two.pairing.id, teacher, 2, version=await version(db, two), now=at(found.rounds[1].row.send_on)
    )
    moved = ICalendar.from_ical(written(await calendar_feeds.find(db, secret, now=AUGUST), at=b.AT))
    assert {str(one["uid"]) for one in moved.walk("VEVENT")} <= uids


async def test_a_new_address_closes_the_old_one_and_leaving_the_class_closes_it(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    row, teacher = two.rows["thetford"], two.teachers["thetford"]
    old = await calendar_feeds.make(db, row.id, teacher)
    new = await calendar_feeds.make(db, row.id, teacher)
    with pytest.raises(NotFound):
        await calendar_feeds.find(db, old, now=AUGUST)
    assert (await calendar_feeds.find(db, new, now=AUGUST)).row.id == row.id
    await calendar_feeds.switch_off(db, row.id, teacher)
    assert not await calendar_feeds.has_feed(db, row.id, teacher)
    with pytest.raises(NotFound):
        await calendar_feeds.find(db, new, now=AUGUST)


# --- reminders --------------------------------------------------------------------------------------------------------


async def mails(db: AsyncSession) -> list[Delivery]:
    found = await db.exec(select(Delivery).where(Delivery.notice == "class_dates").order_by(col(Delivery.created_at)))
    return list(found)


async def test_teachers_hear_once_a_week_before_writing_begins_what_is_missing(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    await b.pupil(db, two.rows["thetford"], two.teachers["thetford"], "Ava", paper=PaperYes.NONE, now=AUGUST)
    found = await agreed(db, two, now=AUGUST - timedelta(days=14))
    uid = str(two.rows["thetford"].id)
    begins = found.rounds[0].round.of(uid).write_from
    assert await date_reminders.sweep(db, at=b.AT, now=at(begins - timedelta(days=12))) == 0
    assert await date_reminders.sweep(db, at=b.AT, now=at(begins - timedelta(days=7), 2)) == 0
    due = at(begins - timedelta(days=6))
    told = await date_reminders.sweep(db, at=b.AT, now=due)
    assert told == 2
    assert await date_reminders.sweep(db, at=b.AT, now=due + timedelta(hours=3)) == 0
    by_class = {str(one.payload["class_name"]): one.payload for one in await mails(db)}
    assert by_class["Class of Thetford"]["consents"] == 1
    assert by_class["Class of Hürth"]["consents"] == 0
    assert by_class["Class of Hürth"]["agree"] is False


async def test_who_has_switched_reminders_off_gets_none(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    found = await agreed(db, two, now=AUGUST - timedelta(days=14))
    await date_reminders.want(db, two.teachers["huerth"], wanted=False)
    begins = found.rounds[0].row.write_on
    await date_reminders.sweep(db, at=b.AT, now=at(begins - timedelta(days=3)))
    assert {one.payload["class_name"] for one in await mails(db)} == {"Class of Thetford"}


async def test_terms_are_those_of_the_own_school_only(db: AsyncSession) -> None:
    two = await ring(db, "thetford", "huerth")
    teacher = two.teachers["thetford"]
    before = await school_year.own_school(db, two.teachers["huerth"])
    await school_year.save(db, teacher, [], region="", weekend=frozenset({4, 5}))
    own = await school_year.own_school(db, teacher)
    assert (own.lines, own.weekend) == ((), frozenset({4, 5}))
    assert await school_year.own_school(db, two.teachers["huerth"]) == before
    assert isinstance(await teaching.school_of(db, teacher.id), School)
    assert replace(own, lines=()) == own
