"""Do exactly those say yes to a match who may, on the people as they are now? (rules R02, R03, R15–R19)"""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import matching, queues, remit, viewing
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.letters import Correspondence
from penfriends.models.matching import Block, BlockReason, Match, MatchState
from penfriends.models.moderation import Conflict, Moderator
from penfriends.models.residents import Consent, ConsentState, Household, Resident, ResidentState
from tests import builders as b
from tests.support.desk import Twins, proposed, twins

NOW = b.NOW


async def two_children(db: AsyncSession, twin: Twins, *, born: date = date(2013, 4, 1)) -> tuple[Resident, Resident]:
    return await b.child(db, twin.here, "Tom", born=date(2013, 3, 2)), await b.child(db, twin.there, "Lotte", born=born)


async def two_adults(db: AsyncSession, twin: Twins) -> tuple[Resident, Resident]:
    return await b.adult(db, twin.here, "Arthur"), await b.adult(db, twin.there, "Henk")


async def yes(db: AsyncSession, match: Match, by: Moderator, after: timedelta = timedelta(0)) -> MatchState:
    done = await matching.approve(db, match.id, by, at=b.AT, policy=b.POLICY, now=NOW + after)
    return done.state


async def refusal(db: AsyncSession, match: Match, by: Moderator, after: timedelta = timedelta(0)) -> Refusal:
    with pytest.raises(Refused) as refused:
        await yes(db, match, by, after)
    return refused.value.refusal


async def test_R16_an_adult_s_match_needs_one(db: AsyncSession) -> None:
    twin = await twins(db)
    assert await yes(db, await proposed(db, *await two_adults(db, twin)), twin.ilse) is MatchState.APPROVED


async def test_R16_nobody_says_yes_to_their_own_match(db: AsyncSession) -> None:
    twin = await twins(db)
    arthur, henk = await two_adults(db, twin)
    twin.ilse.sign_in_id = arthur.sign_in_id  # type: ignore[assignment]
    db.add(twin.ilse)
    await db.flush()
    assert await refusal(db, await proposed(db, arthur, henk), twin.ilse) is Refusal.CONFLICT_OF_INTEREST


async def test_R15_a_child_s_match_needs_two_from_both_towns(db: AsyncSession) -> None:
    twin = await twins(db)
    match = await proposed(db, *await two_children(db, twin))
    assert await yes(db, match, twin.ilse) is MatchState.PROPOSED
    assert await yes(db, match, twin.marta) is MatchState.PROPOSED, "two of the same town are not enough"
    assert await yes(db, match, twin.uli) is MatchState.APPROVED


async def test_R15_the_same_moderator_twice_is_one(db: AsyncSession) -> None:
    twin = await twins(db)
    match = await proposed(db, *await two_children(db, twin))
    await yes(db, match, twin.ilse)
    assert await refusal(db, match, twin.ilse) is Refusal.NEEDS_SECOND_PERSON


async def test_R15_one_human_in_two_associations_is_one(db: AsyncSession) -> None:
    twin = await twins(db)
    match = await proposed(db, *await two_children(db, twin))
    twin.uli.sign_in_id = twin.ilse.sign_in_id
    db.add(twin.uli)
    await db.flush()
    assert await yes(db, match, twin.ilse) is MatchState.PROPOSED
    assert await yes(db, match, twin.uli) is MatchState.PROPOSED, "the same human behind two roles"


