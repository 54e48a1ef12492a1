"""Which real addresses are behind the routes of classes, as the teacher and as a pupil?"""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import queues, remit
from penfriends.models.moderation import Moderator
from penfriends.models.schools import ClassTeacher, Duty
from tests.e2e.people import People


async def class_routes(db: AsyncSession, people: People, *, now: datetime) -> dict[str, dict[str, list[str]]]:
    """What to open behind every route of classes, by role."""
    teacher = (await db.exec(select(Moderator).where(Moderator.sign_in_id == people.teacher.id))).one()
    own = await db.exec(
        select(ClassTeacher.class_id)
        .where(ClassTeacher.moderator_id == teacher.id)
        .order_by(col(ClassTeacher.duty) == Duty.SECOND, col(ClassTeacher.class_id))
    )
    classes = own.all()
    desk = await remit.desk_of(db, teacher, now=now)
    holds = [one.hold for one in await queues.letters(db, desk, now=now)]
    shown = [next(one.id for one in holds if one.arriving is arriving) for arriving in (False, True)]
    found = {
        "/desk/letters/{hold_id}": [f"/desk/letters/{one}" for one in shown],
        "/desk/letters/{hold_id}/return": [f"/desk/letters/{shown[0]}/return"],
        "/desk/letters/{hold_id}/escalation": [f"/desk/letters/{shown[0]}/escalation"],
        "/classes/{class_id}": [f"/classes/{one}" for one in classes],
    }
    return {route: {"teacher": addresses} for route, addresses in found.items()}
