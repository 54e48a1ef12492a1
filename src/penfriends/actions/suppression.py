"""To which addresses do we write no more?"""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.delivery import Suppression, SuppressionReason
from penfriends.models.signin import SignIn


async def suppress(
    db: AsyncSession, sign_in: SignIn, reason: SuppressionReason, delivery_id: UUID | None, *, now: datetime
) -> bool:
    """Write to this address no more, until somebody lifts it. A second time changes nothing and answers False."""
    if await is_suppressed(db, sign_in):
        return False
    db.add(Suppression(sign_in_id=sign_in.id, reason=reason, delivery_id=delivery_id, since=now))
    await db.flush()
    return True


async def is_suppressed(db: AsyncSession, sign_in: SignIn) -> bool:
    found = await db.exec(
        select(Suppression.id).where(Suppression.sign_in_id == sign_in.id, col(Suppression.lifted_at).is_(None))
    )
    return found.first() is not None
