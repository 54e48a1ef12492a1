"""How does a moderator read a held letter and decide? One at a time, bound to what was shown (rules R22, R24)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import i18n
from penfriends.actions import moderation, queues, reading, returned, viewing, workload
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.queues import WaitingLetter
from penfriends.actions.reading import LetterView
from penfriends.actions.remit import Desk
from penfriends.errors import Refusal, Refused
from penfriends.i18n import N_
from penfriends.i18n import gettext as _
from penfriends.models.moderation import Verb
from penfriends.rules.bands import Band
from penfriends.rules.screening import Consequence
from penfriends.web.desk import desk_of, moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.desk import NoteForm, ReleaseForm, ReturnForm
from penfriends.web.marks import Marked, marked
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page
from penfriends.words import RETURN_REASONS, refusal_sentence, return_reason

table(
    "review",
    queue=Permission.STAFF,
    show=Permission.STAFF,
    picture=Permission.STAFF,
    release=Permission.STAFF,
    return_page=Permission.STAFF,
    return_letter=Permission.STAFF,
    escalation_page=Permission.STAFF,
    escalate=Permission.STAFF,
    undo=Permission.STAFF,
)
Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a letter stands in the queue, and its neighbours."""

    waiting: list[WaitingLetter]
    number: int
    before: UUID | None
    after: UUID | None


