"""Does turning 18 close every door between child and adult by itself, kindly, and open the way on? (rule R04)"""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import coming_of_age, compose, consent, matching, passage, residents, signup
from penfriends.errors import NotFound, Refused
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery
from penfriends.models.letters import Correspondence, CorrespondenceState, LetterState, Participant
from penfriends.models.matching import Match, MatchState
from penfriends.models.moderation import Hold
from penfriends.models.residents import Consent, ConsentState, Resident, ResidentState
from penfriends.rules.bands import Band
from penfriends.web.consent_text import OWN, agreed
from tests import builders as b
from tests.builders import AT, NOW, POLICY

DAY = timedelta(days=1)
BIRTHDAY = datetime(2026, 6, 30, 0, 5, tzinfo=UTC)


@pytest.fixture
async def two(db: AsyncSession) -> tuple[Participant, Participant]:
    """Tom, 17, with an address of his own, and Kasia, 16, whose mail goes to her guardian."""
    home = await b.town(db, "Thetford")
    tom = await b.child(db, home, "Tom", born=date(2008, 6, 30), guardian_email="tom.parent@example.org")
    tom.sign_in_id = (await b.sign_in(db, "tom@example.org")).id
    kasia = await b.child(
        db, await b.town(db, "Skawina", twin=home), "Kasia", born=date(2009, 6, 1), guardian_email="mama@example.org"
    )
    return await b.correspondence(db, tom, kasia)


async def told(db: AsyncSession, notice: Notice) -> list[Delivery]:
    return list(await db.exec(select(Delivery).where(Delivery.notice == notice.value)))


async def person(db: AsyncSession, mine: Participant) -> Resident:
    return await db.get_one(Resident, mine.resident_id, populate_existing=True)


async def link_in(db: AsyncSession, row: Delivery) -> str:
    """The secret of a mail, which can be written and addressed."""
    reader = await compose.reader_of(db, row)
    assert reader is not None
    assert await compose.build(db, row, reader, None, at=AT, now=NOW) is not None
    return str(row.payload["url"]).rpartition("/")[2]


async def test_R04_told_a_month_before_and_once(db: AsyncSession, two: tuple[Participant, Participant]) -> None:
    assert (await coming_of_age.sweep(db, at=AT, now=BIRTHDAY - 31 * DAY)).told_ahead == 0
    assert (await coming_of_age.sweep(db, at=AT, now=BIRTHDAY - 30 * DAY)).told_ahead == 1
    assert await coming_of_age.sweep(db, at=AT, now=BIRTHDAY - 29 * DAY) == coming_of_age.Grown(0, 0)
    (row,) = await told(db, Notice.COMING_OF_AGE)
    await link_in(db, row)
    assert (await person(db, two[0])).band is Band.CHILD


async def test_R04_on_the_day_everything_between_child_and_adult_ends_kindly(
    db: AsyncSession, two: tuple[Participant, Participant]
) -> None:
    waiting = await b.letter(db, two[0], state=LetterState.RELEASED)
    assert (await coming_of_age.sweep(db, at=AT, now=BIRTHDAY - DAY)).came_of_age == 0
    assert (await coming_of_age.sweep(db, at=AT, now=BIRTHDAY)).came_of_age == 1
    assert (await coming_of_age.sweep(db, at=AT, now=BIRTHDAY)).came_of_age == 0
    tom = await person(db, two[0])
    assert (tom.band, tom.state, tom.guardian_id) == (Band.ADULT, ResidentState.PAUSED, None)
    assert {one.state for one in await db.exec(select(Consent).where(Consent.resident_id == tom.id))} == {
        ConsentState.EXPIRED
    }
    ended = await db.get_one(Correspondence, two[0].correspondence_id, populate_existing=True)
    assert (ended.state, ended.state_reason) == (CorrespondenceState.ENDED, "came_of_age")
    mine = await db.get_one(Participant, two[0].id, populate_existing=True)
    assert mine.open_band is None
    assert (await db.exec(select(Hold).where(Hold.letter_id == waiting.id))).first() is not None
    way = await passage.way_of(db, waiting.id, two[1].id)
    assert way is not None
    assert await passage.obstacle_on(db, way, now=BIRTHDAY) is not None
    (to_friend,) = await told(db, Notice.FRIEND_CAME_OF_AGE)
    assert to_friend.payload["friend"] == "Tom"
    assert to_friend.payload["band"] == "child"
    for notice in (Notice.FRIEND_CAME_OF_AGE, Notice.CAME_OF_AGE):
        await link_in(db, (await told(db, notice))[0])
    assert len(await told(db, Notice.GUARDIAN_DONE)) == 1


