"""What happens after an alarm: taken by one, closed with a reason, and the reporter hears of it? (rule R31)"""

from datetime import timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import queues, remit, reports
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.ids import uuid7
from penfriends.models.delivery import Delivery
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant
from penfriends.models.matching import Block
from penfriends.models.moderation import Decision, Report, ReportOutcome, ReportState, Verb
from penfriends.models.residents import Resident
from tests import builders as b
from tests.support.desk import Twins, adults, children, twins

NOW = b.NOW


async def alarm(db: AsyncSession, twin: Twins) -> tuple[Report, Participant, Participant]:
    arthur, henk = await adults(db, twin)
    row = await reports.report(db, henk.id, letter_id=None, kind="money", text="He asks for money.", now=NOW)
    return row, henk, arthur


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (ReportOutcome.NOTHING_FOUND, CorrespondenceState.OPEN),
        (ReportOutcome.SPOKEN_TO, CorrespondenceState.OPEN),
        (ReportOutcome.ENDED, CorrespondenceState.ENDED),
    ],
)
async def test_R31_closing_lets_it_go_on_or_ends_it_and_tells_the_reporter(
    db: AsyncSession, outcome: ReportOutcome, state: CorrespondenceState
) -> None:
    twin = await twins(db)
    row, _henk, _arthur = await alarm(db, twin)
    correspondence = await db.get_one(Correspondence, row.correspondence_id)
    await db.refresh(correspondence)
    assert correspondence.state is CorrespondenceState.FROZEN
    await reports.close(db, row.id, twin.ilse, outcome=outcome, note="I read all of it.", at=b.AT, now=NOW)
    await db.refresh(correspondence)
    assert correspondence.state is state
    told = (await db.exec(select(Delivery).where(Delivery.notice == "report_outcome"))).one()
    assert told.payload["outcome"].replace(" ", "_").lower().startswith(outcome.value), "a sentence, not the code"
    assert told.payload["outcome"] != outcome.value
    assert "I read all of it." not in str(told.payload)
    blocks = [one.stops_letters for one in await db.exec(select(Block))]
    assert blocks == ([True] if outcome is ReportOutcome.ENDED else [])


async def test_closing_needs_a_note_and_leaves_a_decision(db: AsyncSession) -> None:
    twin = await twins(db)
    row, _henk, _arthur = await alarm(db, twin)
    with pytest.raises(Refused) as refused:
        await reports.close(db, row.id, twin.ilse, outcome=ReportOutcome.ENDED, note=" ", at=b.AT, now=NOW)
    assert refused.value.refusal is Refusal.NEEDS_REASON
    await reports.close(db, row.id, twin.ilse, outcome=ReportOutcome.ENDED, note="Fraud.", at=b.AT, now=NOW)
    decision = (await db.exec(select(Decision).where(Decision.subject_id == row.id))).one()
    assert (decision.verb, decision.note, decision.moderator_id) == (Verb.CLOSE, "Fraud.", twin.ilse.id)


async def test_two_never_take_the_same_report(db: AsyncSession) -> None:
    twin = await twins(db)
    row, _henk, _arthur = await alarm(db, twin)
    assert await reports.take(db, row.id, twin.ilse, now=NOW)
    assert not await reports.take(db, row.id, twin.uli, now=NOW + timedelta(minutes=29))
    with pytest.raises(Refused) as refused:
        await reports.close(db, row.id, twin.uli, outcome=ReportOutcome.ENDED, note="x", at=b.AT, now=NOW)
    assert refused.value.refusal is Refusal.TAKEN_BY_ANOTHER
    assert await reports.take(db, row.id, twin.uli, now=NOW + timedelta(minutes=30))


async def test_R18_a_foreign_report_and_a_missing_one_answer_alike(db: AsyncSession) -> None:
    twin = await twins(db)
    row, _henk, _arthur = await alarm(db, twin)
    stranger = await b.moderator(db, None, "Stranger")
    for report_id in (row.id, uuid7()):
        with pytest.raises(NotFound):
            await reports.view_report(db, report_id, stranger, now=NOW)
        with pytest.raises(NotFound):
            await reports.take(db, report_id, stranger, now=NOW)


async def test_a_report_stays_while_another_waits(db: AsyncSession) -> None:
    twin = await twins(db)
    row, _henk, arthur = await alarm(db, twin)
    second = await reports.report(db, arthur.id, letter_id=None, kind="other", text="", now=NOW)
    await reports.close(db, row.id, twin.ilse, outcome=ReportOutcome.SPOKEN_TO, note="x", at=b.AT, now=NOW)
    correspondence = await db.get_one(Correspondence, row.correspondence_id)
    await db.refresh(correspondence)
    assert correspondence.state == "frozen"
    await reports.close(db, second.id, twin.ilse, outcome=ReportOutcome.SPOKEN_TO, note="x", at=b.AT, now=NOW)
    await db.refresh(correspondence)
    assert correspondence.state == "open"


async def test_the_desk_shows_children_first_and_what_was_closed_apart(db: AsyncSession) -> None:
    twin = await twins(db)
    row, _henk, _arthur = await alarm(db, twin)
    tom, lotte = await children(db, twin)
    young = await reports.report(db, lotte.id, letter_id=None, kind="sad", text="", now=NOW + timedelta(minutes=5))
    desk = await remit.desk_of(db, twin.ilse, now=NOW)
    waiting = await queues.reports(db, desk, now=NOW)
    assert [one.report.id for one in waiting] == [young.id, row.id]
    assert (waiting[0].reporter.resident.first_name, waiting[0].reported.resident.id) == ("Lotte", tom.resident_id)
    await reports.close(db, row.id, twin.ilse, outcome=ReportOutcome.ENDED, note="x", at=b.AT, now=NOW)
    assert [one.report.id for one in await queues.reports(db, desk, now=NOW)] == [young.id]
    closed = await queues.reports(db, desk, now=NOW, closed=True)
    assert [(one.report.id, one.report.state) for one in closed] == [(row.id, ReportState.CLOSED)]


async def test_who_looks_is_told_of_the_other_friends(db: AsyncSession) -> None:
    twin = await twins(db)
    row, _henk, arthur = await alarm(db, twin)
    await b.correspondence(db, await db.get_one(Resident, arthur.resident_id), await b.adult(db, twin.there, "Gerda"))
    others = await reports.other_friends(db, row.reported_id, twin.ilse)
    assert [one.resident.first_name for one in others] == ["Gerda"]
