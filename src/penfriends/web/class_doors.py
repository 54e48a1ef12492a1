"""How does a teacher set how the own pupils sign in, let one in again, and print the cards?"""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import segno
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_doors, classroom, pupils, teaching
from penfriends.actions.addresses import Addresses
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.residents import Resident
from penfriends.models.schools import Pupil, SchoolClass
from penfriends.rules import name_order
from penfriends.rules.lessons import kept, lessons_of
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.classroom import PICTURE_WORDS, LessonForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of

table(
    "class_doors",
    doors=Permission.TEACHER,
    new_code=Permission.TEACHER,
    add_lesson=Permission.TEACHER,
    remove_lesson=Permission.TEACHER,
    devices=Permission.TEACHER,
    unlock=Permission.TEACHER,
    cards_page=Permission.TEACHER,
    new_cards=Permission.TEACHER,
)
Asked = Request[Any, Any, Any]


@get("/classes/{class_id:uuid}/signing-in", include_in_schema=False)
async def doors(request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Template:
    of = await teaching.own_class(db, class_id, await moderator_of(request, db))
    return await _doors(request, of, LessonForm(), db)


@post("/classes/{class_id:uuid}/signing-in/code", include_in_schema=False)
async def new_code(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    teacher = await moderator_of(request, db)
    of = await teaching.own_class(db, class_id, teacher)
    await class_doors.new_code(db, of, teacher, now=now)
    return go(_path(of), say=_("The class has a new code. Cards with the old one need to be printed again."))


@post("/classes/{class_id:uuid}/signing-in/lessons", include_in_schema=False)
async def add_lesson(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]
) -> Template | Redirect:
    of = await teaching.own_class(db, class_id, await moderator_of(request, db))
    form = await filled(LessonForm, request)
    if not form.validate():
        return await _doors(request, of, form, db, status=422)
    await class_doors.add_lesson(db, of, form.lesson)
    return go(_path(of), say=_("The lesson is added."))


@post("/classes/{class_id:uuid}/signing-in/lessons/removal", include_in_schema=False)
async def remove_lesson(request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Redirect:
    of = await teaching.own_class(db, class_id, await moderator_of(request, db))
    said = str((await request.form()).get("lesson", ""))
    for one in lessons_of(of.lessons):
        if _key(kept([one])[0]) == said:
            await class_doors.remove_lesson(db, of, one)
    return go(_path(of), say=_("The lesson is taken out."))


@post("/classes/{class_id:uuid}/signing-in/devices", include_in_schema=False)
async def devices(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    teacher = await moderator_of(request, db)
    of = await teaching.own_class(db, class_id, teacher)
    shared = (await request.form()).get("shared") == "yes"
    await class_doors.share_devices(db, of, teacher, shared, now=now)
    return go(_path(of), say=_("We will remember that."))


@post("/classes/{class_id:uuid}/signing-in/unlock", include_in_schema=False)
async def unlock(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """One press. The pictures stay as they are."""
    teacher = await moderator_of(request, db)
    of = await teaching.own_class(db, class_id, teacher)
    said = str((await request.form()).get("pupil", ""))
    found = next((one for one, _who in await class_doors.locked(db, of) if str(one.resident_id) == said), None)
    if found is None:
        raise NotFound
    await class_doors.unlock(db, found, teacher, now=now)
    return go(_path(of), say=_("The pupil can try again, with the same pictures."))


@get("/classes/{class_id:uuid}/cards", include_in_schema=False)
async def cards_page(request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Template:
    """For whom cards are made. The cards themselves are shown once, when they are made."""
    of = await teaching.own_class(db, class_id, await moderator_of(request, db))
    return page(request, "class_doors/choose.html", of=of, pupils=await _in_order(request, of, db))


@post("/classes/{class_id:uuid}/cards", include_in_schema=False)
async def new_cards(
    request: Asked,
    class_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    teacher = await moderator_of(request, db)
    of = await teaching.own_class(db, class_id, teacher)
    sent = await request.form()
    chosen = {str(one) for one in sent.getall("pupil", [])}
    order = [pupil.resident_id for pupil, _who in await _in_order(request, of, db)]
    wanted = order if sent.get("who") == "all" else [one for one in order if str(one) in chosen]
    if not wanted:
        return go(f"/classes/{of.id}/cards", say=_("Please choose at least one pupil."), kind="warn")
    made = await class_doors.new_cards(db, of, teacher, wanted, key=at.key, now=now)
    cards = sorted(made, key=lambda one: order.index(one.resident.id))
    return page(
        request, "class_doors/cards.html", of=of, cards=cards, words=PICTURE_WORDS, large=sent.get("large") == "yes",
        drawing=_drawn(at.link(f"/class/{of.code}")), place=_spoken(at.link("/class")),
    )  # fmt: skip


# --- what the handlers share ---------------------------------------------------------------------------------------


async def _doors(request: Asked, of: SchoolClass, form: LessonForm, db: AsyncSession, *, status: int = 200) -> Template:
    ours = await pupils.in_class(db, of.id)
    return page(
        request, "class_doors/doors.html", status=status, of=of, form=form.offer(),
        lessons=[(one, _key(kept([one])[0])) for one in lessons_of(of.lessons)], days=dict(form.weekday_names()),
        locked=[who for pupil, who in ours if pupil.locked_at is not None],
        without_card=sum(pupil.pictures is None for pupil, _who in ours), zone=await classroom.zone_of(db, of),
    )  # fmt: skip


async def _in_order(request: Asked, of: SchoolClass, db: AsyncSession) -> list[tuple[Pupil, Resident]]:
    """The pupils of a class, as this reader's language sorts names."""
    language = visitor_of(request).language
    found = await pupils.in_class(db, of.id)
    return sorted(found, key=lambda one: name_order.key(f"{one[1].first_name} {one[0].initial}", language))


def _drawn(address: str) -> Markup:
    """The QR code of an address, as a picture inside the page."""
    drawing = segno.make(address, error="m").svg_inline(scale=3, border=2, light="#ffffff", dark="#000000")
    return Markup(drawing)  # noqa: S704 (made here, of our own text)


def _spoken(address: str) -> str:
    """An address as one types it: without https://."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}"


def _key(lesson: list[Any]) -> str:
    return "|".join(str(one) for one in lesson)


def _path(of: SchoolClass) -> str:
    return f"/classes/{of.id}/signing-in"


ROUTES = [doors, new_code, add_lesson, remove_lesson, devices, unlock, cards_page, new_cards]
