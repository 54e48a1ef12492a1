"""How do the towns say yes or no to two classes? One moderator of each, once for all their pupils (rules R15–R18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_locks, class_notices, eligible, pairing_steps, partner_search
from penfriends.actions.addresses import Addresses
from penfriends.actions.pairing_steps import Place, places_of
from penfriends.actions.partner_search import VETOED
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.moderation import MODERATING, Decision, Moderator, Verb
from penfriends.models.pairings import Pairing, PairingApproval, PairingClass, PairingState
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.models.schools import ClassTeacher, Pupil, School, SchoolClass

OPEN = (PairingState.AGREED, PairingState.APPROVED, PairingState.RUNNING)
SHOWN = 200


@dataclass(frozen=True, slots=True)
class PairingView:
    """Classes that want to write to each other. `can_decide`: this moderator's yes or no is wanted; `waits_for` are the
    towns whose yes is missing."""

    pairing: Pairing
    places: Sequence[Place]
    can_decide: bool
    waits_for: Sequence[Town]


async def pairings(db: AsyncSession, moderator: Moderator, *, now: datetime) -> list[PairingView]:
    """What stands or waits between classes of which one is of the own towns, what can be decided first."""
    ours = (
        select(PairingClass.pairing_id)
        .join(SchoolClass, col(SchoolClass.id) == col(PairingClass.class_id))
        .join(School, col(School.id) == col(SchoolClass.school_id))
        .join(Town, col(Town.id) == col(School.town_id))
        .where(Town.association_id == moderator.association_id)
    )
    found = await db.exec(
        select(Pairing.id)
        .where(col(Pairing.state).in_(OPEN), col(Pairing.id).in_(ours))
        .order_by(col(Pairing.asked_at), col(Pairing.id))
        .limit(SHOWN)
    )
    seen = []
    for pairing_id in found.all():
        try:
            seen.append(await view(db, pairing_id, moderator, now=now))
        except Refused:
            continue  # somebody they know, or no checks for children
    return sorted(seen, key=lambda one: (not one.can_decide, OPEN.index(one.pairing.state)))


async def count(db: AsyncSession, moderator: Moderator, *, now: datetime) -> int:
    """How many wait for a yes or no of this moderator's association."""
    return sum(one.can_decide for one in await pairings(db, moderator, now=now))


async def view(db: AsyncSession, pairing_id: UUID, moderator: Moderator, *, now: datetime) -> PairingView:
    """Raises NotFound for unknown and foreign ones alike, Refused for who teaches or knows one of the pupils, and for
    who lacks the checks for children (R17, R18, R38)."""
    pairing = await db.get(Pairing, pairing_id)
    if pairing is None or pairing.state is PairingState.ASKED or not moderator.active:
        raise NotFound
    places = await places_of(db, pairing)
    if moderator.role not in MODERATING or moderator.association_id not in {one.card.association_id for one in places}:
        raise NotFound
    if await _is_partial(db, moderator, places):
        raise Refused(Refusal.CONFLICT_OF_INTEREST)
    await eligible.must_be_vetted(db, moderator, now=now)
    missing = await _missing(db, pairing, places)
    return PairingView(
        pairing,
        places,
        can_decide=pairing.state is PairingState.AGREED and moderator.association_id in missing,
        waits_for=[one.card.town for one in places if one.card.association_id in missing],
    )


async def approve(db: AsyncSession, pairing_id: UUID, moderator: Moderator, *, at: Addresses, now: datetime) -> Pairing:
    """One moderator's yes. With the last one that is needed, the teachers are told and can begin."""
    seen = await view(db, await class_locks.pairing_and_classes(db, pairing_id), moderator, now=now)
    if not seen.can_decide:
        raise Refused(Refusal.ALREADY_DECIDED)
    pairing, cards = seen.pairing, [one.card for one in seen.places]
    if await _has_spoken(db, pairing, moderator):
        raise Refused(Refusal.NEEDS_SECOND_PERSON)
    if not await partner_search.still_together(db, [one.of for one in cards], now=now):
        raise Refused(Refusal.CLASSES_DO_NOT_FIT)
    db.add(
        PairingApproval(
            pairing_id=pairing.id, moderator_id=moderator.id, association_id=moderator.association_id, at=now
        )
    )
    _decide(db, moderator, Verb.APPROVE, pairing.id, now=now)
    await db.flush()
    if not await _missing(db, pairing, seen.places):
        pairing.state, pairing.approved_at = PairingState.APPROVED, now
        db.add(pairing)
        await class_notices.decided(db, pairing, cards, reason="", at=at, now=now)
    await db.flush()
    return pairing


