"""Who of the moderators also keeps this installation running? Named at the shell only, and noted in the log."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit
from penfriends.actions.people import sign_in_for
from penfriends.errors import NotFound
from penfriends.models.moderation import Moderator
from penfriends.models.places import Association


async def name(db: AsyncSession, *, association: str, email: str, wanted: bool, now: datetime) -> Moderator:
    """Name a moderator as operator, or no longer. Raises NotFound."""
    sign_in = await sign_in_for(db, email)
    found = await db.exec(
        select(Moderator)
        .join(Association, col(Association.id) == col(Moderator.association_id))
        .where(Association.slug == association, Moderator.sign_in_id == (sign_in.id if sign_in else None))
    )
    moderator = found.first()
    if moderator is None:
        raise NotFound
    moderator.operates = wanted
    db.add(moderator)
    await audit.note(
        db, now=now, actor=audit.Actor.SYSTEM, actor_id=None, action="operator_named", subject="moderator",
        subject_id=moderator.id, details={"operates": wanted},
    )  # fmt: skip
    return moderator
