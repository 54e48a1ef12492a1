"""A mailbox that is full, gone, or wants no mail: is it left alone, are friends told kindly, is there a way back?"""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import bounces, delivery, dispatch, unreachable
from penfriends.actions.suppression import suppress
from penfriends.clock import utc_now
from penfriends.mail import return_path
from penfriends.mail.notices import Notice, Value
from penfriends.mail.outcomes import Outcome, OutcomeKind, Phase
from penfriends.models.delivery import Bounce, Delivery, DeliveryKind, DeliveryState, Suppression, SuppressionReason
from penfriends.models.letters import LetterState
from penfriends.models.moderation import AuditEntry
from penfriends.models.residents import Guardian, Resident
from penfriends.models.signin import SignIn
from tests import builders as b
from tests.integration.test_complaints import COMPLAINT
from tests.integration.test_delivery import hurry, report
from tests.support.faulty_smtp import faulty_smtp
from tests.support.smtp_sink import smtp_sink
from tests.support.story import BEN_MAIL, House, house_on
from tests.support.visits import Visit, visiting, words
from workers.delivery import deliver

FULL = Outcome(OutcomeKind.REFUSED, 552, "552 5.2.2 mailbox full", Phase.RCPT)
CAME_BACK = {
    SuppressionReason.HARD_BOUNCE: [report(BEN_MAIL, "5.1.1")],
    SuppressionReason.COMPLAINT: [COMPLAINT],
    SuppressionReason.FULL: [report(BEN_MAIL, "5.2.2")] * 3,
}


async def sent(house: House) -> Delivery:
    """A letter of Anna's that has left, or as good as."""
    letter = await house.release()
    await deliver(house.tools, (await house.delivery(letter.id)).id)
    return await house.delivery(letter.id)


async def is_full(house: House, *, days_ago: float = 0, outcome: Outcome = FULL) -> None:
    """So many days ago the mail server refused a letter to Ben because the mailbox was full."""
    letter = await house.release()
    async with house.database.transaction() as db:
        row = (await db.exec(select(Delivery).where(Delivery.letter_id == letter.id))).one()
        row.state = DeliveryState.FAILED
        await bounces.refused(db, row, outcome, at=house.tools.at, now=utc_now() - timedelta(days=days_ago))


async def stopped(house: House) -> list[tuple[UUID, SuppressionReason]]:
    async with house.database.reading() as db:
        return [(row.sign_in_id, row.reason) for row in await db.exec(select(Suppression)) if row.lifted_at is None]


# --- The friend -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", CAME_BACK)
async def test_the_friend_hears_it_once_and_neither_why_nor_where(
    fresh_database: str, reason: SuppressionReason
) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        for again in range(2):
            for raw in CAME_BACK[reason]:
                back = return_path.sign((await sent(house)).id, house.tools.at.key, "bounce.test")
                await house.post(raw, back, envelope_from="<>")
            if not again:
                assert await stopped(house) == [(house.ben.sign_in_id, reason)]
        [told] = await house.notices()
        assert (told.notice, told.sign_in_id) == (Notice.BOUNCE_PARTNER, house.anna.sign_in_id)
        sink.mails.clear()
        await deliver(house.tools, told.id)
    [mail] = sink.mails
    assert mail.mail["Subject"] == "\u2068Ben\u2069 cannot be reached at the moment"
    text = " ".join(mail.text.split()).translate({0x2068: None, 0x2069: None})
    assert "our e-mails do not reach Ben at the moment. Your letters are safe with us." in text
    for word in (BEN_MAIL, "full", "exist", "spam", "unwanted"):
        assert word not in mail.text


async def test_every_friend_of_everybody_behind_the_mailbox_hears_it(db: AsyncSession) -> None:
    here, there = await b.town(db, "Thetford"), await b.town(db, "Hürth")
    tom, ida = await b.child(db, here, "Tom", guardian_email="ann@example.org"), await b.child(db, here, "Ida")
    guardian = await db.get_one(Guardian, tom.guardian_id)
    mailbox = await db.get_one(SignIn, guardian.sign_in_id)
    ida.guardian_id = guardian.id
    for mine, friend in ((tom, "Lotte"), (tom, "Emil"), (ida, "Mila")):
        await b.correspondence(db, mine, await b.child(db, there, friend))
    quiet, _other = await b.correspondence(db, ida, await b.child(db, there, "Nele"))
    quiet.mail_paused = True
    nudge = Delivery(
        kind=DeliveryKind.NOTICE, notice="nudge", sign_in_id=mailbox.id, due_at=b.NOW, message_id="<x@y>",
        created_at=b.NOW,
    )  # fmt: skip
    db.add(nudge)
    await db.flush()
    await unreachable.stop_mail(db, mailbox, SuppressionReason.FULL, nudge.id, at=b.AT, now=b.NOW)
    told = await db.exec(select(Delivery).where(Delivery.notice == Notice.BOUNCE_PARTNER.value))
    heard = sorted((one.payload["name"], one.payload["friend"]) for one in told)
    assert heard == [("Emil", "Tom"), ("Lotte", "Tom"), ("Mila", "Ida")]


# --- Full: when ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days_ago", "pauses"), [((13.9, 5, 0), True), ((14.1, 5, 0), False), ((3, 0), False)])
async def test_three_times_within_two_weeks_pause(
    fresh_database: str, days_ago: tuple[float, ...], pauses: bool
) -> None:
    async with house_on(fresh_database) as house:
        for one in days_ago:
            await is_full(house, days_ago=one)
        assert await stopped(house) == ([(house.ben.sign_in_id, SuppressionReason.FULL)] if pauses else [])


