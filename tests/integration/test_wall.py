"""Rule R02: an adult is never in a correspondence with a child. Does each of the four walls hold with the others off?

Matching, approval, relay and database. A test takes the other three away: rows are placed by hand, the other looks
are replaced by ones that see nothing, and the database is told not to check until the end of the transaction.
"""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import births, dispatch, matching, moderation, rounds, storing, world
from penfriends.db import Database, make_engine
from penfriends.errors import Refusal, Refused
from penfriends.ids import uuid7
from penfriends.jobs import nobody
from penfriends.models.delivery import Delivery, DeliveryState
from penfriends.models.letters import Correspondence, Letter, LetterState, Participant
from penfriends.models.matching import Answer, Match, MatchSide, MatchState
from penfriends.models.residents import Resident
from penfriends.rules.assignment import Round
from penfriends.rules.bands import Band
from penfriends.rules.proposals import Proposal
from penfriends.rules.score import explain
from tests import builders as b
from tests.support.desk import Twins, adults, children, held, twins

NOW = b.NOW
LEAVES = NOW + timedelta(minutes=10)
GROWN = date(1990, 3, 2)
LIKES = ("cats", "drawing", "chess")


async def without_the_database(db: AsyncSession) -> None:
    """Foreign keys are not looked at in this transaction, which is rolled back in the end."""
    connection = await db.connection()
    sqlite = connection.dialect.name == "sqlite"
    off = "PRAGMA defer_foreign_keys = ON" if sqlite else "SET LOCAL session_replication_role = replica"
    await connection.exec_driver_sql(off)


async def tom_and_henk(db: AsyncSession, twin: Twins, hidden: str = "") -> tuple[Resident, Resident]:
    """A child and an adult of twin towns who like the same. `hidden`: the adult's row says child, so that only the
    date or the year of birth tells."""
    tom = await b.child(db, twin.here, "Tom", born=date(2010, 3, 2), likes=LIKES)
    henk = await b.adult(db, twin.there, "Henk", likes=LIKES)
    if hidden:
        like = await b.child(db, twin.there, "Hendrik", born=date(2010, 4, 2), likes=LIKES)
        like.birth_year, like.birth_on = GROWN.year, GROWN
        db.add(like)
        await db.flush()
        return tom, like
    return tom, henk


# --- matching alone ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", ["", "the row says child"])
async def test_R02_matching_alone_never_puts_an_adult_beside_a_child(
    db: AsyncSession, monkeypatch: pytest.MonkeyPatch, hidden: str
) -> None:
    monkeypatch.setattr(rounds, "check_round", lambda *_: ())
    monkeypatch.setattr(storing, "may_be_matched", lambda *_: True)
    await without_the_database(db)
    twin = await twins(db)
    tom, henk = await tom_and_henk(db, twin, hidden)
    await rounds.propose_matches(db, now=NOW)
    assert (await db.exec(select(MatchSide))).all() == []
    lotte = await b.child(db, twin.there, "Lotte", born=date(2010, 4, 1), likes=LIKES)
    await rounds.propose_matches(db, now=NOW)
    matched = {one.resident_id for one in await db.exec(select(MatchSide))}
    assert matched == {tom.id, lotte.id}, "it does match, only not an adult with a child"
    assert henk.id not in matched


@pytest.mark.parametrize("off", ["check_round", "may_be_matched"])
async def test_R02_a_wrong_round_is_stored_by_neither_of_the_second_looks(
    db: AsyncSession, monkeypatch: pytest.MonkeyPatch, off: str
) -> None:
    """The engine is wrong and proposes an adult to a child; of the two looks at its work one is off."""
    await without_the_database(db)
    tom, henk = await tom_and_henk(db, await twins(db))
    seen = await world.pair_world(db, tom.id, henk.id, now=NOW)
    people = {one.uid: one for one in seen.seekers}
    told = explain(people[tom.id], people[henk.id], seen, NOW.date())
    first, second = sorted((tom.id, henk.id))
    wrong = Proposal(first, second, Band.CHILD, 0, told.total, told, ())
    monkeypatch.setattr(rounds, "propose", lambda *_: Round(NOW.date(), (wrong,), {}, (), frozenset()))
    look, says = (rounds, ()) if off == "check_round" else (storing, True)
    monkeypatch.setattr(look, off, lambda *_: says)
    with pytest.raises(RuntimeError):
        await rounds.propose_matches(db, now=NOW)
    assert (await db.exec(select(MatchSide))).all() == []


