"""One scanned page in a teacher's hand: look at it, say whose it is, turn it, change its place, take it away."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import page_handling, paper_letters, scanned_pages
from penfriends.actions.addresses import Addresses
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.i18n import gettext as _
from penfriends.web.class_scans import pile_page
from penfriends.web.desk import moderator_of
from penfriends.web.forms.scans import PagesForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go
from penfriends.web.state import database_of
from workers import paper

table(
    "scan_pages",
    picture=Permission.TEACHER,
    give_to=Permission.TEACHER,
    turn=Permission.TEACHER,
    put_before=Permission.TEACHER,
    take_away=Permission.TEACHER,
)
Asked = Request[Any, Any, Any]


@get("/classes/{class_id:uuid}/paper/pages/{page_id:uuid}", include_in_schema=False)
async def picture(
    request: Asked, class_id: FromPath[UUID], page_id: FromPath[UUID], db: NamedDependency[AsyncSession]
) -> Response[bytes]:
    """A page, as we have drawn it anew."""
    data = await page_handling.picture(db, class_id, page_id, await moderator_of(request, db))
    return Response(data, media_type="image/jpeg", headers={"cache-control": "private, no-store"})


@post("/classes/{class_id:uuid}/paper/pages/{page_id:uuid}/owner", include_in_schema=False)
async def give_to(
    request: Asked,
    class_id: FromPath[UUID],
    page_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """Whose the page is: by the code that was typed, or by the name. Without either it is nobody's any more."""
    teacher = await moderator_of(request, db)
    sent = await request.form()
    code, chosen = str(sent.get("code", "")).strip(), str(sent.get("pupil", ""))
    try:
        if code:
            _of, _one, way = await paper_letters.find(db, class_id, teacher, code, key=at.key)
            chosen = str(way.mine.id)
        owner = UUID(chosen) if chosen else None
        row = await page_handling.give_to(db, class_id, page_id, owner, teacher)
    except (NotFound, ValueError):
        lying = await scanned_pages.pile(db, class_id, teacher, now=now)
        wrong = (page_id, _("No pupil of this class has a sheet with this code."))
        return pile_page(request, lying, PagesForm(), wrong=wrong, status=422)
    say = _("The page is put with the letter.") if row.participant_id else _("The page waits for its pupil.")
    return go(f"/classes/{class_id}/paper/scan", say=say)


@post("/classes/{class_id:uuid}/paper/pages/{page_id:uuid}/turn", include_in_schema=False)
async def turn(
    request: Asked,
    class_id: FromPath[UUID],
    page_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    """A quarter to the right. The database waits for nobody meanwhile."""
    async with database_of(request).reading() as first:
        data = await page_handling.picture(first, class_id, page_id, await moderator_of(request, first))
    drawn = await asyncio.to_thread(paper.turned, data, 90)
    teacher = await moderator_of(request, db)
    if drawn is None:
        raise Refused(Refusal.CHANGED_SINCE)
    row = await page_handling.redraw(db, class_id, page_id, drawn, teacher, now=now)
    return go(back(class_id, row.participant_id))


@post("/classes/{class_id:uuid}/paper/pages/{page_id:uuid}/earlier", include_in_schema=False)
async def put_before(
    request: Asked, class_id: FromPath[UUID], page_id: FromPath[UUID], db: NamedDependency[AsyncSession]
) -> Redirect:
    row = await page_handling.put_before(db, class_id, page_id, await moderator_of(request, db))
    return go(back(class_id, row.participant_id))


@post("/classes/{class_id:uuid}/paper/pages/{page_id:uuid}/removal", include_in_schema=False)
async def take_away(
    request: Asked,
    class_id: FromPath[UUID],
    page_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    teacher = await moderator_of(request, db)
    whose = await page_handling.take_away(db, class_id, page_id, teacher)
    lying = await scanned_pages.pile(db, class_id, teacher, now=now)
    still = any(one.way.mine.id == whose for one in lying.bundles)
    return go(back(class_id, whose if still else None), say=_("The page is removed."))


def back(class_id: UUID, side_id: UUID | None) -> str:
    """To the letter that a page belongs to, else to the pile."""
    return f"/classes/{class_id}/paper/letters/{side_id}" if side_id else f"/classes/{class_id}/paper/scan"


ROUTES = [picture, give_to, turn, put_before, take_away]
