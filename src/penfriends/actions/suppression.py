"""To which addresses do we write no more?"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.delivery import AT_ONCE, Delivery, Suppression, SuppressionReason
from penfriends.models.signin import SignIn


async def suppress(
    db: AsyncSession, sign_in: SignIn, reason: SuppressionReason, delivery_id: UUID | None, *, now: datetime
) -> bool:
    """Write to this address no more, until somebody lifts it. A second time answers False; it changes nothing, but that
    a full mailbox, whose owner may say that it works again, can turn out to be gone or to want no mail."""
    # Two reports that are read in the same moment wait for each other here, so that the friends hear of it once.
    await db.exec(select(SignIn.id).where(SignIn.id == sign_in.id).with_for_update())
    known = await suppression_of(db, sign_in.id)
    if known is None:
        db.add(Suppression(sign_in_id=sign_in.id, reason=reason, delivery_id=delivery_id, since=now))
    elif known.reason is SuppressionReason.FULL:
        known.reason = reason
        db.add(known)
    await db.flush()
    return known is None


async def suppression_of(db: AsyncSession, sign_in_id: UUID) -> Suppression | None:
    """Why and since when an address is not written to; None for one that is."""
    found: Suppression | None = (await db.exec(_STOPPED, params={"sign_in_id": sign_in_id})).scalars().first()
    return found


_STOPPED: Any = sa.select(Suppression).where(
    col(Suppression.sign_in_id) == sa.bindparam("sign_in_id", type_=sa.Uuid()), col(Suppression.lifted_at).is_(None)
)


def still_sent(stopped: Suppression, row: Delivery) -> bool:
    """Whether a mail leaves all the same: what somebody asks for who looks into the mailbox now, to sign in, say. The
    owner of a full mailbox could not come in otherwise to say that there is room again."""
    return stopped.reason is SuppressionReason.FULL and row.precedence == AT_ONCE
