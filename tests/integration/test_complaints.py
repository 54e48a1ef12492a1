"""Somebody calls a mail of ours unwanted (RFC 5965): is it no longer sent, and does the right person look at why?"""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import desk_mail, queues, remit, reports
from penfriends.clock import utc_now
from penfriends.mail import return_path
from penfriends.mail.notices import Notice
from penfriends.models.delivery import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    RawMail,
    RawMailState,
    Suppression,
    SuppressionReason,
)
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, Participant
from penfriends.models.moderation import AuditEntry, Report, ReportOutcome, ReportState
from penfriends.models.places import Association, Town
from penfriends.models.residents import Resident
from tests import builders as b
from tests.support.desk import Twins, adults, twins
from tests.support.smtp_sink import smtp_sink
from tests.support.story import House, house_on
from tests.support.visits import visiting, words
from workers.delivery import deliver

BY_PROVIDER = "From: Feedback <fbl@mail.example>\r\nSubject: FW: a mail\r\nMIME-Version: 1.0\r\n"
COMPLAINT = (
    BY_PROVIDER
    + """Content-Type: multipart/report; report-type=feedback-report; boundary="r"\r
\r
--r\r
Content-Type: text/plain\r
\r
An abuse report.\r
--r\r
Content-Type: message/feedback-report\r
\r
Feedback-Type: abuse\r
User-Agent: example/1.0\r
Version: 1\r
--r--\r
"""
).encode()


async def complained(house: House, delivery: Delivery) -> RawMail:
    back = return_path.sign(delivery.id, house.tools.at.key, "bounce.test")
    return await house.post(COMPLAINT, back, envelope_from="<>")


async def cases(db: AsyncSession) -> list[Report]:
    return list(await db.exec(select(Report).order_by(col(Report.id))))


