"""Who may start a round of matching, is one running, how far is it, and what becomes of one that died?

The row is the truth: one may run at a time in the whole house (a unique index says so), whoever works on it gives a
sign of life every few seconds, and without one for a minute it counts as dead and can be started again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.jobs import Job, later
from penfriends.models.matching import MatchRound, RoundPair, RoundState, RoundStep
from penfriends.models.moderation import Moderator

SILENT = timedelta(seconds=60)
ASK_AGAIN = timedelta(seconds=5)
A_WEEK = timedelta(days=6)  # and a few hours: the batch of last week is no reason not to run this one
DRAFTS_KEPT = timedelta(days=14)
NAMES_KEPT = timedelta(days=30)
BEGUN_AGAIN_FROM = (RoundState.DRAFT, RoundState.FAILED)


@dataclass(slots=True)
class Progress:
    """How far a round is: told by the solver, read by whoever writes it down."""

    step: RoundStep = RoundStep.READING
    people: int = 0
    possible: int = 0
    proposals: int = 0

    def hear(self, step: str, number: int) -> None:
        """What rules.assignment tells. Children and adults are two runs: their possible pairs add up."""
        self.step = RoundStep(step)
        if self.step is RoundStep.COMPARING:
            self.people = max(self.people, number)  # of one band; who reads has told how many there are in all
        elif self.step is RoundStep.SOLVING:
            self.possible += number
        elif self.step is RoundStep.CHECKING:
            self.proposals = number


async def start(db: AsyncSession, moderator: Moderator, *, now: datetime) -> MatchRound:
    """Ask for a draft of this association. Raises Refused while another round runs or a draft lies open."""
    if not moderator.active:
        raise NotFound
    theirs = MatchRound.association_id == moderator.association_id
    if (await db.exec(select(MatchRound.id).where(theirs, MatchRound.state == RoundState.DRAFT))).first():
        raise Refused(Refusal.DRAFT_OPEN)
    row = MatchRound(association_id=moderator.association_id, started_by=moderator.id, started_at=now)
    await _begin(db, row)
    await _note(db, moderator, "start_round", row.id, now=now)
    later(db, Job.RUN_ROUND, row.id)
    return row


async def start_again(db: AsyncSession, round_id: UUID, moderator: Moderator, *, now: datetime) -> MatchRound:
    """Run a draft, or one that failed, anew: what is pinned stays, what is forbidden does not come back."""
    row = await mine(db, round_id, moderator)
    if row.state is RoundState.RUNNING and is_dead(row, now=now):
        await _die(db, row, "died", now=now)
    if row.state is RoundState.RUNNING:
        raise Refused(Refusal.ROUND_RUNNING)
    if row.state not in BEGUN_AGAIN_FROM:
        raise Refused(Refusal.ALREADY_DECIDED)
    row.runs += 1
    row.started_at, row.started_by, row.finished_at, row.failure = now, moderator.id, None, ""
    await _begin(db, row)
    await _note(db, moderator, "start_round", row.id, now=now)
    later(db, Job.RUN_ROUND, row.id)
    return row


async def start_weekly(db: AsyncSession, *, now: datetime) -> MatchRound | None:
    """The batch over everybody, once a week: None if it has been, or if another round runs at this moment."""
    done = select(MatchRound.id).where(
        col(MatchRound.association_id).is_(None),
        MatchRound.state == RoundState.PUBLISHED,
        MatchRound.started_at > now - A_WEEK,
    )
    if (await db.exec(done)).first() is not None:
        return None
    row = MatchRound(started_at=now)
    try:
        await _begin(db, row)
    except Refused:
        return None
    return row


async def drop(db: AsyncSession, round_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """Throw a draft away. What was forbidden in it stays forbidden; a second time changes nothing."""
    row = await mine(db, round_id, moderator)
    if row.state is RoundState.DROPPED:
        return
    if row.state is RoundState.PUBLISHED:
        raise Refused(Refusal.ALREADY_DECIDED)
    if row.state is RoundState.RUNNING and not is_dead(row, now=now):
        raise Refused(Refusal.ROUND_RUNNING)
    await _forget(db, [row.id])
    row.state, row.finished_at, row.step = RoundState.DROPPED, now, None
    row.unmatched, row.helps, row.one_more = {}, {}, {}
    db.add(row)
    await _note(db, moderator, "drop_round", row.id, now=now)


async def mine(db: AsyncSession, round_id: UUID, moderator: Moderator) -> MatchRound:
    """A round of the own association, locked until the end of the transaction. Raises NotFound for any other."""
    row = await db.get(MatchRound, round_id, with_for_update=True, populate_existing=True)
    if row is None or not moderator.active or row.association_id != moderator.association_id:
        raise NotFound
    return row


def is_dead(row: MatchRound, *, now: datetime) -> bool:
    """Whether nobody can be working on it any more."""
    return row.state is RoundState.RUNNING and row.beat_at is not None and row.beat_at <= now - SILENT


# --- for the worker ---------------------------------------------------------------------------------------------------


async def claim(db: AsyncSession, round_id: UUID, *, now: datetime) -> bool:
    """Take a round that was asked for. False if somebody works on it, or it is over: a second run does nothing."""
    done = await db.exec(
        update(MatchRound)
        .where(col(MatchRound.id) == round_id, col(MatchRound.state) == RoundState.RUNNING, _unclaimed(now))
        .values(beat_at=now, step=RoundStep.READING, possible=0, proposals=0)
        .execution_options(synchronize_session=False)
    )
    return done.rowcount == 1


async def beat(db: AsyncSession, round_id: UUID, progress: Progress, *, now: datetime) -> bool:
    """A sign of life with how far it is. False if the round is not running any more: then stop."""
    done = await db.exec(
        update(MatchRound)
        .where(col(MatchRound.id) == round_id, col(MatchRound.state) == RoundState.RUNNING)
        .values(
            beat_at=now,
            step=progress.step,
            waiting=progress.people,
            possible=progress.possible,
            proposals=progress.proposals,
        )
        .execution_options(synchronize_session=False)
    )
    return done.rowcount == 1


async def still_running(db: AsyncSession, round_id: UUID) -> MatchRound:
    """The round, locked, if nobody has given it up meanwhile. Raises Refused: then nothing is stored."""
    row = await db.get(MatchRound, round_id, with_for_update=True, populate_existing=True)
    if row is None or row.state is not RoundState.RUNNING:
        raise Refused(Refusal.ALREADY_DECIDED)
    return row


async def give_back(db: AsyncSession, round_id: UUID) -> None:
    """The worker has to stop: whoever comes next may begin it anew at once."""
    here = update(MatchRound).where(col(MatchRound.id) == round_id, col(MatchRound.state) == RoundState.RUNNING)
    await db.exec(here.values(beat_at=None, step=RoundStep.ASKED).execution_options(synchronize_session=False))


async def fail(db: AsyncSession, round_id: UUID, why: str, *, now: datetime) -> None:
    """It came to no end: visible as failed, with a code of round_reasons.FAILURES, and it can be started again."""
    row = await db.get(MatchRound, round_id, with_for_update=True, populate_existing=True)
    if row is not None and row.state is RoundState.RUNNING:
        await _die(db, row, why, now=now)


async def sweep(db: AsyncSession, *, now: datetime) -> None:
    """Rounds that nobody has begun are asked for again, those without a sign of life have failed, old ones are
    forgotten."""
    running = await db.exec(select(MatchRound).where(MatchRound.state == RoundState.RUNNING).with_for_update())
    for row in running.all():
        if is_dead(row, now=now):
            await _die(db, row, "died", now=now)
        elif row.beat_at is None and row.started_at <= now - ASK_AGAIN:
            later(db, Job.RUN_ROUND, row.id)
    await _forget_old(db, now=now)


async def _forget_old(db: AsyncSession, *, now: datetime) -> None:
    stale = and_(
        col(MatchRound.state).in_(BEGUN_AGAIN_FROM),
        col(MatchRound.association_id).is_not(None),
        col(MatchRound.started_at) <= now - DRAFTS_KEPT,
    )
    over = update(MatchRound).where(stale).values(state=RoundState.DROPPED, finished_at=now)
    await db.exec(over.execution_options(synchronize_session=False))
    old = (col(MatchRound.state) == RoundState.DROPPED) | (col(MatchRound.started_at) <= now - NAMES_KEPT)
    rows = await db.exec(
        select(MatchRound).where(old, col(MatchRound.state) != RoundState.RUNNING, _names_somebody()).limit(100)
    )
    found = list(rows.all())
    await _forget(db, [row.id for row in found])
    for row in found:
        row.unmatched, row.helps, row.one_more, row.runs = {}, {}, {}, 0
        db.add(row)
    await db.flush()


def _names_somebody() -> ColumnElement[bool]:
    """`runs` is 0 once the names have been forgotten."""
    return col(MatchRound.runs) > 0


async def _forget(db: AsyncSession, rounds: list[UUID]) -> None:
    await db.exec(delete(RoundPair).where(col(RoundPair.round_id).in_(rounds)))


def _unclaimed(now: datetime) -> ColumnElement[bool]:
    return or_(col(MatchRound.beat_at).is_(None), col(MatchRound.beat_at) <= now - SILENT)


async def _begin(db: AsyncSession, row: MatchRound) -> None:
    """One at a time: the index decides between two who ask at the same moment."""
    running = select(MatchRound.id).where(MatchRound.state == RoundState.RUNNING, MatchRound.id != row.id)
    if (await db.exec(running)).first() is not None:
        raise Refused(Refusal.ROUND_RUNNING)
    row.state, row.step, row.beat_at = RoundState.RUNNING, RoundStep.ASKED, None
    try:
        async with db.begin_nested():
            db.add(row)
            await db.flush()
    except IntegrityError as error:
        raise Refused(Refusal.ROUND_RUNNING) from error


async def _die(db: AsyncSession, row: MatchRound, why: str, *, now: datetime) -> None:
    row.state, row.failure, row.finished_at, row.step = RoundState.FAILED, why, now, None
    db.add(row)
    await db.flush()


async def _note(db: AsyncSession, moderator: Moderator, action: str, round_id: UUID, *, now: datetime) -> None:
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action=action, subject="match_round",
        subject_id=round_id,
    )  # fmt: skip
