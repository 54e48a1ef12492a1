"""Which address is nobody's any more, and what is left of it? (rules R48, R49)

A guardian's yes is proof for years: then the row stays, without the address.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.classified import ADDRESS, SECRET
from penfriends.models.delivery import Delivery, Suppression, TeamMessage
from penfriends.models.emptied import emptied
from penfriends.models.moderation import Moderator
from penfriends.models.residents import Consent, Guardian, Resident, ResidentAddress
from penfriends.models.signin import OneTimeLink, Session, SignIn

_OF_AN_ADDRESS: tuple[Any, ...] = (Session, OneTimeLink, Suppression, ResidentAddress)


async def let_go(db: AsyncSession, sign_ins: Collection[UUID]) -> None:
    """Forget those of these addresses that no resident, guardian of a resident or moderator has."""
    for one in sorted(sign_ins):
        if not await _is_used(db, one):
            await _forget(db, one)


async def without_proofs(db: AsyncSession, guardians: Collection[UUID]) -> None:
    """Delete guardians with nothing left to prove, and the rows of their addresses."""
    for one in sorted(guardians):
        guardian = await db.get_one(Guardian, one)
        if not await _any(db, select(Consent.id).where(Consent.guardian_id == one)):
            await let_go(db, [guardian.sign_in_id])


async def _is_used(db: AsyncSession, sign_in_id: UUID) -> bool:
    children = select(Resident.id).join(Guardian, col(Guardian.id) == col(Resident.guardian_id))
    proved = col(ResidentAddress.verified_at).is_not(None)
    asked: tuple[Any, ...] = (
        select(Resident.id).where(Resident.sign_in_id == sign_in_id),
        select(Moderator.id).where(Moderator.sign_in_id == sign_in_id),
        children.where(Guardian.sign_in_id == sign_in_id),
        select(ResidentAddress.id).where(ResidentAddress.sign_in_id == sign_in_id, proved),
    )
    return any([await _any(db, one) for one in asked])


async def _forget(db: AsyncSession, sign_in_id: UUID) -> None:
    await db.exec(delete(Delivery).where(col(Delivery.sign_in_id) == sign_in_id, col(Delivery.letter_id).is_(None)))
    await db.exec(update(Delivery).where(col(Delivery.sign_in_id) == sign_in_id).values(sign_in_id=None))
    await db.exec(update(TeamMessage).where(col(TeamMessage.sign_in_id) == sign_in_id).values(sign_in_id=None))
    for kind in _OF_AN_ADDRESS:
        await db.exec(delete(kind).where(col(kind.sign_in_id) == sign_in_id))
    guardians = select(Guardian.id).where(Guardian.sign_in_id == sign_in_id)
    if await _any(db, select(Consent.id).where(col(Consent.guardian_id).in_(guardians))):
        empty = emptied(SignIn, ADDRESS, SECRET)
        await db.exec(update(SignIn).where(col(SignIn.id) == sign_in_id).values(**empty))
        return
    await db.exec(delete(Guardian).where(col(Guardian.sign_in_id) == sign_in_id))
    await db.exec(delete(SignIn).where(col(SignIn.id) == sign_in_id))


async def _any(db: AsyncSession, question: Any) -> bool:
    return (await db.exec(question.limit(1))).first() is not None
