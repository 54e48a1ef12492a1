"""In which order do those who change classes wait for one another?

Always this one, or two who press at the same moment wait for each other for ever: classes, then pairings, then pupils,
then the log. What is asked of a row before it is held may be old; so a row that is held here is read anew. On SQLite
there is one writer at a time anyway.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.errors import NotFound
from penfriends.models.pairings import Couple, Pairing, PairingClass
from penfriends.models.residents import Resident
from penfriends.models.schools import Pupil, SchoolClass


async def classes(db: AsyncSession, ids: Collection[UUID]) -> None:
    """Hold classes. Rows that only name one of them can be made meanwhile."""
    await db.exec(
        select(SchoolClass)
        .where(col(SchoolClass.id).in_(ids))
        .order_by(col(SchoolClass.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def pairing(db: AsyncSession, pairing_id: UUID) -> UUID:
    """Hold a pairing; the same id. Raises NotFound."""
    found = await db.exec(
        select(Pairing).where(Pairing.id == pairing_id).with_for_update().execution_options(populate_existing=True)
    )
    if found.first() is None:
        raise NotFound
    return pairing_id


async def pairing_and_classes(db: AsyncSession, pairing_id: UUID) -> UUID:
    """Hold a pairing whose classes change with it; the same id. Raises NotFound."""
    inside = await db.exec(select(PairingClass.class_id).where(PairingClass.pairing_id == pairing_id))
    await classes(db, inside.all())
    return await pairing(db, pairing_id)


async def classes_and_pairings(db: AsyncSession, ids: Collection[UUID]) -> None:
    """Hold classes, and all pairings that they have a part in."""
    await classes(db, ids)
    theirs = select(PairingClass.pairing_id).where(col(PairingClass.class_id).in_(ids))
    await _pairings(db, theirs)


async def pupil(db: AsyncSession, resident_id: UUID) -> None:
    """Hold a pupil, and before that the boards on which they have a partner. Their class does not end meanwhile."""
    await db.exec(
        select(SchoolClass)
        .where(col(SchoolClass.id).in_(select(Pupil.class_id).where(Pupil.resident_id == resident_id)))
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    mine = or_(col(Couple.low_id) == resident_id, col(Couple.high_id) == resident_id)
    await _pairings(db, select(Couple.pairing_id).where(mine))
    await _pupils(db, [resident_id])


async def whole_class(db: AsyncSession, class_id: UUID) -> None:
    """Hold a class, its pairings and everybody who is or was in it."""
    await classes_and_pairings(db, [class_id])
    found = await db.exec(select(Pupil.resident_id).where(Pupil.class_id == class_id))
    await _pupils(db, found.all())


async def _pairings(db: AsyncSession, ids: Any) -> None:
    await db.exec(
        select(Pairing)
        .where(col(Pairing.id).in_(ids))
        .order_by(col(Pairing.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def _pupils(db: AsyncSession, ids: Collection[UUID]) -> None:
    await db.flush()  # what this session has changed must not be read over
    for kind, key in ((Pupil, col(Pupil.resident_id)), (Resident, col(Resident.id))):
        await db.exec(
            select(kind)
            .where(key.in_(ids))
            .order_by(key)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
