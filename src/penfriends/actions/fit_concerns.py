"""Who does not want to go on with a pen friend, and what does a moderator do about it? No letter is shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, eligible, people, remit, reports
from penfriends.actions.addresses import Addresses
from penfriends.actions.compose import Side, friend_of, side_of
from penfriends.actions.queues import Face, face_of
from penfriends.actions.remit import Desk
from penfriends.actions.telling import tell_resident
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.notices import Notice
from penfriends.models.letters import Correspondence, CorrespondenceState
from penfriends.models.matching import FitCheck
from penfriends.models.moderation import Moderator
from penfriends.models.residents import Resident
from penfriends.rules.fit import Concern, Fit, concerns

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody to whom it does not fit; what they said before, what the other last said, and what makes it notable."""

    check: FitCheck
    who: Face
    friend: Face
    before: Fit | None
    other: Fit | None
    why: tuple[Concern, ...]

    @property
    def residents(self) -> list[Resident]:
        return [self.who.resident, self.friend.resident]


async def doubts(db: AsyncSession, desk: Desk, *, now: datetime) -> list[Doubt]:
    """What this moderator may look at and nobody has looked at yet, the oldest first."""
    found = await db.exec(
        select(FitCheck)
        .join(Correspondence, col(Correspondence.id) == col(FitCheck.correspondence_id))
        .where(_waits(), remit.letters_for(desk))
        .order_by(col(FitCheck.answered_at), col(FitCheck.id))
        .limit(SHOWN)
    )
    seen = [await _doubt(db, check, now=now) for check in found]
    return [one for one in seen if one is not None]


async def count(db: AsyncSession, desk: Desk) -> int:
    """How many there are: for the first page of the desk."""
    wanted = select(func.count()).select_from(FitCheck)
    wanted = wanted.join(Correspondence, col(Correspondence.id) == col(FitCheck.correspondence_id))
    return (await db.exec(wanted.where(_waits(), remit.letters_for(desk)))).one()


async def look(db: AsyncSession, check_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """It was looked at, and the two are left to themselves: whoever said it has been offered a kind ending."""
    check, _correspondence = await _mine(db, check_id, moderator, now=now)
    await _seen(db, check, moderator, "fit_looked_at", now=now)


async def end(db: AsyncSession, check_id: UUID, moderator: Moderator, *, at: Addresses, now: datetime) -> None:
    """End it kindly for both; neither is told who wished for it, and each may wait for somebody new."""
    check, correspondence = await _mine(db, check_id, moderator, now=now)
    me, friend = await _sides(db, check)
    await reports.end(db, correspondence.id, "no_fit", now=now)
    await _seen(db, check, moderator, "fit_ended", now=now)
    for one, other in ((me, friend), (friend, me)):
        mailbox = await people.mail_to(db, one.resident)
        if mailbox is not None:
            names = {"name": one.resident.first_name, "friend": other.resident.first_name, "url": at.link("/friends")}
            await tell_resident(db, Notice.FIT_ENDED, one.resident, mailbox, names, at=at, now=now)


def _waits() -> ColumnElement[bool]:
    """Every concern has a “not” in it, so the answer alone finds them."""
    return (
        (col(FitCheck.answer) == Fit.NOT)
        & col(FitCheck.seen_at).is_(None)
        & (col(Correspondence.state) == CorrespondenceState.OPEN)
    )


async def _doubt(db: AsyncSession, check: FitCheck, *, now: datetime) -> Doubt | None:
    me, friend = await side_of(db, check.participant_id), await friend_of(db, check.participant_id)
    if me is None or friend is None:
        return None
    before = await _last(db, me.participant.id, below=check.after_days)
    other = await _last(db, friend.participant.id)
    today = now.date()
    return Doubt(
        check,
        face_of(me.resident, me.town, today),
        face_of(friend.resident, friend.town, today),
        before,
        other,
        concerns(before, check.answer, other),
    )


async def _last(db: AsyncSession, participant_id: UUID, *, below: int | None = None) -> Fit | None:
    """The last answer of a participant, or the last one to an earlier check."""
    wanted = select(FitCheck.answer).where(FitCheck.participant_id == participant_id, col(FitCheck.answer).is_not(None))
    if below is not None:
        wanted = wanted.where(FitCheck.after_days < below)
    last = (await db.exec(wanted.order_by(col(FitCheck.after_days).desc()).limit(1))).first()
    return Fit(last) if last is not None else None


async def _mine(
    db: AsyncSession, check_id: UUID, moderator: Moderator, *, now: datetime
) -> tuple[FitCheck, Correspondence]:
    """A check that is this moderator's to look at and waits for it. Raises NotFound or Refused."""
    check = await db.get(FitCheck, check_id, with_for_update=True)
    if check is None or check.answer is not Fit.NOT:
        raise NotFound
    correspondence = await db.get_one(Correspondence, check.correspondence_id)
    sides = await eligible.residents_in(db, correspondence.id)
    await eligible.must_judge_match(db, moderator, sides, correspondence.band, now=now)
    if check.seen_at is not None or correspondence.state is not CorrespondenceState.OPEN:
        raise Refused(Refusal.ALREADY_DECIDED)
    return check, correspondence


async def _sides(db: AsyncSession, check: FitCheck) -> tuple[Side, Side]:
    me, friend = await side_of(db, check.participant_id), await friend_of(db, check.participant_id)
    if me is None or friend is None:
        raise NotFound
    return me, friend


async def _seen(db: AsyncSession, check: FitCheck, moderator: Moderator, action: str, *, now: datetime) -> None:
    check.seen_by, check.seen_at = moderator.id, now
    db.add(check)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action=action, subject="correspondence",
        subject_id=check.correspondence_id,
    )  # fmt: skip
