"""Does each wall hold alone, with the others off? The numbers are those of the safeguarding rules."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, dispatch, matching, moderation, passage, queues, reading, remit, reports, viewing
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.ids import uuid7
from penfriends.models.delivery import Alias, Delivery, DeliveryState
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, LetterState, Participant
from penfriends.models.matching import BlockReason
from penfriends.models.moderation import AuditEntry, Hold, Moderator, Role, Vetting, VettingKind
from penfriends.models.residents import Consent, ConsentState, Resident, ResidentState
from penfriends.rules.relay import Obstacle
from tests import builders as b
from tests.support.desk import Twins, adults, children, held, proposed, twins

NOW = b.NOW
LEAVES = NOW + timedelta(minutes=10)


async def released(db: AsyncSession, twin: Twins, author: Participant) -> tuple[Letter, Delivery]:
    """A letter that Ilse has let go, and its delivery."""
    hold, letter = await held(db, author)
    seen = await moderation.shown_hash(db, letter)
    await moderation.release(db, hold.id, twin.ilse, seen_hash=seen, at=b.AT, policy=b.POLICY, now=NOW)
    return letter, (await db.exec(select(Delivery).where(Delivery.letter_id == letter.id))).one()


async def refused_and_held(db: AsyncSession, letter: Letter, row: Delivery) -> bool:
    """The relay does not take it, the mail is withdrawn, and the letter waits on the desk again."""
    claim = await dispatch.claim(db, row.id, at=b.AT, now=LEAVES)
    await db.refresh(row)
    await db.refresh(letter)
    waiting = (await db.exec(select(Hold).where(Hold.letter_id == letter.id, col(Hold.closed_at).is_(None)))).all()
    return (
        claim is None
        and row.state is DeliveryState.WITHDRAWN
        and letter.state is LetterState.HELD
        and [one.reasons for one in waiting] == [["frozen"]]
    )


# --- R02: an adult is never in a correspondence with a child (the four walls one by one: test_wall.py) ----------------


async def test_R02_the_relay_refuses_a_band_that_is_not_that_of_the_correspondence(db: AsyncSession) -> None:
    """Matching and approval are not asked: the letter is released, then the reader's door has closed."""
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    letter, row = await released(db, twin, tom)
    lotte.open_band = None
    db.add(lotte)
    await db.flush()
    way = await passage.way_of(db, letter.id, lotte.id)
    assert way is not None
    assert await passage.obstacle_on(db, way, now=LEAVES) is Obstacle.BAND
    assert await refused_and_held(db, letter, row)


# --- R24, R25: the relay looks again ----------------------------------------------------------------------------------


async def test_R25_nothing_in_the_way_and_it_leaves(db: AsyncSession) -> None:
    twin = await twins(db)
    _letter, row = await released(db, twin, (await children(db, twin))[0])
    assert await dispatch.claim(db, row.id, at=b.AT, now=NOW) is None, "not before its time to undo is over"
    claim = await dispatch.claim(db, row.id, at=b.AT, now=LEAVES)
    assert claim is not None
    assert await dispatch.commit_point(db, row.id, claim.attempt, claim.raw, now=LEAVES)


async def obstruct(db: AsyncSession, what: str, letter: Letter, author: Participant, reader: Participant) -> None:
    resident = await db.get_one(Resident, reader.resident_id)
    if what == "changed":
        letter.released_text += " And one word more."
    elif what == "closed":
        (await db.get_one(Correspondence, letter.correspondence_id)).state = CorrespondenceState.FROZEN
    elif what == "blocked":
        await matching.block(
            db, author.resident_id, reader.resident_id, BlockReason.BLOCKED, now=NOW, stops_letters=True
        )
    elif what in ("withdrawn", "expired"):
        consent = (await db.exec(select(Consent).where(Consent.resident_id == author.resident_id))).one()
        consent.state = ConsentState.WITHDRAWN if what == "withdrawn" else consent.state
        consent.expires_at = NOW if what == "expired" else consent.expires_at
    elif what == "left":
        resident.state, resident.left_at = ResidentState.LEFT, NOW
    else:
        (await db.exec(select(Alias).where(Alias.participant_id == reader.id))).one().closed_at = NOW
    await db.flush()