async def test_R15_a_yes_before_the_last_change_of_a_profile_counts_no_more(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, lotte = await two_children(db, twin)
    match = await proposed(db, tom, lotte)
    await yes(db, match, twin.ilse)
    lotte.profile_changed_at = NOW + timedelta(minutes=1)
    db.add(lotte)
    await db.flush()
    assert await yes(db, match, twin.uli, timedelta(minutes=2)) is MatchState.PROPOSED
    assert await yes(db, match, twin.ilse, timedelta(minutes=3)) is MatchState.APPROVED


async def test_R15_the_second_sees_that_a_yes_is_there_and_not_whose(db: AsyncSession) -> None:
    twin = await twins(db)
    match = await proposed(db, *await two_children(db, twin))
    await yes(db, match, twin.ilse)
    view = await viewing.view_match(db, match.id, twin.uli, now=NOW)
    assert (view.yes_is_there, view.mine, view.needed) == (True, False, 2)
    mine = await viewing.view_match(db, match.id, twin.ilse, now=NOW)
    assert (mine.yes_is_there, mine.mine) == (False, True)


async def test_R15_what_one_has_said_yes_to_leaves_their_queue_until_a_profile_changes(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, lotte = await two_children(db, twin)
    match = await proposed(db, tom, lotte)
    desk = await remit.desk_of(db, twin.ilse, now=NOW)
    assert (await queues.counts(db, desk, now=NOW))["matches"] == 1
    await yes(db, match, twin.ilse)
    assert (await queues.counts(db, desk, now=NOW))["matches"] == 0
    tom.profile_changed_at = NOW + timedelta(minutes=1)
    db.add(tom)
    await db.flush()
    assert (await queues.counts(db, desk, now=NOW))["matches"] == 1


@pytest.mark.parametrize("way", ["household", "guardian", "declared"])
async def test_R17_nobody_decides_on_whom_they_know(db: AsyncSession, way: str) -> None:
    twin = await twins(db)
    tom, lotte = await two_children(db, twin)
    match = await proposed(db, tom, lotte)
    await acquaint(db, twin.ilse, lotte, way)
    assert await refusal(db, match, twin.ilse) is Refusal.CONFLICT_OF_INTEREST
    desk = await remit.desk_of(db, twin.ilse, now=NOW)
    assert await queues.matches(db, desk, now=NOW) == []
    with pytest.raises(Refused):
        await viewing.view_match(db, match.id, twin.ilse, now=NOW)
    assert await yes(db, match, twin.marta) is MatchState.PROPOSED


async def acquaint(db: AsyncSession, moderator: Moderator, resident: Resident, way: str) -> None:
    if way == "household":
        home = Household(created_at=NOW)
        db.add(home)
        await db.flush()
        moderator.household_id = resident.household_id = home.id
    elif way == "guardian":
        guardian = await b.guardian(db)
        resident.guardian_id, moderator.sign_in_id = guardian.id, guardian.sign_in_id
    else:
        db.add(Conflict(moderator_id=moderator.id, resident_id=resident.id, declared_at=NOW))
    db.add_all([moderator, resident])
    await db.flush()


async def test_R18_a_foreign_match_and_a_missing_one_answer_alike(db: AsyncSession) -> None:
    twin = await twins(db)
    match = await proposed(db, *await two_adults(db, twin))
    stranger = await b.moderator(db, None, "Stranger")
    for match_id in (match.id, uuid4()):
        with pytest.raises(NotFound):
            await viewing.view_match(db, match_id, stranger, now=NOW)
        with pytest.raises(NotFound):
            await matching.approve(db, match_id, stranger, at=b.AT, policy=b.POLICY, now=NOW)
    desk = await remit.desk_of(db, stranger, now=NOW)
    assert (await queues.counts(db, desk, now=NOW))["matches"] == 0


async def test_R02_an_adult_and_a_child_are_refused_at_approval_though_matching_let_them_through(
    db: AsyncSession,
) -> None:
    """Matching is not asked: a birth date is changed behind its back, the band not yet computed anew."""
    twin = await twins(db)
    arthur, henk = await two_adults(db, twin)
    match = await proposed(db, arthur, henk)
    henk.birth_year, henk.birth_on = 2012, date(2012, 5, 1)
    db.add(henk)
    await db.flush()
    assert await refusal(db, match, twin.ilse) is Refusal.HARD_RULE


@pytest.mark.parametrize(("born", "fits"), [(date(2011, 3, 2), True), (date(2011, 3, 1), False)])
async def test_R03_children_more_than_24_months_apart_are_refused_at_approval(
    db: AsyncSession, born: date, fits: bool
) -> None:
    twin = await twins(db)
    match = await proposed(db, *await two_children(db, twin, born=date(2013, 4, 1)))
    lotte = (await matching.residents_of(db, match.id))[1]
    lotte.birth_year, lotte.birth_on = born.year, born
    db.add(lotte)
    await db.flush()
    if fits:
        assert await yes(db, match, twin.ilse) is MatchState.PROPOSED
    else:
        assert await refusal(db, match, twin.ilse) is Refusal.HARD_RULE


@pytest.mark.parametrize("what", ["consent", "paused", "blocked"])
async def test_a_match_is_judged_on_the_people_as_they_are_now(db: AsyncSession, what: str) -> None:
    twin = await twins(db)
    tom, lotte = await two_children(db, twin)
    match = await proposed(db, tom, lotte)
    if what == "consent":
        row = (await db.exec(select(Consent).where(Consent.resident_id == tom.id))).one()
        row.state = ConsentState.WITHDRAWN
        db.add(row)
    elif what == "paused":
        tom.state = ResidentState.PAUSED
        db.add(tom)
    else:
        await matching.block(db, tom.id, lotte.id, BlockReason.BLOCKED, now=NOW)
    await db.flush()
    wanted = {"consent": Refusal.CONSENT_MISSING, "paused": Refusal.NOT_ACTIVE, "blocked": Refusal.HARD_RULE}
    assert await refusal(db, match, twin.ilse) is wanted[what]


async def test_R19_a_child_of_eleven_has_one_friend_at_most_at_approval(db: AsyncSession) -> None:
    twin = await twins(db)
    young = await b.child(db, twin.here, "Maisie", born=date(2015, 3, 27))
    kasia = await b.child(db, twin.there, "Kasia", born=date(2015, 5, 2))
    match = await proposed(db, young, kasia)
    other = await b.correspondence(db, young, await b.child(db, twin.there, "Ola", born=date(2015, 6, 1)))
    row = await b.approved_match(db, young, (await matching.residents_of(db, match.id))[1])
    correspondence = await db.get_one(Correspondence, other[0].correspondence_id)
    correspondence.match_id = row.id
    db.add(correspondence)
    await db.flush()
    assert await refusal(db, match, twin.ilse) is Refusal.HARD_RULE


async def test_two_never_decide_the_same_match(db: AsyncSession) -> None:
    twin = await twins(db)
    match = await proposed(db, *await two_adults(db, twin))
    assert await matching.claim_match(db, match.id, twin.ilse, now=NOW)
    assert not await matching.claim_match(db, match.id, twin.uli, now=NOW)
    await db.refresh(match)
    assert await refusal(db, match, twin.uli) is Refusal.TAKEN_BY_ANOTHER
    assert await yes(db, match, twin.ilse) is MatchState.APPROVED
    assert not await matching.claim_match(db, match.id, twin.uli, now=NOW + timedelta(hours=1))


async def test_a_veto_needs_a_reason_and_keeps_the_two_apart(db: AsyncSession) -> None:
    twin = await twins(db)
    match = await proposed(db, *await two_adults(db, twin))
    with pytest.raises(Refused) as refused:
        await matching.veto(db, match.id, twin.ilse, reason="  ", now=NOW)
    assert refused.value.refusal is Refusal.NEEDS_REASON
    await matching.veto(db, match.id, twin.ilse, reason="They are cousins.", now=NOW)
    assert match.state is MatchState.VETOED
    assert [one.reason for one in await db.exec(select(Block))] == [BlockReason.VETOED]


async def test_R15_after_a_town_s_yes_the_match_waits_for_the_other_town_alone(db: AsyncSession) -> None:
    twin = await twins(db)
    match = await proposed(db, *await two_children(db, twin))
    await yes(db, match, twin.ilse)
    waiting = {
        one.name: len(await queues.matches(db, await remit.desk_of(db, one, now=NOW), now=NOW))
        for one in (twin.ilse, twin.marta, twin.uli)
    }
    assert waiting == {"Ilse": 0, "Marta": 0, "Uli": 1}
    view = await viewing.view_match(db, match.id, twin.marta, now=NOW)
    assert ([one.slug for one in view.waits_for], view.is_done_by(twin.marta)) == ([twin.there.slug], True)
    assert not (await viewing.view_match(db, match.id, twin.uli, now=NOW)).is_done_by(twin.uli)
    assert await yes(db, match, twin.uli) is MatchState.APPROVED


async def test_a_match_of_somebody_who_paused_waits_for_them_and_not_for_us(db: AsyncSession) -> None:
    twin = await twins(db)
    arthur, henk = await two_adults(db, twin)
    match = await proposed(db, arthur, henk)
    desk = await remit.desk_of(db, twin.ilse, now=NOW)
    henk.state = ResidentState.PAUSED
    await db.flush()
    assert await queues.matches(db, desk, now=NOW) == []
    assert (await viewing.view_match(db, match.id, twin.ilse, now=NOW)).stale is Refusal.NOT_ACTIVE
    henk.state = ResidentState.ACTIVE
    await db.flush()
    assert len(await queues.matches(db, desk, now=NOW)) == 1
    assert (await viewing.view_match(db, match.id, twin.ilse, now=NOW)).stale is None
