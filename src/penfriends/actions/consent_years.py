"""Whose guardian has agreed until a day before the end of the school year, and how is that put right in one step?

A school year that becomes longer makes no yes longer (rule R14): the teacher attests anew, for each pupil whose
guardian has agreed to the new last day. Who has none, or whose was taken back, is never among them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_locks, pupils, teaching
from penfriends.errors import Refusal, Refused
from penfriends.models.moderation import Moderator
from penfriends.models.residents import Consent, ConsentState
from penfriends.models.schools import PaperYes, Pupil, SchoolClass


@dataclass(frozen=True, slots=True)
class EndsEarly:
    """A pupil whose yes ends before the school year, and its last day."""

    pupil: Pupil
    last_day: date


async def ending_early(db: AsyncSession, of: SchoolClass, *, now: datetime) -> list[EndsEarly]:
    """Of those who are in the class; nobody where the year has not become longer."""
    found = await db.exec(
        select(Pupil, Consent.expires_at)
        .join(Consent, col(Consent.resident_id) == col(Pupil.resident_id))
        .where(
            Pupil.class_id == of.id,
            col(Pupil.left_at).is_(None),
            Pupil.paper != PaperYes.NONE,
            Consent.state == ConsentState.GIVEN,
            col(Consent.attested_by).is_not(None),
            col(Consent.expires_at) > now,
            col(Consent.expires_at) < pupils.end_of_year(of),
        )
        .order_by(col(Pupil.resident_id))
    )
    return [EndsEarly(pupil, (ends - timedelta(days=1)).date()) for pupil, ends in found.all() if ends is not None]


async def attest_anew(
    db: AsyncSession, class_id: UUID, teacher: Moderator, chosen: Collection[UUID], *, until: date, now: datetime
) -> int:
    """The teacher says that these guardians have agreed until the new last day, on the paper they had signed or a new
    one. Returns for how many. Raises NotFound for another's class, Refused(CHANGED_SINCE) if the year does not end on
    the day that was shown."""
    await class_locks.whole_class(db, class_id)
    of = await teaching.running_class(db, class_id, teacher)
    if of.ends_on != until:
        raise Refused(Refusal.CHANGED_SINCE)
    again = [one.pupil for one in await ending_early(db, of, now=now) if one.pupil.resident_id in chosen]
    for pupil in again:
        await pupils.attest(db, pupil, of, teacher, pupil.paper, now=now)
    return len(again)
