"""How many could fit, in which towns: does the preview say what the rules say, and never who?"""

from dataclasses import fields
from datetime import date, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import matching, newcomers, preview, seeking, world
from penfriends.actions.preview import Preview
from penfriends.models.letters import Correspondence
from penfriends.models.matching import BlockReason, Match, MatchState
from penfriends.models.moderation import Role
from penfriends.models.places import Association, Town
from penfriends.models.residents import Consent, ConsentState, Resident, ResidentState
from penfriends.rules import gist
from penfriends.rules.matching import Medium, broken_rules
from penfriends.rules.score import score
from penfriends.rules.sign_up import WRITING_LANGUAGES, Answers
from tests import builders as b
from tests.builders import NOW

TODAY = NOW.date()
Towns = dict[str, Town]


@pytest.fixture
async def towns(db: AsyncSession) -> Towns:
    """Thetford is twinned with Hürth and Les Ulis; Dordrecht only with Hürth."""
    home = await b.town(db, "Thetford")
    hurth = await b.town(db, "Hürth", country="DE", twin=home)
    ulis = await b.town(db, "Les Ulis", country="FR", twin=home)
    dordrecht = await b.town(db, "Dordrecht", country="NL", twin=hurth)
    return {"home": home, "hurth": hurth, "ulis": ulis, "dordrecht": dordrecht}


async def seen(db: AsyncSession, me: Resident) -> Preview:
    found = await preview.preview(db, me.id, now=NOW)
    assert found is not None
    return found


async def in_towns(db: AsyncSession, me: Resident) -> dict[str, int]:
    return {town.name: number for town, number in (await seen(db, me)).towns}


async def test_it_counts_by_town_and_names_nobody(db: AsyncSession, towns: Towns) -> None:
    me = await b.adult(db, towns["home"])
    for home, name in (("hurth", "Uta"), ("hurth", "Ute"), ("ulis", "Zoé"), ("home", "Neighbour"), ("dordrecht", "An")):
        await b.adult(db, towns[home], name)
    found = await seen(db, me)
    assert (found.total, await in_towns(db, me)) == (3, {"Hürth": 2, "Les Ulis": 1})
    assert {one.name for one in fields(found)} == {"total", "towns", "best"}
    assert "Uta" not in repr(found)


async def test_it_agrees_with_the_rules_and_the_score(db: AsyncSession, towns: Towns) -> None:
    me = await b.adult(db, towns["home"], likes=("chess", "trains", "bees"), languages=("en", "de"))
    crowd = [
        await b.adult(db, towns[home], likes=likes, languages=languages, medium=medium)
        for home in ("hurth", "ulis", "dordrecht", "home")
        for likes, languages, medium in (
            (("chess", "bees", "cats"), ("de",), Medium.WEB),
            (("cooking",), ("fr",), Medium.EMAIL),
            (("trains",), ("en",), Medium.PAPER),
            (("dogs", "maps"), ("en",), Medium.EMAIL),
        )
    ]
    crowd[0].birth_year, crowd[4].birth_year = 1938, 1900
    db.add_all(crowd[:5])
    await db.flush()
    around = await world.load(db, now=NOW)
    people = {one.uid: one for one in around.seekers}
    wanted = {
        one.id: score(people[me.id], people[one.id], around, TODAY)
        for one in crowd
        if not broken_rules(people[me.id], people[one.id], around, TODAY)
    }
    found = {str(one.resident_id).replace("-", ""): one.score for one in await preview.best(db, me.id, now=NOW)}
    assert found == {uid.hex: points for uid, points in wanted.items()}
    assert (await seen(db, me)).best == tuple(sorted(wanted.values(), reverse=True))


async def test_who_is_away_or_taken_is_not_counted(db: AsyncSession, towns: Towns) -> None:
    me = await b.adult(db, towns["home"])
    paused, taken, asked, blocked = [await b.adult(db, towns["hurth"]) for _ in range(4)]
    paused.state = ResidentState.PAUSED
    db.add(paused)
    other = await b.adult(db, towns["home"])
    one, _two = await b.correspondence(db, taken, other)
    match = Match(band=taken.band, state=MatchState.ACCEPTED, proposed_at=NOW)
    db.add(match)
    await db.flush()
    friends = await db.get_one(Correspondence, one.correspondence_id)
    friends.match_id = match.id
    db.add(friends)
    await b.approved_match(db, asked, other)
    await matching.block(db, me.id, blocked.id, BlockReason.BLOCKED, now=NOW)
    assert (await seen(db, me)).total == 0
    assert await preview.best(db, me.id, now=NOW) == []


