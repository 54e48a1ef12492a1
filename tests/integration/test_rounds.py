"""May a moderator run a round, and does nothing of it reach anybody before it is published? (rules R15–R18, R38)"""

import asyncio
from datetime import date, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import matching, queues, remit, round_drafts, round_pairs, round_publishing, round_runs
from penfriends.db import Database, make_engine
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.jobs import nobody
from penfriends.models.matching import (
    Block,
    BlockReason,
    Match,
    MatchRound,
    MatchSide,
    MatchState,
    PairState,
    RoundPair,
    RoundState,
)
from penfriends.models.moderation import Conflict, Moderator
from penfriends.models.residents import Resident, ResidentState
from penfriends.rules.bands import Band
from tests import builders as b
from tests.support.desk import Twins, proposed, twins
from tests.support.rounds import befriended, draft, names_in, pairs_of, run

NOW = b.NOW
LATER = NOW + timedelta(minutes=5)


async def four_adults(db: AsyncSession, twin: Twins) -> dict[str, Resident]:
    """Arthur likes what Henk likes, Beryl what Inge likes."""
    return {
        "Arthur": await b.adult(db, twin.here, "Arthur", likes=("chess", "cats")),
        "Beryl": await b.adult(db, twin.here, "Beryl", likes=("maps", "cycling")),
        "Henk": await b.adult(db, twin.there, "Henk", likes=("chess", "cats")),
        "Inge": await b.adult(db, twin.there, "Inge", likes=("maps", "cycling")),
    }


async def two_children(db: AsyncSession, twin: Twins) -> tuple[Resident, Resident]:
    return (
        await b.child(db, twin.here, "Tom", born=date(2013, 3, 2)),
        await b.child(db, twin.there, "Lotte", born=date(2013, 4, 1)),
    )


async def refusal(what: object) -> Refusal:
    with pytest.raises(Refused) as refused:
        await what  # type: ignore[misc]
    return refused.value.refusal


async def seen_by(db: AsyncSession, moderator: Moderator, row: MatchRound) -> set[tuple[str, ...]]:
    """The pairs that a moderator may judge."""
    desk = await remit.desk_of(db, moderator, now=NOW)
    found = {}
    for pair in await round_publishing.waiting(db, desk, row.id):
        found[frozenset(one.first_name for one in await round_pairs.sides_of(db, pair))] = pair
    return names_in(found)


# --- a draft is a draft ----------------------------------------------------------------------------------------------


