"""Does somebody whom we asked still wait for a pen friend? Until they say so, nobody is proposed to them.

Asked is who has `waited_days` and waits no more: the days that they had waited are kept and count on after a yes.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import links
from penfriends.errors import NotFound
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.signin import LinkPurpose


def is_asked(resident: Resident) -> bool:
    """Whether their answer is waited for."""
    asked = resident.waited_days is not None and resident.waiting_since is None
    return asked and resident.state is ResidentState.ACTIVE


async def by_link(db: AsyncSession, secret: str, *, now: datetime) -> Resident:
    """Who is asked behind a link in a mail. It works as long as it lives, so that looking again shows what was said."""
    link = await links.find(db, secret, LinkPurpose.STILL_WAITING, now=now)
    resident = await db.get(Resident, link.subject_id, populate_existing=True) if link.subject_id else None
    if resident is None or resident.state is ResidentState.LEFT:
        raise NotFound
    return resident


async def say(db: AsyncSession, resident: Resident, *, yes: bool, now: datetime) -> None:
    """Yes: they wait on, with the days they had. No: nobody is looked for until they wish it. Else, a second press for
    instance, nothing changes."""
    if not is_asked(resident):
        return
    if yes:
        resident.waiting_since = now - timedelta(days=resident.waited_days or 0)
    resident.waited_days = None
    db.add(resident)
    await db.flush()


async def heard_from(db: AsyncSession, resident_id: UUID, *, now: datetime) -> None:
    """Somebody has answered a proposal that was open still: that says it, too."""
    await say(db, await db.get_one(Resident, resident_id), yes=True, now=now)
