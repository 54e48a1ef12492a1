"""Does a letter count from every address that its writer has proved, and from no other; and does nobody see them?"""

from datetime import date, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose, further_addresses, people, privacy, residents
from penfriends.actions.writers import writer_at
from penfriends.clock import utc_now
from penfriends.errors import NotFound, Refused
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery, RawMailState
from penfriends.models.letters import LetterState, Participant
from penfriends.models.residents import Resident, ResidentAddress
from penfriends.models.signin import SignIn
from tests import builders as b
from tests.builders import AT, NOW
from tests.integration.test_intake import mail
from tests.support.smtp_sink import smtp_sink
from tests.support.story import house_on
from workers.delivery import deliver

SECOND = "anna.work@example.org"


async def told(db: AsyncSession, notice: Notice) -> list[Delivery]:
    return list(await db.exec(select(Delivery).where(Delivery.notice == notice.value)))


async def secret_of(db: AsyncSession, row: Delivery) -> str:
    reader = await compose.reader_of(db, row)
    assert reader is not None
    assert await compose.build(db, row, reader, None, at=AT, now=NOW) is not None
    return str(row.payload["url"]).rpartition("/")[2]


async def add(db: AsyncSession, one: Resident, email: str = SECOND) -> None:
    """Asked for, and confirmed from the mail."""
    await further_addresses.ask(db, one, email, at=AT, now=NOW)
    newest = (await told(db, Notice.CONFIRM_ADDRESS))[-1]
    await further_addresses.confirm(db, await secret_of(db, newest), at=AT, now=NOW)


async def senders(db: AsyncSession, one: Resident) -> list[str]:
    """From which addresses a mail to one of their friends is theirs."""
    mine = (await db.exec(select(Participant).where(Participant.resident_id == one.id))).first()
    if mine is None:
        friend = await b.adult(db, await b.town(db), "Ben")
        mine, _ = await b.correspondence(db, one, friend, now=NOW)
    writer = await writer_at(db, mine.id)
    assert writer is not None
    return [sender.email for sender in writer.senders]


@pytest.fixture
async def anna(db: AsyncSession) -> Resident:
    return await b.adult(db, await b.town(db), "Anna", email="anna@example.org")


async def test_an_address_counts_from_the_press_in_its_own_mailbox(db: AsyncSession, anna: Resident) -> None:
    await further_addresses.ask(db, anna, SECOND, at=AT, now=NOW)
    (row,) = await told(db, Notice.CONFIRM_ADDRESS)
    assert "Anna" not in str(row.payload)
    assert await senders(db, anna) == ["anna@example.org"]
    secret = await secret_of(db, row)
    await further_addresses.to_confirm(db, secret, now=NOW)
    assert await senders(db, anna) == ["anna@example.org"]
    await further_addresses.confirm(db, secret, at=AT, now=NOW)
    assert await senders(db, anna) == ["anna@example.org", SECOND]
    with pytest.raises(Refused):
        await further_addresses.confirm(db, secret, at=AT, now=NOW)
    (warned,) = await told(db, Notice.ADDRESS_ADDED)
    assert warned.sign_in_id == anna.sign_in_id
    mailbox = await people.mail_to(db, anna)
    assert mailbox is not None
    assert mailbox.email == "anna@example.org"


async def test_an_unproved_address_is_known_to_the_leak_gate_but_takes_no_letters(
    db: AsyncSession, anna: Resident
) -> None:
    await further_addresses.ask(db, anna, SECOND, at=AT, now=NOW)
    assert SECOND in await people.addresses_known(db, anna)
    assert SECOND not in await senders(db, anna)


async def test_three_at_most_and_few_tries(db: AsyncSession, anna: Resident) -> None:
    for number in range(5):
        await further_addresses.ask(db, anna, f"anna{number}@example.org", at=AT, now=NOW)
    assert len(await further_addresses.further_of(db, anna.id)) == further_addresses.MOST
    assert len(await told(db, Notice.CONFIRM_ADDRESS)) == further_addresses.MOST
    with pytest.raises(Refused):
        await further_addresses.ask(db, anna, "anna9@example.org", at=AT, now=NOW)


