"""How is a school's word about a teacher taken back before it runs out?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, eligible, schools, sessions
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.moderation import Moderator, Vetting, VettingKind


async def take_back(
    db: AsyncSession, school_id: UUID, teacher_id: UUID, moderator: Moderator, *, now: datetime
) -> None:  # fmt: skip
    """They teach there no more: signed out in this moment, and no page about pupils opens to them. Their classes and
    what they decided stay; the other adult of a class goes on, and letters that nobody reads reach the towns.

    Raises NotFound for foreign schools and for who does not teach there, Refused(ALREADY_DECIDED) for who is not in.
    """
    await eligible.must_be_vetted(db, moderator, now=now)
    known = await schools.card(db, school_id, moderator)
    teacher = next((one.row for one in known.teachers if one.row.id == teacher_id), None)
    if teacher is None:
        raise NotFound
    if not teacher.active:
        raise Refused(Refusal.ALREADY_DECIDED)
    teacher.active = False
    db.add(teacher)
    await db.exec(
        update(Vetting)
        .where(
            col(Vetting.moderator_id) == teacher_id, col(Vetting.kind) == VettingKind.SCHOOL,
            col(Vetting.expires_on) > now.date(),
        )
        .values(expires_on=now.date())
    )  # fmt: skip
    await sessions.end_all(db, teacher.sign_in_id)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="teacher_word_taken_back",
        subject="moderator", subject_id=teacher_id, details={"school": str(school_id)},
    )  # fmt: skip
