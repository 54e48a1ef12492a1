"""What does somebody hear who waits, and who may widen the search?"""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import consent, matching, people, residents, waiting
from penfriends.errors import Refused
from penfriends.models.matching import MatchSide
from penfriends.models.moderation import AuditEntry, Role
from penfriends.models.places import Association, Town
from penfriends.models.residents import Consent, ConsentState, Resident
from penfriends.rules.usual import usual_wait
from tests import builders as b
from tests.builders import AT, NOW, POLICY
from tests.support.visits import Visit, visiting, words

DAY = timedelta(days=1)


async def twins(db: AsyncSession) -> tuple[Town, Town, Town]:
    """Thetford, its twin Hürth, and Dordrecht behind it."""
    home = await b.town(db, "Thetford")
    near = await b.town(db, "Hürth", country="DE", twin=home)
    return home, near, await b.town(db, "Dordrecht", country="NL", twin=near)


async def guarded(db: AsyncSession, *towns: Town) -> None:
    for town in towns:
        for role in (Role.LEAD, Role.DEPUTY):
            await b.moderator(db, town.association_id, role=role)


async def since(db: AsyncSession, one: Resident, days: int) -> Resident:
    one.waiting_since = NOW - days * DAY
    db.add(one)
    await db.flush()
    return one


async def met(db: AsyncSession, home: Town, away: Town, *, after_days: int) -> None:
    """Two who found each other after so many days."""
    sides = [await since(db, await b.adult(db, town), after_days) for town in (home, away)]
    match = await b.approved_match(db, *sides)
    for one in sides:
        await matching.answer(db, match.id, one.id, yes=True, at=AT, policy=POLICY, now=NOW)


@pytest.mark.parametrize(
    ("days", "told"),
    [([20] * 4, None), ([1] * 5, 7), ([20, 22, 24, 500, 1], 21), ([59] * 6, 56), ([80] * 5, 90)],
)
def test_the_usual_wait_is_the_middle_in_weeks_or_months(days: list[int], told: int | None) -> None:
    assert usual_wait(days) == (None if told is None else timedelta(days=told))


async def test_the_usual_wait_is_that_of_the_town_or_else_of_all(db: AsyncSession) -> None:
    home, near, _far = await twins(db)
    me, other = await b.adult(db, home), await b.adult(db, await b.town(db, "Skawina", country="PL"))
    assert await waiting.usual(db, me) is None
    for _ in range(5):
        await met(db, home, near, after_days=21)
    side = (await db.exec(select(MatchSide))).all()[0]
    assert side.waited_days == 21
    told, elsewhere = await waiting.usual(db, me), await waiting.usual(db, other)
    assert told is not None
    assert told.town is not None
    assert (told.town.name, told.time) == ("Thetford", 21 * DAY)
    assert elsewhere is not None
    assert elsewhere.town is None
    assert await waiting.usual(db, await b.child(db, home)) is None


async def test_a_wish_that_nobody_meets_is_said(db: AsyncSession) -> None:
    home, near, _far = await twins(db)
    ulis = await b.town(db, "Les Ulis", country="FR", twin=home)
    me = await b.adult(db, home)
    me.wished_town_id = ulis.id
    db.add(me)
    await b.adult(db, near)
    await db.flush()
    found = await waiting.waiting_of(db, me, now=NOW)
    assert found is not None
    assert found.wish is not None
    assert found.wish.id == ulis.id
    await b.adult(db, ulis)
    found = await waiting.waiting_of(db, me, now=NOW)
    assert found is not None
    assert found.wish is None


async def test_after_a_while_what_lies_further_away_is_offered(db: AsyncSession) -> None:
    home, _near, far = await twins(db)
    me, other = await b.adult(db, home), await b.adult(db, far)
    other.twin_of_twin = True
    db.add(other)
    assert (await told(db, await since(db, me, 6))).offer is None
    offer = (await told(db, await since(db, me, 7))).offer
    assert offer is not None
    assert offer.total == 1
    await waiting.allow_further_away(db, me, by=me.sign_in_id, now=NOW)
    found = await told(db, me)
    assert (found.offer, found.preview.total) == (None, 1)


async def told(db: AsyncSession, one: Resident) -> waiting.Waiting:
    found = await waiting.waiting_of(db, one, now=NOW)
    assert found is not None
    return found


