"""How is a wrong birth date put right? By a moderator with a reason; crossing 18 needs a second one (rule R05)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, eligible, holds
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.groups import Group, GroupState
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, LetterState, Participant
from penfriends.models.matching import Match, MatchSide, MatchState
from penfriends.models.moderation import Decision, HoldReason, Moderator, Verb
from penfriends.models.residents import BirthChange, ChangeState, Resident
from penfriends.rules.bands import JOINING_AGE, Birth, age_on, band_on, needs_full_date


async def propose(
    db: AsyncSession, resident_id: UUID, moderator: Moderator, *, year: int, on: date | None, reason: str, now: datetime
) -> BirthChange:
    """Change a birth date, or, if that makes a child an adult or an adult a child, ask for a second moderator."""
    resident = await _resident(db, resident_id, moderator, now=now)
    if not reason.strip():
        raise Refused(Refusal.NEEDS_REASON)
    birth = Birth(year, on)
    if (on is None and needs_full_date(year, now.date())) or (on is not None and on.year != year):
        raise Refused(Refusal.HARD_RULE)
    if age_on(birth, now.date()) < JOINING_AGE:
        raise Refused(Refusal.TOO_YOUNG)
    row = BirthChange(
        resident_id=resident.id,
        old_year=resident.birth_year,
        old_on=resident.birth_on,
        new_year=year,
        new_on=on,
        reason=reason.strip(),
        crosses=band_on(birth, now.date()) is not resident.band,
        proposed_by=moderator.id,
        proposed_at=now,
    )
    db.add(row)
    await db.flush()
    if not row.crosses:
        await _carry_out(db, row, resident, moderator, now=now)
    return row


async def agree(db: AsyncSession, change_id: UUID, moderator: Moderator, *, now: datetime) -> BirthChange:
    """The second moderator's yes to a change that crosses 18. The first one cannot give it."""
    row = await db.get(BirthChange, change_id, with_for_update=True)
    if row is None:
        raise NotFound
    resident = await _resident(db, row.resident_id, moderator, now=now)
    if row.state is not ChangeState.PROPOSED:
        raise Refused(Refusal.ALREADY_DECIDED)
    if row.proposed_by == moderator.id:
        raise Refused(Refusal.NEEDS_SECOND_PERSON)
    await _carry_out(db, row, resident, moderator, now=now)
    return row


async def _resident(db: AsyncSession, resident_id: UUID, moderator: Moderator, *, now: datetime) -> Resident:
    resident = await db.get(Resident, resident_id, with_for_update=True)
    if resident is None or eligible.is_drafted(resident):
        raise NotFound
    await eligible.must_judge_match(db, moderator, [resident], resident.band, now=now)
    return resident


async def _carry_out(
    db: AsyncSession, row: BirthChange, resident: Resident, moderator: Moderator, *, now: datetime
) -> None:
    if row.crosses:
        await leave_band(db, resident.id, now=now)
        resident.facts = resident.question = ""
        resident.capacity = min(resident.capacity, 2)
    resident.birth_year, resident.birth_on = row.new_year, row.new_on
    resident.band = band_on(Birth(row.new_year, row.new_on), now.date())
    resident.profile_changed_at = now
    row.state, row.decided_by, row.decided_at = ChangeState.DONE, moderator.id, now
    db.add_all([row, resident])
    db.add(
        Decision(
            moderator_id=moderator.id,
            verb=Verb.CHANGE_BIRTH,
            subject="resident",
            subject_id=resident.id,
            note=row.reason,
            at=now,
        )
    )
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="change_birth", subject="resident",
        subject_id=resident.id, details={"crosses": row.crosses},
    )  # fmt: skip
    await db.flush()


async def leave_band(db: AsyncSession, resident_id: UUID, *, now: datetime) -> None:
    """Before a band changes: close every door that hangs on it. The database refuses the change otherwise (R02, R04).

    Open matches end, correspondences freeze, waiting letters are held; nothing is deleted.
    """
    sides = select(MatchSide.match_id).where(MatchSide.resident_id == resident_id)
    await db.exec(
        update(Match)
        .where(col(Match.id).in_(sides), col(Match.state).in_([MatchState.PROPOSED, MatchState.APPROVED]))
        .values(state=MatchState.EXPIRED, closed_at=now)
    )
    await db.exec(update(MatchSide).where(col(MatchSide.resident_id) == resident_id).values(open_band=None))
    await db.exec(update(Participant).where(col(Participant.resident_id) == resident_id).values(open_band=None))
    await db.exec(
        update(Group).where(col(Group.contact_id) == resident_id).values(contact_band=None, state=GroupState.PAUSED)
    )
    mine = select(Participant.correspondence_id).where(Participant.resident_id == resident_id)
    await db.exec(
        update(Correspondence)
        .where(col(Correspondence.id).in_(mine), col(Correspondence.state) != CorrespondenceState.ENDED)
        .values(state=CorrespondenceState.FROZEN, state_reason="band", state_changed_at=now)
    )
    waiting = await db.exec(
        select(Letter).where(col(Letter.correspondence_id).in_(mine), Letter.state == LetterState.RELEASED)
    )
    for letter in waiting:
        await holds.hold(db, letter, [HoldReason.FROZEN.value], urgent=False, now=now)
    await db.flush()
