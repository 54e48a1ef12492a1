"""What does somebody who waits hear: since when, how many could fit, how long it takes, what else is there?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, people, preview
from penfriends.actions.passage import consent_holds
from penfriends.actions.preview import Preview
from penfriends.errors import Refusal, Refused
from penfriends.models.matching import MatchSide
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentState
from penfriends.rules.bands import Band
from penfriends.rules.usual import LAST, usual_wait

A_WHILE = timedelta(days=7)
"""So long we look in the twin towns only, before the towns behind them are offered to who finds hardly anybody."""


@dataclass(frozen=True, slots=True)
class Usual:
    """How long it usually takes, and where: in the own town, or nowhere named where those were too few."""

    time: timedelta
    town: Town | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The place in the queue. `wish` is a town that was wished for and where nobody fits; `offer` the towns behind the
    twin towns, if they could be allowed and somebody is there."""

    since: datetime
    preview: Preview
    usual: Usual | None
    wish: Town | None
    offer: Preview | None


async def waiting_of(db: AsyncSession, resident: Resident, *, now: datetime) -> Waiting | None:
    """None for who does not wait or take part, and for a child without a valid yes (rule R08)."""
    if resident.waiting_since is None or resident.state is not ResidentState.ACTIVE:
        return None
    if not await consent_holds(db, resident, now=now):
        return None
    found = await preview.preview(db, resident.id, now=now)
    if found is None:
        return None
    return Waiting(
        since=resident.waiting_since,
        preview=found,
        usual=await usual(db, resident),
        wish=await _wish_without_anybody(db, resident, found),
        offer=await _offer(db, resident, found, now=now),
    )


async def usual(db: AsyncSession, resident: Resident) -> Usual | None:
    """From the last matches of the same town and band; else from those of all towns; else nothing."""
    town = await db.get_one(Town, resident.town_id)
    here = usual_wait(await _waits(db, resident.band, col(Resident.town_id) == resident.town_id))
    if here is not None:
        return Usual(here, town)
    anywhere = usual_wait(await _waits(db, resident.band))
    return Usual(anywhere, None) if anywhere is not None else None


async def allow_further_away(db: AsyncSession, resident: Resident, *, by: UUID | None, now: datetime) -> None:
    """Somebody from a twin town of our twin towns would be fine, too. For a child only the guardian may say so (`by` is
    their sign-in); the association must let it. Raises Refused."""
    association = await people.association_of(db, resident.town_id)
    if association is None or not association.twin_of_twin:
        raise Refused(Refusal.CHANGED_SINCE)
    guardian = await people.guardian_of(db, resident) if resident.band is Band.CHILD else None
    if resident.band is Band.CHILD and (guardian is None or guardian.id != by):
        raise Refused(Refusal.CONSENT_MISSING)
    resident.twin_of_twin = True
    db.add(resident)
    actor = audit.Actor.GUARDIAN if guardian else audit.Actor.RESIDENT
    await audit.note(
        db, now=now, actor=actor, actor_id=guardian.id if guardian else resident.id, action="allowed_twin_of_twin",
        subject="resident", subject_id=resident.id,
    )  # fmt: skip


async def _waits(db: AsyncSession, band: Band, *where: Any) -> list[int]:
    wanted = select(MatchSide.waited_days).where(MatchSide.band == band, col(MatchSide.waited_days).is_not(None))
    if where:
        wanted = wanted.join(Resident, col(Resident.id) == col(MatchSide.resident_id)).where(*where)
    found = await db.exec(wanted.order_by(col(MatchSide.answered_at).desc()).limit(LAST))
    return [days for days in found if days is not None]


async def _wish_without_anybody(db: AsyncSession, resident: Resident, found: Preview) -> Town | None:
    wished = resident.wished_town_id
    if wished is None or not found.total or any(town.id == wished for town, _number in found.towns):
        return None
    return await db.get(Town, wished)


async def _offer(db: AsyncSession, resident: Resident, found: Preview, *, now: datetime) -> Preview | None:
    """After a while for who finds hardly anybody, after four weeks for everybody."""
    waited = now - resident.waiting_since if resident.waiting_since else timedelta()
    if waited < A_WHILE or (waited < preview.OPEN_AFTER and found.total >= preview.FEW):
        return None
    further = await preview.further_away(db, resident.id, now=now)
    return further if further is not None and further.total else None
