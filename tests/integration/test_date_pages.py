"""Do teachers come to dates on the pages: terms typed and imported, dates suggested, changed, moved, printed?"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from icalendar import Calendar
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_calendar, school_year
from penfriends.actions.school_year import Line
from penfriends.models.moderation import Moderator
from penfriends.models.schools import School
from penfriends.rules.school_days import Span
from tests import builders as b
from tests.support.calendars import Ring, ring
from tests.support.visits import BASE, Visit, visiting, words

NOW = datetime.now(UTC)


@pytest.fixture
async def visit(fresh_database: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_database) as visit:
        await visit.get("/sign-in")
        yield visit


async def sit_down(visit: Visit, who: Moderator) -> None:
    async with visit.database.transaction() as db:
        visit.sign_in(await b.session(db, who.sign_in_id, staff=True))


async def around_now(db: AsyncSession, of: Ring) -> None:
    """School from three weeks ago for most of a year, whatever today is."""
    first = NOW.date() - timedelta(days=21)
    for slug, row in of.rows.items():
        row.starts_on, row.ends_on = first, first + timedelta(days=330)
        db.add(row)
        whole = Line(Span(first, first + timedelta(days=329)), True)
        await school_year.save(db, of.teachers[slug], [whole], region="", weekend=frozenset({5, 6}))


async def begun(visit: Visit, *, terms: bool = True) -> Ring:
    async with visit.database.transaction() as db:
        of = await ring(db, "thetford", "huerth", terms=False, now=NOW)
        if terms:
            await around_now(db, of)
    await sit_down(visit, of.teachers["thetford"])
    return of


def version_in(answer: httpx.Response) -> str:
    found = re.search(r'name="version"[^>]* value="(\d+)"', answer.text)
    assert found
    return found[1]


async def suggested(visit: Visit, of: Ring) -> str:
    url = f"/pairings/{of.pairing.id}/dates"
    shown = await visit.get(url)
    answer = await visit.post(f"{url}/suggestion", version=version_in(shown), rounds="4", weeks="5", weekday="")
    assert answer.status_code == 303, words(answer)
    return url


async def test_two_teachers_come_to_dates_and_the_class_page_says_what_is_next(visit: Visit) -> None:
    of = await begun(visit)
    assert "No dates yet" in words(await visit.get(f"/classes/{of.rows['thetford'].id}"))
    url = await suggested(visit, of)
    shown = await visit.get(url)
    assert "1. Who I am" in words(shown)
    assert "Not agreed yet" in words(shown)
    await visit.post(f"{url}/agreement", version=version_in(shown))
    await sit_down(visit, of.teachers["huerth"])
    assert "Please look at them and agree" in words(await visit.get(f"/classes/{of.rows['huerth'].id}"))
    answer = await visit.post(f"{url}/agreement", version=version_in(await visit.get(url)))
    assert "Everybody%20has%20agreed" in answer.headers["set-cookie"]
    assert "Going well" in words(await visit.get(f"/classes/{of.rows['huerth'].id}"))
    assert "Begin to write: Who I am" in words(await visit.get(f"/classes/{of.rows['huerth'].id}"))


async def test_a_day_that_cannot_be_is_said_with_the_reason_and_stays_typed(visit: Visit) -> None:
    of = await begun(visit)
    url = await suggested(visit, of)
    page = await visit.get(f"{url}/2/day")
    saturday = NOW.date() + timedelta(days=(5 - NOW.weekday()) % 7 + 42)
    answer = await visit.post(f"{url}/2/day", version=version_in(page), day=saturday.isoformat())
    assert answer.status_code == 422
    assert "has no school on this day: weekend" in words(answer)
    assert f'value="{saturday.isoformat()}"' in answer.text
    stale = await visit.post(f"{url}/agreement", version="0")
    assert stale.status_code == 409


async def test_what_moves_is_shown_before_it_moves(visit: Visit) -> None:
    of = await begun(visit)
    url = await suggested(visit, of)
    shown = await visit.get(f"{url}/1/move")
    assert "This moves" in words(shown)
    answer = await visit.post(f"{url}/1/move", version=version_in(shown))
    assert answer.headers["location"] == url
    assert "Agreed to the dates" in words(await visit.get(url))


async def test_themes_reminders_and_the_poster(visit: Visit) -> None:
    of = await begun(visit)
    url = await suggested(visit, of)
    await visit.post(f"{url}/themes", **{"theme-2": "nature", "theme-x": "food", "theme-3": "no theme"})
    poster = words(await visit.get(f"{url}/poster?paper=a3"))
    assert "Nature around us" in poster
    assert "Our letters leave on" in poster
    await visit.post(f"{url}/reminders", wanted="no")
    assert "You get no reminders." in words(await visit.get(url))


async def test_terms_are_typed_with_names_and_every_wrong_line_is_said(visit: Visit) -> None:
    of = await begun(visit, terms=False)
    typed = "Autumn term; 03.09.2026; 18.12.2026\nHalf term; 26.10.2026; 30.10.2026\nSpring; 05.01.2027; 31.02.2027"
    answer = await visit.post("/schools/mine/days", do="save", lines=typed, region="ENG", weekend=["5", "6"])
    assert answer.status_code == 422
    assert "Line 3:" in words(answer)
    assert "31.02.2027" in answer.text
    right = typed.replace("Spring; 05.01.2027; 31.02.2027", "Spring term; 05.01.2027; 25.03.2027")
    answer = await visit.post("/schools/mine/days", do="save", lines=right, region="ENG", weekend=["5", "6"])
    assert answer.status_code == 303
    shown = await visit.get("/schools/mine/days")
    assert "Autumn term; 03.09.2026; 18.12.2026" in shown.text
    assert "Half term; 26.10.2026; 30.10.2026" in shown.text
    async with visit.database.reading() as db:
        school = await db.get_one(School, of.rows["thetford"].school_id)
        assert (school.region, school.weekend) == ("ENG", [])


async def test_the_usual_year_and_a_file_come_into_the_box_before_anything_is_saved(visit: Visit) -> None:
    of = await begun(visit, terms=False)
    await sit_down(visit, of.teachers["huerth"])
    answer = await visit.post("/schools/mine/days", do="usual", lines="", region="NW", weekend=["5", "6"])
    if answer.status_code == 200:  # the library knows the school years of the Länder some years ahead
        assert "Please check it" in words(answer)
        assert "Term; " in answer.text
    token = visit.client.cookies.get("csrf") or ""
    calendar = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Herbstferien\r\n"
        f"DTSTART;VALUE=DATE:{NOW.year}1017\r\nDTEND;VALUE=DATE:{NOW.year}1101\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    answer = await visit.client.post(
        "/schools/mine/days",
        data={"_csrf_token": token, "do": "file", "lines": "Term; 01.08.2026; 30.06.2027", "weekend": ["5", "6"]},
        files={"file": ("ferien.ics", calendar.encode(), "text/calendar")},
    )
    if date(NOW.year, 6, 1) <= NOW.date():
        assert answer.status_code == 200
        assert f"17.10.{NOW.year}; 31.10.{NOW.year}" in answer.text
    assert "Term; 01.08.2026; 30.06.2027" in answer.text
    async with visit.database.reading() as db:
        assert (await school_year.own_school(db, of.teachers["huerth"])).lines == ()


async def test_the_feed_is_opened_by_its_address_alone(visit: Visit) -> None:
    of = await begun(visit)
    await suggested(visit, of)
    url = f"/classes/{of.rows['thetford'].id}/feed"
    made = await visit.post(url)
    found = re.search(r'value="([^"]+/feeds/[^"]+\.ics)"', made.text)
    assert found
    assert found[1] not in (await visit.get(url)).text
    visit.client.cookies.clear()
    answer = await visit.get(found[1].removeprefix(BASE))
    assert answer.headers["content-type"].startswith("text/calendar")
    assert len(list(Calendar.from_ical(answer.content).walk("VEVENT"))) == 12
    assert (await visit.get("/feeds/made-up.ics")).status_code == 404


async def test_a_foreign_teacher_finds_nothing(visit: Visit) -> None:
    of = await begun(visit)
    url = await suggested(visit, of)
    async with visit.database.transaction() as db:
        other = await ring(db, "skawina", terms=False, now=NOW)
    await sit_down(visit, other.teachers["skawina"])
    own = f"/classes/{of.rows['thetford'].id}/feed"
    for path in (url, f"{url}/1/day", f"{url}/1/move", f"{url}/poster", own):
        assert (await visit.get(path)).status_code == 404, path
    for path in ("agreement", "suggestion", "themes", "1/day", "1/move"):
        sent = {"version": "1", "rounds": "4", "weeks": "4", "weekday": "", "day": "2027-01-11"}
        assert (await visit.post(f"{url}/{path}", **sent)).status_code == 404, path
    assert (await visit.post(own)).status_code == 404
    async with visit.database.reading() as db:
        seen = await class_calendar.of_pairing(db, of.pairing.id, of.teachers["thetford"], now=NOW)
        assert len(seen.rounds) == 4