async def refuse(
    db: AsyncSession, pairing_id: UUID, moderator: Moderator, *, reason: str, at: Addresses, now: datetime
) -> None:
    """A moderator's no; the teachers are told why, and the classes look on. In a ring that is a no to the class that
    came last: the others are as agreed as they were before it, and can be refused, too."""
    if not reason.strip():
        raise Refused(Refusal.NEEDS_REASON)
    seen = await view(db, await class_locks.pairing_and_classes(db, pairing_id), moderator, now=now)
    if not seen.can_decide:
        raise Refused(Refusal.ALREADY_DECIDED)
    pairing, cards = seen.pairing, [one.card for one in seen.places]
    if len(cards) > 2:
        await pairing_steps.go_on_without(db, pairing, seen.places, VETOED, at=at, now=now)
        await pairing_steps.forget_approvals(db, pairing)
        await pairing_steps.seek_again(db, [cards[-1].of], since=pairing.asked_at)
    else:
        pairing.state, pairing.closed_at, pairing.closed_because = PairingState.REFUSED, now, VETOED
        db.add(pairing)
        await pairing_steps.seek_again(db, [one.of for one in cards], since=pairing.asked_at)
    _decide(db, moderator, Verb.VETO, pairing.id, now=now, note=reason.strip())
    await class_notices.decided(db, pairing, cards, reason=reason.strip(), at=at, now=now)
    await db.flush()


async def _missing(db: AsyncSession, pairing: Pairing, places: Sequence[Place]) -> frozenset[UUID]:
    """The associations whose yes is not there yet; one without moderators is not waited for (rule R15)."""
    own = {one.card.association_id for one in places}
    able = await db.exec(
        select(Moderator.association_id).where(
            col(Moderator.association_id).in_(own), Moderator.active, col(Moderator.role).in_(MODERATING)
        )
    )
    given = await db.exec(select(PairingApproval.association_id).where(PairingApproval.pairing_id == pairing.id))
    return frozenset(able) - frozenset(given)


async def _has_spoken(db: AsyncSession, pairing: Pairing, moderator: Moderator) -> bool:
    """People are counted, not roles: one human may moderate for two towns."""
    found = await db.exec(
        select(PairingApproval.id)
        .join(Moderator, col(Moderator.id) == col(PairingApproval.moderator_id))
        .where(PairingApproval.pairing_id == pairing.id, Moderator.sign_in_id == moderator.sign_in_id)
    )
    return found.first() is not None


async def _is_partial(db: AsyncSession, moderator: Moderator, places: Sequence[Place]) -> bool:
    """Whether a moderator teaches one of the classes, or knows one of the pupils too well (rule R17)."""
    ids = [one.seat.class_id for one in places]
    teaches = await db.exec(
        select(ClassTeacher.class_id)
        .join(Moderator, col(Moderator.id) == col(ClassTeacher.moderator_id))
        .where(col(ClassTeacher.class_id).in_(ids), Moderator.sign_in_id == moderator.sign_in_id)
    )
    if teaches.first() is not None:
        return True
    found = await db.exec(
        select(Resident).join(Pupil, col(Pupil.resident_id) == col(Resident.id)).where(col(Pupil.class_id).in_(ids))
    )
    return await eligible.knows(db, moderator, found.all())


def _decide(
    db: AsyncSession, moderator: Moderator, verb: Verb, pairing_id: UUID, *, now: datetime, note: str = ""
) -> None:
    db.add(Decision(moderator_id=moderator.id, verb=verb, subject="pairing", subject_id=pairing_id, note=note, at=now))