@get("/desk/letters", include_in_schema=False)
async def queue(
    request: Asked, tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """Opens the first letter that nobody else has; thanks when nothing waits."""
    desk = await desk_of(request, tracing_db, now)
    waiting = await queues.letters(tracing_db, desk, now=now)
    free = [one for one in waiting if one.taken_by is None]
    if free:
        return go(f"/desk/letters/{free[0].hold.id}")
    shown = [face.resident for one in waiting for face in (one.author, one.reader)]
    await viewing.note_list(tracing_db, desk.moderator, shown, now=now)
    return page(
        request,
        "review/empty.html",
        now=now,
        waiting=waiting,
        last=await workload.last_decision(tracing_db, desk.moderator),
        closed=refusal_sentence(desk.closed) if desk.closed else "",
    )


@get("/desk/letters/{hold_id:uuid}", include_in_schema=False)
async def show(
    request: Asked, hold_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """A letter with its marks. Opening it takes it for ten minutes and, for a child's, leaves a line (rule R41)."""
    desk = await desk_of(request, tracing_db, now)
    view = await reading.open_letter(tracing_db, hold_id, desk.moderator, now=now)
    if view.hold.closed_at is not None:
        return go("/desk/letters", say=refusal_sentence(Refusal.ALREADY_DECIDED), kind="note")
    return await _letter_page(request, tracing_db, desk, view, now=now)


@get("/desk/letters/{hold_id:uuid}/pictures/{attachment_id:uuid}", include_in_schema=False)
async def picture(
    request: Asked,
    hold_id: FromPath[UUID],
    attachment_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """A picture of a held letter, as we re-encoded it."""
    moderator = await moderator_of(request, tracing_db)
    data, content_type = await reading.picture(tracing_db, hold_id, attachment_id, moderator, now=now)
    return Response(data, media_type=content_type, headers={"cache-control": "no-store"})


@post("/desk/letters/{hold_id:uuid}/release", include_in_schema=False)
async def release(
    request: Asked,
    hold_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    policy: NamedDependency[Policy],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """Let it go as it was shown. If it has changed since, the fresh letter is shown instead (rule R24)."""
    desk = await desk_of(request, db, now)
    form = await filled(ReleaseForm, request)
    try:
        await moderation.release(
            db, hold_id, desk.moderator, seen_hash=form.seen_hash.data or "", at=at, policy=policy, now=now
        )
    except Refused as refused:
        if refused.refusal is not Refusal.CHANGED_SINCE:
            raise
        view = await reading.open_letter(db, hold_id, desk.moderator, now=now)
        return await _letter_page(request, db, desk, view, now=now, changed=True)
    return await _next(db, desk, now=now)


@get("/desk/letters/{hold_id:uuid}/return", include_in_schema=False)
async def return_page(
    request: Asked, hold_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """Choose what the writer is asked to change; the marks suggest."""
    desk = await desk_of(request, tracing_db, now)
    view = await reading.open_letter(tracing_db, hold_id, desk.moderator, now=now)
    shown = _marked(view)
    asks = list(dict.fromkeys(one.ask for one in shown.marks if one.ask))
    form = ReturnForm(data={"reasons": asks or (["empty"] if not view.letter.kept_text.strip() else [])}).offer()
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
    form = (await filled(ReturnForm, request)).offer()
    view = await reading.open_letter(db, hold_id, desk.moderator, now=now)
    note = "" if view.correspondence.band is Band.CHILD else form.note.data
    form.note.data = note
    if not form.validate():
        return _return_page(request, view, _marked(view), form, status=422)
    if form.step.data == "preview":
        words = await returned.preview(db, view.letter, reasons=form.reasons.data, note=note, at=at)
        return _return_page(request, view, _marked(view), form, words=words)
    await moderation.return_letter(db, hold_id, desk.moderator, reasons=form.reasons.data, note=note, at=at, now=now)
    return await _next(db, desk, now=now)


@get("/desk/letters/{hold_id:uuid}/escalation", include_in_schema=False)
async def escalation_page(
    request: Asked, hold_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """Say why somebody else must look."""
    desk = await desk_of(request, tracing_db, now)
    view = await reading.open_letter(tracing_db, hold_id, desk.moderator, now=now)
    return page(request, "review/escalation.html", view=view, shown=_marked(view), form=NoteForm())


@post("/desk/letters/{hold_id:uuid}/escalation", include_in_schema=False)
async def escalate(
    request: Asked, hold_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """Stop it: it stays held, on top of the queue, for the safeguarding lead or a second reader."""
    desk = await desk_of(request, db, now)
    form = await filled(NoteForm, request)
    if not form.validate():
        view = await reading.open_letter(db, hold_id, desk.moderator, now=now)
        return page(request, "review/escalation.html", status=422, view=view, shown=_marked(view), form=form)
    await moderation.escalate(db, hold_id, desk.moderator, note=form.note.data, now=now)
    return await _next(db, desk, now=now, but=hold_id)


@post("/desk/decisions/{decision_id:uuid}/undo", include_in_schema=False)
async def undo(
    request: Asked, decision_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """Take a release back while the letter has not left."""
    hold = await moderation.undo(db, decision_id, await moderator_of(request, db), now=now)
    return go(f"/desk/letters/{hold.id}", say=_("Undone. The letter waits again."))


async def _letter_page(
    request: Asked, db: AsyncSession, desk: Desk, view: LetterView, *, now: datetime, changed: bool = False
) -> Template:
    shown = _marked(view)
    return page(
        request,
        "review/letter.html",
        status=409 if changed else 200,
        now=now,
        desk=desk,
        view=view,
        shown=shown,
        place=_place(await queues.letters(db, desk, now=now), view.hold.id),
        suggests_return=any(one.consequence is not Consequence.HIGHLIGHT for one in view.findings),
        suggests_help=any(one.consequence is Consequence.HOLD_URGENT for one in view.findings),
        last=await workload.last_decision(db, desk.moderator),
        changed=changed,
    )


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


def _in(language: str, code: str) -> str:
    """A ready sentence as the writer will read it."""
    with i18n.speaking(language):
        return return_reason(code)


def _marked(view: LetterView) -> Marked:
    return marked(view.letter.kept_text, view.findings, child=view.correspondence.band is Band.CHILD)


def _place(waiting: list[WaitingLetter], hold_id: UUID) -> Place:
    ids = [one.hold.id for one in waiting]
    if hold_id not in ids:
        return Place(waiting, 0, None, ids[0] if ids else None)
    at = ids.index(hold_id)
    return Place(
        waiting,
        at + 1,
        ids[at - 1] if at > 0 else None,
        ids[at + 1] if at + 1 < len(ids) else None,
    )


async def _next(db: AsyncSession, desk: Desk, *, now: datetime, but: UUID | None = None) -> Redirect:
    """The next letter opens by itself; what was decided is said there, with a way back."""
    decided = await workload.last_decision(db, desk.moderator)
    waiting = await queues.letters(db, desk, now=now)
    free = [one.hold.id for one in waiting if one.taken_by is None and one.hold.id != but]
    said = DECIDED[decided[0].verb] if decided else ""
    return go(f"/desk/letters/{free[0]}" if free else "/desk", say=_(said) if said else "")


DECIDED = {
    Verb.RELEASE: N_("The letter goes on its way in a few minutes."),
    Verb.RETURN: N_("The writer gets the letter back with your reasons."),
    Verb.ESCALATE: N_("The letter is stopped and on top of the queue for the safeguarding lead."),
    Verb.UNDO: N_("Undone. The letter waits again."),
}
ROUTES = [
    queue,
    show,
    picture,
    release,
    return_page,
    return_letter,
    escalation_page,
    escalate,
    undo,
]
