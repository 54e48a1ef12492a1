"""Which real addresses are behind the routes of schools, at the desk and for a teacher?"""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.moderation import Moderator
from penfriends.models.places import Town
from penfriends.models.schools import ClassTeacher, School
from tests.e2e.people import People


async def school_routes(db: AsyncSession, people: People) -> dict[str, dict[str, list[str]]]:
    """What to open behind every route of schools, by role: those that only asked first."""
    found = await db.exec(
        select(School.id)
        .join(Town, col(Town.id) == col(School.town_id))
        .join(Moderator, col(Moderator.association_id) == col(Town.association_id))
        .where(Moderator.sign_in_id == people.moderator.id)
        .order_by(col(School.state), col(School.id))
    )
    own = await db.exec(
        select(ClassTeacher.class_id)
        .join(Moderator, col(Moderator.id) == col(ClassTeacher.moderator_id))
        .where(Moderator.sign_in_id == people.teacher.id)
        .order_by(col(ClassTeacher.class_id))
    )
    first = own.all()[0]
    return {
        "/classes/{class_id}/edit": {"teacher": [f"/classes/{first}/edit"]},
        "/classes/{class_id}/teachers": {"teacher": [f"/classes/{first}/teachers"]},
        "/desk/schools/{school_id}": {"moderator": [f"/desk/schools/{one}" for one in found]},
    }
