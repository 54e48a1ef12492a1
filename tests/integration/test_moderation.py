"""Is a letter decided by one person, who may judge it, on exactly what they saw, and can that be undone in time?"""

from datetime import timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import holds, letters, moderation, queues, reading, remit
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.delivery import Delivery, DeliveryState
from penfriends.models.letters import Correspondence, CorrespondenceState, LetterState
from penfriends.models.moderation import Decision, Hold, Moderator, Verb
from tests import builders as b
from tests.support.desk import adults, children, held, twins

NOW = b.NOW


async def release(db: AsyncSession, hold: Hold, by: Moderator, seen: str = "") -> Decision:
    _, letter = await moderation.view_hold(db, hold.id, by, now=NOW)
    seen = seen or await moderation.shown_hash(db, letter)
    return await moderation.release(db, hold.id, by, seen_hash=seen, at=b.AT, policy=b.POLICY, now=NOW)


async def test_R22_a_child_s_letter_is_held_however_many_went_before(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, _lotte = await children(db, twin)
    for _ in range(8):
        await b.letter(db, tom, "Hello again.")
    letter = await b.letter(db, tom, "A harmless letter.", state=LetterState.WRITTEN)
    state = await letters.screen_letter(db, letter.id, drawn=lambda _: False, at=b.AT, policy=b.POLICY, now=NOW)
    assert state is LetterState.HELD
    waiting = (await db.exec(select(Hold).where(Hold.letter_id == letter.id))).one()
    assert "child" in waiting.reasons


@pytest.mark.parametrize(("before", "drawn", "wanted"), [(4, False, "held"), (5, False, "released"), (5, True, "held")])
async def test_R23_an_adult_s_first_five_are_read_then_a_sample(
    db: AsyncSession, before: int, drawn: bool, wanted: str
) -> None:
    arthur, _henk = await adults(db, await twins(db))
    for _ in range(before):
        await b.letter(db, arthur, "Hello again.")
    letter = await b.letter(db, arthur, "The bandstand is painted.", state=LetterState.WRITTEN)
    state = await letters.screen_letter(db, letter.id, drawn=lambda _: drawn, at=b.AT, policy=b.POLICY, now=NOW)
    assert state == wanted


async def test_R23_a_finding_holds_a_later_letter(db: AsyncSession) -> None:
    arthur, _henk = await adults(db, await twins(db))
    for _ in range(9):
        await b.letter(db, arthur, "Hello again.")
    letter = await b.letter(db, arthur, "Please pay the parcel fee of 500 euros.", state=LetterState.WRITTEN)
    state = await letters.screen_letter(db, letter.id, drawn=lambda _: False, at=b.AT, policy=b.POLICY, now=NOW)
    assert state is LetterState.HELD


async def test_R24_a_yes_is_bound_to_what_was_shown(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, _lotte = await children(db, twin)
    hold, letter = await held(db, tom)
    view = await reading.open_letter(db, hold.id, twin.ilse, now=NOW)
    letter.kept_text += " And my number is 07700 900341."
    db.add(letter)
    await db.flush()
    with pytest.raises(Refused) as refused:
        await release(db, hold, twin.ilse, view.seen_hash)
    assert refused.value.refusal is Refusal.CHANGED_SINCE
    assert letter.state is LetterState.HELD


async def test_R24_the_hash_of_the_yes_is_kept_with_the_decision(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, letter = await held(db, (await children(db, twin))[0])
    view = await reading.open_letter(db, hold.id, twin.ilse, now=NOW)
    decision = await release(db, hold, twin.ilse, view.seen_hash)
    assert decision.content_hash == view.seen_hash == letter.content_hash


async def test_R30_links_go_from_a_child_s_letter_before_the_hash_is_taken(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, letter = await held(db, (await children(db, twin))[0], "Look at https://example.org/cats please.")
    view = await reading.open_letter(db, hold.id, twin.ilse, now=NOW)
    assert view.will_change
    await release(db, hold, twin.ilse, view.seen_hash)
    assert "example.org" not in letter.released_text


async def test_two_never_decide_the_same_letter(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, _ = await held(db, (await children(db, twin))[0])
    mine = await reading.open_letter(db, hold.id, twin.ilse, now=NOW)
    theirs = await reading.open_letter(db, hold.id, twin.uli, now=NOW)
    assert (mine.taken_by, theirs.taken_by) == (None, "Ilse")
    with pytest.raises(Refused) as refused:
        await release(db, hold, twin.uli)
    assert refused.value.refusal is Refusal.TAKEN_BY_ANOTHER


async def test_a_claim_runs_out_after_ten_minutes(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, _ = await held(db, (await children(db, twin))[0])
    await moderation.claim_hold(db, hold.id, twin.ilse, now=NOW)
    assert not await moderation.claim_hold(db, hold.id, twin.uli, now=NOW + timedelta(minutes=9))
    assert await moderation.claim_hold(db, hold.id, twin.uli, now=NOW + timedelta(minutes=10))


async def test_a_second_decision_is_refused(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, _ = await held(db, (await children(db, twin))[0])
    await release(db, hold, twin.ilse)
    with pytest.raises(Refused) as refused:
        await release(db, hold, twin.marta)
    assert refused.value.refusal is Refusal.ALREADY_DECIDED


async def test_a_release_can_be_undone_while_the_letter_is_here(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, letter = await held(db, (await children(db, twin))[0])
    decision = await release(db, hold, twin.ilse)
    await moderation.undo(db, decision.id, twin.ilse, now=NOW)
    assert (letter.state, letter.content_hash, hold.closed_at) == (LetterState.HELD, None, None)
    row = (await db.exec(select(Delivery).where(Delivery.letter_id == letter.id))).one()
    await db.refresh(row)
    assert row.state is DeliveryState.WITHDRAWN
    await release(db, hold, twin.ilse)
    again = (await db.exec(select(Delivery).where(Delivery.letter_id == letter.id))).all()
    assert [one.state for one in again] == [DeliveryState.QUEUED]


async def test_nobody_undoes_what_has_left_or_is_another_s(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, letter = await held(db, (await children(db, twin))[0])
    decision = await release(db, hold, twin.ilse)
    with pytest.raises(NotFound):
        await moderation.undo(db, decision.id, twin.marta, now=NOW)
    letter.state = LetterState.ON_ITS_WAY
    db.add(letter)
    await db.flush()
    with pytest.raises(Refused) as refused:
        await moderation.undo(db, decision.id, twin.ilse, now=NOW)
    assert refused.value.refusal is Refusal.TOO_LATE_TO_UNDO


async def test_a_returned_letter_is_the_writer_s_again_and_never_left(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, letter = await held(db, (await children(db, twin))[0], "Call me on 07700 900341.")
    await moderation.return_letter(
        db, hold.id, twin.ilse, reasons=["phone"], note="", at=b.AT, now=NOW
    )  # fmt: skip
    assert (letter.state, letter.return_reasons, letter.released_text) == (LetterState.RETURNED, ["phone"], "")
    told = (await db.exec(select(Delivery).where(Delivery.notice == "letter_returned"))).one()
    assert "07700" not in str(told.payload)


async def test_a_return_needs_a_reason(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, _ = await held(db, (await children(db, twin))[0])
    with pytest.raises(Refused) as refused:
        await moderation.return_letter(db, hold.id, twin.ilse, reasons=[], note=" ", at=b.AT, now=NOW)
    assert refused.value.refusal is Refusal.NEEDS_REASON


async def test_what_is_handed_on_stays_held_on_top_with_its_note(db: AsyncSession) -> None:
    twin = await twins(db)
    _first, _ = await held(db, (await adults(db, twin))[0], at=NOW - timedelta(days=1))
    hold, _ = await held(db, (await children(db, twin))[0])
    await moderation.escalate(db, hold.id, twin.ilse, note="Please read line two.", now=NOW)
    desk = await remit.desk_of(db, twin.marta, now=NOW)
    assert (await queues.letters(db, desk, now=NOW))[0].hold.id == hold.id
    view = await reading.open_letter(db, hold.id, twin.marta, now=NOW)
    assert [one.note for one in view.escalated] == ["Please read line two."]


async def test_R33_who_hands_a_letter_on_neither_opens_nor_decides_it(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, letter = await held(db, (await children(db, twin))[0])
    view = await reading.open_letter(db, hold.id, twin.ilse, now=NOW)
    await moderation.escalate(db, hold.id, twin.ilse, note="Is this a call for help?", now=NOW)
    desk = await remit.desk_of(db, twin.ilse, now=NOW)
    assert await queues.letters(db, desk, now=NOW) == []
    assert (await queues.counts(db, desk, now=NOW))["letters"] == 0
    for trial in (
        reading.open_letter(db, hold.id, twin.ilse, now=NOW),
        release(db, hold, twin.ilse, view.seen_hash),
        moderation.return_letter(db, hold.id, twin.ilse, reasons=["phone"], note="", at=b.AT, now=NOW),
        moderation.escalate(db, hold.id, twin.ilse, note="Again.", now=NOW),
    ):
        with pytest.raises(Refused) as refused:
            await trial
        assert refused.value.refusal is Refusal.NEEDS_SECOND_PERSON
    await release(db, hold, twin.marta)
    assert letter.state is LetterState.RELEASED


async def test_R33_a_letter_that_is_held_anew_is_a_new_question(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, letter = await held(db, (await children(db, twin))[0])
    await moderation.escalate(db, hold.id, twin.ilse, note="Line two.", now=NOW)
    await moderation.return_letter(db, hold.id, twin.marta, reasons=["phone"], note="", at=b.AT, now=NOW)
    again = await holds.hold(db, letter, ["child"], urgent=False, now=NOW + timedelta(days=1))
    await release(db, again, twin.ilse)
    assert letter.state is LetterState.RELEASED


async def test_the_queue_is_urgent_then_children_then_oldest(db: AsyncSession) -> None:
    twin = await twins(db)
    arthur, henk = await adults(db, twin)
    tom, _lotte = await children(db, twin)
    old, _ = await held(db, arthur, at=NOW - timedelta(hours=40))
    young, _ = await held(db, tom, at=NOW - timedelta(hours=1))
    urgent, _ = await held(db, henk, urgent=True)
    desk = await remit.desk_of(db, twin.ilse, now=NOW)
    waiting = await queues.letters(db, desk, now=NOW)
    assert [one.hold.id for one in waiting] == [urgent.id, young.id, old.id]
    assert (waiting[1].author.resident.first_name, waiting[1].reader.resident.first_name) == ("Tom", "Lotte")


async def test_a_letter_of_a_closed_correspondence_cannot_go(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, _lotte = await children(db, twin)
    hold, _ = await held(db, tom)
    correspondence = await db.get_one(Correspondence, tom.correspondence_id)
    correspondence.state = CorrespondenceState.FROZEN
    db.add(correspondence)
    await db.flush()
    with pytest.raises(Refused) as refused:
        await release(db, hold, twin.ilse)
    assert refused.value.refusal is Refusal.CORRESPONDENCE_CLOSED


async def test_R44_a_decision_never_changes_what_the_writer_wrote(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, letter = await held(db, (await adults(db, twin))[0], "My own words.\n\nAll of them.")
    await release(db, hold, twin.ilse)
    assert letter.released_text == letter.kept_text == letter.original_text == "My own words.\n\nAll of them."
    assert {one.value for one in Verb}.isdisjoint({"edit", "change_letter", "rewrite"})


async def test_every_decision_is_a_row_and_an_undo_is_one_too(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, letter = await held(db, (await children(db, twin))[0])
    decision = await release(db, hold, twin.ilse)
    await moderation.undo(db, decision.id, twin.ilse, now=NOW)
    found = await db.exec(select(Decision).where(Decision.subject_id == letter.id).order_by(col(Decision.id)))
    assert [(one.verb, one.undone_at) for one in found] == [(Verb.RELEASE, NOW), (Verb.UNDO, None)]


async def test_R32_a_child_s_letter_is_promised_in_a_day_an_adult_s_in_two(db: AsyncSession) -> None:
    twin = await twins(db)
    young, _ = await held(db, (await children(db, twin))[0])
    old, _ = await held(db, (await adults(db, twin))[0])
    assert young.promised_at - NOW == timedelta(hours=24)
    assert old.promised_at - NOW == timedelta(hours=48)


async def test_a_letter_that_its_writer_took_back_is_theirs_alone_again(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, _lotte = await children(db, twin)
    hold, letter = await held(db, tom)
    await letters.take_back(db, letter, now=NOW)
    with pytest.raises(Refused) as refused:
        await reading.open_letter(db, hold.id, twin.ilse, now=NOW)
    assert refused.value.refusal is Refusal.ALREADY_DECIDED
    with pytest.raises(Refused):
        await reading.picture(db, hold.id, letter.id, twin.ilse, now=NOW)


async def test_who_opens_the_next_letter_lets_go_of_the_one_before(db: AsyncSession) -> None:
    twin = await twins(db)
    arthur, _henk = await adults(db, twin)
    first, _ = await held(db, arthur)
    second, _ = await held(db, arthur)
    await reading.open_letter(db, first.id, twin.ilse, now=NOW)
    assert (await reading.open_letter(db, first.id, twin.marta, now=NOW)).taken_by == "Ilse"
    await reading.open_letter(db, second.id, twin.ilse, now=NOW)
    assert (await reading.open_letter(db, first.id, twin.marta, now=NOW)).taken_by is None
