"""May an association tune what counts for how much, and see before what that would do?"""

from collections.abc import AsyncIterator
from dataclasses import asdict, replace

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import weights, world
from penfriends.actions.remit import Desk
from penfriends.clock import utc_now
from penfriends.errors import Refusal, Refused
from penfriends.models.moderation import AuditEntry
from penfriends.models.places import Association
from penfriends.rules.score import explain
from penfriends.rules.weights import STANDARD, Weights, between
from tests import builders as b
from tests.support.desk import Twins, proposed, twins
from tests.support.visits import Visit, visiting, words

TUNED = replace(STANDARD, interests=400, age=150)


@pytest.fixture
async def twin(db: AsyncSession) -> Twins:
    return await twins(db)


async def changes(db: AsyncSession) -> list[AuditEntry]:
    return list(await db.exec(select(AuditEntry).where(AuditEntry.action == "change_weights")))


async def test_what_an_association_chose_counts_in_the_world_of_the_next_round(db: AsyncSession, twin: Twins) -> None:
    assert (await world.load(db, now=b.NOW)).weights == {}
    await weights.change(db, twin.ilse, TUNED, now=b.NOW)
    seen = await world.load(db, now=b.NOW)
    assert seen.weights == {"thetford": TUNED}
    assert seen.weights_between("thetford", "hürth") == between(TUNED, STANDARD)
    one, other = await b.adult(db, twin.here), await b.adult(db, twin.there)
    two = await world.pair_world(db, one.id, other.id, now=b.NOW)
    assert explain(two.seekers[0], two.seekers[1], two, b.NOW.date()).points[0].maximum == 375


async def test_every_change_is_in_the_log_with_old_and_new_and_the_standard_is_stored_as_nothing(
    db: AsyncSession, twin: Twins
) -> None:
    await weights.change(db, twin.ilse, TUNED, now=b.NOW)
    await weights.change(db, twin.ilse, TUNED, now=b.NOW)
    await weights.change(db, twin.marta, STANDARD, now=b.NOW)
    one, two = await changes(db)
    assert one.details == {"old": asdict(STANDARD), "new": asdict(TUNED)}
    assert (two.actor_id, two.details) == (twin.marta.id, {"old": asdict(TUNED), "new": asdict(STANDARD)})
    association = await db.get_one(Association, twin.ilse.association_id)
    assert association.weights is None
    assert await weights.table_of(db, association.id) == STANDARD


async def test_only_the_lead_and_the_deputy_change_it_and_only_for_their_own_towns(
    db: AsyncSession, twin: Twins
) -> None:
    other = await b.moderator(db, twin.here.association_id, "Sam")
    with pytest.raises(Refused) as refused:
        await weights.change(db, other, TUNED, now=b.NOW)
    assert refused.value.refusal is Refusal.ONLY_LEAD
    await weights.change(db, twin.uli, TUNED, now=b.NOW)
    assert await weights.table_of(db, twin.here.association_id or twin.here.id) == STANDARD


@pytest.mark.parametrize("wrong", [replace(STANDARD, age=201), replace(STANDARD, age=20, interests=530)])
async def test_a_table_outside_the_limits_is_never_stored(db: AsyncSession, twin: Twins, wrong: Weights) -> None:
    with pytest.raises(ValueError, match="not a table"):
        await weights.change(db, twin.ilse, wrong, now=b.NOW)
    assert await changes(db) == []


async def test_the_outlook_counts_everybody_who_waits_and_shows_people_of_the_own_towns_only(
    db: AsyncSession, twin: Twins
) -> None:
    arthur = await b.adult(db, twin.here, "Arthur", likes=("chess", "trains"))
    near = await b.adult(db, twin.there, "Near", likes=("chess", "cooking"))
    alike = await b.adult(db, twin.there, "Alike", likes=("chess", "trains"))
    near.birth_year, alike.birth_year = 1955, 1966
    await proposed(db, arthur, near)  # no moderator has said yes to this one
    before = await weights.outlook(db, Desk(twin.ilse, None), STANDARD, now=b.NOW)
    assert (before.waiting, before.counted, before.comparison.kept, before.examples) == (3, 3, 1, [])
    low, high = (replace(STANDARD, interests=250, age=300), replace(STANDARD, interests=450, age=100))
    partners = set()
    for wanted in (low, high):
        seen = await weights.outlook(db, Desk(twin.ilse, None), wanted, now=b.NOW)
        assert seen.comparison.before.pairs == seen.comparison.after.pairs == 1
        assert {one.face.resident.first_name for one in seen.examples} <= {"Arthur"}
        partners.add(seen.comparison.kept)
    assert partners == {0, 1}


