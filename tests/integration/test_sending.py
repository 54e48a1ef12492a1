"""Do many mails at once hurt nobody: connections, lanes, troubled places, fairness, signatures?"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from uuid import UUID

import dkim
import pytest
from sqlmodel import col, select, update

from penfriends.actions import breaker, compose, delivery, dispatch
from penfriends.clock import utc_now
from penfriends.ids import alias_local_part
from penfriends.mail.notices import Notice
from penfriends.mail.outbound import headers_outside_list
from penfriends.mail.outcomes import Outcome, OutcomeKind, Phase
from penfriends.mail.signing import OVERSIGNED, Signer, unsigned
from penfriends.mail.smtp import Kept
from penfriends.models.delivery import AT_ONCE, LETTERS, NOTICES, Delivery, DeliveryState, MailTrouble
from penfriends.models.letters import LetterMailId
from penfriends.models.residents import Guardian, Resident, ResidentAddress
from penfriends.rules.breaker import MOST_FAILURES, PROBE
from tests import builders
from tests.support.faulty_smtp import faulty_smtp
from tests.support.keys import key_in_pem, public_record
from tests.support.smtp_sink import smtp_sink
from tests.support.story import ANNA_MAIL, BEN_MAIL, House, house_on
from workers.delivery import deliver, deliver_in_turn
from workers.lanes import Lanes


async def notice(house: House, kind: Notice = Notice.BOUNCE_PARTNER, **values: object) -> Delivery:
    async with house.database.transaction() as db:
        side = await compose.side_of(db, house.anna.participant_id)
        assert side is not None
        said = values or {"band": "adult", "town": "Hürth", "name": "Anna", "friend": "Ben"}
        return await delivery.queue_notice(
            db, kind, to=house.anna.sign_in_id, language="en", values=said,  # type: ignore[arg-type]
            association_id=side.town.association_id, at=house.tools.at, now=utc_now() - timedelta(seconds=5),
        )  # fmt: skip


async def delivered(house: House, delivery_id: UUID) -> Delivery:
    async with house.database.reading() as db:
        return await db.get_one(Delivery, delivery_id)


async def trouble(house: House) -> dict[str, MailTrouble]:
    async with house.database.reading() as db:
        return {row.place: row for row in await db.exec(select(MailTrouble))}


# --- connections ------------------------------------------------------------------------------------------------------


async def test_one_connection_carries_many_mails_and_is_given_up_after_enough(fresh_sqlite: str) -> None:
    async with faulty_smtp() as sink, house_on(fresh_sqlite, sink.port) as house:
        kept = Kept(seconds=60, mails=3)
        house.tools = replace(house.tools, kept=kept)
        for number in range(5):
            letter = await house.release(f"Letter {number}")
            await deliver(house.tools, (await house.delivery(letter.id)).id)
        await kept.close()
    assert len(sink.mails) == 5
    assert [sink.verbs.count(verb) for verb in ("EHLO", "RSET", "DATA", "QUIT")] == [2, 3, 5, 2]


async def test_a_kept_connection_that_the_other_side_closed_loses_nothing(fresh_sqlite: str) -> None:
    async with faulty_smtp() as sink, house_on(fresh_sqlite, sink.port) as house:
        house.tools = replace(house.tools, kept=Kept(seconds=60))
        for fault in (b"250 fine", b"421 closing", "drop"):
            sink.faults["RSET"] = fault
            letter = await house.release(f"Letter {fault!r}")
            await deliver(house.tools, (await house.delivery(letter.id)).id)
            assert (await house.delivery(letter.id)).state is DeliveryState.SENT
        assert house.tools.kept is not None
        await house.tools.kept.close()
    assert len(sink.mails) == 3


# --- lanes ------------------------------------------------------------------------------------------------------------


def test_a_slow_provider_fills_its_own_lane_only() -> None:
    lanes = Lanes(at_once=3, at_once_domain=2)
    slow = [lanes.enter(), lanes.enter()]
    assert [one.has_room_to("slow.example") for one in slow if one] == [True, True]
    third = lanes.enter()
    assert third is not None
    assert not third.has_room_to("slow.example")
    assert third.has_room_to("quick.example")
    assert lanes.enter() is None
    ids = [UUID(int=number) for number in range(3)]
    lanes.wait(ids[0], NOTICES, "slow.example")
    lanes.wait(ids[1], NOTICES)
    lanes.wait(ids[2], LETTERS)
    lanes.wait(ids[2], LETTERS)
    assert lanes.leave(third) == (ids[2], LETTERS)  # a letter before a notice, and the slow lane is full
    assert lanes.leave(lanes.enter()) == (ids[1], NOTICES)  # type: ignore[arg-type]
    assert slow[0] is not None
    assert lanes.leave(slow[0]) == (ids[0], NOTICES)
    lanes.wait(ids[0], NOTICES)
    lanes.goes_on = lambda: False
    assert slow[1] is not None
    assert lanes.leave(slow[1]) is None
    assert (lanes.busy, dict(lanes.to)) == (0, {})


async def test_what_finds_no_place_goes_when_one_is_free(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        house.tools = replace(house.tools, lanes=Lanes(at_once=8, at_once_domain=1))
        rows = [await house.delivery((await house.release(f"Letter {number}")).id) for number in range(3)]
        await asyncio.gather(*(deliver(house.tools, row.id) for row in rows))
        assert [(await delivered(house, row.id)).attempt for row in rows] == [1, 1, 1]
    assert len(sink.mails) == 3


# --- troubled places --------------------------------------------------------------------------------------------------


async def fail(house: House, address: str, outcome: Outcome, times: int, now: datetime) -> None:
    for _ in range(times):
        async with house.database.transaction() as db:
            await breaker.note(db, address, outcome, jitter=0, now=now)


async def wait_for(house: House, domain: str, now: datetime) -> datetime | None:
    async with house.database.transaction() as db:
        return await breaker.wait_for(db, await breaker.troubles(db, domain), jitter=-1, now=now)


BUSY = Outcome(OutcomeKind.DEFERRED, 451, "4.7.1 too much of you", Phase.RCPT)
AWAY = Outcome(OutcomeKind.DEFERRED, None, "SMTPConnectError", Phase.CONNECT)
SENT = Outcome(OutcomeKind.SENT, 250, "queued", Phase.DATA)


async def test_a_provider_that_says_later_again_and_again_is_left_alone_and_no_try_is_used_up(
    fresh_database: str,
) -> None:
    async with (
        faulty_smtp(RCPT=b"451 4.7.1 too much of you") as sink,
        house_on(fresh_database, sink.port) as house,
    ):
        await fail(house, "someone@Post.Example", BUSY, MOST_FAILURES, utc_now())
        letter = await house.release()
        row = await house.delivery(letter.id)
        await deliver(house.tools, row.id)
        waiting = await house.delivery(letter.id)
        assert (waiting.state, waiting.attempt, waiting.first_try_at) == (DeliveryState.DEFERRED, 0, None)
        assert waiting.due_at > utc_now() + timedelta(seconds=40)
        assert sink.verbs == []
        sink.faults.clear()
        other = await notice(house)  # for mail.example: another provider goes on
        await deliver(house.tools, other.id)
        assert (await delivered(house, other.id)).state is DeliveryState.SENT
        assert set(await trouble(house)) == {"post.example"}


async def test_one_mail_looks_whether_a_place_is_well_again(fresh_database: str) -> None:
    async with house_on(fresh_database) as house:
        now = utc_now()
        await fail(house, BEN_MAIL, BUSY, MOST_FAILURES + 3, now)  # what was under way counts once
        [row] = (await trouble(house)).values()
        assert (row.failures, row.until) == (MOST_FAILURES, now + timedelta(minutes=1))
        later = now + timedelta(minutes=2)
        assert await wait_for(house, "post.example", later) is None  # the one that looks
        assert await wait_for(house, "post.example", later) == later + PROBE
        await fail(house, BEN_MAIL, BUSY, 1, later)
        [row] = (await trouble(house)).values()
        assert row.until == later + timedelta(minutes=2)  # twice as long
        assert await wait_for(house, "else.example", later) is None
        await fail(house, BEN_MAIL, SENT, 1, later)
        assert await trouble(house) == {}


async def test_a_smarthost_that_is_away_is_left_alone_by_everybody(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        letters = [await house.release(f"Letter {number}") for number in range(MOST_FAILURES + 2)]
        for letter in letters:
            await deliver(house.tools, (await house.delivery(letter.id)).id)
        rows = [await house.delivery(letter.id) for letter in letters]
        assert [row.attempt for row in rows] == [1] * MOST_FAILURES + [0, 0]
        assert {row.state for row in rows} == {DeliveryState.DEFERRED}
        assert list(await trouble(house)) == ["smarthost"]
        async with house.database.transaction() as db:  # forgotten: nothing is lost
            await db.exec(update(MailTrouble).values(until=None, failures=0))
        assert await wait_for(house, "post.example", utc_now()) is None


# --- fairness ---------------------------------------------------------------------------------------------------------


async def test_two_thousand_notices_delay_no_letter_and_no_sign_in(fresh_sqlite: str) -> None:
    """By order: the jobs come in the order of asking, the letter's and the sign-in mail's last of all."""
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        first = await notice(house)
        now = utc_now() - timedelta(seconds=30)
        async with house.database.transaction() as db:
            for _ in range(2000):
                db.add(
                    Delivery(
                        kind=first.kind, notice=first.notice, sign_in_id=first.sign_in_id, precedence=NOTICES,
                        association_id=first.association_id, payload=dict(first.payload), due_at=now,
                        message_id=house.tools.at.message_id(f"n-{alias_local_part()}"), created_at=now,
                    )
                )  # fmt: skip
        async with house.database.reading() as db:
            queued = list(await db.exec(select(Delivery.id).where(Delivery.due_at == now).order_by(col(Delivery.id))))
        letters = [await house.release(f"Letter {number}") for number in range(3)]
        code = await notice(
            house,
            Notice.SIGN_IN,
            band="adult",
            town="Hürth",
            url="http://penfriends.test/s/x",
            code="123456",
            minutes=20,
        )
        assert (first.precedence, code.precedence) == (NOTICES, AT_ONCE)
        for delivery_id in queued[:3]:
            await deliver_in_turn(house.tools, delivery_id)
        waited = [await house.delivery(letter.id) for letter in letters]
        assert {row.state for row in waited} == {DeliveryState.SENT}
        async with house.database.reading() as db:
            assert code.id not in await dispatch.due(db, now=utc_now(), limit=5000)
    assert len(sink.mails) == 7  # a notice with each turn, so that they do not wait for ever either


# --- signatures and the gate ------------------------------------------------------------------------------------------


def published(name: bytes, timeout: int = 5) -> bytes | None:
    """DNS that knows one key."""
    assert timeout
    return public_record() if name == b"pf1._domainkey.letters.test." else None


async def test_what_leaves_is_signed_and_verifies(fresh_sqlite: str) -> None:
    signer = Signer("pf1", "letters.test", key_in_pem())
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        house.tools = replace(house.tools, signer=signer)
        letter = await house.release("Dear Ben,\n\nthe plums are ripe. ÄÖÜ\n.\nFrom here", title="Plums")
        await deliver(house.tools, (await house.delivery(letter.id)).id)
    [arrived] = sink.mails
    assert dkim.verify(arrived.raw, dnsfunc=published)
    assert headers_outside_list(unsigned(arrived.raw)) == ()
    signed = str(message_from_bytes(arrived.raw)["DKIM-Signature"])
    names = signed.partition(" h=")[2].partition(";")[0].replace("\r\n", "").replace(" ", "").split(":")
    for name in OVERSIGNED:
        times = len(message_from_bytes(arrived.raw).get_all(name, []))
        assert names.count(name.lower()) == times + 1
    changes: list[Callable[[bytes], bytes]] = [
        lambda raw: raw.replace(b"plums", b"pears"),
        lambda raw: b"From: evil@else.example\r\n" + raw,
        lambda raw: b"Reply-To: evil@else.example\r\n" + raw,
        lambda raw: b"Subject: Pears\r\n" + raw,
    ]
    for change in changes:
        assert not dkim.verify(change(arrived.raw), dnsfunc=published)


@pytest.mark.parametrize("whose", ["second address", "guardian", "own mail id"])
async def test_the_gate_knows_everybody_of_both_sides_and_a_person_sees_what_it_stops(
    fresh_sqlite: str, whose: str
) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        text = "Write to anna.second@home.example"
        async with house.database.transaction() as db:
            second = await builders.sign_in(db, "anna.second@home.example")
            if whose == "second address":
                db.add(
                    ResidentAddress(
                        resident_id=house.anna.resident_id, sign_in_id=second.id, verified_at=utc_now(),
                        created_at=utc_now(),
                    )
                )  # fmt: skip
            elif whose == "guardian":
                anna = await db.get_one(Resident, house.anna.resident_id)
                assert anna.guardian_id is None
                guardian = Guardian(sign_in_id=second.id, created_at=utc_now())
                db.add(guardian)
                await db.flush()
                anna.guardian_id = guardian.id
                db.add(anna)
        letter = await house.release("See 20261121.abc@home.example" if whose == "own mail id" else text)
        if whose == "own mail id":
            async with house.database.transaction() as db:
                known = LetterMailId(
                    letter_id=letter.id, participant_id=house.anna.participant_id,
                    message_id="<20261121.abc@home.example>",
                )  # fmt: skip
                db.add(known)
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        assert await house.hold_reasons(letter.id) == ["leak"]
        assert (await house.delivery(letter.id)).state is DeliveryState.WITHDRAWN
    assert sink.mails == []


async def test_bytes_that_were_changed_after_they_were_built_do_not_leave(fresh_database: str) -> None:
    async with house_on(fresh_database) as house:
        letter = await house.release()
        row, now = await house.delivery(letter.id), utc_now()
        async with house.database.transaction() as db:
            claim = await dispatch.claim(db, row.id, at=house.tools.at, now=now)
        assert claim is not None
        async with house.database.transaction() as db:
            changed = b"Bcc: x@else.example\r\n" + claim.raw
            assert not await dispatch.commit_point(db, row.id, claim.attempt, changed, now=now)
        assert await house.hold_reasons(letter.id) == ["leak"]
        assert ANNA_MAIL.encode() not in claim.raw
