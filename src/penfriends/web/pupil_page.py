"""What can a teacher put right about one pupil, and how does somebody leave a class or come back?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_list, pupil_care, teaching
from penfriends.actions.class_list import Member
from penfriends.actions.pupil_care import Written
from penfriends.i18n import gettext as _
from penfriends.models.schools import SchoolClass
from penfriends.rules.interests import INTERESTS
from penfriends.rules.sign_up import WRITING_LANGUAGES
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.pupils import PupilForm, mark_of_member
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page
from penfriends.web.signup_pages import groups_of

table(
    "pupil_page",
    show_pupil=Permission.TEACHER,
    change_pupil=Permission.TEACHER,
    before_leaving=Permission.TEACHER,
    leave_class=Permission.TEACHER,
    come_back=Permission.TEACHER,
)
Asked = Request[Any, Any, Any]
PICTURES = {one.code: one.icon for one in INTERESTS.values() if one.icon}


@get("/pupils/{resident_id:uuid}", include_in_schema=False)
async def show_pupil(
    request: Asked,
    resident_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """What is known of a pupil; looking at it leaves a line (rule R41)."""
    member = await _member(request, tracing_db, resident_id, now=now)
    await class_list.note_seen(tracing_db, await moderator_of(request, tracing_db), [member], now=now)
    return await _shown(request, tracing_db, member, PupilForm.of(member))


@post("/pupils/{resident_id:uuid}", include_in_schema=False)
async def change_pupil(
    request: Asked, resident_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    teacher = await moderator_of(request, db)
    await pupil_care.here(db, resident_id, teacher)
    member = await _member(request, db, resident_id, now=now)
    form = (await filled(PupilForm, request)).offer()
    if form.seen.data not in ("", None, mark_of_member(member)):
        form.seen.data = mark_of_member(member)
        return await _shown(request, db, member, form, status=409, moved=True)
    fits = form.validate()
    if not form.must_write() or not fits:
        return await _shown(request, db, member, form, status=422)
    written = Written(form.name.first, form.name.initial, form.languages, form.likes)
    await pupil_care.edit(db, resident_id, teacher, written, now=now)
    await pupil_care.set_volunteer(db, resident_id, teacher, volunteer=bool(form.volunteer.data))
    pupil = await pupil_care.set_presence(db, resident_id, teacher, present=not form.away.data)
    return go(f"/classes/{pupil.class_id}/pupils#p-{resident_id}", say=_("Saved."))


@get("/pupils/{resident_id:uuid}/leaving", include_in_schema=False)
async def before_leaving(
    request: Asked, resident_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """What it means, before it is done."""
    return page(request, "pupils/leaving.html", one=await _member(request, db, resident_id, now=now))


@post("/pupils/{resident_id:uuid}/leaving", include_in_schema=False)
async def leave_class(
    request: Asked, resident_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    pupil = await pupil_care.leave(db, resident_id, await moderator_of(request, db), now=now)
    return go(f"/classes/{pupil.class_id}/pupils", say=_("This pupil has left the class. What was written stays."))


@post("/pupils/{resident_id:uuid}/return", include_in_schema=False)
async def come_back(
    request: Asked, resident_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    pupil = await pupil_care.come_back(db, resident_id, await moderator_of(request, db), now=now)
    return go(f"/classes/{pupil.class_id}/pupils", say=_("Back in the class. The guardian’s yes is needed anew."))


async def _member(request: Asked, db: AsyncSession, resident_id: UUID, *, now: datetime) -> Member:
    pupil = await teaching.own_pupil(db, resident_id, await moderator_of(request, db))
    return await class_list.one(db, pupil, now=now)


async def _shown(
    request: Asked, db: AsyncSession, one: Member, form: PupilForm, *, status: int = 200, moved: bool = False
) -> Template:
    of = await db.get_one(SchoolClass, one.pupil.class_id)
    known = [code for code, _level in one.languages]
    first = list(dict.fromkeys([*known, *of.languages, *(code for code in form.languages)]))
    return page(
        request,
        "pupils/pupil.html",
        status=status,
        of=of,
        one=one,
        form=form,
        languages_first=first,
        languages_more=[code for code in WRITING_LANGUAGES if code not in first],
        pictures=PICTURES,
        groups=groups_of(form),
        moved=moved,
    )


ROUTES = [show_pupil, change_pupil, before_leaving, leave_class, come_back]
