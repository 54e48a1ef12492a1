"""Is who never answers asked once whether they still wait, and do they keep the days that they have waited?"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import correspondences, matching, still_waiting, unanswered, world
from penfriends.clock import utc_now
from penfriends.errors import NotFound
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery
from penfriends.models.matching import MatchState
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentState
from tests import builders as b
from tests.builders import AT, NOW, POLICY
from tests.support.visits import Visit, visiting, words

DAY = timedelta(days=1)
NOON = NOW.replace(hour=12)
Asked = tuple[Resident, Town]


@pytest.fixture
async def arthur(db: AsyncSession) -> Asked:
    """Arthur, who has waited for 30 days, and the twin town where others wait."""
    home = await b.town(db, "Thetford")
    away = await b.town(db, "Spijkenisse", country="NL", twin=home)
    one = await b.adult(db, home, "Arthur")
    one.waiting_since = NOON - 30 * DAY
    db.add(one)
    return one, away


async def proposals_pass(db: AsyncSession, one: Resident, away: Town, *, times: int, begin: datetime) -> datetime:
    """So many proposals run out without a word of `one`, though the others say yes. Returns when the last has."""
    for _ in range(times):
        friend = await b.adult(db, away)
        match = await b.approved_match(db, one, friend, now=begin)
        await matching.answer(db, match.id, friend.id, yes=True, at=AT, policy=POLICY, now=begin + DAY)
        friend.state = ResidentState.PAUSED
        begin += 14 * DAY
        assert await matching.expire(db, at=AT, now=begin) == 1
    return begin


async def mails(db: AsyncSession) -> list[Delivery]:
    return list(await db.exec(select(Delivery).where(Delivery.notice == Notice.STILL_WAITING.value)))


async def waits(db: AsyncSession, one: Resident, now: datetime) -> bool:
    return one.id in {seeker.uid for seeker in (await world.load(db, now=now)).seekers}


async def test_after_two_in_a_row_they_are_asked_once_and_nobody_is_proposed(db: AsyncSession, arthur: Asked) -> None:
    one, away = arthur
    now = await proposals_pass(db, one, away, times=1, begin=NOON)
    assert await unanswered.sweep(db, at=AT, now=now) == 0
    now = await proposals_pass(db, one, away, times=1, begin=now)
    assert await unanswered.sweep(db, at=AT, now=now.replace(hour=2)) == 0, "nobody is written to at night"
    assert [await unanswered.sweep(db, at=AT, now=now) for _ in range(2)] == [1, 0]
    [mail] = await mails(db)
    assert (mail.sign_in_id, still_waiting.is_asked(one), await waits(db, one, now)) == (one.sign_in_id, True, False)
    assert (one.waited_days, one.still_asked_at) == (58, now)


async def test_one_press_and_they_wait_on_with_the_days_they_had(db: AsyncSession, arthur: Asked) -> None:
    one, away = arthur
    now = await proposals_pass(db, one, away, times=2, begin=NOON)
    await unanswered.sweep(db, at=AT, now=now)
    secret = str((await mails(db))[0].payload["url"]).rpartition("/")[2]
    later = now + 10 * DAY
    for _pressed in range(2):
        await still_waiting.say(db, await still_waiting.by_link(db, secret, now=later), yes=True, now=later)
    await db.refresh(one)
    assert one.waiting_since == later - 58 * DAY, "the ten days of silence do not count"
    assert await waits(db, one, later)
    later = await proposals_pass(db, one, away, times=1, begin=later)
    assert await unanswered.sweep(db, at=AT, now=later) == 0, "counted anew"
    later = await proposals_pass(db, one, away, times=1, begin=later)
    assert await unanswered.sweep(db, at=AT, now=later) == 1
    one.state, one.left_at = ResidentState.LEFT, later
    await db.flush()
    with pytest.raises(NotFound):
        await still_waiting.by_link(db, secret, now=later)


async def test_who_says_no_waits_no_more_until_they_wish_it(db: AsyncSession, arthur: Asked) -> None:
    one, away = arthur
    now = await proposals_pass(db, one, away, times=2, begin=NOON)
    await unanswered.sweep(db, at=AT, now=now)
    await still_waiting.say(db, one, yes=False, now=now)
    assert (still_waiting.is_asked(one), one.waiting_since) == (False, None)
    assert await correspondences.may_wait_again(db, one.id)
    await correspondences.wait_again(db, one.id, now=now)
    await db.refresh(one)
    assert one.waiting_since == now


async def test_looking_for_somebody_again_is_a_yes_and_so_is_an_answer_to_what_is_open(
    db: AsyncSession, arthur: Asked
) -> None:
    one, away = arthur
    one.capacity = 3
    now = await proposals_pass(db, one, away, times=2, begin=NOON)
    still_open = await b.approved_match(db, one, await b.adult(db, away), now=now)
    unsent = await b.approved_match(db, one, await b.adult(db, away), now=now)
    unsent.state, unsent.approved_at = MatchState.PROPOSED, None
    await unanswered.sweep(db, at=AT, now=now)
    await db.refresh(unsent)
    assert (unsent.state, still_open.state) == (MatchState.EXPIRED, MatchState.APPROVED)
    await matching.answer(db, still_open.id, one.id, yes=False, at=AT, policy=POLICY, now=now + DAY)
    assert one.waiting_since == now + DAY - 58 * DAY
    one.waited_days, one.waiting_since = 58, None
    await db.flush()
    await correspondences.wait_again(db, one.id, now=now)
    assert one.waiting_since == now - 58 * DAY


async def test_a_no_a_yes_or_a_pause_is_no_silence(db: AsyncSession, arthur: Asked) -> None:
    one, away = arthur
    now = await proposals_pass(db, one, away, times=1, begin=NOON)
    match = await b.approved_match(db, one, await b.adult(db, away), now=now)
    await matching.answer(db, match.id, one.id, yes=True, at=AT, policy=POLICY, now=now + DAY)
    await matching.expire(db, at=AT, now=now + 14 * DAY)
    now = await proposals_pass(db, one, away, times=1, begin=now + 14 * DAY)
    assert await unanswered.sweep(db, at=AT, now=now) == 0


@pytest.fixture
async def asked(fresh_sqlite: str) -> AsyncIterator[tuple[Visit, str]]:
    """Arthur’s browser after two proposals in silence, signed in, and the path in his mail."""
    now = utc_now().replace(hour=12)
    async with visiting(fresh_sqlite) as visit:
        async with visit.database.transaction() as db:
            home = await b.town(db, "Thetford")
            away = await b.town(db, "Spijkenisse", country="NL", twin=home)
            one = await b.adult(db, home, "Arthur")
            await proposals_pass(db, one, away, times=2, begin=now - 28 * DAY)
            await unanswered.sweep(db, at=AT, now=now)
            path = str((await mails(db))[0].payload["url"]).removeprefix(AT.base_url)
            visit.sign_in(await b.session(db, one.sign_in_id))
        yield visit, path


async def test_the_mail_leads_to_a_page_with_one_button_and_looking_changes_nothing(asked: tuple[Visit, str]) -> None:
    visit, path = asked
    for _looked in range(2):
        assert "Yes, I still wait" in words(await visit.get(path))
    assert "Do you still wait for a pen friend?" in words(await visit.get("/me"))
    assert (await visit.post(path, answer="yes")).headers["location"] == path
    assert "We go on looking" in words(await visit.get(path))
    assert "You have been waiting since" in words(await visit.get("/me"))


async def test_on_the_own_page_a_no_is_as_easy(asked: tuple[Visit, str]) -> None:
    visit, path = asked
    await visit.get("/me")
    assert (await visit.post("/me/waiting", answer="no")).headers["location"] == "/me"
    assert "Would you like us to look for somebody?" in words(await visit.get("/me"))
    assert "We look for nobody for you at the moment" in words(await visit.get(path))
