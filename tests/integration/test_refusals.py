"""Is a no free, private and for a day reversible, and does nobody lose the days that they have waited?"""

from datetime import timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import correspondences, matching, proposals, refusals, world
from penfriends.actions.proposals import Standing
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery
from penfriends.models.letters import Participant
from penfriends.models.matching import Block, Match, MatchSide, MatchState
from penfriends.models.residents import Resident
from tests import builders as b
from tests.builders import AT, NOW, POLICY

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Asked = tuple[Match, Resident, Resident]


@pytest.fixture
async def asked(db: AsyncSession) -> Asked:
    """Arthur and Henk have waited for 30 days and are asked."""
    home = await b.town(db, "Thetford")
    away = await b.town(db, "Spijkenisse", country="NL", twin=home)
    arthur, henk = await b.adult(db, home, "Arthur"), await b.adult(db, away, "Henk")
    for one in (arthur, henk):
        one.waiting_since = NOW - 30 * DAY
        db.add(one)
    await db.flush()
    return await b.approved_match(db, arthur, henk), arthur, henk


async def say(db: AsyncSession, match: Match, one: Resident, yes: bool, after: timedelta = timedelta()) -> None:
    await matching.answer(db, match.id, one.id, yes=yes, at=AT, policy=POLICY, now=NOW + after)


async def standing(db: AsyncSession, match: Match, one: Resident, after: timedelta = timedelta()) -> Standing:
    return (await proposals.my_proposal(db, one.id, match.id, now=NOW + after)).standing


async def told(db: AsyncSession) -> int:
    return len(list(await db.exec(select(Delivery).where(Delivery.notice == Notice.MATCH_NOT_WORKED_OUT.value))))


async def test_for_a_day_the_other_learns_nothing(db: AsyncSession, asked: Asked) -> None:
    match, arthur, henk = asked
    await say(db, match, henk, False)
    assert match.state is MatchState.APPROVED
    assert await standing(db, match, arthur) is Standing.ASKED
    await say(db, match, arthur, True, HOUR)
    assert await standing(db, match, arthur, HOUR) is Standing.SAID_YES
    assert await refusals.settle(db, at=AT, now=NOW + 23 * HOUR) == 0
    assert await told(db) == 0
    assert (await db.exec(select(Block))).all() == []


async def test_a_no_that_was_taken_back_was_never_said(db: AsyncSession, asked: Asked) -> None:
    match, arthur, henk = asked
    await say(db, match, arthur, True)
    await say(db, match, henk, False)
    await refusals.take_back(db, match.id, henk.id, now=NOW + 23 * HOUR)
    assert await standing(db, match, henk) is Standing.ASKED
    assert await refusals.settle(db, at=AT, now=NOW + 2 * DAY) == 0
    await say(db, match, henk, True, 2 * DAY)
    assert match.state is MatchState.ACCEPTED


async def test_after_a_day_it_is_final_and_the_days_of_waiting_stay(db: AsyncSession, asked: Asked) -> None:
    match, arthur, henk = asked
    await say(db, match, arthur, True)
    await say(db, match, henk, False)
    assert await refusals.settle(db, at=AT, now=NOW + DAY) == 1
    assert await refusals.settle(db, at=AT, now=NOW + DAY) == 0
    assert match.state is MatchState.DECLINED
    assert await told(db) == 1
    with pytest.raises(Refused):
        await refusals.take_back(db, match.id, henk.id, now=NOW + DAY)
    for one in (arthur, henk):
        await db.refresh(one)
        assert one.waiting_since == NOW - 30 * DAY
    found = await world.load(db, now=NOW + DAY)
    assert {one.uid: one.waiting_days for one in found.seekers} == {arthur.id: 31, henk.id: 31}
    assert frozenset({arthur.id, henk.id}) in found.blocked


async def test_who_may_take_back_and_when(db: AsyncSession, asked: Asked) -> None:
    match, arthur, henk = asked
    stranger = await b.adult(db, await b.town(db))
    with pytest.raises(NotFound):
        await refusals.take_back(db, match.id, stranger.id, now=NOW)
    await say(db, match, arthur, True)
    await say(db, match, henk, False)
    for one, refusal, after in (
        (arthur, Refusal.ALREADY_DECIDED, HOUR),
        (henk, Refusal.OUT_OF_TIME, DAY),
    ):
        with pytest.raises(Refused) as refused:
            await refusals.take_back(db, match.id, one.id, now=NOW + after)
        assert refused.value.refusal is refusal
    assert [one.match_id for one in await refusals.open_refusals(db, henk.id, now=NOW + HOUR)] == [match.id]
    assert await refusals.open_refusals(db, henk.id, now=NOW + DAY) == []
    assert await refusals.open_refusals(db, arthur.id, now=NOW) == []


async def test_a_no_at_the_last_moment_ends_with_the_time_to_answer(db: AsyncSession, asked: Asked) -> None:
    match, _arthur, henk = asked
    await say(db, match, henk, False, 14 * DAY - HOUR)
    [one] = await refusals.open_refusals(db, henk.id, now=NOW + 14 * DAY - HOUR)
    assert one.until == match.expires_at
    assert await refusals.settle(db, at=AT, now=NOW + 14 * DAY) == 1
    assert match.state is MatchState.DECLINED
    assert await matching.expire(db, at=AT, now=NOW + 14 * DAY) == 0


async def test_what_nobody_answered_costs_nobody_a_day(db: AsyncSession, asked: Asked) -> None:
    match, arthur, henk = asked
    assert await matching.expire(db, at=AT, now=NOW + 14 * DAY) == 1
    assert match.state is MatchState.EXPIRED
    found = await world.load(db, now=NOW + 14 * DAY)
    assert {one.uid: one.waiting_days for one in found.seekers} == {arthur.id: 44, henk.id: 44}


async def accepted(db: AsyncSession, asked: Asked) -> tuple[Resident, Resident]:
    match, arthur, henk = asked
    for one in (arthur, henk):
        await say(db, match, one, True)
    return arthur, henk


async def test_who_never_got_a_letter_has_not_waited_in_vain(db: AsyncSession, asked: Asked) -> None:
    arthur, henk = await accepted(db, asked)
    sides = (await db.exec(select(MatchSide))).all()
    assert {one.waited_days for one in sides} == {30}
    mine, theirs = await participants(db, arthur, henk)
    await b.letter(db, theirs, at=NOW + DAY)
    await correspondences.end_kindly(db, mine, at=AT, now=NOW + 20 * DAY)
    for one in (arthur, henk):
        await correspondences.wait_again(db, one.id, now=NOW + 21 * DAY)
        await db.refresh(one)
    assert arthur.waiting_since == NOW + 21 * DAY, "he had a letter"
    assert henk.waiting_since == NOW + 21 * DAY - 30 * DAY, "none came, so his thirty days count again"
    assert mine.correspondence_id == theirs.correspondence_id


async def participants(db: AsyncSession, *people: Resident) -> list[Participant]:
    found = {one.resident_id: one for one in await db.exec(select(Participant))}
    return [found[one.id] for one in people]
