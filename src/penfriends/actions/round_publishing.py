"""How does a draft become matches? Each pair is looked at once more, on the world as it is now."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, eligible, remit, round_runs, world
from penfriends.actions.remit import Desk
from penfriends.actions.round_pairs import OPEN, sides_of
from penfriends.errors import Refusal, Refused
from penfriends.models.matching import Match, MatchRound, MatchSide, PairState, RoundPair, RoundState
from penfriends.models.residents import Resident
from penfriends.rules.eligibility import may_be_matched
from penfriends.rules.matching import Pair, Seeker, World
from penfriends.rules.score import explain


@dataclass(frozen=True, slots=True)
class Published:
    """How many proposals wait for approval now, and the pairs that no longer fit."""

    matches: int
    lapsed: tuple[tuple[Resident, ...], ...]


@dataclass(slots=True)
class _Now:
    """The people of the pairs as they are at this moment; a promised friend uses up a place."""

    seen: World
    people: dict[UUID, Seeker]
    pending: frozenset[Pair]
    today: date

    def fits(self, low: UUID, high: UUID) -> bool:
        one, other = self.people.get(low), self.people.get(high)
        if one is None or other is None or Pair((low, high)) in self.pending:
            return False
        return may_be_matched(one, other, self.seen, self.today)

    def promise(self, low: UUID, high: UUID) -> None:
        for uid in (low, high):
            one = self.people[uid]
            self.people[uid] = replace(one, capacity_left=one.capacity_left - 1)


async def publish(db: AsyncSession, round_id: UUID, desk: Desk, *, now: datetime) -> Published:
    """Everything in the draft that this moderator may judge goes into the queue of matches, as if the weekly batch had
    found it: approval stays what it was (rules R15, R16). What they may not judge stays in the draft for another
    moderator. Raises Refused if the draft runs, or was published already."""
    row = await round_runs.mine(db, round_id, desk.moderator)
    if row.state is RoundState.RUNNING:
        raise Refused(Refusal.ROUND_RUNNING)
    if row.state is not RoundState.DRAFT:
        raise Refused(Refusal.ALREADY_DECIDED)
    pairs = await waiting(db, desk, round_id)
    known = await _now(db, pairs, now=now)
    made = 0
    lapsed = []
    for pair in pairs:
        sides = await sides_of(db, pair)
        if await _stands(db, pair, sides, known, now=now):
            await _propose(db, pair, known, now=now)
            made += 1
        else:
            pair.state = PairState.LAPSED
            lapsed.append(tuple(sides))
        db.add(pair)
    await db.flush()
    await _close(db, row, desk, made, now=now)
    return Published(made, tuple(lapsed))


async def waiting(db: AsyncSession, desk: Desk, round_id: UUID) -> list[RoundPair]:
    """What this moderator would publish: the pinned first, then the best."""
    found = await db.exec(
        select(RoundPair)
        .where(RoundPair.round_id == round_id, col(RoundPair.state).in_(OPEN), remit.pairs_for(desk))
        .order_by(col(RoundPair.state) != PairState.PINNED, col(RoundPair.score).desc(), col(RoundPair.id))
    )
    return list(found)


async def _stands(db: AsyncSession, pair: RoundPair, sides: Sequence[Resident], known: _Now, *, now: datetime) -> bool:
    if len(sides) != 2 or any(one.waiting_since is None for one in sides):
        return False
    try:
        await eligible.must_take_part(db, sides, now=now)
    except Refused:
        return False
    return known.fits(pair.low_id, pair.high_id)


async def _now(db: AsyncSession, pairs: Sequence[RoundPair], *, now: datetime) -> _Now:
    ids = {uid for pair in pairs for uid in (pair.low_id, pair.high_id)}
    seen = await world.people_world(db, sorted(ids), now=now)
    return _Now(seen, {one.uid: one for one in seen.seekers}, await world.pending_pairs(db), now.date())


async def _propose(db: AsyncSession, pair: RoundPair, known: _Now, *, now: datetime) -> None:
    """Store the match as a round does, with the reasons as they are now."""
    one, other = (known.people[UUID(str(pair.explanation[side]))] for side in ("first", "second"))
    told = explain(one, other, known.seen, known.today)
    terms = [{**asdict(term), "detail": list(term.detail)} for term in told.points]
    match = Match(
        round_id=pair.round_id,
        band=pair.band,
        score=told.total,
        explanation={**pair.explanation, "total": told.total, "terms": terms},
        proposed_at=now,
    )
    db.add(match)
    await db.flush()
    for uid in (one.uid, other.uid):
        db.add(MatchSide(match_id=match.id, resident_id=uid, band=match.band, open_band=match.band))
    await db.flush()
    pair.state, pair.match_id = PairState.PUBLISHED, match.id
    known.promise(pair.low_id, pair.high_id)


async def _close(db: AsyncSession, row: MatchRound, desk: Desk, made: int, *, now: datetime) -> None:
    """The draft is over once nobody has anything left in it."""
    left = await db.exec(
        select(RoundPair.id).where(RoundPair.round_id == row.id, col(RoundPair.state).in_(OPEN)).limit(1)
    )
    if left.first() is None:
        row.state, row.finished_at = RoundState.PUBLISHED, now
        db.add(row)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=desk.moderator.id, action="publish_round",
        subject="match_round", subject_id=row.id, details={"matches": made},
    )  # fmt: skip
    await db.flush()
