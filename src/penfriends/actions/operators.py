"""Who of the moderators also keeps this installation running? Named at the shell only, and noted in the log."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit
from penfriends.actions.vetting import moderator_called
from penfriends.models.moderation import Moderator


async def name(db: AsyncSession, *, association: str, email: str, wanted: bool, now: datetime) -> Moderator:
    """Name a moderator as operator, or no longer. Raises NotFound."""
    moderator = await moderator_called(db, association=association, email=email)
    moderator.operates = wanted
    db.add(moderator)
    await audit.note(
        db, now=now, actor=audit.Actor.SYSTEM, actor_id=None, action="operator_named", subject="moderator",
        subject_id=moderator.id, details={"operates": wanted},
    )  # fmt: skip
    return moderator
