"""What happens when a mailbox takes our mail no more, or says three times that it is full, and what if it works again?

We write there no more, and every friend is told kindly. Letters can be read on the website meanwhile.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, compose, people
from penfriends.actions.addresses import Addresses
from penfriends.actions.suppression import suppress, suppression_of
from penfriends.actions.telling import tell_resident
from penfriends.mail.notices import Notice, Value
from penfriends.models.delivery import Bounce, Delivery, DeliveryKind, Suppression, SuppressionReason
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant, ParticipantState
from penfriends.models.residents import Guardian, Resident
from penfriends.models.signin import SignIn
from penfriends.rules.bounces import BounceReason

FULL_TIMES = 3
FULL_WITHIN = timedelta(days=14)
# After these the owner may say that the mailbox works again. Whoever called our mail unwanted is asked by a person.
OWN_WAY_BACK = frozenset({SuppressionReason.FULL, SuppressionReason.HARD_BOUNCE})


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


async def note_full(db: AsyncSession, delivery: Delivery, *, at: Addresses, now: datetime) -> None:
    """The mailbox of `delivery` was full: its third mail within two weeks pauses it. Call when the Bounce is added."""
    mailbox = await mailbox_of(db, delivery)
    if mailbox is not None and await _times_full(db, mailbox, now=now) >= FULL_TIMES:
        await stop_mail(db, mailbox, SuppressionReason.FULL, delivery.id, at=at, now=now)


async def stopped_for(db: AsyncSession, resident: Resident) -> Suppression | None:
    """Why and since when this resident gets no mail, where it is theirs to say that the mailbox works again."""
    mailbox = await people.mail_to(db, resident)
    found = await suppression_of(db, mailbox.id) if mailbox else None
    return found if found is not None and found.reason in OWN_WAY_BACK else None


async def works_again(db: AsyncSession, resident: Resident, *, now: datetime) -> None:
    """The resident says that the mailbox takes mail again. A second time, or where nothing is stopped: no change."""
    found = await stopped_for(db, resident)
    if found is None:
        return
    found.lifted_at = now
    db.add(found)
    await audit.note(
        db, now=now, actor=audit.Actor.RESIDENT, actor_id=resident.id, action="lift_suppression", subject="resident",
        subject_id=resident.id,
    )  # fmt: skip


async def _times_full(db: AsyncSession, mailbox: SignIn, *, now: datetime) -> int:
    """How many of our mails came back because it was full, lately and since it last worked again. A mail that several
    reports are about counts once."""
    lifted = await db.exec(select(func.max(Suppression.lifted_at)).where(Suppression.sign_in_id == mailbox.id))
    since = max(one for one in (lifted.one(), now - FULL_WITHIN) if one is not None)
    readers = [one.id for one in await residents_behind(db, mailbox)]
    found = await db.exec(
        select(func.count(func.distinct(Bounce.delivery_id)))
        .join(Delivery, col(Delivery.id) == col(Bounce.delivery_id))
        .outerjoin(Participant, col(Participant.id) == col(Delivery.participant_id))
        .where(
            Bounce.reason == BounceReason.MAILBOX_FULL.value,
            col(Bounce.at) > since,
            or_(
                col(Delivery.sign_in_id) == mailbox.id,
                and_(col(Delivery.kind) == DeliveryKind.LETTER, col(Participant.resident_id).in_(readers)),
            ),
        )
    )
    return found.one()


async def mailbox_of(db: AsyncSession, delivery: Delivery) -> SignIn | None:
    """Where a delivery went, also if the reader has stopped letters by mail since."""
    if delivery.kind is DeliveryKind.NOTICE:
        return await db.get(SignIn, delivery.sign_in_id) if delivery.sign_in_id else None
    side = await compose.side_of(db, delivery.participant_id)
    return await people.mail_to(db, side.resident) if side else None


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
