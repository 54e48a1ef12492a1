"""Class mode: who reads what pupils write, on whose yes they write at all, and who sees nothing of it?"""

from datetime import timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_letters, dispatch, eligible, letters, moderation, passage, pupils
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.delivery import Delivery
from penfriends.models.letters import LetterState
from penfriends.models.moderation import Vetting
from penfriends.models.pairings import Couple, PairingState
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.schools import PaperYes
from penfriends.rules.relay import Obstacle
from tests import builders as b
from tests.support.pupil_letters import obstacle, queue, release, waiting_for, written
from tests.support.schools import classes

NOW = b.NOW


async def test_R14_a_pupil_s_letter_is_read_by_the_own_teacher_and_then_by_the_friend_s(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    assert await queue(db, at.okafor) == [letter]
    assert await queue(db, at.weber) == []

    await release(db, hold, at.okafor)
    assert letter.state is LetterState.HELD
    assert await queue(db, at.okafor) == []
    assert await queue(db, at.weber) == [letter]

    await release(db, await waiting_for(db, letter), at.weber)
    assert letter.state is LetterState.RELEASED
    assert await obstacle(db, letter, at.anton_writes) is None


async def test_R14_neither_teacher_decides_in_the_other_s_place(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    with pytest.raises(NotFound):
        await release(db, hold, at.weber)
    await release(db, hold, at.okafor)
    with pytest.raises(NotFound):
        await release(db, await waiting_for(db, letter), at.okafor)
    with pytest.raises(Refused):
        await release(db, hold, at.okafor)


async def test_R22_one_yes_is_not_enough_for_the_relay(db: AsyncSession) -> None:
    """Even if a layer above let the letter go after the first yes."""
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    await release(db, hold, at.okafor)
    await letters.release(db, letter, at=b.AT, policy=b.POLICY, now=NOW)
    assert await obstacle(db, letter, at.anton_writes) is Obstacle.NOT_RELEASED


async def test_R24_the_second_yes_is_void_once_the_letter_has_changed(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    await release(db, hold, at.okafor)
    letter.kept_text += " And a dog."
    db.add(letter)
    await db.flush()
    await release(db, await waiting_for(db, letter), at.weber)
    assert await obstacle(db, letter, at.anton_writes) is Obstacle.NOT_RELEASED


async def test_a_yes_is_taken_back_while_the_other_class_has_not_opened_the_letter(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    done = await release(db, hold, at.okafor)
    again = await moderation.undo(db, done.id, at.okafor, now=NOW)
    assert again.id == hold.id
    assert await queue(db, at.weber) == []

    done = await release(db, hold, at.okafor)
    arriving = await waiting_for(db, letter)
    assert await moderation.claim_hold(db, arriving.id, at.weber, now=NOW)
    with pytest.raises(Refused) as refused:
        await moderation.undo(db, done.id, at.okafor, now=NOW)
    assert refused.value.refusal is Refusal.TOO_LATE_TO_UNDO


async def test_a_letter_that_arrives_can_go_back_to_its_writer(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    await release(db, hold, at.okafor)
    arriving = await waiting_for(db, letter)
    await moderation.return_letter(db, arriving.id, at.weber, reasons=["unkind"], note="", at=b.AT, now=NOW)
    assert letter.state is LetterState.RETURNED


async def test_R18_moderators_of_the_towns_see_pupils_letters_only_when_they_are_urgent_or_late(
    db: AsyncSession,
) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    assert await queue(db, at.towns.ilse) == []
    with pytest.raises(NotFound):
        await moderation.view_hold(db, hold.id, at.towns.ilse, now=NOW)
    assert await queue(db, at.towns.ilse, days=7) == [letter]
    await moderation.claim_hold(db, hold.id, at.okafor, now=NOW)
    await moderation.escalate(db, hold.id, at.okafor, note="Worried.", now=NOW)
    assert await queue(db, at.towns.ilse) == [letter]
    assert await queue(db, at.okafor) == []


async def test_R18_a_teacher_of_another_class_finds_nothing(db: AsyncSession) -> None:
    at = await classes(db)
    other, stranger = await b.school_class(db, at.towns.here, "7A", teacher="Mr Hill")
    hold, _ = await written(db, at.ava_writes)
    assert await queue(db, stranger) == []
    with pytest.raises(NotFound):
        await moderation.view_hold(db, hold.id, stranger, now=NOW)
    tom, _lotte = await b.correspondence(
        db, await b.child(db, at.towns.here, "Tom"), await b.child(db, at.towns.there, "Lotte")
    )
    of_residents, _ = await written(db, tom)
    for teacher in (stranger, at.okafor):
        with pytest.raises(NotFound):
            await moderation.view_hold(db, of_residents.id, teacher, now=NOW)
        with pytest.raises(NotFound):
            await eligible.must_belong(db, teacher, [await db.get_one(Resident, tom.resident_id)])
    assert other.id != at.here.id


async def test_R38_a_teacher_whom_the_school_no_longer_vouches_for_reads_nothing(db: AsyncSession) -> None:
    at = await classes(db)
    hold, _ = await written(db, at.ava_writes)
    proof = (await db.exec(select(Vetting).where(Vetting.moderator_id == at.okafor.id))).one()
    proof.expires_on = NOW.date()
    db.add(proof)
    await db.flush()
    assert await queue(db, at.okafor) == []
    with pytest.raises(Refused) as refused:
        await moderation.view_hold(db, hold.id, at.okafor, now=NOW)
    assert refused.value.refusal is Refusal.VETTING_MISSING


async def test_R14_without_a_yes_on_paper_a_pupil_is_only_on_the_list(db: AsyncSession) -> None:
    at = await classes(db)
    ben = await b.pupil(db, at.here, at.okafor, "Ben", paper=PaperYes.NONE)
    anna = await b.pupil(db, at.there, at.weber, "Anna")
    assert (await db.get_one(Resident, ben.resident_id)).state is ResidentState.AWAITING_CONSENT
    with pytest.raises(Refused):
        await b.partnered(db, at.pairing, ben, anna)


async def test_R10_a_yes_taken_back_stops_even_what_was_approved(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    await release(db, hold, at.okafor)
    await release(db, await waiting_for(db, letter), at.weber)
    await pupils.attest(db, at.ava, at.here, at.okafor, PaperYes.NONE, now=NOW)
    assert await obstacle(db, letter, at.anton_writes) is Obstacle.CONSENT


async def test_R14_the_yes_ends_with_the_school_year(db: AsyncSession) -> None:
    at = await classes(db)
    ava = await db.get_one(Resident, at.ava.resident_id)
    assert await passage.consent_holds(db, ava, now=NOW)
    assert not await passage.consent_holds(db, ava, now=pupils.end_of_year(at.here))


async def test_R01_pupils_are_8_to_17(db: AsyncSession) -> None:
    at = await classes(db)
    for born, refusal in ((NOW.date().replace(year=2019), Refusal.TOO_YOUNG),
                          (NOW.date().replace(year=2008), Refusal.TOO_OLD_FOR_CLASS)):  # fmt: skip
        with pytest.raises(Refused) as refused:
            await b.pupil(db, at.here, at.okafor, born=born)
        assert refused.value.refusal is refusal


async def test_a_letter_reaches_a_pupil_who_has_no_mailbox(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    await release(db, hold, at.okafor)
    await release(db, await waiting_for(db, letter), at.weber)
    row = (await db.exec(select(Delivery).where(Delivery.letter_id == letter.id))).one()
    late = NOW + timedelta(minutes=11)
    assert await dispatch.claim(db, row.id, at=b.AT, now=late) is None
    assert letter.state is LetterState.DELIVERED


async def test_only_pupils_of_an_approved_pairing_write(db: AsyncSession) -> None:
    at = await classes(db)
    asked = await b.pairing(db, at.here, at.there, state=PairingState.AGREED)
    low, high = sorted((at.ava.resident_id, at.anton.resident_id))
    couple = Couple(pairing_id=asked.id, low_id=low, high_id=high)
    db.add(couple)
    await db.flush()
    with pytest.raises(Refused):
        await class_letters.open_for(db, asked, couple, now=NOW)


async def test_when_a_pairing_ends_nothing_more_is_written(db: AsyncSession) -> None:
    at = await classes(db)
    assert await class_letters.end_all(db, at.pairing, "year_over", now=NOW) == 1
    await db.refresh(at.ava_writes)
    assert at.ava_writes.open_band is None
    with pytest.raises(Refused):
        await letters.start_draft(db, at.ava_writes, parent_id=None, language="en", now=NOW)
