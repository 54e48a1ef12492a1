"""How do two teachers partner their pupils on one page: suggest, lock, look, agree, print?

Every form says which version of the board it was made for. Whoever comes too late is shown the new one and what is
different, and nothing is done.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import board_words
from penfriends.actions import board as boards
from penfriends.actions import board_agreement, board_reading, board_wishes
from penfriends.actions.addresses import Addresses
from penfriends.actions.board_reading import Board
from penfriends.errors import Refusal, Refused
from penfriends.i18n import gettext as _
from penfriends.i18n import ngettext
from penfriends.models.moderation import Moderator
from penfriends.rules.partners import Kind
from penfriends.web.board_pages import board_page, names_of
from penfriends.web.desk import moderator_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, number

table(
    "board",
    show_board=Permission.TEACHER,
    print_board=Permission.TEACHER,
    suggest=Permission.TEACHER,
    lock=Permission.TEACHER,
    agree=Permission.TEACHER,
    mark=Permission.TEACHER,
)
Asked = Request[Any, Any, Any]


@get("/pairings/{pairing_id:uuid}/board", include_in_schema=False)
async def show_board(
    request: Asked,
    pairing_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """The pairs as they are, and what is different since the teacher last agreed."""
    teacher = await moderator_of(request, tracing_db)
    board = await board_reading.look(tracing_db, pairing_id, teacher, now=now)
    return await board_page(request, tracing_db, teacher, board, now=now)


@get("/pairings/{pairing_id:uuid}/board/print", include_in_schema=False)
async def print_board(
    request: Asked,
    pairing_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """The same as a list for paper."""
    teacher = await moderator_of(request, tracing_db)
    board = await board_reading.look(tracing_db, pairing_id, teacher, now=now)
    return await board_page(request, tracing_db, teacher, board, now=now, template="pairings/board_print.html")


@post("/pairings/{pairing_id:uuid}/board/suggestion", include_in_schema=False)
async def suggest(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """Partners for all, or for those who have nobody (`keep`)."""
    teacher, sent = await moderator_of(request, db), await request.form()
    seen, keep = version_in(sent), sent.get("keep") == "on"
    try:
        found = await boards.suggest(db, pairing_id, teacher, seen=seen, keep_all=keep, now=now)
    except Refused as refused:
        return await too_late(request, db, teacher, pairing_id, refused, seen=seen, now=now)
    if found.complaints:
        board = await board_reading.read(db, pairing_id, teacher, today=now.date())
        said = await _complaints(db, board, teacher, found)
        return await board_page(request, db, teacher, board, complaints=said, now=now)
    return go(f"/pairings/{pairing_id}/board", say=board_words.said_after(found.changed, found.remarks))


@post("/pairings/{pairing_id:uuid}/board/lock", include_in_schema=False)
async def lock(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """A pair stays, whatever is suggested; or it may change again."""
    teacher, sent = await moderator_of(request, db), await request.form()
    ids, locked = ids_in(sent, "couple"), sent.get("locked") == "on"
    try:
        await boards.lock(db, pairing_id, ids, teacher, locked=locked, now=now)
    except Refused as refused:
        return await too_late(request, db, teacher, pairing_id, refused, seen=version_in(sent), now=now)
    anchor = f"#p-{ids[0]}" if ids else ""
    return go(f"/pairings/{pairing_id}/board{anchor}")


@post("/pairings/{pairing_id:uuid}/board/agreement", include_in_schema=False)
async def agree(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:  # fmt: skip
    """The teacher's yes to what is on the page."""
    teacher, sent = await moderator_of(request, db), await request.form()
    seen = version_in(sent)
    try:
        outcome = await board_agreement.agree(db, pairing_id, teacher, seen=seen, at=at, now=now)
    except Refused as refused:
        return await too_late(request, db, teacher, pairing_id, refused, seen=seen, now=now)
    return go(f"/pairings/{pairing_id}/board", say=_said(outcome))


@post("/pairings/{pairing_id:uuid}/board/pupils", include_in_schema=False)
async def mark(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """Who of the own pupils shares, and who is away."""
    sent = await request.form()
    await board_wishes.mark_pupils(
        db, pairing_id, await moderator_of(request, db), volunteers=ids_in(sent, "volunteer"),
        away=ids_in(sent, "away"), now=now,
    )  # fmt: skip
    return go(f"/pairings/{pairing_id}/board", say=_("Saved. Nobody has another partner by it yet."))


async def too_late(
    request: Asked, db: AsyncSession, teacher: Moderator, pairing_id: UUID, refused: Refused, *, seen: int,
    now: datetime,
) -> Template:  # fmt: skip
    """The newest board with what is different from the one that the form was made for; other refusals as ever."""
    if refused.refusal is not Refusal.CHANGED_SINCE:
        raise refused
    board = await board_reading.read(db, pairing_id, teacher, today=now.date())
    return await board_page(request, db, teacher, board, seen=seen, now=now)


def version_in(sent: Any) -> int:
    """The version that a form was made for; one that cannot be read is older than all."""
    value = str(sent.get("version", ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else -1


def ids_in(sent: Any, name: str) -> tuple[UUID, ...]:
    """The ids that a form sends under a name; what is none is passed over."""
    return tuple(found for one in sent.getall(name, []) if (found := id_of(str(one))))


def id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _said(outcome: board_agreement.Outcome) -> str:
    if not outcome.all_agreed:
        return _("You have agreed. Nothing is sent until all other teachers have, too.")
    first = _("All have agreed. These pupils can write to each other now.")
    if not outcome.waiting:
        return first
    waiting = ngettext(
        "%(num)s pair waits for a guardian’s yes and begins by itself when it is there.",
        "%(num)s pairs wait for a guardian’s yes and begin by themselves when it is there.",
        len(outcome.waiting),
    )
    return f"{first} {waiting % {'num': number(len(outcome.waiting))}}"


async def _complaints(db: AsyncSession, board: Board, teacher: Moderator, found: boards.Suggestion) -> list[str]:
    ours = await board_wishes.own_wishes(db, board, teacher)
    own = {
        (Kind(one.kind.value), board_reading.two(one.low_id, one.high_id)) for one in board.wishes if one.id in ours
    }  # fmt: skip
    teachers = [one.name for side in board.sides if not side.is_own for one in side.teachers[:1]]
    return [board_words.complaint(one, names_of(board), own, teachers) for one in found.complaints]


ROUTES = [show_board, print_board, suggest, lock, agree, mark]
