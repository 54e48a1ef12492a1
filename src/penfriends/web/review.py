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

from penfriends.actions import moderation, queues, reading, viewing, workload
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.queues import WaitingLetter
from penfriends.actions.reading import LetterView
from penfriends.actions.remit import Desk
from penfriends.errors import Refusal, Refused
from penfriends.i18n import N_
from penfriends.i18n import gettext as _
from penfriends.models.letters import Letter, LetterState
from penfriends.models.moderation import Decision, Role, Verb
from penfriends.rules.bands import Band
from penfriends.rules.screening import Consequence
from penfriends.web.desk import desk_of, moderator_of, zone_of
from penfriends.web.forms import filled
from penfriends.web.forms.desk import ReleaseForm
from penfriends.web.marks import Marked, marked
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page
from penfriends.words import refusal_sentence

table(
    "review",
    queue=Permission.READER,
    show=Permission.READER,
    picture=Permission.READER,
    release=Permission.READER,
    undo=Permission.READER,
)
Asked = Request[Any, Any, Any]
OVERTAKEN = frozenset(
    {
        Refusal.ALREADY_DECIDED,
        Refusal.CORRESPONDENCE_CLOSED,
        Refusal.NEEDS_SECOND_PERSON,
        Refusal.TAKEN_BY_ANOTHER,
        Refusal.TOO_LATE_TO_UNDO,
    }
)


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
        zone=await zone_of(tracing_db, desk),
        closed=refusal_sentence(desk.closed) if desk.closed else "",
    )


@get("/desk/letters/{hold_id:uuid}", include_in_schema=False)
async def show(
    request: Asked, hold_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """A letter with its marks. Opening it takes it for ten minutes and, for a child's, leaves a line (rule R41)."""
    desk = await desk_of(request, tracing_db, now)
    try:
        view = await reading.open_letter(tracing_db, hold_id, desk.moderator, now=now)
    except Refused as refused:
        return elsewhere(refused)
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
            return elsewhere(refused, hold_id)
        view = await reading.open_letter(db, hold_id, desk.moderator, now=now)
        return await _letter_page(request, db, desk, view, now=now, changed=True)
    return await next_letter(db, desk, now=now)


@post("/desk/decisions/{decision_id:uuid}/undo", include_in_schema=False)
async def undo(
    request: Asked, decision_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """Take a release back while the letter has not left."""
    try:
        hold = await moderation.undo(db, decision_id, await moderator_of(request, db), now=now)
    except Refused as refused:
        return elsewhere(refused)
    return go(f"/desk/letters/{hold.id}", say=_("Undone. The letter waits again."))


async def to_decide(request: Asked, db: AsyncSession, hold_id: UUID, *, now: datetime) -> LetterView | Redirect:
    """The letter for a page on which something is typed; another page where that would be in vain."""
    desk = await desk_of(request, db, now)
    try:
        view = await reading.open_letter(db, hold_id, desk.moderator, now=now)
    except Refused as refused:
        return elsewhere(refused)
    return view if view.taken_by is None else elsewhere(Refused(Refusal.TAKEN_BY_ANOTHER), hold_id)


def elsewhere(refused: Refused, hold_id: UUID | None = None) -> Redirect:
    """Somebody was quicker, or the letter is for other eyes: said kindly on the page where the work goes on."""
    if refused.refusal not in OVERTAKEN:
        raise refused
    on = f"/desk/letters/{hold_id}" if hold_id else "/desk/letters"
    return go(on, say=refusal_sentence(refused.refusal), kind="note")


async def _letter_page(
    request: Asked, db: AsyncSession, desk: Desk, view: LetterView, *, now: datetime, changed: bool = False
) -> Template:
    shown = marks_of(view)
    waiting = await queues.letters(db, desk, now=now)
    beside = [face.resident for one in waiting for face in (one.author, one.reader)]
    await viewing.note_list(db, desk.moderator, beside, now=now)
    return page(
        request,
        "review/letter.html",
        status=409 if changed else 200,
        now=now,
        desk=desk,
        zone=await zone_of(db, desk),
        path=f"/desk/letters/{view.hold.id}",
        view=view,
        shown=shown,
        place=_place(waiting, view.hold.id),
        suggests_return=any(one.consequence is not Consequence.HIGHLIGHT for one in view.findings),
        suggests_help=any(one.consequence is Consequence.HOLD_URGENT for one in view.findings),
        last=await workload.last_decision(db, desk.moderator),
        changed=changed,
    )


def marks_of(view: LetterView) -> Marked:
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


async def next_letter(db: AsyncSession, desk: Desk, *, now: datetime, but: UUID | None = None) -> Redirect:
    """The next letter opens by itself; what was decided is said there, with a way back."""
    decided = await workload.last_decision(db, desk.moderator)
    waiting = await queues.letters(db, desk, now=now)
    free = [one.hold.id for one in waiting if one.taken_by is None and one.hold.id != but]
    said = _said(decided[0], decided[1]) if decided else ""
    return go(f"/desk/letters/{free[0]}" if free else home_of(desk), say=_(said) if said else "")


def _said(decision: Decision, letter: Letter) -> str:
    """What became of the letter by it. A pupil's that is still held has the other class's teacher before it."""
    if decision.verb is Verb.RELEASE and letter.state is LetterState.HELD:
        return N_("The teacher of the other class reads the letter next.")
    return DECIDED[decision.verb]


def home_of(desk: Desk) -> str:
    """Where a reader's other work is."""
    return "/classes" if desk.moderator.role is Role.TEACHER else "/desk"


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
    undo,
]
