"""Which teachers hear that pupils of a partner class have left, and who of their own has nobody now?

One mail a day for a class at most, however many have left; by day only.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_notices, partner_search
from penfriends.actions.addresses import Addresses
from penfriends.models.pairings import BoardChange, Couple, Pairing, PairingClass, PairingState
from penfriends.models.residents import Resident
from penfriends.models.schools import ClassState, Pupil
from penfriends.rules.silence import is_quiet

ONCE_IN = timedelta(hours=23)


async def sweep(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Tell the classes of every running pairing. Returns how many classes were told."""
    found = await db.exec(
        select(PairingClass, Pairing)
        .join(Pairing, col(Pairing.id) == col(PairingClass.pairing_id))
        .where(Pairing.state == PairingState.RUNNING)
        .order_by(col(PairingClass.pairing_id), col(PairingClass.position))
    )
    return sum([await _tell(db, place, pairing, at=at, now=now) for place, pairing in found.all()])


async def _tell(db: AsyncSession, place: PairingClass, pairing: Pairing, *, at: Addresses, now: datetime) -> bool:
    if place.departures_told_at is not None and place.departures_told_at > now - ONCE_IN:
        return False
    left, alone = await _since(db, place, place.departures_told_at or pairing.started_at or pairing.asked_at)
    card = await partner_search.card_of(db, place.class_id)
    if not left or card.of.state is not ClassState.ACTIVE or is_quiet(now, card.town.timezone):
        return False
    place.departures_told_at = now
    db.add(place)
    await class_notices.departed(db, pairing, card, left=left, alone=alone, at=at, now=now)
    return True


async def _since(db: AsyncSession, place: PairingClass, since: datetime) -> tuple[list[str], list[str]]:
    """Names as the board shows them: partners who have left, and own pupils who have nobody now."""
    side = or_(col(BoardChange.low_id) == col(Pupil.resident_id), col(BoardChange.high_id) == col(Pupil.resident_id))
    found = await db.exec(
        select(Pupil.resident_id, BoardChange.low_id, BoardChange.high_id)
        .join(BoardChange, side)
        .where(
            BoardChange.pairing_id == place.pairing_id, ~col(BoardChange.came), BoardChange.at == Pupil.left_at,
            Pupil.class_id != place.class_id, col(Pupil.left_at) > since,
        )
    )  # fmt: skip
    pairs = found.all()
    friends = {high if who == low else low for who, low, high in pairs}
    ours = await _names(db, friends, class_id=place.class_id)
    gone = {who for who, low, high in pairs if (high if who == low else low) in ours}
    mine = or_(col(Couple.low_id).in_(ours), col(Couple.high_id).in_(ours))
    busy = await db.exec(select(Couple.low_id, Couple.high_id).where(Couple.pairing_id == place.pairing_id, mine))
    partnered = {one for pair in busy.all() for one in pair}
    left = await _names(db, gone)
    return sorted(left.values()), sorted(name for who, name in ours.items() if who not in partnered)


async def _names(db: AsyncSession, people: set[UUID], *, class_id: UUID | None = None) -> dict[UUID, str]:
    asked = (
        select(Resident.id, Resident.first_name, Pupil.initial)
        .join(Pupil, col(Pupil.resident_id) == col(Resident.id))
        .where(col(Resident.id).in_(people))
    )
    if class_id is not None:
        asked = asked.where(Pupil.class_id == class_id, col(Pupil.left_at).is_(None))
    return {who: f"{first} {initial}".rstrip() for who, first, initial in (await db.exec(asked)).all()}
