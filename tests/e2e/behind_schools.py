"""Which real addresses are behind the routes of schools, at the desk and for a teacher?"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from PIL import Image
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import paper_letters, scanned_pages
from penfriends.doorkeys import addresses_of
from penfriends.mail.images import as_jpeg
from penfriends.models.letters import Participant
from penfriends.models.moderation import Moderator
from penfriends.models.places import Town
from penfriends.models.schools import ClassTeacher, Pupil, School
from penfriends.settings import settings
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
    return await _post_of(db, people) | {
        "/classes/{class_id}/edit": {"teacher": [f"/classes/{first}/edit"]},
        "/classes/{class_id}/teachers": {"teacher": [f"/classes/{first}/teachers"]},
        "/desk/schools/{school_id}": {"moderator": [f"/desk/schools/{one}" for one in found]},
    }


async def _post_of(db: AsyncSession, people: People) -> dict[str, dict[str, list[str]]]:
    """The pages about the letters of the pupil's class, on paper too."""
    row = await db.get_one(Pupil, people.pupil.id)
    mine = await db.exec(select(Participant.id).where(Participant.resident_id == people.pupil.id))
    code = paper_letters.code_of(mine.all()[0], addresses_of(settings()).key)
    found = {
        f"/classes/{{class_id}}/{name}": [f"/classes/{row.class_id}/{name}"]
        for name in ("letters", "letters/set", "paper", "paper/scan", "paper/sheets", "reserve")
    } | {"/classes/{class_id}/paper/{code}": [f"/classes/{row.class_id}/paper/{code}"]}
    teacher = (await db.exec(select(Moderator).where(Moderator.sign_in_id == people.teacher.id))).one()
    page = await drawn_anew(db, row.class_id, teacher, codes=([code], []))
    found["/classes/{class_id}/paper/letters/{side_id}"] = [f"/classes/{row.class_id}/paper/letters/{page}"]
    return {route: {"teacher": addresses} for route, addresses in found.items()}


async def drawn_anew(
    db: AsyncSession, class_id: UUID, teacher: Moderator, *, codes: Sequence[Sequence[str]]
) -> UUID | None:
    """Pages of a scan, each with these codes on it. Returns whose the first one is."""
    picture = as_jpeg(Image.new("RGB", (827, 1169), "white"))
    at = addresses_of(settings())
    pages = [(picture, found) for found in codes]
    rows = await scanned_pages.bring(db, class_id, teacher, pages, key=at.key, now=datetime.now(UTC))
    return rows[0].participant_id