async def test_an_association_may_keep_to_its_twins(db: AsyncSession) -> None:
    home, _near, far = await twins(db)
    me, other = await since(db, await b.adult(db, home), 30), await b.adult(db, far)
    other.twin_of_twin = True
    association = await db.get_one(Association, home.association_id)
    association.twin_of_twin = False
    db.add_all([other, association])
    await db.flush()
    assert (await told(db, me)).offer is None
    with pytest.raises(Refused):
        await waiting.allow_further_away(db, me, by=me.sign_in_id, now=NOW)


async def test_for_a_child_only_the_guardian_allows_it(db: AsyncSession) -> None:
    home, _near, _far = await twins(db)
    child = await b.child(db, home)
    for by in (None, (await b.sign_in(db)).id):
        with pytest.raises(Refused):
            await waiting.allow_further_away(db, child, by=by, now=NOW)
    await residents.change_how(db, child, {"medium": "web", "capacity": 1, "twin_of_twin": True}, now=NOW)
    assert not child.twin_of_twin
    guardian = await people.guardian_of(db, child)
    assert guardian is not None
    await waiting.allow_further_away(db, child, by=guardian.id, now=NOW)
    assert child.twin_of_twin
    noted = (await db.exec(select(AuditEntry).where(AuditEntry.action == "allowed_twin_of_twin"))).one()
    assert noted.actor_id == guardian.id
    await residents.change_how(db, child, {"medium": "web", "capacity": 1, "twin_of_twin": True}, now=NOW)
    assert child.twin_of_twin


async def test_R08_without_a_valid_yes_nothing_is_told(db: AsyncSession) -> None:
    home, near, _far = await twins(db)
    await guarded(db, home, near)
    child = await b.child(db, home)
    assert await waiting.waiting_of(db, child, now=NOW) is not None
    newest = await consent.newest(db, child.id)
    assert newest is not None
    assert newest.state is ConsentState.GIVEN
    found = (await db.exec(select(Consent).where(Consent.resident_id == child.id))).one()
    found.expires_at = NOW - DAY
    db.add(found)
    await db.flush()
    assert await waiting.waiting_of(db, child, now=NOW) is None


# --- the pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def visit(fresh_sqlite: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_sqlite) as visit:
        await visit.get("/sign-in")
        yield visit


async def test_the_home_page_says_how_many_and_where_and_one_press_looks_further(visit: Visit) -> None:
    now = datetime.now(UTC)
    async with visit.database.transaction() as db:
        home, near, far = await twins(db)
        me, other = await b.adult(db, home), await b.adult(db, far, "Wilhelmina")
        for _ in range(2):
            await b.adult(db, near, "Hildegard")
        me.waiting_since, other.twin_of_twin = now - 20 * DAY, True
        db.add_all([me, other])
        assert me.sign_in_id is not None
        visit.sign_in(await b.session(db, me.sign_in_id))
    seen = words(await visit.get("/me"))
    assert "2 people could fit, in Hürth." in seen
    assert "1 person could fit, in Dordrecht." in seen
    assert "Hildegard" not in seen
    assert "Wilhelmina" not in seen
    await visit.post("/me/further-towns")
    seen = words(await visit.get("/me"))
    assert "3 people could fit, in Hürth and Dordrecht." in seen
    assert "Look there, too" not in seen


async def test_of_children_few_are_a_few_and_the_guardian_decides(visit: Visit) -> None:
    now = datetime.now(UTC)
    born = date(now.year - 10, 3, 27)
    async with visit.database.transaction() as db:
        home, near, far = await twins(db)
        await guarded(db, home, near, far)
        child, friend = await b.child(db, home, born=born), await b.child(db, near, "Jonas", born=born)
        other = await b.child(db, far, "Femke", born=born)
        child.waiting_since, other.twin_of_twin = now - 20 * DAY, True
        db.add_all([child, other])
        guardian = await people.guardian_of(db, child)
        assert guardian is not None
        assert friend.id
        visit.sign_in(await b.session(db, guardian.id))
    seen = words(await visit.get("/me"))
    assert "A few young people could fit, in Hürth." in seen
    assert "A parent or guardian can allow that." in seen
    assert (await visit.post("/me/further-towns")).status_code == 409
    await visit.post(f"/me/children/{child.id}/further-towns")
    seen = words(await visit.get(f"/me/children/{child.id}"))
    assert "A few young people could fit, in Dordrecht and Hürth." in seen
    assert "Jonas" not in seen
