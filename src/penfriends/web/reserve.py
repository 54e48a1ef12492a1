"""The bank of reserve letters of a class: write one, hand one to a pupil whose friend is silent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_progress, reserve_letters, teaching, volunteer_letters
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.moderation import Moderator
from penfriends.settings import settings
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.class_letters import WordsForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table("reserve", show=Permission.TEACHER, add=Permission.TEACHER, give=Permission.TEACHER, drop=Permission.TEACHER)
Asked = Request[Any, Any, Any]


@get("/classes/{class_id:uuid}/reserve", include_in_schema=False)
async def show(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """The letters of the bank, those that volunteers offer, and the pupils to whom nothing has come."""
    return await _bank(request, db, class_id, await moderator_of(request, db), None, now=now)


@post("/classes/{class_id:uuid}/reserve", include_in_schema=False)
async def add(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    teacher = await moderator_of(request, db)
    of = await teaching.own_class(db, class_id, teacher)
    form = (await filled(WordsForm, request)).offer(list(dict.fromkeys([*of.languages, *settings().languages])))
    if not form.validate():
        return await _bank(request, db, class_id, teacher, form, now=now, status=422)
    await reserve_letters.add(
        db, class_id, teacher, title=form.title.data or "", text=form.text.data, language=form.language.data, now=now
    )
    return go(f"/classes/{class_id}/reserve", say=_("The letter is in your bank."))


@post("/classes/{class_id:uuid}/reserve/{reserve_id:uuid}/gift", include_in_schema=False)
async def give(
    request: Asked,
    class_id: FromPath[UUID],
    reserve_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    """Hand it to the pupil who was chosen."""
    sent = await request.form()
    try:
        resident_id = UUID(str(sent.get("pupil", "")))
    except ValueError:
        raise NotFound from None
    await reserve_letters.give(db, reserve_id, resident_id, await moderator_of(request, db), now=now)
    return go(f"/classes/{class_id}/reserve", say=_("The pupil finds the letter at the next visit."))


@post("/classes/{class_id:uuid}/reserve/{reserve_id:uuid}/removal", include_in_schema=False)
async def drop(
    request: Asked, class_id: FromPath[UUID], reserve_id: FromPath[UUID], db: NamedDependency[AsyncSession]
) -> Redirect:
    await reserve_letters.drop(db, reserve_id, await moderator_of(request, db))
    return go(f"/classes/{class_id}/reserve", say=_("The letter is out of your bank."))


async def _bank(
    request: Asked,
    db: AsyncSession,
    class_id: UUID,
    teacher: Moderator,
    form: WordsForm | None,
    *,
    now: datetime,
    status: int = 200,
) -> Template:
    of = await teaching.own_class(db, class_id, teacher)
    known = await class_progress.of_class(db, of)
    form = form or WordsForm().offer(list(dict.fromkeys([*of.languages, *settings().languages])))
    return page(
        request,
        "class_letters/reserve.html",
        status=status,
        of=of,
        bank=await reserve_letters.bank(db, class_id, teacher),
        offered=await volunteer_letters.offered(db, of, teacher, now=now),
        silent=[one for one in known if one.silent],
        names={one.resident.id: one for one in known},
        form=form,
        errors=form.summary,
    )


ROUTES = [show, add, give, drop]
