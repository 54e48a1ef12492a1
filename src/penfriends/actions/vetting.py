"""How does the house learn that a moderator may read children's letters? Somebody has seen the proof (R38, R39)."""

from datetime import date, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit
from penfriends.actions.people import sign_in_for
from penfriends.errors import NotFound
from penfriends.models.moderation import Moderator, Vetting, VettingKind
from penfriends.models.places import Association


async def moderator_called(db: AsyncSession, *, association: str, email: str) -> Moderator:
    """The moderator that a command line names by association and address. Raises NotFound."""
    sign_in = await sign_in_for(db, email)
    found = await db.exec(
        select(Moderator)
        .join(Association, col(Association.id) == col(Moderator.association_id))
        .where(Association.slug == association, Moderator.sign_in_id == (sign_in.id if sign_in else None))
    )
    moderator = found.first()
    if moderator is None:
        raise NotFound
    return moderator


async def record(
    db: AsyncSession,
    *,
    association: str,
    email: str,
    kind: VettingKind,
    seen_by: str,
    seen_on: date,
    expires_on: date,
    now: datetime,
) -> Vetting:
    """Note who has seen which proof of a moderator, when, and until when it holds. Raises NotFound."""
    moderator = await moderator_called(db, association=association, email=email)
    row = Vetting(moderator_id=moderator.id, kind=kind, seen_by=seen_by, seen_on=seen_on, expires_on=expires_on)
    db.add(row)
    await audit.note(
        db, now=now, actor=audit.Actor.SYSTEM, actor_id=None, action="vetting_recorded", subject="moderator",
        subject_id=moderator.id, details={"kind": kind.value, "until": expires_on.isoformat()},
    )  # fmt: skip
    return row
