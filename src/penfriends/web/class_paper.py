"""Letters written by hand in class: sheets with a code on them, and typing them in by that code."""

from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_progress, paper_letters, scanned_pages, teaching
from penfriends.actions.addresses import Addresses
from penfriends.actions.class_progress import Standing, Way
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.schools import SchoolClass
from penfriends.settings import settings
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.class_letters import CodeForm, WordsForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table(
    "class_paper",
    paper=Permission.TEACHER,
    by_code=Permission.TEACHER,
    sheets=Permission.TEACHER,
    type_page=Permission.TEACHER,
    type_in=Permission.TEACHER,
)
Asked = Request[Any, Any, Any]
LINES = range(17)


@get("/classes/{class_id:uuid}/paper", include_in_schema=False)
async def paper(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], at: NamedDependency[Addresses]
) -> Template:
    """Type a code, or choose the pupil."""
    of = await teaching.own_class(db, class_id, await moderator_of(request, db))
    return await _choosing(request, db, of, CodeForm(), at)


@post("/classes/{class_id:uuid}/paper", include_in_schema=False)
async def by_code(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], at: NamedDependency[Addresses]
) -> Template | Redirect:
    """The code that somebody typed leads to the pupil's page; one that fits nobody is said so."""
    teacher = await moderator_of(request, db)
    of = await teaching.own_class(db, class_id, teacher)
    form = await filled(CodeForm, request)
    if form.validate():
        try:
            _of, _one, way = await paper_letters.find(db, class_id, teacher, form.code.data, key=at.key)
        except NotFound:
            form.code.errors = [_("No pupil of this class has a sheet with this code.")]
        else:
            return go(f"/classes/{class_id}/paper/{paper_letters.code_of(way.mine.id, at.key)}")
    return await _choosing(request, db, of, form, at, status=422)


@get("/classes/{class_id:uuid}/paper/sheets", include_in_schema=False)
async def sheets(
    request: Asked,
    class_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template:
    """A sheet with lines for each pupil and friend, with the code and its picture."""
    teacher = await moderator_of(request, tracing_db)
    of = await teaching.own_class(tracing_db, class_id, teacher)
    known = await class_progress.shown(tracing_db, of, teacher, now=now)
    rows = [(one, way, paper_letters.code_of(way.mine.id, at.key)) for one in known for way in one.ways]
    drawings = {code: _drawing(at.link(f"/classes/{class_id}/paper/{code}")) for _one, _way, code in rows}
    return page(request, "class_letters/sheets.html", of=of, rows=rows, drawings=drawings, lines=LINES)


@get("/classes/{class_id:uuid}/paper/{code:str}", include_in_schema=False)
async def type_page(
    request: Asked,
    class_id: FromPath[UUID],
    code: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    said: FromQuery[str] = "",
) -> Template:
    """Type what the pupil wrote."""
    of, one, way = await paper_letters.find(db, class_id, await moderator_of(request, db), code, key=at.key)
    return _typing(request, of, one, way, _words(of), code, done=bool(said))


@post("/classes/{class_id:uuid}/paper/{code:str}", include_in_schema=False)
async def type_in(
    request: Asked,
    class_id: FromPath[UUID],
    code: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """Send it for the pupil. It waits for the teacher's own eyes like any other (rule R22)."""
    of, one, way = await paper_letters.find(db, class_id, await moderator_of(request, db), code, key=at.key)
    form = (await filled(WordsForm, request)).offer(_languages(of))
    if not form.validate():
        return _typing(request, of, one, way, form, code, status=422)
    await paper_letters.type_in(
        db, way.mine, title=form.title.data or "", text=form.text.data, language=form.language.data, now=now
    )
    say = _("The letter of %(name)s is in. Read it and approve it under Letters.") % {"name": one.resident.first_name}
    return go(f"/classes/{class_id}/paper", say=say)


async def _choosing(
    request: Asked, db: AsyncSession, of: SchoolClass, form: CodeForm, at: Addresses, *, status: int = 200
) -> Template:
    rows = [(one, way, paper_letters.code_of(way.mine.id, at.key)) for one in await _known(db, of) for way in one.ways]
    waiting = await scanned_pages.waiting(db, of)
    return page(
        request, "class_letters/paper.html", status=status, of=of, rows=rows, waiting=waiting, form=form,
        errors=form.summary,
    )  # fmt: skip


def _typing(
    request: Asked,
    of: SchoolClass,
    one: Standing,
    way: Way,
    form: WordsForm,
    code: str,
    *,
    status: int = 200,
    done: bool = False,
) -> Template:
    return page(
        request,
        "class_letters/type.html",
        status=status,
        of=of,
        one=one,
        way=way,
        form=form,
        errors=form.summary,
        code=code,
        done=done,
    )


def _words(of: SchoolClass) -> WordsForm:
    return WordsForm().offer(_languages(of))


def _languages(of: SchoolClass) -> list[str]:
    """Those of the class first, then the others of this site."""
    return list(dict.fromkeys([*of.languages, *settings().languages]))


async def _known(db: AsyncSession, of: SchoolClass) -> list[Standing]:
    return await class_progress.of_class(db, of)


def _drawing(url: str) -> Markup:
    return Markup(segno.make(url, error="m").svg_inline(scale=3, border=2, light="#ffffff", dark="#000000"))  # noqa: S704


ROUTES = [paper, by_code, sheets, type_page, type_in]
