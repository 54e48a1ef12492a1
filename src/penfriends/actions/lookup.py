"""Whom does a moderator find among the people of the own towns? Residents have no such search (rule R20)."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.queues import SHOWN, Face, face_of
from penfriends.actions.remit import Desk, person_for
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentState


async def people(db: AsyncSession, desk: Desk, *, first_name: str, town: str, state: str, now: datetime) -> list[Face]:
    """Residents of the own towns whom this moderator may judge, by the beginning of the first name, town and state."""
    wanted = select(Resident, Town).join(Town, col(Town.id) == col(Resident.town_id)).where(person_for(desk))
    if first_name.strip():
        beginning = first_name.strip().lower()
        wanted = wanted.where(func.lower(col(Resident.first_name)).startswith(beginning, autoescape=True))
    if town:
        wanted = wanted.where(Town.slug == town)
    wanted = wanted.where(col(Resident.forgotten_at).is_(None))
    if state in set(ResidentState):
        wanted = wanted.where(Resident.state == ResidentState(state))
    found = await db.exec(wanted.order_by(col(Resident.first_name), col(Resident.id)).limit(SHOWN))
    return [face_of(resident, home, now.date()) for resident, home in found.all()]


async def own_towns(db: AsyncSession, desk: Desk) -> list[Town]:
    found = await db.exec(
        select(Town).where(Town.association_id == desk.moderator.association_id).order_by(col(Town.name))
    )
    return list(found)
