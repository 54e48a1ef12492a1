"""What does a moderator say to a proposal of a draft? Stays, goes, never, or on second thoughts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import eligible, matching, round_runs
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.matching import (
    Block,
    BlockReason,
    Match,
    MatchSide,
    MatchState,
    PairState,
    RoundPair,
    RoundState,
)
from penfriends.models.moderation import Decision, Moderator, Verb
from penfriends.models.residents import Resident

OPEN = (PairState.PROPOSED, PairState.PINNED)
SUBJECT = "round_pair"


async def pin(db: AsyncSession, pair_id: UUID, moderator: Moderator, *, now: datetime) -> RoundPair:
    """Keep the two together when the rest is run again. Twice is once."""
    return await _turn(db, pair_id, moderator, OPEN, PairState.PINNED, now=now)


async def unpin(db: AsyncSession, pair_id: UUID, moderator: Moderator, *, now: datetime) -> RoundPair:
    """The next run may separate them again."""
    return await _turn(db, pair_id, moderator, OPEN, PairState.PROPOSED, now=now)


async def forbid(db: AsyncSession, pair_id: UUID, moderator: Moderator, *, reason: str, now: datetime) -> RoundPair:
    """Never these two, with a reason: no round proposes them to each other again, while this is not taken back."""
    if not reason.strip():
        raise Refused(Refusal.NEEDS_REASON)
    row = await _turn(db, pair_id, moderator, OPEN, PairState.FORBIDDEN, now=now)
    row.note = reason.strip()
    await matching.block(db, row.low_id, row.high_id, BlockReason.VETOED, now=now)
    db.add(
        Decision(moderator_id=moderator.id, verb=Verb.VETO, subject=SUBJECT, subject_id=row.id, note=row.note, at=now)
    )
    await db.flush()
    return row


async def allow_again(db: AsyncSession, pair_id: UUID, moderator: Moderator, *, now: datetime) -> RoundPair:
    """Take a “never” back while the draft lives. It stays where somebody else said the same about the two."""
    row = await _turn(db, pair_id, moderator, (PairState.FORBIDDEN,), PairState.PROPOSED, now=now)
    row.note = ""
    await db.flush()
    if not await _vetoed_elsewhere(db, row):
        await db.exec(
            delete(Block).where(
                col(Block.low_id) == row.low_id,
                col(Block.high_id) == row.high_id,
                col(Block.reason) == BlockReason.VETOED,
            )
        )
    said = update(Decision).where(col(Decision.subject) == SUBJECT, col(Decision.subject_id) == row.id)
    await db.exec(said.values(undone_at=now).execution_options(synchronize_session=False))
    db.add(Decision(moderator_id=moderator.id, verb=Verb.UNDO, subject=SUBJECT, subject_id=row.id, at=now))
    await db.flush()
    return row


async def must_see(db: AsyncSession, pair_id: UUID, moderator: Moderator, *, now: datetime) -> RoundPair:
    """A pair of an own draft that this moderator may judge. Raises NotFound for a foreign or unknown one alike (R18),
    Refused for people whom they know, for missing checks (R17, R38)."""
    row = await db.get(RoundPair, pair_id)
    if row is None:
        raise NotFound
    await round_runs.mine(db, row.round_id, moderator)
    await db.refresh(row)
    await eligible.must_judge_match(db, moderator, await sides_of(db, row), row.band, now=now)
    return row


async def sides_of(db: AsyncSession, pair: RoundPair) -> list[Resident]:
    """The two, in the order of their numbers."""
    found = await db.exec(
        select(Resident).where(col(Resident.id).in_([pair.low_id, pair.high_id])).order_by(col(Resident.id))
    )
    return list(found)


async def _turn(
    db: AsyncSession,
    pair_id: UUID,
    moderator: Moderator,
    before: tuple[PairState, ...],
    after: PairState,
    *,
    now: datetime,
) -> RoundPair:
    """The round's row is locked by `must_see`: two moderators decide one after the other."""
    row = await must_see(db, pair_id, moderator, now=now)
    draft = await round_runs.mine(db, row.round_id, moderator)
    if draft.state is RoundState.RUNNING:
        raise Refused(Refusal.ROUND_RUNNING)
    if draft.state is not RoundState.DRAFT or row.state not in (*before, after):
        raise Refused(Refusal.ALREADY_DECIDED)
    row.state, row.decided_by = after, moderator.id
    db.add(row)
    await db.flush()
    return row


async def _vetoed_elsewhere(db: AsyncSession, row: RoundPair) -> bool:
    other = select(RoundPair.id).where(
        RoundPair.low_id == row.low_id,
        RoundPair.high_id == row.high_id,
        RoundPair.id != row.id,
        RoundPair.state == PairState.FORBIDDEN,
    )
    first = select(MatchSide.match_id).where(MatchSide.resident_id == row.low_id)
    match = (
        select(Match.id)
        .join(MatchSide, col(MatchSide.match_id) == col(Match.id))
        .where(Match.state == MatchState.VETOED, MatchSide.resident_id == row.high_id, col(Match.id).in_(first))
    )
    return (await db.exec(other)).first() is not None or (await db.exec(match)).first() is not None