async def test_R04_the_guardian_decides_nothing_any_more(
    db: AsyncSession, two: tuple[Participant, Participant]
) -> None:
    tom = await person(db, two[0])
    parent = (await consent._guardian(db, tom)).id
    assert [one.id for one in await residents.children_of(db, parent)] == [tom.id]
    await coming_of_age.sweep(db, at=AT, now=BIRTHDAY)
    assert await residents.children_of(db, parent) == []
    with pytest.raises(NotFound):
        await consent.decision_of_guardian(db, parent, tom.id)


async def test_R04_nothing_passes_before_the_own_yes_as_an_adult(
    db: AsyncSession, two: tuple[Participant, Participant]
) -> None:
    await coming_of_age.sweep(db, at=AT, now=BIRTHDAY)
    tom = await person(db, two[0])
    with pytest.raises(Refused):
        await residents.resume(db, tom, now=BIRTHDAY + DAY)
    await residents.pause(db, tom, until=BIRTHDAY.date())
    assert await residents.wake(db, now=BIRTHDAY + DAY) == 0
    secret = await link_in(db, (await told(db, Notice.CAME_OF_AGE))[0])
    assert await coming_of_age.agree_by_link(db, secret, email="", at=AT, now=BIRTHDAY + DAY)
    assert (tom.state, tom.waiting_since) == (ResidentState.ACTIVE, BIRTHDAY + DAY)
    with pytest.raises(Refused):
        await coming_of_age.agree_by_link(db, secret, email="", at=AT, now=BIRTHDAY + DAY)


async def test_R04_who_had_only_a_guardian_s_mailbox_first_proves_an_own_address(
    db: AsyncSession, two: tuple[Participant, Participant]
) -> None:
    tom = await person(db, two[0])
    tom.sign_in_id = None
    await coming_of_age.sweep(db, at=AT, now=BIRTHDAY)
    secret = await link_in(db, (await told(db, Notice.CAME_OF_AGE))[0])
    at_day = {"at": AT, "now": BIRTHDAY + DAY}
    assert not await coming_of_age.agree_by_link(db, secret, email="mama@example.org", **at_day)  # type: ignore[arg-type]
    assert await told(db, Notice.CONFIRM_SIGN_UP) == []
    assert not await coming_of_age.agree_by_link(db, secret, email="tom2@example.org", **at_day)  # type: ignore[arg-type]
    assert tom.state is ResidentState.PAUSED
    (row,) = await told(db, Notice.CONFIRM_SIGN_UP)
    who, _one = await signup.confirm(db, await link_in(db, row), agreed(OWN), at=AT, now=BIRTHDAY + DAY)
    assert tom.sign_in_id == who
    assert coming_of_age.awaits_agreement(tom)
    await coming_of_age.agree(db, tom, now=BIRTHDAY + DAY)
    assert tom.state is ResidentState.ACTIVE


async def test_R04_when_both_are_18_a_moderator_and_both_must_agree_again(
    db: AsyncSession, two: tuple[Participant, Participant]
) -> None:
    later = datetime(2027, 6, 2, 12, tzinfo=UTC)
    await coming_of_age.sweep(db, at=AT, now=BIRTHDAY)
    tom, kasia = await person(db, two[0]), await person(db, two[1])
    await coming_of_age.agree(db, tom, now=BIRTHDAY + DAY)
    assert list(await db.exec(select(Match))) == []
    await coming_of_age.sweep(db, at=AT, now=later)
    kasia.sign_in_id = (await b.sign_in(db, "kasia@example.org")).id
    await coming_of_age.agree(db, kasia, now=later)
    match = (await db.exec(select(Match))).one()
    assert (match.state, match.band) == (MatchState.PROPOSED, Band.ADULT)
    town = (await compose.side_of(db, two[0].id)).town  # type: ignore[union-attr]
    ilse = await b.moderator(db, town.association_id)
    await matching.approve(db, match.id, ilse, at=AT, policy=POLICY, now=later + DAY)
    for one in (tom, kasia):
        await matching.answer(db, match.id, one.id, yes=True, at=AT, policy=POLICY, now=later + 2 * DAY)
    opened = await db.exec(select(Correspondence).where(Correspondence.state == CorrespondenceState.OPEN))
    assert opened.one().band is Band.ADULT


async def test_R04_nobody_is_grown_up_a_day_early_or_by_a_year_alone(db: AsyncSession) -> None:
    home = await b.town(db)
    born = await b.child(db, home, born=date(2008, 2, 29))
    before = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
    assert (await coming_of_age.sweep(db, at=AT, now=before)).came_of_age == 0
    assert (await coming_of_age.sweep(db, at=AT, now=before + DAY)).came_of_age == 1
    assert (await db.get_one(Resident, born.id, populate_existing=True)).band is Band.ADULT
