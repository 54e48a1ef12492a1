"""What is said of a class, by whom, and who teaches it?"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_facts, class_teachers, schools, teaching
from penfriends.actions.class_facts import ClassFacts
from penfriends.actions.pupils import end_of_year
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.moderation import Moderator
from penfriends.models.residents import Consent
from penfriends.models.schools import ClassTeacher, Duty, SchoolClass, SchoolState
from penfriends.rules.matching import Level
from tests import builders as b
from tests.support.schools import classes
from tests.support.site import running

NOW = b.NOW
FACTS = ClassFacts(
    name="7 Oak", size=28, youngest=11, oldest=12, languages={"en": Level.FIRST, "fr": Level.LITTLE}, subject="French",
    rhythm_weeks=4, starts_on=date(2025, 9, 1), ends_on=date(2026, 7, 15), wish="We like maps.", twin_of_twin=False,
)  # fmt: skip


async def second(db: AsyncSession, of: SchoolClass, by: Moderator, email: str = "new@redcastle.example") -> Moderator:
    return await class_teachers.invite(db, of.id, by, email=email, name="Mr Fenwick", now=NOW)


async def let_in(db: AsyncSession, who: Moderator, association_id: object) -> None:
    """A moderator finds out about somebody who was named."""
    ilse = await b.moderator(db, association_id, "Ilse", now=NOW)  # type: ignore[arg-type]
    (card,) = [one for one in await schools.cards(db, ilse) if who.id in {t.row.id for t in one.teachers}]
    until = NOW.date() + timedelta(days=60)
    await schools.confirm(db, card.row.id, who.id, ilse, how="Telephoned.", until=until, at=b.AT, now=NOW)


async def test_a_class_is_entered_with_a_code_of_its_own_and_led_by_who_entered_it(db: AsyncSession) -> None:
    at = await classes(db)
    row = await class_facts.enter(db, at.okafor, FACTS, now=NOW)
    assert (row.name, row.languages, row.rhythm_weeks) == ("7 Oak", {"en": "first", "fr": "little"}, 4)
    assert row.code not in {at.here.code, at.there.code}
    assert (await teaching.own_class(db, row.id, at.okafor)) is row
    (adult,) = await class_teachers.adults(db, row)
    assert adult.leads
    with pytest.raises(NotFound):
        await class_facts.change(db, row.id, at.weber, FACTS, now=NOW)


async def test_R40_no_class_where_the_school_is_not_confirmed(db: AsyncSession) -> None:
    at = await classes(db)
    school = await teaching.school_of(db, at.okafor.id)
    assert school is not None
    school.state = SchoolState.ASKED
    with pytest.raises(NotFound):
        await class_facts.enter(db, at.okafor, FACTS, now=NOW)


async def test_R14_a_guardian_s_yes_ends_with_the_school_year_also_when_that_moves(db: AsyncSession) -> None:
    at = await classes(db)
    earlier = replace(FACTS, ends_on=NOW.date() + timedelta(days=10), starts_on=NOW.date() - timedelta(days=100))
    await class_facts.change(db, at.here.id, at.okafor, earlier, now=NOW)
    mine = (await db.exec(select(Consent).where(Consent.resident_id == at.ava.resident_id))).one()
    theirs = (await db.exec(select(Consent).where(Consent.resident_id == at.anton.resident_id))).one()
    await db.refresh(mine)
    assert mine.expires_at == end_of_year(at.here)
    assert theirs.expires_at == end_of_year(at.there) != mine.expires_at


async def test_a_second_adult_is_in_after_a_moderator_has_found_out(db: AsyncSession) -> None:
    at = await classes(db)
    who = await second(db, at.here, at.okafor)
    assert not who.active
    with pytest.raises(NotFound):
        await teaching.own_class(db, at.here.id, who)
    with pytest.raises(Refused):
        await class_teachers.make_lead(db, at.here.id, at.okafor, who.id, now=NOW)
    await let_in(db, who, at.okafor.association_id)
    assert (await teaching.own_class(db, at.here.id, who)) is at.here
    assert await second(db, at.here, at.okafor) is who

    await class_teachers.make_lead(db, at.here.id, at.okafor, who.id, now=NOW)
    duties = {one.who.name: one.row.duty for one in await class_teachers.adults(db, at.here)}
    assert duties == {"Mr Fenwick": Duty.LEAD, "Ms Okafor": Duty.SECOND}


async def test_one_who_goes_sees_nothing_more_and_the_last_stays(db: AsyncSession) -> None:
    at = await classes(db)
    who = await second(db, at.here, at.okafor)
    with pytest.raises(Refused) as last:
        await class_teachers.remove(db, at.here.id, at.okafor, at.okafor.id, now=NOW)
    assert last.value.refusal is Refusal.LAST_TEACHER
    await let_in(db, who, at.okafor.association_id)
    await class_teachers.remove(db, at.here.id, who, at.okafor.id, now=NOW)
    with pytest.raises(NotFound):
        await teaching.own_class(db, at.here.id, at.okafor)
    (left,) = await class_teachers.adults(db, at.here)
    assert (left.who.id, left.leads) == (who.id, True)
    rows = await db.exec(select(ClassTeacher).where(ClassTeacher.class_id == at.here.id))
    assert len(rows.all()) == 2
    with pytest.raises(NotFound):
        await second(db, at.there, who)


async def test_an_address_of_somebody_else_is_no_second_adult(db: AsyncSession) -> None:
    at = await classes(db)
    _, carver = await b.school_class(db, at.towns.here, "Year 6", teacher="Mrs Carver")
    (adult,) = [one for one in await class_teachers.adults(db, at.here) if one.leads]
    _ = adult
    sign_in = await schools.address_of(db, "carver@abbeymeadow.example", locale="en", now=NOW)
    carver.sign_in_id = sign_in.id
    await db.flush()
    with pytest.raises(Refused) as refused:
        await second(db, at.here, at.okafor, email="carver@abbeymeadow.example")
    assert refused.value.refusal is Refusal.SOMEBODY_ELSE


async def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(fresh_database: str, tmp_path: Path) -> None:
    async with running(fresh_database, "", tmp_path) as site, httpx.AsyncClient(base_url=site.url) as client:
        async with site.database.transaction() as db:
            at = await classes(db)
            secret = await b.session(db, at.okafor.sign_in_id, staff=True, now=datetime.now(UTC))
        client.cookies.set("session", secret)
        empty = await client.get("/classes/new")
        assert empty.status_code == 200
        token = empty.text.partition('_csrf_token" value="')[2].partition('"')[0]
        typed = {
            "_csrf_token": token, "name": "7 Oak", "size": "280", "youngest": "12", "oldest": "11",
            "own_language": "en", "second_language": "fr", "second_level": "little", "third_language": "",
            "third_level": "little", "subject": "French", "rhythm_weeks": "4", "starts_on": "2026-09-01",
            "ends_on": "2026-08-01", "wish": "Call 01632 960 123",
        }  # fmt: skip
        wrong = await client.post("/classes/new", data=typed)
        assert wrong.status_code == 422
        assert wrong.text.count('class="error-msg"') == 4
        right = {**typed, "size": "28", "oldest": "12", "ends_on": "2027-07-15", "wish": "We like maps."}
        done = await client.post("/classes/new", data=right)
        assert done.status_code == 303
        page = await client.get(f"{done.headers['location']}/edit")
        assert "We like maps." in page.text
        assert (await client.get(f"{done.headers['location']}/teachers")).status_code == 200
        assert (await client.get(f"/classes/{at.there.id}/edit")).status_code == 404
