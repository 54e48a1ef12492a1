"""How do the dates of a class get into a teacher's own calendar?

The secret in the address is the permission, because a calendar program cannot sign in. Only its fingerprint is kept; it
opens the dates of one class for one teacher, for as long as they teach it, and no name of a pupil.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_calendar, eligible, teaching
from penfriends.actions.class_calendar import OPEN, Calendar
from penfriends.errors import NotFound
from penfriends.ids import fingerprint, token
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Pairing, PairingClass
from penfriends.models.schools import ClassTeacher, SchoolClass
from penfriends.models.signin import SignIn


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose dates, in which language, and all calendars of the class."""

    row: SchoolClass
    language: str
    calendars: tuple[Calendar, ...]
    changed: datetime


async def has_feed(db: AsyncSession, class_id: UUID, teacher: Moderator) -> bool:
    """Whether this teacher has an address for the dates of the class."""
    return (await _own(db, class_id, teacher)).feed_fingerprint is not None


async def make(db: AsyncSession, class_id: UUID, teacher: Moderator) -> str:
    """The secret of a new address, shown once. An older one opens nothing any more. Raises NotFound."""
    row, secret = await _own(db, class_id, teacher), token()
    row.feed_fingerprint = fingerprint(secret)
    db.add(row)
    await db.flush()
    return secret


async def switch_off(db: AsyncSession, class_id: UUID, teacher: Moderator) -> None:
    """The address opens nothing any more. Raises NotFound."""
    row = await _own(db, class_id, teacher)
    row.feed_fingerprint = None
    db.add(row)
    await db.flush()


async def find(db: AsyncSession, secret: str, *, now: datetime) -> Feed:
    """What the address opens. Raises NotFound for an unknown one, once its teacher has left the class, and once the
    school no longer confirms them."""
    found = await db.exec(
        select(SchoolClass, SignIn.locale, ClassTeacher.since, Moderator)
        .join(ClassTeacher, col(ClassTeacher.class_id) == col(SchoolClass.id))
        .join(Moderator, col(Moderator.id) == col(ClassTeacher.moderator_id))
        .join(SignIn, col(SignIn.id) == col(Moderator.sign_in_id))
        .where(
            ClassTeacher.feed_fingerprint == fingerprint(secret), col(ClassTeacher.until).is_(None), Moderator.active
        )
    )
    known = found.first()
    if known is None or not await eligible.is_vetted(db, known[3], now=now):
        raise NotFound
    row, language, since, _teacher = known
    pairings = await db.exec(
        select(Pairing)
        .join(PairingClass, col(PairingClass.pairing_id) == col(Pairing.id))
        .where(PairingClass.class_id == row.id, col(Pairing.state).in_(OPEN))
        .order_by(col(Pairing.id))
    )
    calendars = [await class_calendar.read(db, one, {row.id}, now=now) for one in pairings]
    changes = [one.pairing.calendar_changed_at for one in calendars if one.pairing.calendar_changed_at]
    return Feed(row, language, tuple(calendars), max([since, *changes]))


async def _own(db: AsyncSession, class_id: UUID, teacher: Moderator) -> ClassTeacher:
    own = await teaching.own_class(db, class_id, teacher)
    return await db.get_one(ClassTeacher, (own.id, teacher.id))