async def test_a_round_of_a_moderator_reaches_nobody_before_it_is_published(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    row = await draft(db, twin.ilse)
    assert row.state is RoundState.DRAFT
    assert names_in(await pairs_of(db, row.id)) == {("Arthur", "Henk"), ("Beryl", "Inge")}
    assert (await db.exec(select(Match))).all() == []
    for moderator in (twin.ilse, twin.uli):
        desk = await remit.desk_of(db, moderator, now=NOW)
        assert await queues.matches(db, desk, now=NOW) == []


async def test_R16_what_is_published_waits_for_approval_as_any_other_match(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    row = await draft(db, twin.ilse)
    desk = await remit.desk_of(db, twin.ilse, now=LATER)
    done = await round_publishing.publish(db, row.id, desk, now=LATER)
    assert (done.matches, done.lapsed, row.state) == (2, (), RoundState.PUBLISHED)
    waiting = await queues.matches(db, desk, now=LATER)
    assert len(waiting) == 2
    match = waiting[0].match
    assert (match.state, match.round_id, match.proposed_at) == (MatchState.PROPOSED, row.id, LATER)
    assert sum(term["points"] for term in match.explanation["terms"]) == match.score
    assert (await matching.approve(db, match.id, twin.uli, at=b.AT, policy=b.POLICY, now=LATER)).state is (
        MatchState.APPROVED
    )


async def test_R15_a_published_match_of_children_still_needs_two(db: AsyncSession) -> None:
    twin = await twins(db)
    await two_children(db, twin)
    row = await draft(db, twin.ilse)
    await round_publishing.publish(db, row.id, await remit.desk_of(db, twin.ilse, now=LATER), now=LATER)
    match = (await db.exec(select(Match))).one()
    assert match.band is Band.CHILD
    for moderator, after in ((twin.ilse, MatchState.PROPOSED), (twin.uli, MatchState.APPROVED)):
        await matching.approve(db, match.id, moderator, at=b.AT, policy=b.POLICY, now=LATER)
        assert match.state is after


async def test_publishing_twice_does_nothing(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    row = await draft(db, twin.ilse)
    desk = await remit.desk_of(db, twin.ilse, now=LATER)
    await round_publishing.publish(db, row.id, desk, now=LATER)
    other = await remit.desk_of(db, twin.marta, now=LATER)
    assert await refusal(round_publishing.publish(db, row.id, other, now=LATER)) is Refusal.ALREADY_DECIDED
    assert len((await db.exec(select(Match))).all()) == 2


@pytest.mark.parametrize("band", list(Band))
async def test_R02_publishing_alone_never_puts_an_adult_beside_a_child(db: AsyncSession, band: Band) -> None:
    """A pair that no round has proposed stands in the draft, whatever band it says it is of."""
    twin = await twins(db)
    row = await draft(db, twin.ilse)
    low, high = sorted(
        ((await b.child(db, twin.here, "Tom", born=date(2010, 3, 2))).id, (await b.adult(db, twin.there, "Henk")).id)
    )
    told = {"first": str(low), "second": str(high), "terms": [], "alternatives": []}
    db.add(RoundPair(round_id=row.id, low_id=low, high_id=high, band=band, explanation=told))
    await db.flush()
    done = await round_publishing.publish(db, row.id, await remit.desk_of(db, twin.ilse, now=LATER), now=LATER)
    assert (done.matches, len(done.lapsed)) == (0, 1)
    assert (await db.exec(select(MatchSide))).all() == []


# --- who sees what ----------------------------------------------------------------------------------------------------


async def test_R18_a_draft_is_nothing_to_another_association(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    row = await draft(db, twin.ilse)
    pair = next(iter((await pairs_of(db, row.id)).values()))
    stranger = await b.moderator(db, None, "Stranger")
    for moderator in (twin.uli, stranger):
        desk = await remit.desk_of(db, moderator, now=NOW)
        for attempt in (
            round_pairs.pin(db, pair.id, moderator, now=NOW),
            round_pairs.forbid(db, pair.id, moderator, reason="no", now=NOW),
            round_publishing.publish(db, row.id, desk, now=NOW),
            round_runs.start_again(db, row.id, moderator, now=NOW),
            round_runs.drop(db, row.id, moderator, now=NOW),
        ):
            with pytest.raises(NotFound):
                await attempt
    assert {one.state for one in (await pairs_of(db, row.id)).values()} == {PairState.PROPOSED}


async def test_R18_pairs_of_other_towns_are_not_even_stored(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    far = await b.town(db, "Les Ulis", country="FR")
    farther = await b.town(db, "Bressuire", country="FR", twin=far)
    await b.adult(db, far, "Agnès")
    await b.adult(db, farther, "Bernard")
    row = await draft(db, twin.ilse)
    assert names_in(await pairs_of(db, row.id)) == {("Arthur", "Henk"), ("Beryl", "Inge")}
    assert row.waiting == 6, "everybody was looked at"
    weekly = await round_runs.start_weekly(db, now=LATER)
    assert weekly is not None
    assert (await run(db, weekly.id, now=LATER)).proposals == 3


async def test_R38_who_has_no_checks_sees_and_publishes_no_child_s_pair(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    await two_children(db, twin)
    unvetted = await b.moderator(db, twin.here.association_id, "Nora", vetted=False)
    row = await draft(db, unvetted)
    pairs = await pairs_of(db, row.id)
    child = pairs[frozenset(("Tom", "Lotte"))]
    assert await seen_by(db, unvetted, row) == {("Arthur", "Henk"), ("Beryl", "Inge")}
    assert await refusal(round_pairs.pin(db, child.id, unvetted, now=NOW)) is Refusal.VETTING_MISSING
    done = await round_publishing.publish(db, row.id, await remit.desk_of(db, unvetted, now=LATER), now=LATER)
    assert (done.matches, row.state) == (2, RoundState.DRAFT), "the child's pair waits for somebody else"
    assert await seen_by(db, twin.ilse, row) == {("Lotte", "Tom")}
    done = await round_publishing.publish(db, row.id, await remit.desk_of(db, twin.ilse, now=LATER), now=LATER)
    assert (done.matches, row.state) == (1, RoundState.PUBLISHED)


async def test_R17_whom_a_moderator_knows_is_for_another(db: AsyncSession) -> None:
    twin = await twins(db)
    people = await four_adults(db, twin)
    db.add(Conflict(moderator_id=twin.ilse.id, resident_id=people["Henk"].id, declared_at=NOW))
    await db.flush()
    row = await draft(db, twin.ilse)
    assert await seen_by(db, twin.ilse, row) == {("Beryl", "Inge")}
    assert await seen_by(db, twin.marta, row) == {("Arthur", "Henk"), ("Beryl", "Inge")}
    hidden = (await pairs_of(db, row.id))[frozenset(("Arthur", "Henk"))]
    assert await refusal(round_pairs.pin(db, hidden.id, twin.ilse, now=NOW)) is Refusal.CONFLICT_OF_INTEREST


# --- pin, forbid, run again -------------------------------------------------------------------------------------------


async def test_a_pin_is_kept_when_the_rest_is_run_again_and_everything_stays_legal(db: AsyncSession) -> None:
    twin = await twins(db)
    people = await four_adults(db, twin)
    row = await draft(db, twin.ilse)
    pairs = await pairs_of(db, row.id)
    await round_pairs.pin(db, pairs[frozenset(("Arthur", "Henk"))].id, twin.ilse, now=NOW)
    better = await b.adult(db, twin.there, "Jan", likes=("chess", "cats", "maps", "cycling"))
    better.wished_town_id = people["Arthur"].wished_town_id = None
    people["Arthur"].wished_town_id, better.wished_town_id = twin.there.id, twin.here.id
    await db.flush()
    await round_runs.start_again(db, row.id, twin.marta, now=LATER)
    await run(db, row.id, now=LATER)
    again = await pairs_of(db, row.id)
    assert again[frozenset(("Arthur", "Henk"))].state is PairState.PINNED
    assert row.proposals == len(again) == 2
    everybody = [uid for pair in again.values() for uid in (pair.low_id, pair.high_id)]
    assert len(everybody) == len(set(everybody)), "one friend each was wished for"


async def test_a_forbidden_pair_never_comes_again_while_it_is_not_taken_back(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    row = await draft(db, twin.ilse)
    wrong = (await pairs_of(db, row.id))[frozenset(("Arthur", "Henk"))]
    assert await refusal(round_pairs.forbid(db, wrong.id, twin.ilse, reason=" ", now=NOW)) is Refusal.NEEDS_REASON
    await round_pairs.forbid(db, wrong.id, twin.ilse, reason="They are cousins.", now=NOW)
    assert [one.reason for one in await db.exec(select(Block))] == [BlockReason.VETOED]
    await round_runs.start_again(db, row.id, twin.ilse, now=LATER)
    await run(db, row.id, now=LATER)
    states = {tuple(sorted(two)): one.state for two, one in (await pairs_of(db, row.id)).items()}
    assert states.pop(("Arthur", "Henk")) is PairState.FORBIDDEN
    assert states == {("Arthur", "Inge"): PairState.PROPOSED, ("Beryl", "Henk"): PairState.PROPOSED}
    await round_publishing.publish(db, row.id, await remit.desk_of(db, twin.ilse, now=LATER), now=LATER)
    assert len((await db.exec(select(Match))).all()) == 2
    assert await refusal(round_pairs.allow_again(db, wrong.id, twin.ilse, now=LATER)) is Refusal.ALREADY_DECIDED


async def test_a_never_can_be_taken_back_while_the_draft_lives(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    row = await draft(db, twin.ilse)
    pair = (await pairs_of(db, row.id))[frozenset(("Arthur", "Henk"))]
    await round_pairs.forbid(db, pair.id, twin.ilse, reason="Are they cousins?", now=NOW)
    await round_pairs.allow_again(db, pair.id, twin.marta, now=NOW)
    assert (pair.state, pair.note, (await db.exec(select(Block))).all()) == (PairState.PROPOSED, "", [])


async def test_a_never_of_somebody_else_about_the_same_two_stays(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    mine, theirs = await draft(db, twin.ilse), await draft(db, twin.uli)
    two = frozenset(("Arthur", "Henk"))
    for row, moderator in ((mine, twin.ilse), (theirs, twin.uli)):
        await round_pairs.forbid(db, (await pairs_of(db, row.id))[two].id, moderator, reason="Cousins.", now=NOW)
    await round_pairs.allow_again(db, (await pairs_of(db, mine.id))[two].id, twin.ilse, now=NOW)
    assert len((await db.exec(select(Block))).all()) == 1


async def test_a_pin_of_somebody_who_has_left_lapses_when_the_rest_is_run_again(db: AsyncSession) -> None:
    twin = await twins(db)
    people = await four_adults(db, twin)
    row = await draft(db, twin.ilse)
    pair = (await pairs_of(db, row.id))[frozenset(("Arthur", "Henk"))]
    await round_pairs.pin(db, pair.id, twin.ilse, now=NOW)
    people["Henk"].state = ResidentState.PAUSED
    await db.flush()
    await round_runs.start_again(db, row.id, twin.ilse, now=LATER)
    await run(db, row.id, now=LATER)
    await db.refresh(pair)
    assert pair.state is PairState.LAPSED
    assert row.proposals == 1


async def test_two_pins_of_one_person_never_give_more_friends_than_wished(db: AsyncSession) -> None:
    twin = await twins(db)
    people = await four_adults(db, twin)
    row = await draft(db, twin.ilse)
    low, high = sorted((people["Arthur"].id, people["Inge"].id))
    db.add(RoundPair(round_id=row.id, low_id=low, high_id=high, band=Band.ADULT, state=PairState.PINNED))
    mine = (await pairs_of(db, row.id))[frozenset(("Arthur", "Henk"))]
    await round_pairs.pin(db, mine.id, twin.ilse, now=NOW)
    reading = await round_drafts.read(db, row.id, now=NOW)
    assert len(reading.pinned) == 1


# --- the world has gone on --------------------------------------------------------------------------------------------


async def test_who_has_left_since_is_skipped_and_named(db: AsyncSession) -> None:
    twin = await twins(db)
    people = await four_adults(db, twin)
    row = await draft(db, twin.ilse)
    people["Henk"].state, people["Henk"].left_at = ResidentState.LEFT, LATER
    await db.flush()
    done = await round_publishing.publish(db, row.id, await remit.desk_of(db, twin.ilse, now=LATER), now=LATER)
    assert done.matches == 1
    assert [{one.first_name for one in two} for two in done.lapsed] == [{"Arthur", "Henk"}]
    assert len((await db.exec(select(Match))).all()) == 1


@pytest.mark.parametrize("what", ["blocked", "found somebody", "proposed meanwhile"])
async def test_pairs_that_no_longer_fit_are_not_published(db: AsyncSession, what: str) -> None:
    twin = await twins(db)
    people = await four_adults(db, twin)
    row = await draft(db, twin.ilse)
    arthur, henk = people["Arthur"], people["Henk"]
    if what == "blocked":
        await matching.block(db, arthur.id, henk.id, BlockReason.BLOCKED, now=NOW)
    elif what == "found somebody":
        arthur.waiting_since = None
        await db.flush()
    else:
        await proposed(db, arthur, henk)
    done = await round_publishing.publish(db, row.id, await remit.desk_of(db, twin.ilse, now=LATER), now=LATER)
    assert (done.matches, len(done.lapsed)) == (1, 1)


async def test_two_drafts_of_two_towns_never_propose_the_same_two_twice(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    mine, theirs = await draft(db, twin.ilse), await draft(db, twin.uli)
    first = await round_publishing.publish(db, mine.id, await remit.desk_of(db, twin.ilse, now=LATER), now=LATER)
    second = await round_publishing.publish(db, theirs.id, await remit.desk_of(db, twin.uli, now=LATER), now=LATER)
    assert (first.matches, second.matches, len(second.lapsed)) == (2, 0, 2)
    sides = [one.resident_id for one in await db.exec(select(MatchSide))]
    assert len(sides) == len(set(sides)) == 4


async def test_a_proposal_that_waits_does_not_come_a_second_time(db: AsyncSession) -> None:
    """Adults may wish for several friends: the same one again would be none."""
    twin = await twins(db)
    people = await four_adults(db, twin)
    for one in people.values():
        one.capacity = 3
    await db.flush()
    await proposed(db, people["Arthur"], people["Henk"])
    row = await draft(db, twin.ilse)
    assert ("Arthur", "Henk") not in names_in(await pairs_of(db, row.id))


# --- one at a time ----------------------------------------------------------------------------------------------------


async def test_one_round_at_a_time_and_one_draft_of_an_association(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    row = await round_runs.start(db, twin.ilse, now=NOW)
    for moderator in (twin.ilse, twin.marta, twin.uli):
        assert await refusal(round_runs.start(db, moderator, now=NOW)) is Refusal.ROUND_RUNNING
    assert await round_runs.start_weekly(db, now=NOW) is None
    assert await refusal(round_runs.drop(db, row.id, twin.ilse, now=NOW)) is Refusal.ROUND_RUNNING
    await run(db, row.id)
    assert await refusal(round_runs.start(db, twin.marta, now=NOW)) is Refusal.DRAFT_OPEN
    await round_runs.drop(db, row.id, twin.marta, now=NOW)
    await round_runs.drop(db, row.id, twin.marta, now=NOW)
    assert (row.state, await pairs_of(db, row.id)) == (RoundState.DROPPED, {})
    assert (await round_runs.start(db, twin.ilse, now=NOW)).state is RoundState.RUNNING


async def test_a_second_worker_on_the_same_round_does_nothing(db: AsyncSession) -> None:
    twin = await twins(db)
    row = await round_runs.start(db, twin.ilse, now=NOW)
    assert await round_runs.claim(db, row.id, now=NOW)
    assert not await round_runs.claim(db, row.id, now=NOW)
    await round_runs.give_back(db, row.id)
    assert await round_runs.claim(db, row.id, now=NOW), "the one that had to stop gave it back"


async def test_a_round_without_a_sign_of_life_has_failed_and_can_be_started_again(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    row = await round_runs.start(db, twin.ilse, now=NOW)
    await round_runs.claim(db, row.id, now=NOW)
    await round_runs.sweep(db, now=NOW + timedelta(seconds=30))
    assert row.state is RoundState.RUNNING
    await db.refresh(row)
    await round_runs.sweep(db, now=NOW + timedelta(seconds=90))
    assert (row.state, row.failure) == (RoundState.FAILED, "died")
    assert await refusal(round_runs.still_running(db, row.id)) is Refusal.ALREADY_DECIDED, "the dead one stores nothing"
    await round_runs.start_again(db, row.id, twin.marta, now=LATER)
    assert (await run(db, row.id, now=LATER)).state is RoundState.DRAFT


async def test_the_batch_runs_once_a_week_and_again_where_it_failed(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    first = await round_runs.start_weekly(db, now=NOW)
    assert first is not None
    await round_runs.fail(db, first.id, "died", now=NOW)
    second = await round_runs.start_weekly(db, now=NOW + timedelta(hours=1))
    assert second is not None
    await run(db, second.id, now=NOW + timedelta(hours=1))
    assert (second.state, second.proposals) == (RoundState.PUBLISHED, 2)
    assert await round_runs.start_weekly(db, now=NOW + timedelta(hours=2)) is None
    assert await round_runs.start_weekly(db, now=NOW + timedelta(days=7)) is not None


async def test_who_wished_for_one_more_and_got_none_is_kept_apart_from_those_alone(db: AsyncSession) -> None:
    twin = await twins(db)
    people = await four_adults(db, twin)
    people["Arthur"].capacity = 2
    for name, friend in (("Arthur", "Henk"), ("Beryl", "Inge")):
        await befriended(db, people[name], people[friend])
    row = await draft(db, twin.ilse)
    assert (row.unmatched, set(row.one_more)) == ({}, {str(people["Arthur"].id)}), "Beryl has as many as she wished for"
    assert (await draft(db, twin.uli)).one_more == {}, "nobody of that town"
    await round_runs.drop(db, row.id, twin.ilse, now=LATER)
    assert row.one_more == {}


async def test_old_drafts_are_dropped_and_names_forgotten(db: AsyncSession) -> None:
    twin = await twins(db)
    await four_adults(db, twin)
    await b.adult(db, twin.here, "Alone", languages=("fr",))
    row = await draft(db, twin.ilse)
    assert row.unmatched
    await round_runs.sweep(db, now=NOW + timedelta(days=13))
    await db.refresh(row)
    assert row.state is RoundState.DRAFT
    await round_runs.sweep(db, now=NOW + timedelta(days=15))
    await db.refresh(row)
    assert (row.state, row.unmatched, await pairs_of(db, row.id)) == (RoundState.DROPPED, {}, {})


async def test_two_moderators_who_ask_at_the_same_moment_start_one_round(fresh_database: str) -> None:
    database = Database(make_engine(fresh_database), nobody)
    try:
        async with database.transaction() as db:
            twin = await twins(db)

        async def ask(moderator: Moderator) -> bool:
            try:
                async with database.transaction() as db:
                    await round_runs.start(db, await db.get_one(Moderator, moderator.id), now=NOW)
            except Refused:
                return False
            return True

        asked = await asyncio.gather(*(ask(one) for one in (twin.ilse, twin.marta, twin.uli, twin.ewa)))
        assert sum(asked) == 1
    finally:
        await database.close()