async def test_nobody_is_flooded_by_many_residents(db: AsyncSession) -> None:
    home = await b.town(db)
    for number in range(3):
        await further_addresses.ask(db, await b.adult(db, home), "victim@example.org", at=AT, now=NOW)
        assert len(await told(db, Notice.CONFIRM_ADDRESS)) == number + 1
    with pytest.raises(Refused):
        await further_addresses.ask(db, await b.adult(db, home), "victim@example.org", at=AT, now=NOW)


async def test_removed_it_is_a_stranger_s_and_forgotten(db: AsyncSession, anna: Resident) -> None:
    await add(db, anna)
    (one,) = await further_addresses.further_of(db, anna.id)
    henk = await b.adult(db, await b.town(db), "Henk")
    with pytest.raises(NotFound):
        await further_addresses.remove(db, henk.id, one.id, now=NOW)
    await further_addresses.remove(db, anna.id, one.id, now=NOW)
    assert await senders(db, anna) == ["anna@example.org"]
    assert (await db.exec(select(SignIn).where(SignIn.email_key == SECOND))).first() is None


async def test_one_mailbox_of_two_stays_the_other_s(db: AsyncSession, anna: Resident) -> None:
    henk = await b.adult(db, await b.town(db), "Henk", email="henk@example.org")
    await add(db, anna, "henk@example.org")
    (one,) = await further_addresses.further_of(db, anna.id)
    await further_addresses.remove(db, anna.id, one.id, now=NOW)
    assert await people.mail_to(db, henk) is not None


async def test_leaving_and_the_own_file(db: AsyncSession, anna: Resident) -> None:
    await add(db, anna)
    held = await privacy.held_about(db, anna.id, now=NOW)
    assert [one["email"] for one in held["other_addresses"]] == [SECOND]
    await residents.leave(db, anna, at=AT, now=NOW)
    assert list(await db.exec(select(ResidentAddress))) == []


async def test_R07_a_child_below_13_or_without_an_own_address_has_none(db: AsyncSession) -> None:
    home = await b.town(db)
    small, big = await b.child(db, home), await b.child(db, home, born=date(2011, 1, 1), guardian_email="p@example.org")
    for one in (small, big):
        with pytest.raises(NotFound):
            await further_addresses.ask(db, one, SECOND, at=AT, now=NOW)
    big.sign_in_id = (await b.sign_in(db, "big@example.org")).id
    await further_addresses.ask(db, big, "p@example.org", at=AT, now=NOW)
    assert await told(db, Notice.CONFIRM_ADDRESS) == []
    await add(db, big)
    assert len(await told(db, Notice.ADDRESS_ADDED)) == 2  # the guardian hears of it


async def test_R27_a_mail_from_a_proved_further_address_is_a_letter_and_needs_a_proof_as_any(
    fresh_sqlite: str,
) -> None:
    async with house_on(fresh_sqlite) as house:
        async with house.database.transaction() as db:
            anna = await db.get_one(Resident, house.anna.resident_id)
            there = SignIn(email=SECOND, email_key=SECOND, verified_at=utc_now(), created_at=utc_now())
            db.add(there)
            await db.flush()
            db.add(
                ResidentAddress(
                    resident_id=anna.id, sign_in_id=there.id, verified_at=utc_now(), created_at=utc_now() - timedelta(1)
                )
            )
        vouched = "mx.test; dmarc=pass header.from=example.org"
        taken = await house.post(mail(sender=SECOND, vouched=vouched))
        assert taken.state is RawMailState.TAKEN
        waits = await house.post(mail(sender=SECOND, vouched=None, message_id="<2@example.org>"))
        assert waits.state is RawMailState.AWAITING_WRITER
        stranger = await house.post(mail(sender="x@example.org", vouched=vouched, message_id="<3@example.org>"))
        assert (stranger.state, stranger.reason) == (RawMailState.DROPPED, "stranger")


async def test_R28_a_letter_that_shows_a_further_address_does_not_leave(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        async with house.database.transaction() as db:
            there = SignIn(email=SECOND, email_key=SECOND, created_at=utc_now())
            db.add(there)
            await db.flush()
            db.add(ResidentAddress(resident_id=house.anna.resident_id, sign_in_id=there.id, created_at=utc_now()))
        letter = await house.release(f"Write to {SECOND} instead", by=house.anna)
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        assert sink.mails == []
        assert (await house.letter(letter.id)).state is LetterState.HELD
