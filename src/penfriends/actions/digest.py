"""Which moderators hear today that something waits at their desk? At most one mail a day, and none for nothing."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import pairing_approvals, queues, remit, workload
from penfriends.actions.addresses import Addresses
from penfriends.actions.delivery import queue_notice
from penfriends.actions.holds import ADULT_PROMISE, CHILD_PROMISE
from penfriends.actions.telling import called
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery
from penfriends.models.moderation import Moderator, Role
from penfriends.models.places import Town
from penfriends.models.schools import Teacher
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band

ONCE_IN = timedelta(hours=23)
MORNING, EVENING = 7, 20
_WISH_FOR_NONE = select(Teacher.moderator_id).where(~col(Teacher.reminders))


async def send_due(db: AsyncSession, at: Addresses, now: datetime) -> int:
    """Tell every moderator for whom something waits and who has not heard today, in the daytime of their town. Teachers
    hear of letters only, unless they wish for no reminders. Returns how many were told.
    """
    told = 0
    people = await db.exec(
        select(Moderator, SignIn)
        .join(SignIn, col(SignIn.id) == col(Moderator.sign_in_id))
        .where(Moderator.active, col(SignIn.email).is_not(None), col(Moderator.id).not_in(_WISH_FOR_NONE))
        .order_by(col(Moderator.id))
    )
    for moderator, sign_in in people.all():
        town = await _town(db, moderator)
        if town is None or not _is_daytime(town, now) or await _heard(db, moderator, now=now):
            continue
        told += await _send(db, moderator, sign_in, town, at=at, now=now)
    return told


async def _send(
    db: AsyncSession, moderator: Moderator, sign_in: SignIn, town: Town, *, at: Addresses, now: datetime
) -> int:
    desk = await remit.desk_of(db, moderator, now=now)
    counted = await queues.counts(db, desk, now=now)
    teaches = moderator.role is Role.TEACHER
    if teaches:
        counted |= {"matches": 0, "reports": 0}
    counted["pairings"] = 0 if teaches else await pairing_approvals.count(db, moderator, now=now)
    if not any(counted.values()):
        return 0
    waiting = await queues.letters(db, desk, now=now) if counted["letters"] else []
    first = min(waiting, key=lambda one: one.hold.created_at, default=None)
    start_of_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    await queue_notice(
        db,
        Notice.DESK_DIGEST,
        to=sign_in.id,
        language=sign_in.locale,
        association_id=moderator.association_id,
        at=at,
        now=now,
        values={
            "band": Band.ADULT.value,
            "town": called(town, sign_in.locale),
            "name": moderator.name,
            "letters": counted["letters"],
            "oldest": now - first.hold.created_at if first else timedelta(0),
            "promised": CHILD_PROMISE if first and first.band is Band.CHILD else ADULT_PROMISE,
            "matches": counted["matches"],
            "reports": counted["reports"],
            "pairings": counted["pairings"],
            "read_this_month": await workload.read_since(db, moderator, start_of_month),
            "url": at.link("/desk/letters" if teaches else "/desk"),
        },
    )
    return 1


async def _town(db: AsyncSession, moderator: Moderator) -> Town | None:
    found = await db.exec(
        select(Town).where(Town.association_id == moderator.association_id).order_by(col(Town.name)).limit(1)
    )
    return found.first()


def _is_daytime(town: Town, now: datetime) -> bool:
    return MORNING <= now.astimezone(ZoneInfo(town.timezone)).hour < EVENING


async def _heard(db: AsyncSession, moderator: Moderator, *, now: datetime) -> bool:
    found = await db.exec(
        select(Delivery.id)
        .where(
            Delivery.notice == Notice.DESK_DIGEST.value,
            Delivery.sign_in_id == moderator.sign_in_id,
            Delivery.association_id == moderator.association_id,
            col(Delivery.created_at) > now - ONCE_IN,
        )
        .limit(1)
    )
    return found.first() is not None
