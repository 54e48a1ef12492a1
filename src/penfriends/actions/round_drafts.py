"""What does a round read, and how is what it found kept: as a draft of one association, or as matches of the batch?

Three steps that do not hold each other up: `read` in a reading transaction, `worked_out` without any, `keep` in a
writing one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import explained, rounds, storing, world
from penfriends.actions.storing import Ready
from penfriends.models.matching import MatchRound, PairState, RoundPair, RoundState
from penfriends.models.places import Town
from penfriends.rules import helping, pins, shortage
from penfriends.rules.assignment import Round, Told, in_silence
from penfriends.rules.matching import Pair, World
from penfriends.rules.proposals import Proposal

KEPT = (PairState.PINNED, PairState.FORBIDDEN, PairState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Reading:
    """Everybody who waits, and `rest`: the same world without the places that pinned pairs use up.

    `own` are the towns of the association, none for the batch; `busy` have a proposal with anybody.
    """

    seen: World
    rest: World
    pinned: frozenset[Pair]
    is_batch: bool
    own: frozenset[str]
    busy: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found: the round; its proposals, told one by one, which takes a while: `ready` to be stored those of the
    batch, `ours` those of a draft; who has nobody at all and why, what would help them, how many that are, and who has
    friends and got no further one."""

    found: Round
    ready: Sequence[Ready]
    ours: tuple[Proposal, ...]
    alone: dict[UUID, str]
    helps: dict[UUID, tuple[str, ...]]
    one_more: dict[UUID, str]
    groups: tuple[shortage.Group, ...]


async def read(db: AsyncSession, round_id: UUID, *, now: datetime) -> Reading:
    """What the round is decided from, with the pins of its draft that still hold."""
    row = await db.get_one(MatchRound, round_id)
    seen = await world.load(db, now=now)
    pending = await world.pending_pairs(db)
    wanted = await db.exec(
        select(RoundPair.low_id, RoundPair.high_id).where(
            RoundPair.round_id == round_id, RoundPair.state == PairState.PINNED
        )
    )
    today = now.date()
    pinned = pins.still_hold(seen, [Pair(two) for two in wanted.all() if Pair(two) not in pending], today)
    return Reading(
        seen,
        pins.without(seen, pinned, pending, today),
        pinned,
        row.association_id is None,
        await _own_towns(db, row.association_id),
        frozenset(uid for pair in pending for uid in pair),
    )


def worked_out(reading: Reading, today: date, told: Told = in_silence) -> Outcome:
    """The round for the rest of the world. Raises RuntimeError if the independent checker finds it wrong."""
    found = rounds.worked_out(reading.rest, today, told)
    without = pins.alone(reading.seen, found.unmatched, reading.pinned) - reading.busy
    friendless = {one.uid for one in reading.seen.some(without) if one.friends == 0}
    alone = {uid: found.unmatched[uid] for uid in sorted(friendless)}
    near = reading.own.union(*(reading.seen.twins_of(town) for town in reading.own))
    counted = shortage.groups(reading.seen, alone, today)
    own = {one.uid for one in reading.seen.seekers if one.town in reading.own} if reading.own else set()
    return Outcome(
        found,
        storing.made_ready(reading.seen, found) if reading.is_batch else (),
        tuple(one for one in found.proposals if {one.first, one.second} & own) if reading.own else (),
        {uid: code for uid, code in alone.items() if uid in own or not reading.own},
        helping.helps(reading.rest, own & alone.keys(), today),
        {
            uid: found.unmatched[uid]
            for uid in sorted(without - friendless)
            if found.unmatched[uid] not in shortage.OWN_MATTERS and (uid in own or not reading.own)
        },
        tuple(one for one in counted if one.town in near or not reading.own),
    )


async def keep(db: AsyncSession, row: MatchRound, reading: Reading, outcome: Outcome, *, now: datetime) -> None:
    """Store what was found. The batch's proposals wait for moderators from now on; a draft's for its publication."""
    if row.association_id is None:
        await rounds.keep(db, row, reading.seen, outcome.found, outcome.ready, now=now)
        row.state = RoundState.PUBLISHED
    else:
        await _keep_draft(db, row, reading, outcome, now=now)
        row.state = RoundState.DRAFT
    row.unmatched = {str(uid): code for uid, code in outcome.alone.items()}
    row.helps = {str(uid): list(codes) for uid, codes in outcome.helps.items()}
    row.one_more = {str(uid): code for uid, code in outcome.one_more.items()}
    row.shortage = [[one.town, one.ages, one.language, one.number] for one in outcome.groups]
    row.step, row.failure = None, ""
    db.add(row)
    await db.flush()


async def _keep_draft(db: AsyncSession, row: MatchRound, reading: Reading, outcome: Outcome, *, now: datetime) -> None:
    """Only pairs in which an own town has a part are stored at all (rule R18)."""
    here = col(RoundPair.round_id) == row.id
    await db.exec(delete(RoundPair).where(here, col(RoundPair.state).not_in(KEPT)))
    known = list(await db.exec(select(RoundPair).where(here)))
    for pair in known:
        if pair.state is PairState.PINNED and Pair((pair.low_id, pair.high_id)) not in reading.pinned:
            pair.state = PairState.LAPSED
            db.add(pair)
    there = {Pair((pair.low_id, pair.high_id)) for pair in known}
    people = {one.uid: one for one in reading.seen.seekers}
    ours = [one for one in outcome.ours if {one.first, one.second} not in there]
    for one in ours:
        db.add(_pair_of(row.id, one, {uid: people[uid].waiting_days for uid in (one.first, one.second)}))
    row.finished_at, row.waiting = now, len(reading.seen.seekers)
    row.proposals = len(ours) + len(reading.pinned)
    row.weight = sum(one.weight for one in outcome.found.certificates)
    row.bound = sum(one.bound for one in outcome.found.certificates)
    await db.flush()


def _pair_of(round_id: UUID, one: Proposal, waited: dict[UUID, int]) -> RoundPair:
    low, high = sorted((one.first, one.second))
    town = next((term.detail for term in one.explanation.points if term.name == "town"), ())
    return RoundPair(
        round_id=round_id,
        low_id=low,
        high_id=high,
        band=one.band,
        turn=one.turn,
        score=one.explanation.total,
        waited=max(waited.values()),
        twin_of_twin=town[:1] == ("twin_of_twin",),
        explanation=explained.stored(one, waiting={str(uid): days for uid, days in waited.items()}),
    )


async def _own_towns(db: AsyncSession, association_id: UUID | None) -> frozenset[str]:
    if association_id is None:
        return frozenset()
    return frozenset(await db.exec(select(Town.slug).where(Town.association_id == association_id)))