@pytest.mark.parametrize("what", ["changed", "closed", "blocked", "withdrawn", "expired", "left", "no_alias"])
async def test_R24_R25_what_changed_after_the_release_stops_the_letter_visibly(db: AsyncSession, what: str) -> None:
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    letter, row = await released(db, twin, tom)
    await obstruct(db, what, letter, tom, lotte)
    assert await refused_and_held(db, letter, row)


@pytest.mark.parametrize("what", ["changed", "closed", "blocked", "withdrawn"])
async def test_R25_it_is_stopped_even_between_claim_and_data(db: AsyncSession, what: str) -> None:
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    letter, row = await released(db, twin, tom)
    claim = await dispatch.claim(db, row.id, at=b.AT, now=LEAVES)
    assert claim is not None
    await obstruct(db, what, letter, tom, lotte)
    assert not await dispatch.commit_point(db, row.id, claim.attempt, claim.raw, now=LEAVES)
    assert letter.state is LetterState.HELD


# --- R31: an alarm stops both sides at once ---------------------------------------------------------------------------


async def test_R31_a_report_stops_released_letters_both_ways_at_once(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    there, back = await released(db, twin, tom), await released(db, twin, lotte)
    await reports.report(db, lotte.id, letter_id=None, kind="unkind", text="He is rude.", now=NOW)
    for letter, row in (there, back):
        assert await refused_and_held(db, letter, row)


async def test_R31_a_block_stops_both_ways_at_once_and_for_good(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    letter, row = await released(db, twin, tom)
    await reports.block(db, lotte.id, now=NOW)
    assert await refused_and_held(db, letter, row)


async def test_R31_letters_that_have_arrived_carry_a_warning(db: AsyncSession) -> None:
    tom, lotte = await children(db, await twins(db))
    arrived, own = await b.letter(db, tom), await b.letter(db, lotte)
    await reports.report(db, lotte.id, letter_id=arrived.id, kind="unkind", text="", now=NOW)
    await db.refresh(arrived)
    await db.refresh(own)
    assert (arrived.warned, own.warned) == (True, False)


# --- R38, R39, R46: who may read children's letters, asked at the moment of decision ----------------------------------


async def close_gate(db: AsyncSession, twin: Twins, gate: str) -> Refusal:
    if gate in ("check", "training"):
        kind = VettingKind(gate)
        proof = (await db.exec(select(Vetting).where(Vetting.moderator_id == twin.ilse.id, Vetting.kind == kind))).one()
        proof.expires_on = NOW.date()
        await db.flush()
        return Refusal.VETTING_MISSING
    other = twin.marta if gate == "deputy" else twin.ilse
    other.role = Role.MODERATOR
    db.add(other)
    await db.flush()
    return Refusal.CHILDREN_MODULE_OFF


@pytest.mark.parametrize(
    "gate",
    [
        pytest.param("check", id="R38-check"),
        pytest.param("training", id="R39-training"),
        pytest.param("deputy", id="R46-deputy"),
        pytest.param("lead", id="R46-lead"),
    ],
)
async def test_R38_R39_R46_the_gate_closes_between_opening_and_deciding(db: AsyncSession, gate: str) -> None:
    twin = await twins(db)
    hold, _ = await held(db, (await children(db, twin))[0])
    view = await reading.open_letter(db, hold.id, twin.ilse, now=NOW)
    wanted = await close_gate(db, twin, gate)
    with pytest.raises(Refused) as refused:
        await moderation.release(db, hold.id, twin.ilse, seen_hash=view.seen_hash, at=b.AT, policy=b.POLICY, now=NOW)
    assert refused.value.refusal is wanted
    desk = await remit.desk_of(db, twin.ilse, now=NOW)
    assert (desk.closed, await queues.letters(db, desk, now=NOW)) == (wanted, [])


@pytest.mark.parametrize("gate", ["check", "training", "deputy"])
async def test_R38_R39_R46_the_same_gates_stand_before_a_child_s_match(db: AsyncSession, gate: str) -> None:
    twin = await twins(db)
    one = await b.child(db, twin.here, "Tom", born=date(2013, 3, 2))
    match = await proposed(db, one, await b.child(db, twin.there, "Lotte", born=date(2013, 4, 1)))
    wanted = await close_gate(db, twin, gate)
    with pytest.raises(Refused) as refused:
        await matching.approve(db, match.id, twin.ilse, at=b.AT, policy=b.POLICY, now=NOW)
    assert refused.value.refusal is wanted


async def test_R38_adults_letters_need_no_check(db: AsyncSession) -> None:
    twin = await twins(db)
    new = await b.moderator(db, twin.here.association_id, "Nora", vetted=False)
    hold, _ = await held(db, (await adults(db, twin))[0])
    await held(db, (await children(db, twin))[0])
    desk = await remit.desk_of(db, new, now=NOW)
    assert [one.hold.id for one in await queues.letters(db, desk, now=NOW)] == [hold.id]
    assert (await queues.counts(db, desk, now=NOW))["letters"] == 1


# --- R17, R18: whose letters ------------------------------------------------------------------------------------------


async def test_R18_a_foreign_letter_and_a_missing_one_answer_alike(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, _ = await held(db, (await adults(db, twin))[0])
    stranger = await b.moderator(db, None, "Stranger")
    for hold_id in (hold.id, uuid7()):
        with pytest.raises(NotFound):
            await reading.open_letter(db, hold_id, stranger, now=NOW)
    desk = await remit.desk_of(db, stranger, now=NOW)
    assert await queues.counts(db, desk, now=NOW) == {"letters": 0, "matches": 0, "reports": 0}


async def test_R17_a_letter_of_somebody_one_knows_is_not_shown(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    hold, _ = await held(db, tom)
    await viewing.declare_conflict(db, tom.resident_id, twin.ilse, now=NOW)
    with pytest.raises(Refused) as refused:
        await reading.open_letter(db, hold.id, twin.ilse, now=NOW)
    assert refused.value.refusal is Refusal.CONFLICT_OF_INTEREST
    assert (await queues.counts(db, await remit.desk_of(db, twin.ilse, now=NOW), now=NOW))["letters"] == 0
    assert (await queues.counts(db, await remit.desk_of(db, twin.marta, now=NOW), now=NOW))["letters"] == 1
    assert lotte.resident_id != tom.resident_id


# --- R41: every view leaves a line that cannot be changed unseen ------------------------------------------------------


async def lines(db: AsyncSession, by: Moderator) -> list[str]:
    found = await db.exec(
        select(AuditEntry.action).where(AuditEntry.actor_id == by.id).order_by(col(AuditEntry.number))
    )
    return list(found)


async def test_R41_every_view_of_a_child_leaves_a_line(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    hold, _ = await held(db, tom)
    alarm = await reports.report(db, lotte.id, letter_id=None, kind="other", text="", now=NOW)
    await reading.open_letter(db, hold.id, twin.ilse, now=NOW)
    await viewing.view_resident(db, tom.resident_id, twin.ilse, now=NOW)
    await reports.view_report(db, alarm.id, twin.ilse, now=NOW)
    assert await lines(db, twin.ilse) == ["view_letter", "view_profile", "view_report"]
    assert await audit.first_broken(db) is None


async def test_R41_an_adult_s_letter_leaves_none(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, _ = await held(db, (await adults(db, twin))[0])
    await reading.open_letter(db, hold.id, twin.ilse, now=NOW)
    assert await lines(db, twin.ilse) == []


@pytest.mark.parametrize("how", ["change", "remove"])
async def test_R41_tampering_is_found(db: AsyncSession, how: str) -> None:
    twin = await twins(db)
    tom, _lotte = await children(db, twin)
    for _ in range(3):
        await viewing.view_resident(db, tom.resident_id, twin.ilse, now=NOW)
    middle = (await db.exec(select(AuditEntry).order_by(col(AuditEntry.number)))).all()[1]
    if how == "change":
        middle.actor_id = twin.marta.id
        db.add(middle)
    else:
        await db.delete(middle)
    await db.flush()
    assert await audit.first_broken(db) is not None