async def test_the_lead_says_whether_friends_come_from_twin_towns_of_twin_towns_and_the_log_keeps_it(
    db: AsyncSession, twin: Twins
) -> None:
    for mine in (twin.here, twin.there):
        (await b.adult(db, mine)).twin_of_twin = True
    await weights.let_from_further_away(db, twin.marta, False, now=b.NOW)
    await weights.let_from_further_away(db, twin.marta, False, now=b.NOW)
    seen = {one.town: one.open_to_twin_of_twin for one in (await world.load(db, now=b.NOW)).seekers}
    assert seen == {"thetford": False, "hürth": True}
    await weights.let_from_further_away(db, twin.ilse, True, now=b.NOW)
    noted = await db.exec(select(AuditEntry.details).where(AuditEntry.action == "change_twin_of_twin"))
    assert list(noted) == [{"old": True, "new": False}, {"old": False, "new": True}]
    with pytest.raises(Refused) as refused:
        await weights.let_from_further_away(
            db, await b.moderator(db, twin.here.association_id, "Sam"), False, now=b.NOW
        )
    assert refused.value.refusal is Refusal.ONLY_LEAD


@pytest.fixture
async def desk(fresh_sqlite: str) -> AsyncIterator[Visit]:
    """The desk of Ilse, who is the lead in Thetford; Arthur waits there, two fit him in Hürth."""
    async with visiting(fresh_sqlite) as visit:
        async with visit.database.transaction() as db:
            twin = await twins(db, now=utc_now())
            await b.adult(db, twin.here, "Arthur", likes=("chess", "trains"))
            near = await b.adult(db, twin.there, "Nearby", likes=("chess", "cooking"))
            alike = await b.adult(db, twin.there, "Alike", likes=("chess", "trains"))
            near.birth_year, alike.birth_year = 1955, 1966
            visit.sign_in(await b.session(db, twin.ilse.sign_in_id, staff=True))
        await visit.greet()
        yield visit


async def test_the_page_shows_what_a_change_would_do_before_it_is_kept(desk: Visit) -> None:
    typed = asdict(replace(STANDARD, interests=250, age=300))
    seen = await desk.client.get("/desk/weights/outlook", params=typed)
    said = words(seen)
    assert seen.status_code == 200
    assert "Common interests: 350 points now, then 250." in said
    assert "Arthur" in said
    assert "somebody in Hürth" in said
    assert "Nearby" not in said
    assert "Alike" not in said
    assert "usual numbers" in words(await desk.get("/desk/weights"))
    kept = await desk.client.post("/desk/weights", data={"_csrf_token": desk.client.cookies["csrf"], **typed})
    assert kept.headers["location"] == "/desk/weights"
    assert "numbers of their own" in words(await desk.get("/desk/weights"))


async def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(desk: Visit) -> None:
    wrong = {**asdict(STANDARD), "interests": "36o", "age": 201}
    seen = await desk.client.get("/desk/weights/outlook", params=wrong)
    assert seen.status_code == 422
    assert 'value="36o"' in seen.text
    assert 'value="201"' in seen.text
    wrong = {**asdict(STANDARD), "age": 201}
    seen = await desk.client.post("/desk/weights", data={"_csrf_token": desk.client.cookies["csrf"], **wrong})
    assert seen.status_code == 422
    assert "too much by 1." in words(seen)
    assert "Closeness in age: at most 300 points." in words(
        await desk.client.get("/desk/weights/outlook", params={**asdict(STANDARD), "age": 301, "interests": 249})
    )


async def test_one_press_closes_and_opens_the_way_to_twin_towns_of_twin_towns(desk: Visit) -> None:
    assert "Friends may come from there at the moment." in words(await desk.get("/desk/weights"))
    done = await desk.post("/desk/weights/further/closing")
    assert done.headers["location"] == "/desk/weights"
    assert "from your twin towns only at the moment" in words(await desk.get("/desk/weights"))
    await desk.post("/desk/weights/further/opening")
    assert "Friends may come from there at the moment." in words(await desk.get("/desk/weights"))
