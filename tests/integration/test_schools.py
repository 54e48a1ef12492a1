"""How does a school come in, who finds out about its teachers, and what does nobody learn on the way?"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import schools, teaching
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.delivery import Delivery
from penfriends.models.moderation import AuditEntry, Moderator, Role, Vetting, VettingKind
from penfriends.models.schools import School, SchoolState, Teacher
from tests import builders as b
from tests.support.desk import Twins, twins
from tests.support.site import Site, running

NOW = b.NOW
UNTIL = NOW.date() + timedelta(days=60)


@pytest.fixture
async def site(fresh_database: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with running(fresh_database, "", tmp_path) as opened:
        yield opened


def said(at: Twins, *, email: str = "okafor@redcastle.example", school: str = "Redcastle Primary") -> schools.Asked:
    return schools.Asked("Ms Okafor", email, school, at.here.slug, "https://redcastle.example", "en")


async def asked(db: AsyncSession, at: Twins, **more: str) -> None:
    await schools.ask(db, said(at, **more), source="there", now=NOW)


async def own_card(db: AsyncSession, moderator: Moderator) -> schools.SchoolCard:
    (card,) = await schools.cards(db, moderator)
    return card


async def confirmed(db: AsyncSession, moderator: Moderator, *, how: str = "I telephoned.") -> Moderator:
    card = await own_card(db, moderator)
    teacher = card.asked[0].row
    await schools.confirm(db, card.row.id, teacher.id, moderator, how=how, until=UNTIL, at=b.AT, now=NOW)
    return teacher


async def test_R40_who_asks_gets_in_only_after_a_moderator_has_found_out(db: AsyncSession) -> None:
    at = await twins(db)
    ilse = await b.moderator(db, at.here.association_id, "Ilse", now=NOW)
    await asked(db, at)
    card = await own_card(db, ilse)
    assert (card.row.state, card.asked[0].row.active, await schools.waiting(db, ilse)) == (SchoolState.ASKED, False, 1)
    assert (await db.exec(select(Delivery))).all() == []

    teacher = await confirmed(db, ilse)
    assert (card.row.state, card.row.seen_by, card.row.seen_how) == (SchoolState.CONFIRMED, ilse.id, "I telephoned.")
    assert (teacher.active, teacher.role, await schools.waiting(db, ilse)) == (True, Role.TEACHER, 0)
    school = await teaching.school_of(db, teacher.id)
    assert school is not None
    assert school.id == card.row.id
    proof = (await db.exec(select(Vetting).where(Vetting.moderator_id == teacher.id))).one()
    assert (proof.kind, proof.seen_by, proof.expires_on) == (VettingKind.SCHOOL, "Ilse", UNTIL)
    (mail,) = (await db.exec(select(Delivery))).all()
    assert mail.payload is not None
    assert mail.payload["school"] == "Redcastle Primary"
    noted = await db.exec(select(AuditEntry.action).order_by(col(AuditEntry.number)))
    assert {"teacher_asked", "teacher_confirmed"} <= set(noted)


async def test_a_moderator_says_how_they_found_out_and_until_when(db: AsyncSession) -> None:
    at = await twins(db)
    ilse = await b.moderator(db, at.here.association_id, "Ilse", now=NOW)
    await asked(db, at)
    with pytest.raises(Refused) as without:
        await confirmed(db, ilse, how="  ")
    assert without.value.refusal is Refusal.NEEDS_REASON
    card = await own_card(db, ilse)
    for until in (NOW.date(), NOW.date() + timedelta(days=500)):
        with pytest.raises(Refused):
            await schools.confirm(
                db, card.row.id, card.asked[0].row.id, ilse, how="Seen.", until=until, at=b.AT, now=NOW
            )


async def test_another_school_year_is_confirmed_without_another_invitation(db: AsyncSession) -> None:
    at = await twins(db)
    ilse = await b.moderator(db, at.here.association_id, "Ilse", now=NOW)
    _, okafor = await b.school_class(db, at.here)
    card = await own_card(db, ilse)
    sign_in = await schools.address_of(db, card.teachers[0].email, locale="en", now=NOW)
    sign_in.password_hash = "kept"
    longer = NOW.date() + timedelta(days=390)
    await schools.confirm(db, card.row.id, okafor.id, ilse, how="Asked again.", until=longer, at=b.AT, now=NOW)
    assert (await own_card(db, ilse)).teachers[0].until == longer
    assert (await db.exec(select(Delivery))).all() == []


async def test_who_does_not_teach_there_is_forgotten(db: AsyncSession) -> None:
    at = await twins(db)
    ilse = await b.moderator(db, at.here.association_id, "Ilse", now=NOW)
    await asked(db, at)
    card = await own_card(db, ilse)
    await schools.refuse(db, card.row.id, card.asked[0].row.id, ilse, now=NOW)
    assert await schools.cards(db, ilse) == []
    assert (await db.exec(select(Teacher))).all() == []
    assert (await db.exec(select(Moderator).where(Moderator.role == Role.TEACHER))).all() == []


async def test_two_teachers_of_one_school_meet_in_it_and_are_found_out_about_one_by_one(db: AsyncSession) -> None:
    at = await twins(db)
    ilse = await b.moderator(db, at.here.association_id, "Ilse", now=NOW)
    await asked(db, at)
    await confirmed(db, ilse)
    await asked(db, at, email="fenwick@redcastle.example", school="REDCASTLE Primary")
    card = await own_card(db, ilse)
    assert [one.is_asked for one in card.teachers] == [False, True]
    with pytest.raises(Refused):
        await schools.refuse(db, card.row.id, card.teachers[0].row.id, ilse, now=NOW)


async def test_R18_a_school_of_another_town_is_not_there(db: AsyncSession) -> None:
    at = await twins(db)
    foreign = await b.moderator(db, at.there.association_id, "Annegret", now=NOW)
    await asked(db, at)
    school = (await db.exec(select(School))).one()
    assert await schools.cards(db, foreign) == []
    with pytest.raises(NotFound):
        await schools.card(db, school.id, foreign)
    _, okafor = await b.school_class(db, at.here)
    with pytest.raises(NotFound):
        await schools.card(db, school.id, okafor)


async def test_one_place_cannot_ask_without_end(db: AsyncSession) -> None:
    at = await twins(db)
    for number in range(schools.ASKED_FROM_A_SOURCE):
        await asked(db, at, email=f"somebody{number}@redcastle.example")
    with pytest.raises(Refused):
        await asked(db, at, email="one.more@redcastle.example")


async def test_known_and_unknown_addresses_are_answered_alike(site: Site) -> None:
    async with site.database.transaction() as db:
        at = await twins(db)
        ilse = await b.moderator(db, at.here.association_id, "Ilse", now=NOW)
        known = (await schools.address_of(db, "known@school.example", locale="en", now=NOW)).email
        slug = at.here.slug
        _, okafor = await b.school_class(db, at.here)
        okafor.sign_in_id = (await schools.address_of(db, "known@school.example", locale="en", now=NOW)).id
        assert ilse.active
    answers = []
    async with httpx.AsyncClient(base_url=site.url) as client:
        assert (await client.get("/schools")).status_code == 200
        for email in (known, "new@school.example"):
            token = (await client.get("/schools/join")).text.partition('_csrf_token" value="')[2].partition('"')[0]
            answer = await client.post(
                "/schools/join",
                data={
                    "_csrf_token": token, "teacher": "Ms Okafor", "school": "Redcastle", "town": slug,
                    "website": "redcastle.example", "email": email, "language": "en",
                },
            )  # fmt: skip
            answers.append((answer.status_code, answer.headers["location"], answer.text))
    assert answers[0] == answers[1]
    assert answers[0][:2] == (303, "/schools/join/done")
    async with site.database.transaction() as db:
        made = await db.exec(select(Moderator).where(Moderator.role == Role.TEACHER, ~col(Moderator.active)))
        assert len(made.all()) == 1
