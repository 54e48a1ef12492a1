"""How do two residents come together? Proposed, approved by moderators, accepted by both, then a correspondence."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import delivery, eligible, groups, introductions, still_waiting, world
from penfriends.actions.addresses import Addresses, Policy
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.letters import Correspondence, Participant
from penfriends.models.matching import (
    Answer,
    Block,
    BlockReason,
    Match,
    MatchApproval,
    MatchSide,
    MatchState,
)
from penfriends.models.moderation import Decision, Moderator, Verb
from penfriends.models.residents import Resident
from penfriends.rules.bands import Band
from penfriends.rules.eligibility import may_be_matched

CLAIM = timedelta(minutes=10)
APPROVALS = {Band.CHILD: 2, Band.ADULT: 1}


async def claim_match(db: AsyncSession, match_id: UUID, moderator: Moderator, *, now: datetime) -> bool:
    """Take a proposal for ten minutes, so that two never decide the same. False if another has it."""
    done = await db.exec(
        update(Match)
        .where(
            col(Match.id) == match_id,
            col(Match.state) == MatchState.PROPOSED,
            or_(
                col(Match.claimed_by).is_(None),
                col(Match.claimed_by) == moderator.id,
                col(Match.claimed_until) <= now,
            ),
        )
        .values(claimed_by=moderator.id, claimed_until=now + CLAIM)
        .execution_options(synchronize_session=False)
    )
    return done.rowcount == 1


async def approve(
    db: AsyncSession, match_id: UUID, moderator: Moderator, *, at: Addresses, policy: Policy, now: datetime
) -> Match:
    """One moderator's yes. With the last one that is needed, both residents are asked (rules R15–R17).

    A child's match needs two different moderators, from both towns where both have one, both after the last change of
    either profile. Raises Refused.
    """
    match = await locked(db, match_id, MatchState.PROPOSED)
    sides = await residents_of(db, match_id)
    await eligible.must_judge_match(db, moderator, sides, match.band, now=now)
    _must_be_free(match, moderator, now=now)
    await must_still_fit(db, match, sides, now=now)
    approvals = await fresh_approvals(db, match_id, sides)
    if any(one.moderator_id == moderator.id for one in approvals):
        raise Refused(Refusal.NEEDS_SECOND_PERSON)
    await _drop_stale(db, match_id, moderator.id)
    approval = MatchApproval(
        match_id=match_id, moderator_id=moderator.id, association_id=moderator.association_id, at=now
    )
    db.add(approval)
    _decide(db, moderator, Verb.APPROVE, match_id, now=now)
    await db.flush()
    if await _enough(db, match, sides, [*approvals, approval]):
        match.state = MatchState.APPROVED
        match.approved_at = now
        match.expires_at = now + timedelta(days=policy.answer_days)
        await introductions.ask_both(db, match, sides, at=at, now=now)
    match.claimed_by = match.claimed_until = None
    db.add(match)
    await db.flush()
    return match


async def veto(db: AsyncSession, match_id: UUID, moderator: Moderator, *, reason: str, now: datetime) -> None:
    """A moderator's no, with a reason: the two are never proposed to each other again."""
    if not reason.strip():
        raise Refused(Refusal.NEEDS_REASON)
    match = await locked(db, match_id, MatchState.PROPOSED)
    sides = await residents_of(db, match_id)
    await eligible.must_judge_match(db, moderator, sides, match.band, now=now)
    _must_be_free(match, moderator, now=now)
    await close(db, match, MatchState.VETOED, now=now)
    await block(db, sides[0].id, sides[1].id, BlockReason.VETOED, now=now)
    _decide(db, moderator, Verb.VETO, match_id, note=reason.strip(), now=now)
    await db.flush()


