"""Which schools are in the own towns, and do those who say that they teach there really do?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import school_words, schools
from penfriends.actions.addresses import Addresses
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.rules.school_year import school_year
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.schools import ConfirmForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table(
    "school_desk",
    own_schools=Permission.STAFF,
    show_school=Permission.STAFF,
    confirm_teacher=Permission.STAFF,
    refuse_teacher=Permission.STAFF,
    take_word_back=Permission.STAFF,
)
Asked = Request[Any, Any, Any]


@get("/desk/schools", include_in_schema=False)
async def own_schools(request: Asked, db: NamedDependency[AsyncSession]) -> Template:
    return page(request, "schools/desk.html", cards=await schools.cards(db, await moderator_of(request, db)))


@get("/desk/schools/{school_id:uuid}", include_in_schema=False)
async def show_school(
    request: Asked, school_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    card = await schools.card(db, school_id, await moderator_of(request, db))
    form = ConfirmForm(data={"until": school_year(now.date())[1]}).offer(card.teachers, now.date())
    return page(request, "schools/desk_school.html", card=card, form=form)


@post("/desk/schools/{school_id:uuid}/confirmation", include_in_schema=False)
async def confirm_teacher(
    request: Asked,
    school_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """A first time, or for a further school year."""
    moderator = await moderator_of(request, db)
    card = await schools.card(db, school_id, moderator)
    form = (await filled(ConfirmForm, request)).offer(card.teachers, now.date())
    if not form.validate():
        return page(request, "schools/desk_school.html", status=422, card=card, form=form)
    await schools.confirm(
        db, school_id, _id_of(form.teacher_id.data), moderator, how=form.how.data, until=form.until.data, at=at, now=now
    )
    return go(f"/desk/schools/{school_id}", say=_("Thank you. They can teach here until that day."))


@post("/desk/schools/{school_id:uuid}/refusal", include_in_schema=False)
async def refuse_teacher(
    request: Asked, school_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    form = await filled(ConfirmForm, request)
    moderator = await moderator_of(request, db)
    await schools.refuse(db, school_id, _id_of(form.teacher_id.data), moderator, now=now)
    return go("/desk/schools", say=_("What they said of themselves is deleted."))


@post("/desk/schools/{school_id:uuid}/withdrawal", include_in_schema=False)
async def take_word_back(
    request: Asked, school_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """The school no longer confirms somebody, before the day that it had named."""
    teacher_id, moderator = _id_of((await request.form()).get("teacher_id")), await moderator_of(request, db)
    await school_words.take_back(db, school_id, teacher_id, moderator, now=now)
    return go(f"/desk/schools/{school_id}", say=_("They are signed out, and see nothing of pupils any more."))


def _id_of(value: object) -> UUID:
    """Raises NotFound for what is no id at all."""
    try:
        return UUID(str(value))
    except ValueError as error:
        raise NotFound from error


ROUTES = [own_schools, show_school, confirm_teacher, refuse_teacher, take_word_back]
