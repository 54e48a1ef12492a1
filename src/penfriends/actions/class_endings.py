"""How do an exchange and a class end: with thanks, with the school year, or by themselves? Letters stay readable."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    audit,
    class_asks,
    class_letters,
    class_locks,
    class_notices,
    class_numbers,
    pairing_steps,
    reports,
    sessions,
    teaching,
)
from penfriends.actions.addresses import Addresses
from penfriends.actions.partner_search import NOT_THIS_TIME, STANDING, TAKEN_BACK, card_of
from penfriends.errors import Refusal, Refused
from penfriends.ids import token
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant
from penfriends.models.moderation import AuditEntry, Moderator
from penfriends.models.pairings import Pairing, PairingState
from penfriends.models.residents import Consent, ConsentState, Resident, ResidentState
from penfriends.models.schools import ClassState, Pupil, SchoolClass

TOLD_BEFORE = timedelta(days=30)
THANKED, YEAR_OVER = "thanked", "year_over"
"""Why an exchange ended, as `Pairing.closed_because` keeps it."""

_TOLD = "class_ending_told"


async def thank(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, thanks: str, at: Addresses, now: datetime
) -> Pairing:
    """End an exchange for all its classes, with words to the other teachers. Nothing can be written any more."""
    pairing = await teaching.own_pairing(db, await class_locks.pairing_and_classes(db, pairing_id), teacher)
    if pairing.state not in STANDING:
        raise Refused(Refusal.ALREADY_DECIDED)
    class_asks.must_be_clean(thanks)
    pairing.thanks = thanks.strip()
    own = set(await db.exec(teaching.classes_of(teacher.id)))
    await _end_pairing(db, pairing, THANKED, own, at=at, now=now)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action="end_exchange", subject="pairing",
        subject_id=pairing.id,
    )  # fmt: skip
    return pairing


async def end_class(
    db: AsyncSession, of: SchoolClass, *, by: Moderator | None, at: Addresses, now: datetime
) -> SchoolClass:
    """A class is over: its code opens nothing, its pupils write no more, what is written stays readable for its
    teachers. An exchange goes on only if two other classes are left in it. A second time changes nothing."""
    await class_locks.classes_and_pairings(db, [of.id])
    if of.state is ClassState.ENDED:
        return of
    for ask in await class_asks.open_asks(db, of.id, by_us=True):
        await pairing_steps.close(db, ask, TAKEN_BACK, at=at, now=now)
    for ask in await class_asks.open_asks(db, of.id, by_us=False):
        await pairing_steps.close(db, ask, NOT_THIS_TIME, at=at, now=now)
    of.state, of.ended_at, of.seeking_since, of.code = ClassState.ENDED, now, None, f"-{token()}"
    db.add(of)
    await db.flush()
    for pairing in await class_asks.standing_of(db, of.id):
        places = await pairing_steps.places_of(db, pairing)
        await class_numbers.keep(db, [one.seat for one in places if one.seat.class_id == of.id])
        if sum(one.card.of.state is ClassState.ACTIVE for one in places) < 2:
            await _end_pairing(db, pairing, YEAR_OVER, {of.id}, at=at, now=now)
    await _let_go(db, of, now=now)
    actor = audit.Actor.MODERATOR if by else audit.Actor.SYSTEM
    await audit.note(
        db, now=now, actor=actor, actor_id=by.id if by else None, action="end_class", subject="school_class",
        subject_id=of.id,
    )  # fmt: skip
    return of


async def sweep(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Classes whose year is over end, and teachers hear it thirty days before, once. Returns how many ended."""
    over = await _active_until(db, now.date() - timedelta(days=1))
    await class_locks.classes_and_pairings(db, [of.id for of in over])
    for of in over:
        await end_class(db, of, by=None, at=at, now=now)
    for of in await _active_until(db, (now + TOLD_BEFORE).date()):
        if not await _is_told(db, of):
            await _tell(db, of, at=at, now=now)
    return len(over)


async def _active_until(db: AsyncSession, day: date) -> list[SchoolClass]:
    found = await db.exec(
        select(SchoolClass)
        .where(SchoolClass.state == ClassState.ACTIVE, col(SchoolClass.ends_on) <= day)
        .order_by(col(SchoolClass.id))
    )
    return list(found)


async def _tell(db: AsyncSession, of: SchoolClass, *, at: Addresses, now: datetime) -> None:
    await class_notices.ending(db, await card_of(db, of.id), at=at, now=now)
    await audit.note(
        db, now=now, actor=audit.Actor.SYSTEM, actor_id=None, action=_TOLD, subject="school_class", subject_id=of.id,
        details={"ends_on": of.ends_on.isoformat()},
    )  # fmt: skip


async def _is_told(db: AsyncSession, of: SchoolClass) -> bool:
    """Of this last day: who moves it further away is told anew."""
    found = await db.exec(select(AuditEntry.details).where(AuditEntry.action == _TOLD, AuditEntry.subject_id == of.id))
    return any(one.get("ends_on") == of.ends_on.isoformat() for one in found.all())


async def _end_pairing(
    db: AsyncSession, pairing: Pairing, because: str, enders: set[UUID], *, at: Addresses, now: datetime
) -> None:
    places = await pairing_steps.places_of(db, pairing)
    await class_numbers.keep(db, [one.seat for one in places])
    pairing.state, pairing.closed_at, pairing.closed_because = PairingState.ENDED, now, because
    db.add(pairing)
    await db.flush()
    await class_letters.end_all(db, pairing, because, now=now)
    enders_first = sorted(places, key=lambda one: one.seat.class_id not in enders)
    for one in places:
        goes_on = one.card.of.state is ClassState.ACTIVE and one.card.of.ends_on >= now.date()
        if one.seat.class_id not in enders and goes_on:
            await class_notices.ended(db, pairing, enders_first[0].card, one.card, at=at, now=now)


async def _let_go(db: AsyncSession, of: SchoolClass, *, now: datetime) -> None:
    """What the pupils write in ends, also where a ring goes on without them; they are signed out, and the yes of their
    guardians has run out with the year (rule R14)."""
    mine = select(Pupil.resident_id).where(Pupil.class_id == of.id)
    theirs = await db.exec(
        select(Correspondence.id)
        .join(Participant, col(Participant.correspondence_id) == col(Correspondence.id))
        .where(col(Participant.resident_id).in_(mine), Correspondence.state != CorrespondenceState.ENDED)
    )
    for correspondence_id in list(theirs):
        await reports.end(db, correspondence_id, YEAR_OVER, now=now)
    await db.exec(
        update(Consent)
        .where(col(Consent.resident_id).in_(mine), col(Consent.state) == ConsentState.GIVEN)
        .values(state=ConsentState.EXPIRED)
    )
    found = await db.exec(select(Resident).where(col(Resident.id).in_(mine)))
    for one in found.all():
        if one.state is ResidentState.ACTIVE:
            one.state = ResidentState.PAUSED
            db.add(one)
        if one.sign_in_id is not None:
            await sessions.end_all(db, one.sign_in_id)
    await db.flush()
