"""Who is in my class? The list with its switches, and the list for paper."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import i18n
from penfriends.actions import class_list, pupil_care, teaching
from penfriends.actions.class_list import Member
from penfriends.models.schools import SchoolClass
from penfriends.web.desk import moderator_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table(
    "class_pupils",
    list_pupils=Permission.TEACHER,
    print_list=Permission.TEACHER,
    set_presence=Permission.TEACHER,
    set_volunteering=Permission.TEACHER,
)
Asked = Request[Any, Any, Any]


async def class_and_members(
    request: Asked, db: AsyncSession, class_id: UUID, *, now: datetime
) -> tuple[SchoolClass, list[Member]]:
    """An own class with everybody in it, sorted for the reader; that they were shown leaves a line (rule R41)."""
    teacher = await moderator_of(request, db)
    of = await teaching.own_class(db, class_id, teacher)
    found = await class_list.members(db, of, language=i18n.current.get(), now=now)
    await class_list.note_seen(db, teacher, found, now=now)
    return of, found


@get("/classes/{class_id:uuid}/pupils", include_in_schema=False)
async def list_pupils(
    request: Asked, class_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    of, found = await class_and_members(request, tracing_db, class_id, now=now)
    here = [one for one in found if not one.left]
    gaps = sum(one.has_gap for one in here)
    left = [one for one in found if one.left]
    return page(request, "pupils/list.html", of=of, here=here, left=left, gaps=gaps)


@get("/classes/{class_id:uuid}/pupils/list", include_in_schema=False)
async def print_list(
    request: Asked, class_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """The list to take along: names, and room to tick something off."""
    of, found = await class_and_members(request, tracing_db, class_id, now=now)
    school = await class_list.school_of(tracing_db, of)
    here = [one for one in found if not one.left]
    return page(request, "pupils/printed_list.html", of=of, school=school, here=here, today=now.date())


@post("/pupils/{resident_id:uuid}/presence", include_in_schema=False)
async def set_presence(request: Asked, resident_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Redirect:
    teacher, sent = await moderator_of(request, db), await request.form()
    pupil = await pupil_care.set_presence(db, resident_id, teacher, present=sent.get("present") == "yes")
    return go(f"/classes/{pupil.class_id}/pupils#p-{resident_id}")


@post("/pupils/{resident_id:uuid}/volunteering", include_in_schema=False)
async def set_volunteering(request: Asked, resident_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Redirect:
    teacher, sent = await moderator_of(request, db), await request.form()
    pupil = await pupil_care.set_volunteer(db, resident_id, teacher, volunteer=sent.get("volunteer") == "yes")
    return go(f"/classes/{pupil.class_id}/pupils#p-{resident_id}")


ROUTES = [list_pupils, print_list, set_presence, set_volunteering]
