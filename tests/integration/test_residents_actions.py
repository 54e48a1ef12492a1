"""What waits for a resident, what happens when they pause or leave, and is all that is kept in the file they get?"""

import json
from datetime import timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import privacy, residents
from penfriends.actions.residents import Turn
from penfriends.models.delivery import Delivery
from penfriends.models.letters import Correspondence, CorrespondenceState, LetterState
from penfriends.models.matching import Match, MatchState
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.signin import SignIn
from tests import builders as b
from tests.builders import AT, NOW

DAY = timedelta(days=1)


async def two_friends(db: AsyncSession) -> tuple[Resident, Resident]:
    home = await b.town(db, "Thetford")
    there = await b.town(db, "Skawina", country="PL", twin=home)
    return await b.adult(db, home, "Henk", email="henk@example.org"), await b.adult(db, there, "Łucja")


async def test_home_says_whose_turn_it_is(db: AsyncSession) -> None:
    henk, lucja = await two_friends(db)
    assert (await residents.home_of(db, henk.id, now=NOW)).is_waiting
    mine, theirs = await b.correspondence(db, henk, lucja)
    assert await turn(db, henk) is Turn.BEGIN
    await b.letter(db, theirs, state=LetterState.HELD, at=NOW)
    assert await turn(db, henk) is Turn.BEGIN
    await b.letter(db, theirs, at=NOW + DAY)
    assert await turn(db, henk) is Turn.ANSWER
    await b.letter(db, mine, state=LetterState.RETURNED, at=NOW + 2 * DAY)
    assert await turn(db, henk) is Turn.CHANGE
    await b.letter(db, mine, state=LetterState.HELD, at=NOW + 3 * DAY)
    assert await turn(db, henk) is Turn.THEIRS


async def turn(db: AsyncSession, resident: Resident) -> Turn:
    return (await residents.home_of(db, resident.id, now=NOW)).friends[0].turn


async def test_home_shows_a_proposal_until_it_is_answered_or_over(db: AsyncSession) -> None:
    henk, lucja = await two_friends(db)
    await b.approved_match(db, henk, lucja)
    assert [one.name for one in (await residents.home_of(db, henk.id, now=NOW)).proposals] == ["Łucja"]
    assert (await residents.home_of(db, henk.id, now=NOW + 15 * DAY)).proposals == []


async def test_a_pause_ends_on_its_day(db: AsyncSession) -> None:
    henk, _lucja = await two_friends(db)
    await residents.pause(db, henk, until=(NOW + 3 * DAY).date())
    assert await residents.wake(db, now=NOW + 2 * DAY) == 0
    assert await residents.wake(db, now=NOW + 3 * DAY) == 1
    assert (henk.state, henk.paused_until) == (ResidentState.ACTIVE, None)


async def test_leaving_ends_everything_kindly(db: AsyncSession) -> None:
    henk, lucja = await two_friends(db)
    await b.correspondence(db, henk, lucja)
    await b.approved_match(db, henk, lucja)
    await residents.leave(db, henk, at=AT, now=NOW)
    assert henk.state is ResidentState.LEFT
    correspondence = (await db.exec(select(Correspondence))).one()
    assert (correspondence.state, correspondence.state_reason) == (CorrespondenceState.ENDED, "left")
    assert [one.state for one in (await db.exec(select(Match))).all()] == [MatchState.EXPIRED]
    told = (await db.exec(select(Delivery))).one()
    assert (told.notice, told.sign_in_id, told.payload["friend"]) == ("partner_ended", lucja.sign_in_id, "Henk")


async def test_R15_a_changed_card_is_younger_than_old_approvals(db: AsyncSession) -> None:
    henk, _lucja = await two_friends(db)
    values = {"likes": ["cats", "dogs", "cycling"], "facts": ["a", "b"], "question": "c"}
    await residents.change_likes(db, henk, values, now=NOW + DAY)
    town = await residents.resident_of(db, henk.id)
    assert henk.profile_changed_at == NOW + DAY
    assert (await residents.answers_from(db, henk, town[1])).likes == ("cats", "cycling", "dogs")


async def test_R47_a_child_s_card_takes_no_free_text(db: AsyncSession) -> None:
    child = await b.child(db, await b.town(db))
    values = {"likes": ["cats", "dogs", "cycling"], "facts": ["I live in"], "question": "Where?"}
    await residents.change_likes(db, child, values, now=NOW)
    assert (child.facts, child.question) == ("", "")


async def test_R49_the_file_holds_what_is_kept_and_no_secret_and_nothing_of_the_friend(db: AsyncSession) -> None:
    henk, lucja = await two_friends(db)
    mine, theirs = await b.correspondence(db, henk, lucja)
    await b.letter(db, mine, "My own words")
    await b.letter(db, theirs, "Her words to me")
    await b.letter(db, theirs, "Her words that wait", state=LetterState.HELD)
    text = json.dumps(await privacy.held_about(db, henk.id, now=NOW), ensure_ascii=False)
    for kept in ("henk@example.org", "My own words", "Her words to me", "Łucja", "chess"):
        assert kept in text, kept
    who = await db.get(SignIn, lucja.sign_in_id)
    assert who is not None
    for hidden in ("password_hash", "totp_secret", "fingerprint", "Her words that wait", str(who.email)):
        assert hidden not in text, hidden


async def test_an_address_in_use_is_not_forgotten(db: AsyncSession) -> None:
    henk, _lucja = await two_friends(db)
    assert henk.sign_in_id is not None
    assert not await privacy.forget_address(db, henk.sign_in_id)