async def answer(
    db: AsyncSession, match_id: UUID, resident_id: UUID, *, yes: bool, at: Addresses, policy: Policy, now: datetime
) -> Match:
    """A resident's yes or no to an approved match. Two times yes opens a correspondence; a no is free and private, and
    can be taken back for a day (actions/refusals.py)."""
    match = await locked(db, match_id, MatchState.APPROVED)
    if match.expires_at is not None and match.expires_at <= now:
        raise Refused(Refusal.OUT_OF_TIME)
    rows = list(await db.exec(select(MatchSide).where(MatchSide.match_id == match_id)))
    mine = next((one for one in rows if one.resident_id == resident_id), None)
    if mine is None or mine.answer is not None:
        raise Refused(Refusal.ALREADY_DECIDED)
    mine.answer, mine.answered_at = Answer.YES if yes else Answer.NO, now
    db.add(mine)
    await still_waiting.heard_from(db, resident_id, now=now)
    if all(one.answer is Answer.YES for one in rows):
        sides = await residents_of(db, match_id)
        await must_still_fit(db, match, sides, now=now)
        await _open(db, match, sides, at=at, policy=policy, now=now)
    await db.flush()
    return match


async def expire(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Approved matches that nobody answered in time: closed, who said yes is told. Returns how many."""
    found = await db.exec(
        select(Match).where(Match.state == MatchState.APPROVED, col(Match.expires_at) <= now).with_for_update()
    )
    over = list(found)
    for match in over:
        rows = list(await db.exec(select(MatchSide).where(MatchSide.match_id == match.id)))
        sides = await residents_of(db, match.id)
        said_yes = [one.resident_id for one in rows if one.answer is Answer.YES]
        await close(db, match, MatchState.EXPIRED, now=now)
        await introductions.not_worked_out(db, [one for one in sides if one.id in said_yes], at=at, now=now)
    return len(over)


async def block(
    db: AsyncSession,
    one: UUID,
    other: UUID,
    reason: BlockReason,
    *,
    now: datetime,
    stops_letters: bool = False,
    by: UUID | None = None,
) -> None:
    """Never propose these two to each other; a second time changes nothing but that letters stop where asked."""
    low, high = sorted((one, other))
    found = (
        await db.exec(select(Block).where(Block.low_id == low, Block.high_id == high, Block.reason == reason))
    ).first()
    if found is None:
        found = Block(low_id=low, high_id=high, reason=reason, by_resident_id=by, created_at=now)
    found.stops_letters = found.stops_letters or stops_letters
    db.add(found)
    await db.flush()


async def residents_of(db: AsyncSession, match_id: UUID) -> list[Resident]:
    """The two residents of a match, always in the same order."""
    found = await db.exec(
        select(Resident)
        .join(MatchSide, col(MatchSide.resident_id) == col(Resident.id))
        .where(MatchSide.match_id == match_id)
        .order_by(col(MatchSide.id))
    )
    return list(found)


async def locked(db: AsyncSession, match_id: UUID, wanted: MatchState) -> Match:
    """The match, for this transaction alone, if it is in this state. Raises NotFound or Refused."""
    match = (await db.exec(select(Match).where(Match.id == match_id).with_for_update())).first()
    if match is None:
        raise NotFound
    if match.state is not wanted:
        raise Refused(Refusal.ALREADY_DECIDED)
    return match


def _must_be_free(match: Match, moderator: Moderator, *, now: datetime) -> None:
    """The row is locked here, so nobody takes it meanwhile."""
    if match.claimed_by not in (None, moderator.id) and match.claimed_until is not None and match.claimed_until > now:
        raise Refused(Refusal.TAKEN_BY_ANOTHER)


async def must_still_fit(db: AsyncSession, match: Match, sides: Sequence[Resident], *, now: datetime) -> None:
    """The independent rule, with the people as they are now (rules R02, R03, R07, R09, R19)."""
    if len(sides) != 2 or any(one.band is not match.band for one in sides):
        raise Refused(Refusal.HARD_RULE)
    await eligible.must_take_part(db, sides, now=now)
    seen = await world.pair_world(db, sides[0].id, sides[1].id, now=now)
    people = {one.uid: one for one in seen.seekers}
    if not may_be_matched(people[sides[0].id], people[sides[1].id], seen, now.date()):
        raise Refused(Refusal.HARD_RULE)


async def fresh_approvals(db: AsyncSession, match_id: UUID, sides: list[Resident]) -> list[MatchApproval]:
    """The approvals given after the last change of either profile; older ones have lost their ground."""
    changed = max(one.profile_changed_at for one in sides)
    found = await db.exec(select(MatchApproval).where(MatchApproval.match_id == match_id, MatchApproval.at >= changed))
    return list(found)


async def _drop_stale(db: AsyncSession, match_id: UUID, moderator_id: UUID) -> None:
    stale = await db.exec(
        select(MatchApproval).where(MatchApproval.match_id == match_id, MatchApproval.moderator_id == moderator_id)
    )
    for one in stale:
        await db.delete(one)
    await db.flush()


async def _enough(db: AsyncSession, match: Match, sides: list[Resident], approvals: list[MatchApproval]) -> bool:
    # people are counted, not roles: one human may moderate for two associations
    people = await db.exec(
        select(Moderator.sign_in_id).where(col(Moderator.id).in_([one.moderator_id for one in approvals]))
    )
    if len(set(people)) < APPROVALS[match.band]:
        return False
    if match.band is Band.ADULT:
        return True
    wanted = await eligible.associations_with_children_readers(db, sides)
    return wanted <= {one.association_id for one in approvals}


async def close(db: AsyncSession, match: Match, state: MatchState, *, now: datetime) -> None:
    match.state, match.closed_at = state, now
    db.add(match)
    await db.exec(update(MatchSide).where(col(MatchSide.match_id) == match.id).values(open_band=None))


async def _open(
    db: AsyncSession, match: Match, sides: list[Resident], *, at: Addresses, policy: Policy, now: datetime
) -> Correspondence:
    """Both said yes: a correspondence with a masked address for each, and the introduction to both."""
    match.state = MatchState.ACCEPTED
    db.add(match)
    correspondence = Correspondence(band=match.band, match_id=match.id, opened_at=now, state_changed_at=now)
    db.add(correspondence)
    await db.flush()
    participants = []
    for one in sides:
        participant = Participant(
            correspondence_id=correspondence.id,
            resident_id=one.id,
            band=match.band,
            open_band=match.band,
            joined_at=now,
        )
        db.add(participant)
        await db.flush()
        await delivery.open_alias(db, participant, now=now)
        participants.append(participant)
        await _waited(db, match, one, now=now)
        await _still_waiting(db, one, now=now)
    await block(db, sides[0].id, sides[1].id, BlockReason.MATCHED_BEFORE, now=now)
    await introductions.introduce(db, correspondence, participants, sides, at=at, policy=policy, now=now)
    return correspondence


async def _waited(db: AsyncSession, match: Match, one: Resident, *, now: datetime) -> None:
    """How long it took is kept: others are told from it how long it usually takes."""
    days = max(0, (now - one.waiting_since).days) if one.waiting_since else None
    mine = (col(MatchSide.match_id) == match.id, col(MatchSide.resident_id) == one.id)
    await db.exec(update(MatchSide).where(*mine).values(waited_days=days))


async def _still_waiting(db: AsyncSession, one: Resident, *, now: datetime) -> None:
    """Whoever has as many friends as they wished for waits no more; others start waiting anew, behind first friends."""
    friends = len(
        list(
            await db.exec(
                select(Participant.id)
                .join(Correspondence, col(Correspondence.id) == col(Participant.correspondence_id))
                .where(
                    Participant.resident_id == one.id,
                    Correspondence.state != "ended",
                    col(Correspondence.id).not_in(groups.OF_GROUPS),
                )
            )
        )
    )
    one.waiting_since = now if friends < one.capacity else None
    db.add(one)


def _decide(
    db: AsyncSession, moderator: Moderator, verb: Verb, match_id: UUID, *, now: datetime, note: str = ""
) -> None:
    db.add(Decision(moderator_id=moderator.id, verb=verb, subject="match", subject_id=match_id, note=note, at=now))