# --- approval alone ---------------------------------------------------------------------------------------------------


async def placed(db: AsyncSession, one: Resident, other: Resident, band: Band, state: MatchState) -> Match:
    """A match that no round has proposed."""
    match = await b.approved_match(db, one, other)
    await db.exec(sa.update(Match).where(col(Match.id) == match.id).values(band=band, state=state))
    sides = sa.update(MatchSide).where(col(MatchSide.match_id) == match.id)
    await db.exec(sides.values(band=band, open_band=band))
    await db.refresh(match)
    return match


@pytest.mark.parametrize("band", list(Band))
@pytest.mark.parametrize("hidden", ["", "the row says child"])
async def test_R02_approval_alone_refuses(db: AsyncSession, band: Band, hidden: str) -> None:
    await without_the_database(db)
    twin = await twins(db)
    match = await placed(db, *await tom_and_henk(db, twin, hidden), band, MatchState.PROPOSED)
    for moderator in (twin.ilse, twin.uli):
        with pytest.raises(Refused) as refused:
            await matching.approve(db, match.id, moderator, at=b.AT, policy=b.POLICY, now=NOW)
        assert refused.value.refusal is Refusal.HARD_RULE
    assert match.state is MatchState.PROPOSED


@pytest.mark.parametrize("hidden", ["", "the row says child"])
async def test_R02_two_times_yes_opens_nothing_though_moderators_let_it_through(db: AsyncSession, hidden: str) -> None:
    await without_the_database(db)
    tom, henk = await tom_and_henk(db, await twins(db), hidden)
    match = await placed(db, tom, henk, Band.CHILD, MatchState.APPROVED)
    sides = sa.update(MatchSide).where(col(MatchSide.match_id) == match.id, col(MatchSide.resident_id) == tom.id)
    await db.exec(sides.values(answer=Answer.YES))
    with pytest.raises(Refused) as refused:
        await matching.answer(db, match.id, henk.id, yes=True, at=b.AT, policy=b.POLICY, now=NOW)
    assert refused.value.refusal is Refusal.HARD_RULE
    assert (await db.exec(select(Correspondence))).all() == []


# --- the relay alone --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("band", list(Band))
@pytest.mark.parametrize("hidden", ["", "the row says child"])
@pytest.mark.parametrize("by", ["adult", "child"])
async def test_R02_the_relay_alone_passes_nothing(db: AsyncSession, band: Band, hidden: str, by: str) -> None:
    """They stand in one open correspondence, and a moderator has let the letter go."""
    await without_the_database(db)
    twin = await twins(db)
    tom, henk = await tom_and_henk(db, twin, hidden)
    mine, theirs = await b.correspondence(db, tom, henk)
    await _call_it(db, mine.correspondence_id, band)
    hold, letter = await held(db, theirs if by == "adult" else mine)
    seen = await moderation.shown_hash(db, letter)
    await moderation.release(db, hold.id, twin.ilse, seen_hash=seen, at=b.AT, policy=b.POLICY, now=NOW)
    row = (await db.exec(select(Delivery).where(Delivery.letter_id == letter.id))).one()
    assert row.state is DeliveryState.QUEUED
    assert await dispatch.claim(db, row.id, at=b.AT, now=LEAVES) is None
    await db.refresh(row)
    await db.refresh(letter)
    assert (row.state, letter.state) == (DeliveryState.WITHDRAWN, LetterState.HELD)


async def _call_it(db: AsyncSession, correspondence_id: UUID, band: Band) -> None:
    await db.exec(sa.update(Correspondence).where(col(Correspondence.id) == correspondence_id).values(band=band))
    sides = sa.update(Participant).where(col(Participant.correspondence_id) == correspondence_id)
    await db.exec(sides.values(band=band, open_band=band))
    for row in await db.exec(select(Participant).where(Participant.correspondence_id == correspondence_id)):
        await db.refresh(row)


