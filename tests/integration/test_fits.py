"""Are both asked in private how it goes, and does a person look where it does not?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import fit_checks, fit_concerns, remit, residents
from penfriends.actions.held import more_about
from penfriends.errors import NotFound, Refused
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant
from penfriends.models.matching import FitCheck
from penfriends.models.moderation import Moderator
from penfriends.models.residents import Resident
from penfriends.models.signin import SignIn
from penfriends.rules.fit import Concern, Fit, concerns, step_due
from tests import builders as b
from tests.builders import AT, NOW
from tests.support.friends import Friends, two_friends
from tests.support.visits import words

DAY = timedelta(days=1)
MONTH = NOW + 30 * DAY
Two = tuple[Participant, Participant]


@pytest.fixture
async def two(db: AsyncSession) -> Two:
    """Arthur and Henk, introduced to each other at NOW."""
    home = await b.town(db, "Thetford")
    away = await b.town(db, "Spijkenisse", country="NL", zone="Europe/Amsterdam", twin=home)
    return await began(db, await b.adult(db, home, "Arthur"), await b.adult(db, away, "Henk"))


async def began(db: AsyncSession, one: Resident, other: Resident) -> Two:
    match = await b.approved_match(db, one, other)
    mine, theirs = await b.correspondence(db, one, other)
    row = await db.get_one(Correspondence, mine.correspondence_id)
    row.match_id = match.id
    db.add(row)
    await db.flush()
    return mine, theirs


async def asked(db: AsyncSession, now: datetime = MONTH) -> int:
    return await fit_checks.sweep(db, at=AT, now=now)


async def say(db: AsyncSession, mine: Participant, fit: Fit, now: datetime = MONTH) -> None:
    await fit_checks.answer(db, await fit_checks.question(db, mine.id), fit, now=now)


async def mails(db: AsyncSession, notice: Notice = Notice.FIT_CHECK) -> list[Delivery]:
    return list(await db.exec(select(Delivery).where(Delivery.notice == notice.value)))


async def whose(db: AsyncSession, mine: Participant) -> Moderator:
    """A moderator of the town of this one."""
    me = (await fit_checks.question(db, mine.id)).me
    return await b.moderator(db, me.town.association_id)


async def doubts(db: AsyncSession, moderator: Moderator) -> list[fit_concerns.Doubt]:
    desk = await remit.desk_of(db, moderator, now=MONTH)
    found = await fit_concerns.doubts(db, desk, now=MONTH)
    assert len(found) == await fit_concerns.count(db, desk)
    return found


def test_a_check_is_due_after_a_month_and_after_three_and_not_forever() -> None:
    due = [step_due(NOW, NOW + days * DAY) for days in (29, 30, 59, 60, 89, 90, 119, 120)]
    assert due == [None, 30, 30, None, None, 90, 90, None]


def test_only_a_not_is_looked_at_and_what_makes_it_notable() -> None:
    assert concerns(Fit.GOOD, Fit.DECIDING, Fit.GOOD) == ()
    assert concerns(None, Fit.NOT, None) == (Concern.NOT,)
    assert concerns(Fit.GOOD, Fit.NOT, Fit.NOT) == (Concern.NOT, Concern.FALL)
    assert concerns(Fit.DECIDING, Fit.NOT, Fit.GOOD) == (Concern.NOT, Concern.GAP)


async def test_both_are_asked_once_by_day(db: AsyncSession, two: Two) -> None:
    assert await asked(db, MONTH - DAY) == 0
    assert await asked(db, MONTH + 12 * timedelta(hours=1)) == 0, "ten at night"
    assert await asked(db) == 2
    assert await asked(db) == 0
    assert len(await mails(db)) == 2
    assert await asked(db, NOW + 90 * DAY) == 2
    assert {(one.participant_id, one.after_days) for one in await db.exec(select(FitCheck))} == {
        (mine.id, days) for mine in two for days in (30, 90)
    }


async def test_who_pauses_or_has_ended_is_not_asked(db: AsyncSession, two: Two) -> None:
    arthur, henk = [(await db.get_one(Resident, one.resident_id)) for one in two]
    await residents.pause(db, arthur, until=None)
    assert await asked(db) == 1
    row = await db.get_one(Correspondence, two[0].correspondence_id)
    row.state = CorrespondenceState.ENDED
    db.add(row)
    await residents.resume(db, arthur, now=MONTH)
    assert await asked(db, MONTH + DAY) == 0
    assert henk.id != arthur.id


async def test_a_guardian_is_not_asked(db: AsyncSession) -> None:
    home = await b.town(db)
    child, other = await b.child(db, home), await b.child(db, await b.town(db, twin=home), "Jonas")
    mine, _theirs = await began(db, child, other)
    assert await asked(db) == 2
    assert await mails(db) == []
    assert [one.check.participant_id for one in await fit_checks.unanswered(db, child.id, now=MONTH)] == [mine.id]


async def test_an_answer_can_be_changed_and_is_no_longer_asked_for(db: AsyncSession, two: Two) -> None:
    await asked(db)
    for fit in (Fit.NOT, Fit.GOOD):
        await say(db, two[0], fit)
    assert (await fit_checks.question(db, two[0].id)).check.answer is Fit.GOOD
    assert await fit_checks.unanswered(db, two[0].resident_id, now=MONTH) == []
    assert len(await fit_checks.unanswered(db, two[1].resident_id, now=MONTH)) == 1
    assert await fit_checks.unanswered(db, two[1].resident_id, now=MONTH + 31 * DAY) == []


async def test_a_not_comes_to_the_desk_of_both_towns_with_what_is_notable(db: AsyncSession, two: Two) -> None:
    await asked(db)
    await say(db, two[0], Fit.GOOD)
    await say(db, two[1], Fit.GOOD)
    moderators = [await whose(db, one) for one in two]
    assert await doubts(db, moderators[0]) == []
    await asked(db, NOW + 90 * DAY)
    await say(db, two[0], Fit.NOT, NOW + 91 * DAY)
    for moderator in moderators:
        [one] = await doubts(db, moderator)
        assert one.why == (Concern.NOT, Concern.FALL, Concern.GAP)
        assert (one.before, one.other) == (Fit.GOOD, Fit.GOOD)
        assert one.who.resident.id == two[0].resident_id
    assert await doubts(db, await b.moderator(db, None)) == []


async def test_leaving_it_closes_the_line_until_it_is_said_again(db: AsyncSession, two: Two) -> None:
    await asked(db)
    await say(db, two[0], Fit.NOT)
    moderator = await whose(db, two[0])
    [one] = await doubts(db, moderator)
    await fit_concerns.look(db, one.check.id, moderator, now=MONTH)
    assert await doubts(db, moderator) == []
    with pytest.raises(Refused):
        await fit_concerns.look(db, one.check.id, moderator, now=MONTH)
    await say(db, two[0], Fit.NOT)
    assert await doubts(db, moderator) == [], "the same answer once more is nothing new"
    await say(db, two[0], Fit.DECIDING)
    await say(db, two[0], Fit.NOT)
    assert len(await doubts(db, moderator)) == 1


async def test_a_moderator_ends_it_for_both_and_says_nothing_of_who(db: AsyncSession, two: Two) -> None:
    await asked(db)
    await say(db, two[0], Fit.NOT)
    moderator = await whose(db, two[1])
    [one] = await doubts(db, moderator)
    await fit_concerns.end(db, one.check.id, moderator, at=AT, now=MONTH)
    row = await db.get_one(Correspondence, two[0].correspondence_id, populate_existing=True)
    assert row.state is CorrespondenceState.ENDED
    assert len(await mails(db, Notice.FIT_ENDED)) == 2
    assert await mails(db, Notice.PARTNER_ENDED) == []
    assert await doubts(db, moderator) == []


async def test_R18_R17_a_foreign_or_near_moderator_may_not(db: AsyncSession, two: Two) -> None:
    await asked(db)
    await say(db, two[0], Fit.NOT)
    check = (await fit_checks.question(db, two[0].id)).check
    with pytest.raises(NotFound):
        await fit_concerns.look(db, check.id, await b.moderator(db, None), now=MONTH)
    good = (await fit_checks.question(db, two[1].id)).check
    with pytest.raises(NotFound):
        await fit_concerns.look(db, good.id, await whose(db, two[0]), now=MONTH)


async def test_who_says_not_may_stop_kindly_and_wait_anew(db: AsyncSession, two: Two) -> None:
    await asked(db)
    question = await fit_checks.question(db, two[0].id)
    with pytest.raises(Refused):
        await fit_checks.end(db, question, again=True, at=AT, now=MONTH)
    await say(db, two[0], Fit.NOT)
    me = await db.get_one(Resident, two[0].resident_id)
    me.waiting_since = None
    db.add(me)
    await db.flush()
    await fit_checks.end(db, await fit_checks.question(db, two[0].id), again=True, at=AT, now=MONTH)
    await db.refresh(me)
    assert me.waiting_since == MONTH
    assert len(await mails(db, Notice.PARTNER_ENDED)) == 1
    with pytest.raises(Refused):
        await say(db, two[0], Fit.GOOD)


async def test_the_own_answers_are_in_the_own_file_only(db: AsyncSession, two: Two) -> None:
    await asked(db)
    await say(db, two[0], Fit.NOT)
    moderator = await whose(db, two[0])
    [one] = await doubts(db, moderator)
    await fit_concerns.look(db, one.check.id, moderator, now=MONTH)
    files = [await file_of(db, mine) for mine in two]
    assert files[0]["how_it_fits"][0]["answer"] == "not"
    assert "seen_by" not in files[0]["how_it_fits"][0]
    assert [row["answer"] for row in files[1]["how_it_fits"]] == [None]


async def file_of(db: AsyncSession, mine: Participant) -> dict[str, list[dict[str, object]]]:
    resident = await db.get_one(Resident, mine.resident_id)
    return await more_about(db, resident, await db.get(SignIn, resident.sign_in_id))


# --- the pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def friends(fresh_sqlite: str) -> AsyncIterator[Friends]:
    async with two_friends(fresh_sqlite) as made:
        yield made


async def test_one_press_in_the_mail_and_one_on_the_page(friends: Friends) -> None:
    visit, correspondence_id = friends.stranger, friends.mine.correspondence_id
    now = datetime.now(UTC).replace(hour=11)
    async with visit.database.transaction() as db:
        home, away = [await db.get_one(Resident, one) for one in (friends.mine.resident_id, friends.other.id)]
        match = await b.approved_match(db, home, away)
        row = await db.get_one(Correspondence, correspondence_id)
        row.match_id, row.opened_at = match.id, now - 31 * DAY
        db.add(row)
        assert await fit_checks.sweep(db, at=AT, now=now) == 2
        mail = next(one for one in await mails(db) if one.payload["name"] == "Arthur")
    assert "How is it going with" in words(await friends.arthur.get("/me"))
    visit.client.cookies.delete("session")
    path = str(mail.payload["not_url"]).removeprefix(AT.base_url)
    page, _, query = path.partition("?")
    assert query == "a=not"
    assert "Press once more to send it" in words(await visit.get(path))
    async with visit.database.reading() as db:
        assert list(await db.exec(select(FitCheck.answer))) == [None, None], "looking answers nothing"
    await visit.post(page, answer="not")
    assert "Stop writing, and look for somebody new" in words(await visit.get(page))
    for shown in (friends.thread, "/friends", "/me", f"{friends.thread}/fit"):
        assert "ot a good fit This was the answer" not in words(await friends.henk.get(shown))
    await visit.post(f"{page}/ending", again="no")
    assert "It has ended." in words(await visit.get(page))
