"""How do two pupils who were partnered come to write to each other, and how does that stop?"""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import delivery, eligible, reports
from penfriends.errors import Refusal, Refused
from penfriends.models.letters import Correspondence, Participant
from penfriends.models.pairings import Couple, Pairing, PairingState
from penfriends.models.residents import Resident
from penfriends.rules.bands import Band

WRITING = (PairingState.APPROVED, PairingState.RUNNING)


async def open_for(db: AsyncSession, pairing: Pairing, couple: Couple, *, now: datetime) -> Correspondence:
    """The correspondence of two partnered pupils; the one that they have, if they have one.

    Raises Refused(CORRESPONDENCE_CLOSED) unless both towns approved the pairing, and Refused(CONSENT_MISSING) without a
    guardian's yes for both: asked again by the relay for every letter (rule R25).
    """
    if couple.correspondence_id is not None:
        return await db.get_one(Correspondence, couple.correspondence_id)
    if pairing.state not in WRITING:
        raise Refused(Refusal.CORRESPONDENCE_CLOSED)
    sides = [await db.get_one(Resident, one) for one in (couple.low_id, couple.high_id)]
    await eligible.must_take_part(db, sides, now=now)
    row = Correspondence(band=Band.CHILD, pairing_id=pairing.id, opened_at=now, state_changed_at=now)
    db.add(row)
    await db.flush()
    for one in sides:
        side = Participant(
            correspondence_id=row.id, resident_id=one.id, band=Band.CHILD, open_band=Band.CHILD, joined_at=now
        )
        db.add(side)
        await db.flush()
        await delivery.open_alias(db, side, now=now)
    couple.correspondence_id = row.id
    db.add(couple)
    await db.flush()
    return row


async def end_all(db: AsyncSession, pairing: Pairing, reason: str, *, now: datetime) -> int:
    """End every correspondence of a pairing; what is written stays readable. Returns how many."""
    found = await db.exec(select(Correspondence.id).where(col(Correspondence.pairing_id) == pairing.id))
    ids = list(found)
    for one in ids:
        await reports.end(db, one, reason, now=now)
    return len(ids)
