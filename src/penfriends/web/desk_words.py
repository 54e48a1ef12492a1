"""How does a moderator write to somebody of the own towns, or to the guardian of a child?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import desk_mail, desk_words
from penfriends.actions.addresses import Addresses
from penfriends.i18n import gettext as _
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.desk import WordsForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table("desk_words", show_words=Permission.STAFF, send_words=Permission.STAFF)
Asked = Request[Any, Any, Any]


@get("/desk/people/{resident_id:uuid}/words", include_in_schema=False)
async def show_words(
    request: Asked,
    resident_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """To whom it goes, in which language they hear from us, and a field. A child’s name leaves a line (rule R41)."""
    return await _words_page(request, tracing_db, resident_id, WordsForm(), now=now)


@post("/desk/people/{resident_id:uuid}/words", include_in_schema=False)
async def send_words(
    request: Asked,
    resident_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    form = await filled(WordsForm, request)
    if not form.validate():
        return await _words_page(request, db, resident_id, form, now=now, status=422)
    moderator = await moderator_of(request, db)
    if not await desk_words.write(db, resident_id, moderator, text=form.text.data, at=at, now=now):
        form.text.errors = [_("Your own address or a pen friend’s stands in the text. Please take it out.")]
        return await _words_page(request, db, resident_id, form, now=now, status=422)
    return go(f"/desk/people/{resident_id}", say=_("Your message is on its way, from the team’s address."))


async def _words_page(
    request: Asked, db: AsyncSession, resident_id: UUID, form: WordsForm, *, now: datetime, status: int = 200
) -> Template:
    moderator = await moderator_of(request, db)
    reader = await desk_words.addressee(db, resident_id, moderator, now=now)
    stopped = await desk_mail.unreachable(db, moderator, now=now, only=resident_id)
    return page(request, "people/words.html", status=status, reader=reader, form=form, stopped=bool(stopped))


ROUTES = [show_words, send_words]
