"""May an association tune what counts for how much, and see before what that would do?"""

from dataclasses import asdict, replace

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import weights, world
from penfriends.actions.remit import Desk
from penfriends.errors import Refusal, Refused
from penfriends.models.moderation import AuditEntry
from penfriends.models.places import Association
from penfriends.rules.score import explain
from penfriends.rules.weights import STANDARD, Weights, between
from tests import builders as b
from tests.support.desk import Twins, proposed, twins

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
    near.birth_year, alike.birth_year = 1955, 1969
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