@pytest.mark.parametrize("grown", [(1990, date(1990, 3, 2)), (2008, date(2008, 5, 12))])
async def test_R02_a_birth_date_that_is_changed_by_hand_stops_every_letter_between_claim_and_data(
    db: AsyncSession, grown: tuple[int, date]
) -> None:
    """A raw UPDATE of the birth date alone, which the database cannot judge: it does not know what day it is."""
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    hold, letter = await held(db, tom)
    seen = await moderation.shown_hash(db, letter)
    await moderation.release(db, hold.id, twin.ilse, seen_hash=seen, at=b.AT, policy=b.POLICY, now=NOW)
    row = (await db.exec(select(Delivery).where(Delivery.letter_id == letter.id))).one()
    claim = await dispatch.claim(db, row.id, at=b.AT, now=LEAVES)
    assert claim is not None, "until then nothing is in the way"
    year, on = grown
    raw = sa.update(Resident).where(col(Resident.id) == lotte.resident_id).values(birth_year=year, birth_on=on)
    await db.exec(raw)
    assert not await dispatch.commit_point(db, row.id, claim.attempt, claim.raw, now=LEAVES)
    assert (await db.get_one(Letter, letter.id)).state is LetterState.HELD


async def test_R02_R01_an_adult_s_row_with_a_child_s_year_passes_nothing(db: AsyncSession) -> None:
    twin = await twins(db)
    arthur, henk = await adults(db, twin)
    hold, letter = await held(db, arthur)
    seen = await moderation.shown_hash(db, letter)
    await moderation.release(db, hold.id, twin.ilse, seen_hash=seen, at=b.AT, policy=b.POLICY, now=NOW)
    await db.exec(sa.update(Resident).where(col(Resident.id) == henk.resident_id).values(birth_year=2012))
    row = (await db.exec(select(Delivery).where(Delivery.letter_id == letter.id))).one()
    assert await dispatch.claim(db, row.id, at=b.AT, now=LEAVES) is None


# --- the database alone -----------------------------------------------------------------------------------------------


Scene = tuple[Participant, Participant, Match, Participant, Resident]


async def scene(db: AsyncSession) -> Scene:
    """Tom and Lotte, who write and are matched; Arthur and Henk, who write; Joan, who is alone."""
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    sides = [await db.get_one(Resident, one.resident_id) for one in (tom, lotte)]
    match = await b.approved_match(db, sides[0], sides[1])
    arthur, _henk = await adults(db, twin)
    return tom, lotte, match, arthur, await b.adult(db, twin.here, "Joan")


def attempts(here: Scene) -> dict[str, sa.Insert | sa.Update]:
    """Everything that raw SQL may try to bring an adult and a child together."""
    tom, _lotte, match, arthur, joan = here
    theirs = sa.update(Participant).where(col(Participant.id) == arthur.id)
    toms = sa.update(Participant).where(col(Participant.id) == tom.id)
    side = sa.update(MatchSide).where(
        col(MatchSide.match_id) == match.id, col(MatchSide.resident_id) == tom.resident_id
    )
    with_tom = sa.update(Correspondence).where(col(Correspondence.id) == tom.correspondence_id)
    found: dict[str, sa.Insert | sa.Update] = {
        "a child's place is given to an adult": toms.values(resident_id=joan.id),
        "an adult moves over": theirs.values(correspondence_id=tom.correspondence_id),
        "an adult moves over as a child": theirs.values(
            correspondence_id=tom.correspondence_id, band="child", open_band="child"
        ),
        "a child is called an adult": toms.values(band="adult", open_band="adult"),
        "a child's door is called an adult's": toms.values(open_band="adult"),
        "a child grows while a door is open": sa.update(Resident)
        .where(col(Resident.id) == tom.resident_id)
        .values(band="adult"),
        "an adult shrinks while a door is open": sa.update(Resident)
        .where(col(Resident.id) == arthur.resident_id)
        .values(band="child", birth_on=date(2012, 1, 1), facts="", question="", capacity=1),
        "the correspondence is called one of adults": with_tom.values(band="adult"),
        "the match is called one of adults": sa.update(Match).where(col(Match.id) == match.id).values(band="adult"),
        "a child's side is given to an adult": side.values(resident_id=joan.id),
        "a side is called an adult's": side.values(band="adult", open_band="adult"),
    }
    for band in ("child", "adult"):
        values = {"id": uuid7(), "resident_id": joan.id, "band": band, "open_band": band}
        rest = {"state": "active", "mail_paused": False, "joined_at": NOW}
        found[f"an adult comes in as {band}"] = sa.insert(Participant).values(
            correspondence_id=tom.correspondence_id, **values, **rest
        )
        found[f"an adult is matched as {band}"] = sa.insert(MatchSide).values(match_id=match.id, **values)
    return found


