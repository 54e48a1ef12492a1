"""Does a released letter leave exactly once, and is what cannot leave there to be seen?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose, delivery, dispatch, endings
from penfriends.clock import utc_now
from penfriends.db import Database
from penfriends.jobs import nobody
from penfriends.mail import return_path
from penfriends.mail.notices import Notice
from penfriends.mail.outbound import headers_outside_list
from penfriends.mail.outcomes import Outcome, OutcomeKind, Phase
from penfriends.models.delivery import Bounce, Delivery, DeliveryState, Suppression, SuppressionReason
from penfriends.models.letters import LetterMailId, LetterState, Participant, ParticipantState
from penfriends.models.residents import Resident
from penfriends.models.signin import SignIn
from tests.support.faulty_smtp import faulty_smtp
from tests.support.smtp_sink import smtp_sink
from tests.support.story import ANNA_MAIL, BEN_MAIL, House, house_on
from workers.delivery import deliver

SENT = Outcome(OutcomeKind.SENT, 250, "queued", Phase.DATA)


async def suppressions(house: House) -> list[tuple[UUID, SuppressionReason]]:
    async with house.database.reading() as db:
        return [(row.sign_in_id, row.reason) for row in await db.exec(select(Suppression))]


async def test_a_released_letter_arrives_once_and_says_nothing_of_its_writers_address(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        letter = await house.release("Dear Ben,\n\nthe plums are ripe.", title="Plums")
        row = await house.delivery(letter.id)
        await deliver(house.tools, row.id)
        await deliver(house.tools, row.id)
        after, sent = await house.letter(letter.id), await house.delivery(letter.id)
    [arrived] = sink.mails
    mail = arrived.mail
    assert (after.state, sent.state) == (LetterState.DELIVERED, DeliveryState.SENT)
    assert after.delivered_at == sent.sent_at
    assert arrived.envelope_to == mail["To"] == BEN_MAIL
    assert str(mail["From"]) == f"Anna via penfriends <{house.ben.alias}>"
    assert arrived.envelope_from.endswith("@bounce.test")
    assert ANNA_MAIL.encode() not in arrived.raw
    assert b"musterfrau" not in arrived.raw.lower()
    assert house.anna.alias.encode() not in arrived.raw
    assert str(mail["List-Unsubscribe"]).startswith("<http://penfriends.test/p/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["X-Penfriends-Loop"]
    assert mail["Reply-To"] is None
    assert "the plums are ripe." in arrived.text


async def test_r28_only_listed_headers_stand_in_the_delivered_bytes(fresh_sqlite: str) -> None:
    hostile = "Dear Ben,\r\nBcc: someone@evil.example\r\n\r\nSubject: hello\n.\n=?utf-8?q?Bcc:?= x"
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        letter = await house.release(hostile, title="Plums =?utf-8?q?=0d=0aBcc:_x@evil.example?=")
        await deliver(house.tools, (await house.delivery(letter.id)).id)
    [arrived] = sink.mails
    assert headers_outside_list(arrived.raw) == ()
    assert arrived.mail["Bcc"] is None
    assert "someone@evil.example" in arrived.text


async def test_each_side_threads_by_the_ids_of_its_own_mailbox(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        first = await house.release("First")
        await deliver(house.tools, (await house.delivery(first.id)).id)
        async with house.database.transaction() as db:  # Ben answered by mail: his mailbox knows his own Message-ID
            db.add(LetterMailId(letter_id=first.id, participant_id=house.anna.participant_id, message_id="<a1@anna>"))
        second = await house.release("Second", by=house.ben, parent=first.id)
        await deliver(house.tools, (await house.delivery(second.id)).id)
        third = await house.release("Third", parent=second.id)
        await deliver(house.tools, (await house.delivery(third.id)).id)
    one, two, three = (arrived.mail for arrived in sink.mails)
    assert one["In-Reply-To"] is None
    assert two["In-Reply-To"] == "<a1@anna>"
    assert three["In-Reply-To"] == one["Message-ID"]
    assert str(three["References"]).split() == [one["Message-ID"]]
    assert "a1@anna" not in str(three)
    assert [str(mail["Subject"]).startswith("Re: ") for mail in (one, two, three)] == [False, True, True]


@pytest.mark.parametrize("step", ["GREETING", "MAIL", "RCPT", "DATA", "DOT"])
async def test_a_mail_server_that_asks_for_patience_gets_it(fresh_sqlite: str, step: str) -> None:
    async with faulty_smtp(**{step: b"451 4.3.0 later"}) as sink, house_on(fresh_sqlite, sink.port) as house:
        letter = await house.release()
        row = await house.delivery(letter.id)
        await deliver(house.tools, row.id)
        waiting = await house.delivery(letter.id)
        assert waiting.state is DeliveryState.DEFERRED
        assert timedelta(minutes=3) < waiting.due_at - utc_now() < timedelta(minutes=7)
        await deliver(house.tools, row.id)
        assert (await house.delivery(letter.id)).attempt == 1
        sink.faults.clear()
        sink.mails.clear()
        await hurry(house, row.id)
        await deliver(house.tools, row.id)
        assert (await house.delivery(letter.id)).state is DeliveryState.SENT
        assert (await house.letter(letter.id)).state is LetterState.DELIVERED
    assert len(sink.mails) == 1


async def hurry(house: House, delivery_id: UUID) -> None:
    """Its time has come."""
    async with house.database.transaction() as db:
        row = await db.get_one(Delivery, delivery_id)
        row.due_at = utc_now() - timedelta(seconds=1)
        db.add(row)


async def test_a_mail_server_that_is_not_there_is_tried_again(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        assert (await house.delivery(letter.id)).state is DeliveryState.DEFERRED
        assert (await house.letter(letter.id)).state is LetterState.RELEASED


async def test_a_dead_mailbox_is_written_to_no_more_and_the_friend_hears_it(fresh_database: str) -> None:
    async with (
        faulty_smtp(RCPT=b"550 5.1.1 no such user") as sink,
        house_on(fresh_database, sink.port) as house,
    ):
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        assert (await house.delivery(letter.id)).state is DeliveryState.FAILED
        assert (await house.letter(letter.id)).state is LetterState.DELIVERED  # readable on the website
        assert await suppressions(house) == [(house.ben.sign_in_id, SuppressionReason.HARD_BOUNCE)]
        [notice] = await house.notices()
        assert (notice.notice, notice.sign_in_id) == (Notice.BOUNCE_PARTNER, house.anna.sign_in_id)
        sink.faults.clear()
        second = await house.release("Once more")
        await deliver(house.tools, (await house.delivery(second.id)).id)
        assert (await house.delivery(second.id)).state is DeliveryState.FAILED
    assert sink.mails == []


async def test_a_refusal_that_is_about_us_suppresses_nobody(fresh_sqlite: str) -> None:
    async with (
        faulty_smtp(RCPT=b"550 5.7.1 your host is on our list of spam sources") as sink,
        house_on(fresh_sqlite, sink.port) as house,
    ):
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        assert (await house.delivery(letter.id)).state is DeliveryState.FAILED
        assert await suppressions(house) == []
        assert await house.notices() == []


@pytest.mark.parametrize(("step", "is_dead"), [("RCPT", True), ("DOT", False)])
async def test_a_bare_user_unknown_is_believed_where_the_address_was_asked_for(
    fresh_database: str, step: str, is_dead: bool
) -> None:
    """No report and no code is needed: we know at which step of our own conversation it was said. After the letter
    itself filters say it of what they do not want."""
    async with faulty_smtp(**{step: b"550 User unknown"}) as sink, house_on(fresh_database, sink.port) as house:
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        assert (await house.delivery(letter.id)).state is DeliveryState.FAILED
        dead = [(house.ben.sign_in_id, SuppressionReason.HARD_BOUNCE)]
        assert await suppressions(house) == (dead if is_dead else [])


@pytest.mark.parametrize("fault", ["drop", "hang"])
async def test_silence_after_the_mail_is_unsure_and_never_sent_again(fresh_database: str, fault: str) -> None:
    async with faulty_smtp(DOT=fault) as sink, house_on(fresh_database, sink.port) as house:
        letter = await house.release()
        row = await house.delivery(letter.id)
        await deliver(house.tools, row.id)
        assert (await house.delivery(letter.id)).state is DeliveryState.UNSURE
        assert (await house.letter(letter.id)).state is LetterState.UNSURE
        sink.faults.clear()
        later = utc_now() + timedelta(days=1)
        async with house.database.transaction() as db:
            assert await dispatch.due(db, now=later) == []
            assert await dispatch.claim(db, row.id, at=house.tools.at, now=later) is None
    assert len(sink.mails) == 1


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_person_settles_what_is_unsure(fresh_sqlite: str, arrived: bool) -> None:
    async with faulty_smtp(DOT="drop") as sink, house_on(fresh_sqlite, sink.port) as house:
        letter = await house.release()
        row = await house.delivery(letter.id)
        await deliver(house.tools, row.id)
        sink.faults.clear()
        async with house.database.transaction() as db:
            unsure = await db.get_one(Delivery, row.id)
            await endings.settle(db, unsure, arrived=arrived, now=utc_now())
        await deliver(house.tools, row.id)
        assert (await house.letter(letter.id)).state is LetterState.DELIVERED
        assert (await house.delivery(letter.id)).state is DeliveryState.SENT
    assert len(sink.mails) == (1 if arrived else 2)


async def test_two_workers_race_and_one_sends(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        letters = [await house.release(f"Letter {number}") for number in range(3)]
        rows = [await house.delivery(letter.id) for letter in letters]
        await asyncio.gather(*(deliver(house.tools, row.id) for row in rows for _ in range(4)))
        after = [await house.delivery(letter.id) for letter in letters]
    assert [(row.state, row.attempt) for row in after] == [(DeliveryState.SENT, 1)] * 3
    assert len(sink.mails) == 3


async def test_an_old_attempt_may_neither_send_nor_say_anything(fresh_database: str) -> None:
    async with house_on(fresh_database) as house:
        letter = await house.release()
        row = await house.delivery(letter.id)
        at, now = house.tools.at, utc_now()
        late = now + dispatch.LEASE + timedelta(seconds=1)
        async with house.database.transaction() as db:
            old = await dispatch.claim(db, row.id, at=at, now=now)
        async with house.database.transaction() as db:
            new = await dispatch.claim(db, row.id, at=at, now=late)
        assert old is not None
        assert new is not None
        assert new.attempt == old.attempt + 1
        async with house.database.transaction() as db:
            assert not await dispatch.commit_point(db, row.id, old.attempt, old.raw, now=late)
            assert not await dispatch.record(db, row.id, old.attempt, SENT, jitter=0, now=late)
        assert (await house.delivery(letter.id)).state is DeliveryState.SENDING
        async with house.database.transaction() as db:
            assert await dispatch.commit_point(db, row.id, new.attempt, new.raw, now=late)
            assert await dispatch.record(db, row.id, new.attempt, SENT, jitter=0, now=late)
        assert (await house.letter(letter.id)).state is LetterState.DELIVERED


async def test_a_lease_that_runs_out_before_the_point_of_no_return_frees_the_letter(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        letter = await house.release()
        row = await house.delivery(letter.id)
        long_ago = utc_now() - dispatch.LEASE - timedelta(seconds=1)
        async with house.database.transaction() as db:
            early = await db.get_one(Delivery, row.id)
            early.due_at = long_ago
            db.add(early)
        async with house.database.transaction() as db:
            assert await dispatch.claim(db, row.id, at=house.tools.at, now=long_ago) is not None
        await deliver(house.tools, row.id)
        assert (await house.delivery(letter.id)).state is DeliveryState.SENT
    assert len(sink.mails) == 1


async def test_a_lease_that_runs_out_after_it_leaves_the_letter_unsure(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        letter = await house.release()
        row = await house.delivery(letter.id)
        now = utc_now()
        async with house.database.transaction() as db:
            claim = await dispatch.claim(db, row.id, at=house.tools.at, now=now)
        assert claim is not None
        async with house.database.transaction() as db:
            assert await dispatch.commit_point(db, row.id, claim.attempt, claim.raw, now=now)
        later = now + 2 * dispatch.LEASE
        async with house.database.transaction() as db:
            assert await endings.unsure_after_silence(db, now=now) == 0
            assert await endings.unsure_after_silence(db, now=later) == 1
        await deliver(house.tools, row.id)
        assert (await house.letter(letter.id)).state is LetterState.UNSURE
    assert sink.mails == []


async def test_a_pause_waits_by_itself_and_does_not_use_up_the_days_of_trying(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        letter = await house.release()
        row = await house.delivery(letter.id)
        await set_state(house, ParticipantState.PAUSED)
        await deliver(house.tools, row.id)
        waiting = await house.delivery(letter.id)
        assert (waiting.state, waiting.first_try_at) == (DeliveryState.DEFERRED, None)
        assert (await house.letter(letter.id)).state is LetterState.RELEASED
        assert await house.hold_reasons(letter.id) == []
        await set_state(house, ParticipantState.ACTIVE)
        await hurry(house, row.id)
        await deliver(house.tools, row.id)
    assert len(sink.mails) == 1


async def set_state(house: House, state: ParticipantState) -> None:
    async with house.database.transaction() as db:
        ben = await db.get_one(Participant, house.ben.participant_id)
        ben.state = state
        db.add(ben)


async def test_we_give_up_after_five_days_and_the_letter_stays_on_the_site(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        letter = await house.release()
        row = await house.delivery(letter.id)
        async with house.database.transaction() as db:
            old = await db.get_one(Delivery, row.id)
            old.first_try_at = utc_now() - timedelta(days=5)
            db.add(old)
        await deliver(house.tools, row.id)
        assert (await house.delivery(letter.id)).state is DeliveryState.FAILED
        assert (await house.letter(letter.id)).state is LetterState.DELIVERED


async def test_somebody_without_a_mailbox_reads_on_the_site(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        async with house.database.transaction() as db:
            ben = await db.get_one(Resident, house.ben.resident_id)
            ben.sign_in_id = None
            db.add(ben)
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        assert (await house.letter(letter.id)).state is LetterState.DELIVERED
        assert (await house.delivery(letter.id)).state is DeliveryState.SENT
    assert sink.mails == []


async def test_who_stopped_mail_finds_the_letter_on_the_site(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        async with house.database.transaction() as db:
            ben = await db.get_one(Participant, house.ben.participant_id)
            ben.mail_paused = True
            db.add(ben)
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        assert (await house.letter(letter.id)).state is LetterState.DELIVERED
    assert sink.mails == []


async def test_a_letter_that_gives_its_writer_away_is_held(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        letter = await house.release(f"Write to me: {ANNA_MAIL.upper()}")
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        assert await house.hold_reasons(letter.id) == ["leak"]
        assert (await house.delivery(letter.id)).state is DeliveryState.WITHDRAWN
    assert sink.mails == []


async def test_a_letter_of_which_no_mail_can_be_made_is_held_and_not_tried_for_ever(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        async with house.database.transaction() as db:
            ben = await db.get_one(SignIn, house.ben.sign_in_id)
            ben.email = "bén bloggs@post.example"
            db.add(ben)
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        assert await house.hold_reasons(letter.id) == ["leak"]
    assert sink.mails == []


# --- notices ----------------------------------------------------------------------------------------------------------


async def queue_bounce_notice(house: House, **changed: object) -> Delivery:
    async with house.database.transaction() as db:
        side = await compose.side_of(db, house.anna.participant_id)
        assert side is not None
        values = {"band": "adult", "town": "Hürth", "name": "Anna", "friend": "Ben"}
        row = await delivery.queue_notice(
            db, Notice.BOUNCE_PARTNER, to=house.anna.sign_in_id, language="en", values=values,
            association_id=side.town.association_id, at=house.tools.at, now=utc_now(),
        )  # fmt: skip
        for name, value in changed.items():
            setattr(row, name, value)
        db.add(row)
        return row


async def sent_off(house: House, row: Delivery) -> Delivery:
    await deliver(house.tools, row.id)
    async with house.database.reading() as db:
        return await db.get_one(Delivery, row.id)


async def test_a_notice_comes_from_the_team_and_its_values_are_forgotten(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        row = await queue_bounce_notice(house)
        sent = await sent_off(house, row)
    [arrived] = sink.mails
    assert arrived.envelope_to == ANNA_MAIL
    assert str(arrived.mail["From"]) == "penfriends Huerth <team-huerth@letters.test>"
    assert arrived.mail["Auto-Submitted"] == "auto-generated"
    assert (sent.state, sent.payload) == (DeliveryState.SENT, {})
    assert BEN_MAIL.encode() not in arrived.raw


async def test_a_notice_that_cannot_be_written_is_given_up_where_a_person_sees_it(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        row = await queue_bounce_notice(house, payload={"band": "adult"})
        failed = await sent_off(house, row)
    assert (failed.state, failed.last_text) == (DeliveryState.FAILED, "cannot be written")
    assert sink.mails == []


class Forgetful(Database):
    """A database that goes away in one transaction: before its commit, or right after it, when nobody hears of it."""

    begun = 0
    fails_in = 0
    after_commit = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        Forgetful.begun += 1
        fails = Forgetful.begun == Forgetful.fails_in
        if fails and not Forgetful.after_commit:
            raise OperationalError("select 1", None, OSError("gone"))
        async with super().transaction() as db:
            yield db
        if fails:
            raise OperationalError("commit", None, OSError("gone"))


@pytest.mark.parametrize("after_commit", [False, True])
@pytest.mark.parametrize(("fails_in", "becomes"), [(2, DeliveryState.DEFERRED), (3, DeliveryState.SENT)])
async def test_a_database_that_goes_away_makes_nothing_unsure(
    fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch, fails_in: int, after_commit: bool, becomes: DeliveryState
) -> None:
    """In the last check before DATA nothing was sent: tried again. What was sent is recorded once it is back."""
    monkeypatch.setattr(Forgetful, "begun", 0)
    monkeypatch.setattr(Forgetful, "fails_in", fails_in)
    monkeypatch.setattr(Forgetful, "after_commit", after_commit)
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        letter = await house.release()
        tools = replace(house.tools, database=Forgetful(house.database.engine, nobody))
        await deliver(tools, (await house.delivery(letter.id)).id)
        row = await house.delivery(letter.id)
    assert row.state is becomes
    assert len(sink.mails) == (becomes is DeliveryState.SENT)


async def test_a_bounce_names_its_delivery_by_the_signed_return_path_only(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        back = sink.mails[0].envelope_from
        raw = await house.post(report(BEN_MAIL, "5.1.1"), back, envelope_from="<>")
        async with house.database.reading() as db:
            [bounce] = await db.exec(select(Bounce))
        assert (raw.state, bounce.hard, bounce.delivery_id) == ("taken", True, (await house.delivery(letter.id)).id)
        assert await suppressions(house) == [(house.ben.sign_in_id, SuppressionReason.HARD_BOUNCE)]
        assert [row.notice for row in await house.notices()] == [Notice.BOUNCE_PARTNER]


async def test_a_bounce_may_be_faster_than_our_own_record_and_is_told_once(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        letter = await house.release()
        row, now = await house.delivery(letter.id), utc_now()
        async with house.database.transaction() as db:
            claim = await dispatch.claim(db, row.id, at=house.tools.at, now=now)
        assert claim is not None
        async with house.database.transaction() as db:
            assert await dispatch.commit_point(db, row.id, claim.attempt, claim.raw, now=now)
        for status in ("5.1.1", "5.1.1"):
            await house.post(report(BEN_MAIL, status), claim.envelope_from, envelope_from="<>")
        async with house.database.transaction() as db:
            assert not await dispatch.record(db, row.id, claim.attempt, SENT, jitter=0, now=now)
        assert (await house.delivery(letter.id)).state is DeliveryState.FAILED
        assert (await house.letter(letter.id)).state is LetterState.DELIVERED  # readable on the website
        assert len(await house.notices()) == 1


async def test_a_late_bounce_does_not_let_a_held_letter_go(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        letter = await house.release(f"Write to {ANNA_MAIL}")
        row = await house.delivery(letter.id)
        await deliver(house.tools, row.id)
        back = return_path.sign(row.id, house.tools.at.key, "bounce.test")
        await house.post(report(BEN_MAIL, "5.1.1"), back, envelope_from="<>")
        assert await house.hold_reasons(letter.id) == ["leak"]
        assert (await house.delivery(letter.id)).state is DeliveryState.WITHDRAWN


async def test_a_full_mailbox_and_an_automatic_answer_suppress_nobody(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        letter = await house.release()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        back = sink.mails[0].envelope_from
        await house.post(report(BEN_MAIL, "5.2.2"), back, envelope_from="<>")
        await house.post(b"From: x@y.example\r\nAuto-Submitted: auto-replied\r\nSubject: away\r\n\r\nI am away", back)
        assert await suppressions(house) == []
        assert (await house.delivery(letter.id)).state is DeliveryState.SENT


def report(address: str, status: str) -> bytes:
    """A delivery report as a mail server writes it (RFC 3464)."""
    return f"""From: MAILER-DAEMON@mx.example\r
To: nobody@bounce.test\r
Subject: Undelivered Mail Returned to Sender\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
Your mail could not be delivered.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example\r
\r
Final-Recipient: rfc822; {address}\r
Action: failed\r
Status: {status}\r
\r
--b--\r
""".encode()
