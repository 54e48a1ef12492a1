"""How does a teacher enter a class, change what is said of it, and share it with another adult?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_facts, class_teachers, teaching
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.schools import SchoolClass
from penfriends.rules.school_year import school_year
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.classes import ClassForm, SecondForm, typed_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of

table(
    "class_facts",
    new_class=Permission.TEACHER,
    enter_class=Permission.TEACHER,
    edit_class=Permission.TEACHER,
    change_class=Permission.TEACHER,
    show_teachers=Permission.TEACHER,
    name_second=Permission.TEACHER,
    move_teacher=Permission.TEACHER,
)
Asked = Request[Any, Any, Any]


@get("/classes/new", include_in_schema=False)
async def new_class(request: Asked, now: NamedDependency[datetime]) -> Template:
    starts, ends = school_year(now.date())
    data = {"own_language": visitor_of(request).language, "rhythm_weeks": "5", "starts_on": starts, "ends_on": ends}
    return page(request, "classes/form.html", form=ClassForm(data=data).offer(), row=None)


@post("/classes/new", include_in_schema=False)
async def enter_class(
    request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    form = (await filled(ClassForm, request)).offer()
    if not form.validate():
        return page(request, "classes/form.html", status=422, form=form, row=None)
    row = await class_facts.enter(db, await moderator_of(request, db), form.facts, now=now)
    return go(f"/classes/{row.id}", say=_("The class is entered. Now add the pupils."))


@get("/classes/{class_id:uuid}/edit", include_in_schema=False)
async def edit_class(request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Template:
    row = await teaching.running_class(db, class_id, await moderator_of(request, db))
    return page(request, "classes/form.html", form=ClassForm(data=typed_of(row)).offer(), row=row)


@post("/classes/{class_id:uuid}/edit", include_in_schema=False)
async def change_class(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    teacher = await moderator_of(request, db)
    row = await teaching.running_class(db, class_id, teacher)
    form = (await filled(ClassForm, request)).offer()
    if not form.validate():
        return page(request, "classes/form.html", status=422, form=form, row=row)
    longer = form.facts.ends_on > row.ends_on
    await class_facts.change(db, class_id, teacher, form.facts, now=now)
    say = _("The class is changed.")
    if longer:
        say = _("The class is changed. Guardians have said yes until the day that it ended on before: ask them anew.")
    return go(f"/classes/{class_id}", say=say)


@get("/classes/{class_id:uuid}/teachers", include_in_schema=False)
async def show_teachers(request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Template:
    row = await teaching.own_class(db, class_id, await moderator_of(request, db))
    return await _teachers(request, db, row, SecondForm())


@post("/classes/{class_id:uuid}/teachers", include_in_schema=False)
async def name_second(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    teacher = await moderator_of(request, db)
    row = await teaching.own_class(db, class_id, teacher)
    form = await filled(SecondForm, request)
    if not form.validate():
        return await _teachers(request, db, row, form, status=422)
    who = await class_teachers.invite(db, class_id, teacher, email=form.email.data, name=form.name.data, now=now)
    if who.active:
        return go(f"/classes/{class_id}/teachers", say=_("From now on both of you read the letters of this class."))
    say = _("Thank you. A volunteer of your town asks your school about them, and writes to them then.")
    return go(f"/classes/{class_id}/teachers", say=say)


@post("/classes/{class_id:uuid}/teachers/{teacher_id:uuid}/{step:str}", include_in_schema=False)
async def move_teacher(
    request: Asked,
    class_id: FromPath[UUID],
    teacher_id: FromPath[UUID],
    step: FromPath[str],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    """`lead`: the other one answers for the class from now on; `leaving`: they teach it no more."""
    teacher = await moderator_of(request, db)
    if step == "lead":
        await class_teachers.make_lead(db, class_id, teacher, teacher_id, now=now)
    elif step == "leaving":
        await class_teachers.remove(db, class_id, teacher, teacher_id, now=now)
    else:
        raise NotFound
    gone = step == "leaving" and teacher_id == teacher.id
    return go("/classes" if gone else f"/classes/{class_id}/teachers", say=_("We will remember that."))


async def _teachers(
    request: Asked, db: AsyncSession, row: SchoolClass, form: SecondForm, *, status: int = 200
) -> Template:
    adults = await class_teachers.adults(db, row)
    return page(request, "classes/teachers.html", status=status, row=row, adults=adults, form=form)


ROUTES = [new_class, enter_class, edit_class, change_class, show_teachers, name_second, move_teacher]