async def test_who_does_not_wait_gets_no_preview(db: AsyncSession, towns: Towns) -> None:
    me = await b.adult(db, towns["home"])
    me.waiting_since = None
    db.add(me)
    await db.flush()
    assert await preview.preview(db, me.id, now=NOW) is None


async def test_twins_of_twins_only_if_everybody_allows_it(db: AsyncSession, towns: Towns) -> None:
    me, far = await b.adult(db, towns["home"]), await b.adult(db, towns["dordrecht"])
    assert await in_towns(db, me) == {}
    me.twin_of_twin = far.twin_of_twin = True
    db.add_all([me, far])
    await db.flush()
    assert await in_towns(db, me) == {"Dordrecht": 1}
    association = await db.get_one(Association, towns["dordrecht"].association_id)
    association.twin_of_twin = False
    db.add(association)
    await db.flush()
    assert await in_towns(db, me) == {}
    around = await world.load(db, now=NOW)
    people = {one.uid: one for one in around.seekers}
    assert people[me.id].open_to_twin_of_twin
    assert not people[far.id].open_to_twin_of_twin


async def test_what_lies_further_away_is_told_before_it_is_allowed(db: AsyncSession, towns: Towns) -> None:
    me, far = await b.adult(db, towns["home"]), await b.adult(db, towns["dordrecht"])
    far.twin_of_twin = True
    db.add(far)
    await db.flush()
    found = await preview.further_away(db, me.id, now=NOW)
    assert found is not None
    assert [(town.name, number) for town, number in found.towns] == [("Dordrecht", 1)]
    me.twin_of_twin = True
    db.add(me)
    await db.flush()
    assert await preview.further_away(db, me.id, now=NOW) is None


async def test_four_weeks_or_few_open_what_is_further(db: AsyncSession, towns: Towns) -> None:
    me, far = await b.adult(db, towns["home"]), await b.adult(db, towns["dordrecht"])
    me.twin_of_twin = far.twin_of_twin = True
    for _ in range(3):
        await b.adult(db, towns["hurth"])
    db.add_all([me, far])
    await db.flush()
    assert await in_towns(db, me) == {"Hürth": 3}
    me.waiting_since = NOW - timedelta(days=28)
    db.add(me)
    await db.flush()
    assert await in_towns(db, me) == {"Hürth": 3, "Dordrecht": 1}


async def test_R08_R46_children_only_with_consent_and_a_safeguarding_team(db: AsyncSession, towns: Towns) -> None:
    me, friend = await b.child(db, towns["home"]), await b.child(db, towns["hurth"], "Jonas", born=date(2015, 9, 1))
    assert (await seen(db, me)).total == 0
    for town in ("home", "hurth"):
        for role in (Role.LEAD, Role.DEPUTY):
            await b.moderator(db, towns[town].association_id, role=role)
    assert await in_towns(db, me) == {"Hürth": 1}
    assert len(await preview.best(db, me.id, now=NOW)) == 1
    consent = (await db.exec(select(Consent).where(Consent.resident_id == friend.id))).one()
    consent.state = ConsentState.WITHDRAWN
    db.add(consent)
    await db.flush()
    assert (await seen(db, me)).total == 0
    assert await preview.best(db, me.id, now=NOW) == []


async def test_a_common_language_is_found_in_gists_wherever_its_bit_is(db: AsyncSession, towns: Towns) -> None:
    others = {code: await b.adult(db, towns["hurth"], languages=(code,)) for code in WRITING_LANGUAGES}
    mine = (WRITING_LANGUAGES[3], WRITING_LANGUAGES[-1])
    me = await b.adult(db, towns["home"], languages=mine)
    assert await seeking.pack_missing(db) == len(others) + 1
    found = {str(one.resident_id).replace("-", "") for one in await preview.best(db, me.id, now=NOW)}
    assert found == {others[code].id.hex for code in mine}


async def test_gists_are_packed_and_read_alike(db: AsyncSession, towns: Towns) -> None:
    me, other = await b.adult(db, towns["home"]), await b.adult(db, towns["hurth"])
    before = await preview.best(db, me.id, now=NOW)
    assert await seeking.pack_missing(db) == 2
    assert await seeking.pack_missing(db) == 0
    await db.refresh(other)
    assert gist.is_current(other.gist)
    assert await preview.best(db, me.id, now=NOW) == before
    await newcomers.write_lists(db, other.id, Answers(likes=("cats",)))
    await db.refresh(other)
    assert other.gist != (await seeking.packed(db, [me.id]))[me.id]
    assert other.gist == (await seeking.packed(db, [other.id]))[other.id]
