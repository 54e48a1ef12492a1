"""How does a teacher say who is to be apart, who together, and in which language a pupil's letters are?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import board_reading, board_wishes
from penfriends.actions.board_versions import CHANGING
from penfriends.i18n import gettext as _
from penfriends.models.pairings import WishKind
from penfriends.web.board import id_of
from penfriends.web.board_pages import by_name, faces_of, wishes_told
from penfriends.web.desk import moderator_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table(
    "board_wishes",
    show_wishes=Permission.TEACHER,
    wish=Permission.TEACHER,
    take_back=Permission.TEACHER,
    ask_language=Permission.TEACHER,
    join_circles=Permission.TEACHER,
)
Asked = Request[Any, Any, Any]


@get("/pairings/{pairing_id:uuid}/board/wishes", include_in_schema=False)
async def show_wishes(
    request: Asked,
    pairing_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    return await _page(request, tracing_db, pairing_id, now=now)


@post("/pairings/{pairing_id:uuid}/board/wishes", include_in_schema=False)
async def wish(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """Two pupils apart or together."""
    sent = await request.form()
    kind = WishKind.TOGETHER if sent.get("kind") == WishKind.TOGETHER else WishKind.APART
    one, other = (id_of(str(sent.get(name, ""))) for name in ("one", "other"))
    if one is None or other is None or one == other:
        return await _page(request, db, pairing_id, now=now, sent=sent, wrong=_("Choose two pupils."))
    teacher = await moderator_of(request, db)
    await board_wishes.wish(db, pairing_id, teacher, kind, one, other, now=now)
    return _back(pairing_id)


@post("/pairings/{pairing_id:uuid}/board/wishes/{wish_id:uuid}/removal", include_in_schema=False)
async def take_back(
    request: Asked,
    pairing_id: FromPath[UUID],
    wish_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    await board_wishes.take_back(db, pairing_id, await moderator_of(request, db), wish_id, now=now)
    return _back(pairing_id)


@post("/pairings/{pairing_id:uuid}/board/wishes/language", include_in_schema=False)
async def ask_language(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """The letters of a pupil in one language only; the empty choice takes it back."""
    sent = await request.form()
    pupil, language = id_of(str(sent.get("pupil", ""))), str(sent.get("language", ""))
    if pupil is None:
        return await _page(request, db, pairing_id, now=now, sent=sent, wrong=_("Choose a pupil."))
    await board_wishes.ask_language(db, pairing_id, await moderator_of(request, db), pupil, language, now=now)
    return _back(pairing_id)


@post("/pairings/{pairing_id:uuid}/board/wishes/circles", include_in_schema=False)
async def join_circles(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """Whether two pairs may become one circle, so that two pupils can be together."""
    sent = await request.form()
    teacher = await moderator_of(request, db)
    await board_wishes.join_circles(db, pairing_id, teacher, join=sent.get("join") == "on", now=now)
    return _back(pairing_id)


def _back(pairing_id: UUID) -> Redirect:
    said = _("Saved. It counts when partners are suggested the next time.")
    return go(f"/pairings/{pairing_id}/board/wishes", say=said)


async def _page(
    request: Asked, db: AsyncSession, pairing_id: UUID, *, now: datetime, sent: Any = None, wrong: str = ""
) -> Template:
    teacher = await moderator_of(request, db)
    board = await board_reading.look(db, pairing_id, teacher, now=now)
    faces = by_name(faces_of(board).values())
    return page(
        request,
        "pairings/board_wishes.html",
        status=422 if wrong else 200,
        board=board,
        wishes=wishes_told(board, await board_wishes.own_wishes(db, board, teacher)),
        own=[one for one in faces if one.is_own],
        others=[one for one in faces if not one.is_own],
        spoken=sorted({code for one in faces if one.is_own for code in one.member.languages}),
        wrong=wrong,
        sent=sent or {},
        can_change=board.pairing.state in CHANGING,
    )


ROUTES = [show_wishes, wish, take_back, ask_language, join_circles]