async def test_a_complaint_about_a_letter_opens_one_case_and_stops_both(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        taken = [await complained(house, await house.delivery(letter.id)) for _ in range(2)]
        async with house.database.reading() as db:
            [case] = await cases(db)
            [stopped] = await db.exec(select(Suppression))
            correspondence = await db.get_one(Correspondence, house.correspondence_id)
            noted = [one.actor for one in await db.exec(select(AuditEntry).where(AuditEntry.subject_id == case.id))]
            warned = (await db.get_one(Letter, letter.id)).warned
        [told] = await house.notices()
    assert (case.letter_id, case.kind, case.text) == (letter.id, reports.COMPLAINT, "")
    assert (case.reporter_id, case.reported_id) == (house.ben.participant_id, house.anna.participant_id)
    assert (stopped.sign_in_id, stopped.reason) == (house.ben.sign_in_id, SuppressionReason.COMPLAINT)
    assert (correspondence.state, correspondence.state_reason) == (CorrespondenceState.FROZEN, "report")
    assert (told.notice, told.sign_in_id) == (Notice.BOUNCE_PARTNER, house.anna.sign_in_id)
    assert (noted, warned) == (["system"], False), "nobody here has said anything against the writer"
    assert [one.state for one in taken] == [RawMailState.TAKEN] * 2, "the case is what a moderator sees, once"


async def test_the_case_is_on_the_desks_of_both_towns_and_of_no_other(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        await complained(house, await house.delivery(letter.id))
        now = utc_now()
        async with house.database.transaction() as db:
            ids = [(await db.get_one(Resident, one.resident_id)).town_id for one in (house.anna, house.ben)]
            homes = [(await db.get_one(Town, one)).association_id for one in ids]
            foreign = (await b.association(db, "elsewhere")).id
            desks = [
                await remit.desk_of(db, await b.moderator(db, home, f"Judge {n}", now=now), now=now)
                for n, home in enumerate([*homes, foreign])
            ]
            seen = [len(await queues.reports(db, desk, now=now)) for desk in desks]
            aside = [len((await desk_mail.load(db, desk.moderator, now=now)).set_aside) for desk in desks]
    assert seen == [1, 1, 0]
    assert aside == [0, 0, 0], "not two things to do for one complaint"


async def test_a_letter_that_somebody_looks_at_already_gets_no_second_case(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        async with house.database.transaction() as db:
            await reports.report(
                db, house.ben.participant_id, letter_id=letter.id, kind="unkind", text="Hm.", now=utc_now()
            )
        await complained(house, await house.delivery(letter.id))
        async with house.database.reading() as db:
            assert [one.kind for one in await cases(db)] == ["unkind"]


async def test_a_complaint_about_a_notice_is_shown_and_held_against_nobody(fresh_database: str) -> None:
    async with house_on(fresh_database) as house:
        letter = await house.release()
        now = utc_now()
        async with house.database.transaction() as db:
            home = (await db.exec(select(Association).where(Association.slug == "huerth"))).one()
            judge = await b.moderator(db, home.id, "Judge", now=now)
            stranger = await b.moderator(db, None, "Stranger", now=now)
            notice = Delivery(
                kind=DeliveryKind.NOTICE, notice="nudge", sign_in_id=house.anna.sign_in_id, association_id=home.id,
                state=DeliveryState.SENT, due_at=now, message_id="<n@x>", created_at=now,
            )  # fmt: skip
            db.add(notice)
        raw = await complained(house, notice)
        async with house.database.reading() as db:
            shown = [(await desk_mail.load(db, one, now=now)).set_aside for one in (judge, stranger)]
            assert await cases(db) == []
            assert (await db.exec(select(Suppression.reason))).all() == [SuppressionReason.COMPLAINT]
            correspondence = await db.get_one(Correspondence, letter.correspondence_id)
    assert [[one.mail.id for one in found] for found in shown] == [[raw.id], []]
    assert (raw.state, raw.reason, correspondence.state) == ("quarantined", "complaint", CorrespondenceState.OPEN)


async def test_who_has_stopped_letters_meanwhile_gets_no_notices_either(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        async with house.database.transaction() as db:
            (await db.get_one(Participant, house.ben.participant_id)).mail_paused = True
        await complained(house, await house.delivery(letter.id))
        async with house.database.reading() as db:
            assert (await db.exec(select(Suppression.sign_in_id))).all() == [house.ben.sign_in_id]
            assert len(await cases(db)) == 1
        assert await house.notices() == [], "no letter went there anyway"


async def complaint_at_the_desk(db: AsyncSession) -> tuple[Twins, Report]:
    twin = await twins(db, now=utc_now())
    arthur, henk = await adults(db, twin)
    letter = await b.letter(db, arthur, "Dear Henk", at=utc_now())
    return twin, await reports.complain(db, henk.id, letter_id=letter.id, now=utc_now())


async def test_the_case_says_what_to_do_and_its_end_is_told_to_nobody(fresh_database: str) -> None:
    async with visiting(fresh_database) as visit:
        await visit.get("/sign-in")
        async with visit.database.transaction() as db:
            twin, case = await complaint_at_the_desk(db)
        async with visit.database.transaction() as db:
            visit.sign_in(await b.session(db, twin.ilse.sign_in_id, staff=True))
        path = f"/desk/reports/{case.id}"
        assert "Marked our mail as unwanted" in words(await visit.get("/desk/reports"))
        page = words(await visit.get(path))
        assert "That may be a slip of the finger" in page
        assert "say on the page “Mail” that the address works again" in page
        await visit.post(f"{path}/claim")
        assert "Nobody is told." in words(await visit.get(path))
        done = await visit.post(f"{path}/closing", outcome=ReportOutcome.NOTHING_FOUND.value, note="A slip.")
        assert done.headers["location"] == "/desk/reports"
        assert "The report is closed." in words(await visit.get("/desk/reports"))
        async with visit.database.reading() as db:
            closed = await db.get_one(Report, case.id)
            assert (closed.state, closed.outcome) == (ReportState.CLOSED, ReportOutcome.NOTHING_FOUND)
            assert (await db.get_one(Correspondence, case.correspondence_id)).state is CorrespondenceState.OPEN
            assert (await db.exec(select(Delivery))).all() == []
