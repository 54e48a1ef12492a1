"""What happens when a mailbox takes our mail no more? We write there no more, and every friend is told kindly."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose, people
from penfriends.actions.addresses import Addresses
from penfriends.actions.suppression import suppress
from penfriends.actions.telling import tell_resident
from penfriends.mail.notices import Notice, Value
from penfriends.models.delivery import SuppressionReason
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant, ParticipantState
from penfriends.models.residents import Guardian, Resident
from penfriends.models.signin import SignIn


async def stop_mail(
    db: AsyncSession,
    mailbox: SignIn,
    reason: SuppressionReason,
    delivery_id: UUID,
    *,
    at: Addresses,
    now: datetime,
) -> None:
    """Write to `mailbox` no more. Everybody who writes to somebody behind it hears once that they cannot be reached:
    neither why nor under which address, so the three reasons sound alike. A second time changes nothing."""
    if not await suppress(db, mailbox, reason, delivery_id, now=now):
        return
    for mine in await _behind(db, mailbox):
        await _tell_friend(db, mine, at=at, now=now)


async def residents_behind(db: AsyncSession, mailbox: SignIn) -> list[Resident]:
    """Whose mail goes to `mailbox`: who signs in with it, and the children of a guardian who have no address."""
    found = await db.exec(
        select(Resident)
        .outerjoin(Guardian, col(Guardian.id) == col(Resident.guardian_id))
        .where(or_(col(Resident.sign_in_id) == mailbox.id, col(Guardian.sign_in_id) == mailbox.id))
        .order_by(col(Resident.id))
    )
    read_there = []
    for resident in found.all():
        where = await people.mail_to(db, resident)
        if where is not None and where.id == mailbox.id:
            read_there.append(resident)
    return read_there


async def _behind(db: AsyncSession, mailbox: SignIn) -> list[Participant]:
    """The sides that get letters there, in everything that has not ended."""
    found = await db.exec(
        select(Participant)
        .join(Correspondence, col(Correspondence.id) == col(Participant.correspondence_id))
        .where(
            col(Participant.resident_id).in_([one.id for one in await residents_behind(db, mailbox)]),
            col(Participant.state) != ParticipantState.LEFT,
            col(Participant.mail_paused).is_(False),
            col(Correspondence.state) != CorrespondenceState.ENDED,
        )
        .order_by(col(Participant.id))
    )
    return list(found)


async def _tell_friend(db: AsyncSession, unreachable: Participant, *, at: Addresses, now: datetime) -> None:
    gone = await db.get_one(Resident, unreachable.resident_id)
    friend = await compose.friend_of(db, unreachable.id)
    mailbox = await people.mail_to(db, friend.resident) if friend else None
    if friend is None or mailbox is None:
        return
    values: dict[str, Value] = {"name": friend.resident.first_name, "friend": gone.first_name}
    await tell_resident(db, Notice.BOUNCE_PARTNER, friend.resident, mailbox, values, at=at, now=now)
