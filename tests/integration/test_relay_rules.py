"""Which of the safeguarding rules does the relay itself keep, whatever the layers above it did?

Each obstacle of R25 is put in the way twice: before a worker claims the letter, and after, when the mail server has
already accepted the recipient. Nothing may be sent, and the letter must be held where a person sees it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import delivery, dispatch, drafts, holds, letters, moderation, passage
from penfriends.clock import utc_now
from penfriends.errors import Refusal, Refused
from penfriends.mail import smtp
from penfriends.mail.outcomes import OutcomeKind, Phase
from penfriends.models.delivery import Alias, Delivery, DeliveryState
from penfriends.models.letters import (
    Correspondence,
    CorrespondenceState,
    Letter,
    LetterState,
    Participant,
    ParticipantState,
)
from penfriends.models.matching import Block, BlockReason
from penfriends.models.moderation import Decision, Hold, Moderator
from penfriends.models.residents import Consent, ConsentState, Resident, ResidentState
from tests.support.smtp_sink import SmtpSink, smtp_sink
from tests.support.story import House, house_on, read_by_somebody
from workers.delivery import deliver
from workers.letters import screen_letter

Change = Callable[[AsyncSession, House], Awaitable[None]]


async def correspondence_is(db: AsyncSession, house: House, state: CorrespondenceState) -> None:
    row = await db.get_one(Correspondence, house.correspondence_id)
    row.state = state
    db.add(row)


async def frozen(db: AsyncSession, house: House) -> None:
    await correspondence_is(db, house, CorrespondenceState.FROZEN)


async def ended(db: AsyncSession, house: House) -> None:
    await correspondence_is(db, house, CorrespondenceState.ENDED)


async def author_may_not_write(db: AsyncSession, house: House) -> None:
    row = await db.get_one(Participant, house.anna.participant_id)
    row.open_band = None
    db.add(row)


async def reader_may_not_write(db: AsyncSession, house: House) -> None:
    row = await db.get_one(Participant, house.ben.participant_id)
    row.open_band = None
    db.add(row)


async def blocked(db: AsyncSession, house: House) -> None:
    low, high = sorted((house.anna.resident_id, house.ben.resident_id))
    db.add(
        Block(
            low_id=low, high_id=high, reason=BlockReason.BLOCKED, stops_letters=True,
            by_resident_id=house.ben.resident_id, created_at=utc_now(),
        )
    )  # fmt: skip


async def authors_consent_withdrawn(db: AsyncSession, house: House) -> None:
    await consent_becomes(db, house.anna.resident_id, ConsentState.WITHDRAWN)


async def readers_consent_withdrawn(db: AsyncSession, house: House) -> None:
    await consent_becomes(db, house.ben.resident_id, ConsentState.WITHDRAWN)


async def consent_becomes(db: AsyncSession, resident_id: UUID, state: ConsentState) -> None:
    row = (await db.exec(select(Consent).where(Consent.resident_id == resident_id))).one()
    row.state = state
    db.add(row)


async def consent_ran_out(db: AsyncSession, house: House) -> None:
    row = (await db.exec(select(Consent).where(Consent.resident_id == house.ben.resident_id))).one()
    row.expires_at = utc_now() - timedelta(seconds=1)
    db.add(row)


async def author_left(db: AsyncSession, house: House) -> None:
    row = await db.get_one(Resident, house.anna.resident_id)
    row.state, row.left_at = ResidentState.LEFT, utc_now()
    db.add(row)


async def reader_left_here(db: AsyncSession, house: House) -> None:
    row = await db.get_one(Participant, house.ben.participant_id)
    row.state = ParticipantState.LEFT
    db.add(row)


async def alias_closed(db: AsyncSession, house: House) -> None:
    await db.exec(
        update(Alias).where(col(Alias.participant_id) == house.ben.participant_id).values(closed_at=utc_now())
    )


async def text_changed(db: AsyncSession, house: House) -> None:
    await db.exec(update(Letter).values(released_text="Something that nobody read"))


async def title_changed(db: AsyncSession, house: House) -> None:
    await db.exec(update(Letter).values(title="Something that nobody read"))


async def moderator_holds_it(db: AsyncSession, house: House) -> None:
    letter = (await db.exec(select(Letter))).one()
    await holds.hold(db, letter, ["frozen"], urgent=False, now=utc_now())


OBSTACLES: list[Change] = [
    frozen, ended, author_may_not_write, reader_may_not_write, blocked, authors_consent_withdrawn,
    readers_consent_withdrawn, consent_ran_out, author_left, reader_left_here, alias_closed, text_changed,
    title_changed, moderator_holds_it,
]  # fmt: skip


def named(change: Change) -> str:
    return getattr(change, "__name__", "")


@pytest.mark.parametrize("stands_in_the_way", OBSTACLES, ids=named)
async def test_r25_r10_r31_an_obstacle_before_the_claim_stops_and_holds(
    fresh_sqlite: str, stands_in_the_way: Change
) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port, children=True) as house:
        letter = await house.release()
        async with house.database.transaction() as db:
            await stands_in_the_way(db, house)
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        await is_held(house, sink, letter.id)


@pytest.mark.parametrize("stands_in_the_way", OBSTACLES, ids=named)
async def test_r25_r10_r31_an_obstacle_after_the_claim_stops_and_holds(
    fresh_sqlite: str, stands_in_the_way: Change
) -> None:
    await stops_after_the_claim(fresh_sqlite, stands_in_the_way)


@pytest.mark.parametrize("stands_in_the_way", [frozen, authors_consent_withdrawn, blocked], ids=named)
async def test_r25_r10_r31_the_same_on_postgresql(fresh_postgres: str, stands_in_the_way: Change) -> None:
    await stops_after_the_claim(fresh_postgres, stands_in_the_way)


async def stops_after_the_claim(url: str, stands_in_the_way: Change) -> None:
    async with smtp_sink() as sink, house_on(url, sink.port, children=True) as house:
        letter = await house.release()
        outcome = await send_while(house, letter.id, stands_in_the_way)
        assert (outcome.kind, outcome.phase) == (OutcomeKind.WITHDRAWN, Phase.CHECK)
        await is_held(house, sink, letter.id)


async def send_while(house: House, letter_id: UUID, happens: Change) -> smtp.Outcome:
    """Deliver as the worker does, while something happens after RCPT and before the last check."""
    row = await house.delivery(letter_id)
    async with house.database.transaction() as db:
        claim = await dispatch.claim(db, row.id, at=house.tools.at, now=utc_now())
    assert claim is not None

    async def before_data() -> bool:
        async with house.database.transaction() as db:
            await happens(db, house)
        async with house.database.transaction() as db:
            return await dispatch.commit_point(db, row.id, claim.attempt, claim.raw, now=utc_now())

    outcome = await smtp.send(
        claim.raw, envelope_from=claim.envelope_from, envelope_to=claim.envelope_to, server=house.tools.server,
        before_data=before_data,
    )  # fmt: skip
    async with house.database.transaction() as db:
        await dispatch.record(db, row.id, claim.attempt, outcome, jitter=0, now=utc_now())
    return outcome


async def is_held(house: House, sink: SmtpSink, letter_id: UUID) -> None:
    assert sink.mails == []
    assert await house.hold_reasons(letter_id) == ["frozen"]
    assert (await house.delivery(letter_id)).state is DeliveryState.WITHDRAWN
    await deliver(house.tools, (await house.delivery(letter_id)).id)
    assert sink.mails == []


async def test_r25_a_pause_after_the_claim_waits_by_itself(fresh_sqlite: str) -> None:
    async def paused(db: AsyncSession, house: House) -> None:
        row = await db.get_one(Resident, house.ben.resident_id)
        row.state = ResidentState.PAUSED
        db.add(row)

    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        letter = await house.release()
        await send_while(house, letter.id, paused)
        assert (await house.delivery(letter.id)).state is DeliveryState.DEFERRED
        assert (await house.letter(letter.id)).state is LetterState.RELEASED
    assert sink.mails == []


async def test_r24_approval_is_bound_to_what_was_read_and_given_anew_after_a_change(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        letter = await house.release("As it was read")
        async with house.database.transaction() as db:
            await text_changed(db, house)
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        held = await house.letter(letter.id)
        assert (held.state, held.content_hash) == (LetterState.HELD, None)
        async with house.database.transaction() as db:
            row = await db.get_one(Letter, letter.id)
            await letters.release(
                db, row, at=house.tools.at, policy=house.tools.policy, now=utc_now() - timedelta(hours=1)
            )
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        after = await house.letter(letter.id)
        async with house.database.reading() as db:
            assert after.content_hash == await passage.content_hash(db, after)
    [arrived] = sink.mails
    assert "As it was read" in arrived.text
    assert "nobody read" not in arrived.text


async def test_undo_works_until_a_worker_has_claimed_the_letter(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        early, late = await house.release("Early"), await house.release("Late")
        async with house.database.transaction() as db:
            await letters.take_back(db, await db.get_one(Letter, early.id), now=utc_now())
        await deliver(house.tools, (await house.delivery(early.id)).id)
        assert (await house.letter(early.id)).state is LetterState.DRAFT
        async with house.database.transaction() as db:
            row = await house.delivery(late.id)
            assert await dispatch.claim(db, row.id, at=house.tools.at, now=utc_now()) is not None
        with pytest.raises(Refused) as refused:
            async with house.database.transaction() as db:
                await letters.take_back(db, await db.get_one(Letter, late.id), now=utc_now())
        assert refused.value.refusal is Refusal.TOO_LATE_TO_UNDO
    assert sink.mails == []


async def test_undo_on_the_desk_and_a_worker_at_the_point_of_no_return_never_wait_for_each_other(
    fresh_postgres: str,
) -> None:
    """Both touch the letter and its delivery. In another order PostgreSQL would end one of them."""
    async with smtp_sink() as sink, house_on(fresh_postgres, sink.port) as house:
        letter = await house.release("Wait")
        row = await house.delivery(letter.id)
        async with house.database.transaction() as db:
            decision = (await db.exec(select(Decision).where(Decision.subject_id == letter.id))).one()
            moderator = await db.get_one(Moderator, decision.moderator_id)
            db.add(Hold(letter_id=letter.id, created_at=utc_now(), promised_at=utc_now(), closed_at=utc_now()))
            claim = await dispatch.claim(db, row.id, at=house.tools.at, now=utc_now())
        assert claim is not None

        async def undo() -> None:
            async with house.database.transaction() as db:
                await moderation.undo(db, decision.id, moderator, now=utc_now())

        async with house.database.transaction() as db:
            await delivery.lock(db, letter.id)  # where the worker begins
            undone = asyncio.create_task(undo())
            await asyncio.sleep(0.3)
            assert await dispatch.commit_point(db, row.id, claim.attempt, claim.raw, now=utc_now())
        with pytest.raises(Refused) as refused:
            await undone
        assert refused.value.refusal is Refusal.TOO_LATE_TO_UNDO
        assert (await house.letter(letter.id)).state is LetterState.ON_ITS_WAY


async def test_a_letter_taken_back_can_be_thrown_away(fresh_database: str) -> None:
    """Its row in the outbox must neither keep it nor outlive it."""
    async with smtp_sink() as sink, house_on(fresh_database, sink.port) as house:
        letter = await house.release("Never mind")
        delivery_id = (await house.delivery(letter.id)).id
        async with house.database.transaction() as db:
            await letters.take_back(db, await db.get_one(Letter, letter.id), now=utc_now())
        async with house.database.transaction() as db:
            await drafts.throw_away(db, await db.get_one(Letter, letter.id))
        await deliver(house.tools, delivery_id)
        async with house.database.reading() as db:
            assert not list(await db.exec(select(Delivery)))
            assert not list(await db.exec(select(Letter)))
    assert sink.mails == []


async def test_a_letter_taken_back_and_sent_again_uses_its_only_delivery(fresh_sqlite: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port) as house:
        letter = await house.release("First try")
        async with house.database.transaction() as db:
            row = await db.get_one(Letter, letter.id)
            await letters.take_back(db, row, now=utc_now())
            await letters.save_draft(db, row, title="", text="Second try", language="en", now=utc_now())
            await letters.send(db, row, now=utc_now())
            await letters.release(
                db, row, at=house.tools.at, policy=house.tools.policy, now=utc_now() - timedelta(hours=1)
            )
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        async with house.database.reading() as db:
            assert len(list(await db.exec(select(Delivery)))) == 1
    [arrived] = sink.mails
    assert "Second try" in arrived.text


async def test_r30_a_childs_link_is_not_in_the_delivered_bytes_and_an_adults_is(
    fresh_sqlite: str, fresh_postgres: str
) -> None:
    text = "Dear Ben,\n\nlook at https://cats.org/play and at cats.org too.\n\nAnna"
    for url, children in ((fresh_sqlite, True), (fresh_postgres, False)):
        async with smtp_sink() as sink, house_on(url, sink.port, children=children) as house:
            letter = await through_the_screen(house, text)
            await deliver(house.tools, (await house.delivery(letter)).id)
        [arrived] = sink.mails
        assert (b"cats.org" in arrived.raw) is not children
        assert "look at" in arrived.text


async def through_the_screen(house: House, text: str) -> UUID:
    """A letter that was written on the site, checked, and released by a person where one has to read it."""
    letter_id = await written(house, text)
    await screen_letter(house.tools, letter_id)
    assert (await house.letter(letter_id)).state is LetterState.HELD
    now = utc_now() - timedelta(hours=1)
    async with house.database.transaction() as db:
        row = await db.get_one(Letter, letter_id)
        await letters.release(db, row, at=house.tools.at, policy=house.tools.policy, now=now)
        await read_by_somebody(db, row)
    return letter_id


async def test_r22_a_childs_letter_never_leaves_unread(fresh_database: str) -> None:
    async with smtp_sink() as sink, house_on(fresh_database, sink.port, children=True) as house:
        letter_id = await written(house, "I have a cat.")
        await screen_letter(house.tools, letter_id)
        assert "child" in await house.hold_reasons(letter_id)
        async with house.database.transaction() as db:  # a row made by hand, past every layer above the relay
            await delivery.queue_letter(db, await db.get_one(Letter, letter_id), at=house.tools.at, now=utc_now())
        await deliver(house.tools, (await house.delivery(letter_id)).id)
        assert (await house.letter(letter_id)).state is LetterState.HELD
    assert sink.mails == []


@pytest.mark.parametrize("without", ["a decision", "the same words", "an undo"])
async def test_r22_the_relay_alone_stops_a_childs_letter_that_no_person_let_go(
    fresh_database: str, without: str
) -> None:
    """Policy, screen and desk are not asked: the row says released, with a hash that fits."""
    async with smtp_sink() as sink, house_on(fresh_database, sink.port, children=True) as house:
        letter = await house.release("I have a cat.")
        async with house.database.transaction() as db:
            said_yes = (await db.exec(select(Decision).where(Decision.subject_id == letter.id))).one()
            if without == "a decision":
                await db.delete(said_yes)
            elif without == "the same words":
                said_yes.content_hash = "0" * 64
            else:
                said_yes.undone_at = utc_now()
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        await is_held(house, sink, letter.id)


async def test_r30_a_letter_that_the_screen_stumbled_over_is_held_and_loses_its_links_later(
    fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*_args: object, **_more: object) -> None:
        raise ValueError("a bug in a check")

    async with house_on(fresh_sqlite, children=True) as house:
        with monkeypatch.context() as broken:
            broken.setattr("penfriends.actions.letters.screen", stumbles)
            letter_id = await written(house, "look at https://cats.org/play")
            await screen_letter(house.tools, letter_id)
        assert await house.hold_reasons(letter_id) == ["finding"]
        async with house.database.transaction() as db:
            row = await db.get_one(Letter, letter_id)
            await letters.release(db, row, at=house.tools.at, policy=house.tools.policy, now=utc_now())
        assert "cats.org" not in (await house.letter(letter_id)).released_text


async def written(house: House, text: str) -> UUID:
    """A letter that Anna wrote and sent on the site an hour ago."""
    now = utc_now() - timedelta(hours=1)
    async with house.database.transaction() as db:
        author = await db.get_one(Participant, house.anna.participant_id)
        letter = await letters.start_draft(db, author, parent_id=None, language="en", now=now)
        await letters.save_draft(db, letter, title="", text=text, language="en", now=now)
        await letters.send(db, letter, now=now)
    return letter.id
