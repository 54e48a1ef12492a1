"""Letters that volunteers write for pupils whose friend is silent: written at the desk, taken by the classes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import volunteer_letters
from penfriends.i18n import gettext as _
from penfriends.settings import settings
from penfriends.web.desk import desk_of, moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.class_letters import VolunteerForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page
from penfriends.words import refusal_sentence

table("volunteer_letters", list_letters=Permission.STAFF, write=Permission.STAFF, withdraw=Permission.STAFF)
table("volunteer_letters", take=Permission.TEACHER)
Asked = Request[Any, Any, Any]
BACK = "/desk/reserve"


@get(BACK, include_in_schema=False)
async def list_letters(request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """What the volunteers of the association have written; the form is for who may read children’s letters."""
    return await _listed(request, db, now, None)


@post(BACK, include_in_schema=False)
async def write(
    request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    writer = await moderator_of(request, db)
    form = _offered(await filled(VolunteerForm, request))
    if not form.validate():
        return await _listed(request, db, now, form, status=422)
    await volunteer_letters.write(
        db, writer, title=form.title.data or "", text=form.text.data or "", language=form.language.data, now=now
    )
    return go(BACK, say=_("Thank you. The teachers of your towns find the letter."))


@post("/desk/reserve/{letter_id:uuid}/removal", include_in_schema=False)
async def withdraw(
    request: Asked, letter_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    await volunteer_letters.withdraw(db, letter_id, await moderator_of(request, db), now=now)
    return go(BACK, say=_("The letter is taken back. Pupils who have it keep it."))


@post("/classes/{class_id:uuid}/reserve/volunteers/{letter_id:uuid}", include_in_schema=False)
async def take(
    request: Asked,
    class_id: FromPath[UUID],
    letter_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    """A teacher has read it and takes it for the own class."""
    await volunteer_letters.take(db, letter_id, class_id, await moderator_of(request, db), now=now)
    return go(f"/classes/{class_id}/reserve", say=_("The letter is in your bank."))


async def _listed(
    request: Asked, db: AsyncSession, now: datetime, form: VolunteerForm | None, *, status: int = 200
) -> Template:
    desk = await desk_of(request, db, now)
    form = form or _offered(VolunteerForm())
    return page(
        request,
        "volunteer_letters/list.html",
        status=status,
        letters=await volunteer_letters.of_association(db, desk.moderator),
        closed=refusal_sentence(desk.closed) if desk.closed else "",
        mine=desk.moderator,
        may_withdraw=volunteer_letters.may_withdraw,
        form=form,
        errors=form.summary,
    )


def _offered(form: VolunteerForm) -> VolunteerForm:
    form.offer(list(settings().languages))
    return form


ROUTES = [list_letters, write, withdraw, take]