async def refused(connection: AsyncConnection, statement: sa.Insert | sa.Update) -> bool:
    """Whether the database itself says no. No rule of ours is asked."""
    savepoint = await connection.begin_nested()
    try:
        await connection.execute(statement)
    except IntegrityError:
        return True
    finally:
        await savepoint.rollback()
    return False


async def on_migrated(url: str, then: Callable[[AsyncSession, Scene], Awaitable[None]]) -> None:
    """Run on the tables as the migrations make them, not as the models describe them."""
    database = Database(make_engine(url), nobody)
    try:
        async with database.transaction() as db:
            here = await scene(db)
        async with database.transaction() as db:
            await then(db, here)
    finally:
        await database.close()


async def test_R02_the_database_alone_refuses_every_way_in(fresh_database: str) -> None:
    async def try_all(db: AsyncSession, here: Scene) -> None:
        connection = await db.connection()
        let_in = [name for name, one in attempts(here).items() if not await refused(connection, one)]
        assert let_in == []

    await on_migrated(fresh_database, try_all)


async def test_R02_who_may_not_write_can_be_in_it_and_never_opens_the_door(fresh_database: str) -> None:
    """NULL means may not write (rule R04): a child who came of age stays in what was written, behind a closed door."""

    async def try_it(db: AsyncSession, here: Scene) -> None:
        tom, *_rest = here
        connection = await db.connection()
        toms = sa.update(Participant).where(col(Participant.id) == tom.id)
        side = sa.update(MatchSide).where(col(MatchSide.resident_id) == tom.resident_id)
        for closed in (toms, side):
            await connection.execute(closed.values(open_band=None))
        grown = sa.update(Resident).where(col(Resident.id) == tom.resident_id)
        await connection.execute(grown.values(band="adult", birth_on=GROWN, birth_year=GROWN.year))
        for band in ("child", "adult"):
            assert await refused(connection, toms.values(open_band=band)), band
            assert await refused(connection, side.values(open_band=band)), band

    await on_migrated(fresh_database, try_it)


# --- a birth date that is put right -----------------------------------------------------------------------------------


async def mixed(db: AsyncSession) -> int:
    """How many open doors lead into a correspondence or match of another band than the resident's."""
    doors = [
        select(Participant.id)
        .join(Resident, col(Resident.id) == col(Participant.resident_id))
        .join(Correspondence, col(Correspondence.id) == col(Participant.correspondence_id))
        .where(col(Participant.open_band).is_not(None), col(Resident.band) != col(Correspondence.band)),
        select(MatchSide.id)
        .join(Resident, col(Resident.id) == col(MatchSide.resident_id))
        .join(Match, col(Match.id) == col(MatchSide.match_id))
        .where(col(MatchSide.open_band).is_not(None), col(Resident.band) != col(Match.band)),
    ]
    return sum([len((await db.exec(one)).all()) for one in doors])


@pytest.mark.parametrize("who", ["child", "adult"])
async def test_R02_R05_a_corrected_birth_date_closes_every_door_both_ways(db: AsyncSession, who: str) -> None:
    twin = await twins(db)
    here, there = await (children if who == "child" else adults)(db, twin)
    sides = [await db.get_one(Resident, one.resident_id) for one in (here, there)]
    match = await b.approved_match(db, sides[0], sides[1])
    on = GROWN if who == "child" else date(2009, 3, 2)
    change = await births.propose(db, sides[0].id, twin.ilse, year=on.year, on=on, reason="Passport", now=NOW)
    await births.agree(db, change.id, twin.marta, now=NOW)
    for row in (here, match, sides[0]):
        await db.refresh(row)
    assert sides[0].band is (Band.ADULT if who == "child" else Band.CHILD)
    assert (here.open_band, match.state) == (None, MatchState.EXPIRED)
    assert await mixed(db) == 0
    await rounds.propose_matches(db, now=NOW)
    assert await mixed(db) == 0