async def test_many_reports_about_one_mail_count_once(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        back = return_path.sign((await sent(house)).id, house.tools.at.key, "bounce.test")
        for _ in range(4):
            await house.post(report(BEN_MAIL, "5.2.2"), back, envelope_from="<>")
        assert await stopped(house) == []


async def test_a_mail_server_that_says_full_until_we_give_up_counts_too(fresh_database: str) -> None:
    async with (
        faulty_smtp(RCPT=b"452 4.2.2 mailbox is full") as sink,
        house_on(fresh_database, sink.port) as house,
    ):
        for _ in range(3):
            row = await sent(house)
            assert row.state is DeliveryState.DEFERRED
            assert await stopped(house) == []
            async with house.database.transaction() as db:
                one = await db.get_one(Delivery, row.id)
                one.first_try_at = utc_now() - timedelta(days=6)
            await hurry(house, row.id)
            await deliver(house.tools, row.id)
            assert (await house.delivery(row.letter_id or row.id)).state is DeliveryState.FAILED
        assert await stopped(house) == [(house.ben.sign_in_id, SuppressionReason.FULL)]


# --- Full: meanwhile, and back ----------------------------------------------------------------------------------------


async def test_meanwhile_letters_wait_on_the_website_and_only_what_is_asked_for_is_sent(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        for _ in range(3):
            await is_full(house)
        row = await sent(house)
        assert (row.state, sink.mails) == (DeliveryState.SENT, []), "nothing for a moderator to do"
        assert row.letter_id is not None
        assert (await house.letter(row.letter_id)).state is LetterState.DELIVERED
        here: dict[str, Value] = {"band": "adult", "town": "Thetford", "url": "http://x"}
        code: dict[str, Value] = {**here, "code": "123 456", "minutes": 15}
        ended: dict[str, Value] = {**here, "name": "Ben", "friend": "Anna"}
        async with house.database.transaction() as db:
            asked, other = [
                await delivery.queue_notice(
                    db, notice, to=house.ben.sign_in_id, language="en", values=values, association_id=None,
                    at=house.tools.at, now=utc_now(),
                )
                for notice, values in ((Notice.SIGN_IN, code), (Notice.PARTNER_ENDED, ended))
            ]  # fmt: skip
        async with house.database.transaction() as db:
            assert await dispatch.claim(db, asked.id, at=house.tools.at, now=utc_now()) is not None
            assert await dispatch.claim(db, other.id, at=house.tools.at, now=utc_now()) is None
            assert (await db.get_one(Delivery, other.id)).last_text == "suppressed"


async def test_after_it_works_again_mail_is_sent_and_counting_begins_anew(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        for _ in range(3):
            await is_full(house, days_ago=0.1)
        async with house.database.transaction() as db:
            ben = await db.get_one(Resident, house.ben.resident_id)
            await unreachable.works_again(db, ben, now=utc_now())
            await unreachable.works_again(db, ben, now=utc_now())
        assert await stopped(house) == []
        assert (await sent(house)).state is DeliveryState.SENT
        assert len(sink.mails) == 1
        await is_full(house)
        await is_full(house)
        assert await stopped(house) == []
        await is_full(house)
        assert await stopped(house) == [(house.ben.sign_in_id, SuppressionReason.FULL)]
        async with house.database.reading() as db:
            noted = [(one.actor, one.action) for one in await db.exec(select(AuditEntry))]
            assert noted == [("resident", "lift_suppression")]
            assert len((await db.exec(select(Bounce))).all()) == 6


@pytest.mark.parametrize("reason", SuppressionReason)
async def test_only_a_mailbox_that_was_full_or_gone_is_the_owner_s_to_open(
    db: AsyncSession, reason: SuppressionReason
) -> None:
    henk = await b.adult(db, await b.town(db, "Thetford"))
    mailbox = await db.get_one(SignIn, henk.sign_in_id)
    await suppress(db, mailbox, reason, None, now=b.NOW)
    await unreachable.works_again(db, henk, now=b.NOW)
    [row] = await db.exec(select(Suppression))
    assert (row.lifted_at is not None) is (reason in (SuppressionReason.FULL, SuppressionReason.HARD_BOUNCE))


async def test_a_full_mailbox_can_turn_out_to_be_gone(db: AsyncSession) -> None:
    henk = await b.adult(db, await b.town(db, "Thetford"))
    mailbox = await db.get_one(SignIn, henk.sign_in_id)
    reasons = (SuppressionReason.FULL, SuppressionReason.HARD_BOUNCE, SuppressionReason.FULL)
    news = [await suppress(db, mailbox, one, None, now=b.NOW) for one in reasons]
    assert news == [True, False, False]
    assert [one.reason for one in await db.exec(select(Suppression))] == [SuppressionReason.HARD_BOUNCE]


@pytest.fixture
async def visit(fresh_database: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_database) as visit:
        await visit.get("/sign-in")
        yield visit


async def test_the_resident_reads_that_letters_wait_and_says_that_it_works_again(visit: Visit) -> None:
    async with visit.database.transaction() as db:
        henk = await b.adult(db, await b.town(db, "Thetford"), email="henk@example.org")
        mailbox = await db.get_one(SignIn, henk.sign_in_id)
        await suppress(db, mailbox, SuppressionReason.FULL, None, now=utc_now())
        visit.sign_in(await b.session(db, mailbox.id))
    page = words(await visit.get("/me"))
    assert "The mailbox is full." in page
    assert "letters wait here on the website" in page
    assert (await visit.post("/me/mailbox/lifting")).headers["location"] == "/me"
    page = words(await visit.get("/me"))
    assert "E-mails are sent to that mailbox again." in page
    assert "The mailbox is full." not in page
