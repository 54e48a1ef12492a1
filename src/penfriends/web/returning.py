"""How does a held letter go back to its writer, or on to other eyes? A page each to say why (rules R33, R43)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import i18n
from penfriends.actions import moderation, reading, returned
from penfriends.actions.addresses import Addresses
from penfriends.actions.reading import LetterView
from penfriends.rules.bands import Band
from penfriends.web.desk import desk_of
from penfriends.web.forms import filled
from penfriends.web.forms.desk import NoteForm, ReturnForm
from penfriends.web.marks import Marked
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import page
from penfriends.web.review import marks_of, next_letter, to_decide
from penfriends.words import RETURN_REASONS, return_reason

table(
    "returning",
    return_page=Permission.READER,
    return_letter=Permission.READER,
    escalation_page=Permission.READER,
    escalate=Permission.READER,
)
Asked = Request[Any, Any, Any]


@get("/desk/letters/{hold_id:uuid}/return", include_in_schema=False)
async def return_page(
    request: Asked, hold_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """Choose what the writer is asked to change; the marks suggest."""
    view = await to_decide(request, tracing_db, hold_id, now=now)
    if isinstance(view, Redirect):
        return view
    shown = marks_of(view)
    asks = _asks(shown) or ([] if view.letter.kept_text.strip() else ["empty"])
    form = ReturnForm(data={"reasons": asks}).offer(asks)
    return _return_page(request, view, shown, form)


@post("/desk/letters/{hold_id:uuid}/return", include_in_schema=False)
async def return_letter(
    request: Asked,
    hold_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """Give it back with reasons. A child gets ready sentences only (rule R43)."""
    desk = await desk_of(request, db, now)
    view = await reading.open_letter(db, hold_id, desk.moderator, now=now)
    form = (await filled(ReturnForm, request)).offer(_asks(marks_of(view)))
    note = "" if view.correspondence.band is Band.CHILD else form.note.data
    form.note.data = note
    if not form.validate():
        return _return_page(request, view, marks_of(view), form, status=422)
    if form.step.data == "preview":
        words = await returned.preview(db, view.letter, reasons=form.reasons.data, note=note, at=at)
        return _return_page(request, view, marks_of(view), form, words=words)
    await moderation.return_letter(db, hold_id, desk.moderator, reasons=form.reasons.data, note=note, at=at, now=now)
    return await next_letter(db, desk, now=now)


@get("/desk/letters/{hold_id:uuid}/escalation", include_in_schema=False)
async def escalation_page(
    request: Asked, hold_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """Say why somebody else must look."""
    view = await to_decide(request, tracing_db, hold_id, now=now)
    if isinstance(view, Redirect):
        return view
    return page(request, "review/escalation.html", view=view, shown=marks_of(view), form=NoteForm())


@post("/desk/letters/{hold_id:uuid}/escalation", include_in_schema=False)
async def escalate(
    request: Asked, hold_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """Stop it: it stays held, on top of the queue, for the safeguarding lead or a second reader."""
    desk = await desk_of(request, db, now)
    form = await filled(NoteForm, request)
    if not form.validate():
        view = await reading.open_letter(db, hold_id, desk.moderator, now=now)
        return page(request, "review/escalation.html", status=422, view=view, shown=marks_of(view), form=form)
    await moderation.escalate(db, hold_id, desk.moderator, note=form.note.data, now=now)
    return await next_letter(db, desk, now=now, but=hold_id)


def _return_page(
    request: Asked, view: LetterView, shown: Marked, form: ReturnForm, *, status: int = 200, words: Any = None
) -> Template:
    language = view.author.face.resident.locale
    return page(
        request,
        "review/return.html",
        status=status,
        view=view,
        shown=shown,
        form=form,
        words=words,
        language=language,
        ready={code: _in(language, code) for code in RETURN_REASONS},
    )


def _asks(shown: Marked) -> list[str]:
    """What the marks suggest to ask for, in the order of the letter."""
    return list(dict.fromkeys(one.ask for one in shown.marks if one.ask))


def _in(language: str, code: str) -> str:
    """A ready sentence as the writer will read it."""
    with i18n.speaking(language):
        return return_reason(code)


ROUTES = [return_page, return_letter, escalation_page, escalate]
