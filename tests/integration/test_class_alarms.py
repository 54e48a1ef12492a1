"""What do teachers hear of reports by and about their pupils, and who hears of an urgent letter? (rules R31, R33)"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_alarms, class_teachers, mail_links, reports
from penfriends.errors import NotFound
from penfriends.models.delivery import Delivery
from penfriends.models.letters import LetterState
from penfriends.models.moderation import AuditEntry, Moderator, ReportOutcome, Role
from penfriends.models.schools import ClassTeacher
from penfriends.models.signin import SignIn
from tests import builders as b
from tests.support.desk import children, held
from tests.support.schools import Classes, classes
from tests.support.visits import Visit, visiting, words

NOW = b.NOW


async def reported(db: AsyncSession, at: Classes, *, now: datetime = NOW) -> None:
    """Ava says that a letter of Anton's is unkind."""
    letter = await b.letter(db, at.anton_writes, "Du bist doof.", state=LetterState.DELIVERED, at=now)
    await mail_links.report(
        db, at.ava_writes, letter.id, kind="unkind", text="He said a bad word.", block=False, now=now
    )  # fmt: skip


async def mailed(db: AsyncSession) -> list[tuple[str, str]]:
    """To whom, and about what."""
    found = await db.exec(
        select(Moderator.name, Delivery)
        .join(SignIn, col(SignIn.id) == col(Moderator.sign_in_id))
        .join(Delivery, col(Delivery.sign_in_id) == col(SignIn.id))
        .where(Delivery.notice == "class_alarm")
    )
    return sorted((name, str(row.payload["about"])) for name, row in found)


async def test_R31_the_teachers_of_both_pupils_see_kind_and_outcome_only(db: AsyncSession) -> None:
    at = await classes(db)
    await reported(db, at)
    (mine,) = await class_alarms.of_class(db, at.here.id, at.okafor, now=NOW)
    (theirs,) = await class_alarms.of_class(db, at.there.id, at.weber, now=NOW)
    assert (mine.name, mine.by_own, mine.is_open) == ("Ava B", True, True)
    assert (theirs.name, theirs.by_own, theirs.report.kind) == ("Anton K", False, "unkind")
    assert await class_alarms.count_open(db, at.there.id) == 1

    await reports.close(
        db, mine.report.id, at.towns.ilse, outcome=ReportOutcome.SPOKEN_TO, note="Talked.", at=b.AT, now=NOW
    )
    (mine,) = await class_alarms.of_class(db, at.here.id, at.okafor, now=NOW)
    assert (mine.is_open, mine.report.outcome) == (False, ReportOutcome.SPOKEN_TO)
    assert await class_alarms.count_open(db, at.here.id) == 0


async def test_R18_a_report_is_for_the_teachers_of_the_class_only(db: AsyncSession) -> None:
    at = await classes(db)
    _, stranger = await b.school_class(db, at.towns.here, "7A", teacher="Mr Hill")
    await reported(db, at)
    for class_id, who in ((at.there.id, at.okafor), (at.here.id, stranger), (at.here.id, at.towns.ilse)):
        with pytest.raises(NotFound):
            await class_alarms.of_class(db, class_id, who, now=NOW)


async def test_R31_teachers_are_told_once_of_a_report_and_once_of_its_outcome(db: AsyncSession) -> None:
    at = await classes(db)
    second = await b.moderator(db, at.okafor.association_id, "Mr Hill", role=Role.TEACHER)
    db.add(ClassTeacher(class_id=at.here.id, moderator_id=second.id, since=NOW))
    await db.flush()
    await class_teachers.remove(db, at.here.id, at.okafor, second.id, now=NOW)
    await reported(db, at)
    assert await class_alarms.sweep(db, at=b.AT, now=NOW) == 1
    assert await class_alarms.sweep(db, at=b.AT, now=NOW) == 0
    assert await mailed(db) == [("Frau Weber", "report"), ("Ms Okafor", "report")]
    (mine,) = await class_alarms.of_class(db, at.here.id, at.okafor, now=NOW)
    await reports.close(
        db, mine.report.id, at.towns.ilse, outcome=ReportOutcome.NOTHING_FOUND, note="Fine.", at=b.AT, now=NOW
    )
    assert await class_alarms.sweep(db, at=b.AT, now=NOW + timedelta(minutes=1)) == 1
    assert [about for _who, about in await mailed(db)] == ["outcome", "report"] * 2
    for row in await db.exec(select(Delivery).where(Delivery.notice == "class_alarm")):
        assert not any(one in str(row.payload) for one in ("Ava", "Anton", "bad word", "doof", "unkind"))


async def test_R33_an_urgent_letter_is_told_to_the_teacher_and_to_lead_and_deputy(db: AsyncSession) -> None:
    at = await classes(db)
    tom, _lotte = await children(db, at.towns)
    await held(db, tom, "I want to kill myself.", urgent=True)
    await held(db, at.anton_writes, "Ich habe einen Hund.")
    assert await class_alarms.sweep(db, at=b.AT, now=NOW) == 0
    hold, _ = await held(db, at.ava_writes, "I want to kill myself.", urgent=True)
    assert await class_alarms.sweep(db, at=b.AT, now=NOW) == 1
    assert await class_alarms.sweep(db, at=b.AT, now=NOW) == 0
    assert await mailed(db) == [("Ilse", "letter"), ("Marta", "letter"), ("Ms Okafor", "letter")]
    lines = (await db.exec(select(AuditEntry.subject_id).where(AuditEntry.action == "class_told_urgent"))).all()
    assert lines == [hold.id]


@pytest.fixture
async def visit(fresh_sqlite: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_sqlite) as visit:
        await visit.get("/sign-in")
        yield visit


async def test_R41_the_page_names_the_own_pupil_nobody_else_and_leaves_a_line(visit: Visit) -> None:
    now = datetime.now(UTC)
    async with visit.database.transaction() as db:
        at = await classes(db, now=now)
        await reported(db, at, now=now)
        visit.sign_in(await b.session(db, at.weber.sign_in_id, staff=True))
    assert "1 open" in words(await visit.get(f"/classes/{at.there.id}"))
    said = words(await visit.get(f"/classes/{at.there.id}/reports"))
    assert "Anton K was reported Unkind or hurtful" in said
    for one in ("Ava", "bad word", "doof"):
        assert one not in said
    assert (await visit.get(f"/classes/{at.here.id}/reports")).status_code == 404
    async with visit.database.reading() as db:
        line = (await db.exec(select(AuditEntry).where(AuditEntry.action == "view_list"))).one()
    assert line.details == {"children": [str(at.anton.resident_id)]}
