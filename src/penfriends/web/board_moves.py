"""How does a teacher give one pupil another partner, without dragging anything?

Choose from a list, look what becomes of the others, and only then do it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import board_words
from penfriends.actions import board as boards
from penfriends.actions import board_reading, board_versions
from penfriends.actions.board_reading import Board
from penfriends.class_words import reasons
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.i18n import gettext as _
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Couple
from penfriends.rules import partners
from penfriends.rules.board_moves import How, Move, Table
from penfriends.rules.pupil_score import explain_pupils, hindrance
from penfriends.web.board import id_of, version_in
from penfriends.web.board_pages import Face, agreed_to, faces_of, tell
from penfriends.web.desk import moderator_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table("board_moves", show_move=Permission.TEACHER, move=Permission.TEACHER)
Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who could be the partner: how well they fit, and whose they are now."""

    face: Face
    points: int
    why: tuple[str, ...]
    now_with: tuple[Face, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """One way to do it, in names."""

    move: Move
    came: tuple[tuple[Face, Face, int], ...]
    gone: tuple[tuple[Face, Face, bool], ...]
    alone: tuple[Face, ...]
    bars: tuple[str, ...]


@get("/pairings/{pairing_id:uuid}/board/{link:int}/{pupil_id:uuid}", include_in_schema=False)
async def show_move(
    request: Asked,
    pairing_id: FromPath[UUID],
    link: FromPath[int],
    pupil_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
    to: FromQuery[str] = "",
    instead_of: FromQuery[str] = "",
) -> Template:
    """All who could be the partner of a pupil; with `to`, what becomes of the others."""
    teacher = await moderator_of(request, tracing_db)
    board = await board_reading.look(tracing_db, pairing_id, teacher, now=now)
    return await _page(request, tracing_db, teacher, board, link, pupil_id, to=to, instead_of=instead_of)


@post("/pairings/{pairing_id:uuid}/board/{link:int}/{pupil_id:uuid}", include_in_schema=False)
async def move(
    request: Asked, pairing_id: FromPath[UUID], link: FromPath[int], pupil_id: FromPath[UUID],
    db: NamedDependency[AsyncSession], now: NamedDependency[datetime],
) -> Template | Redirect:  # fmt: skip
    """Do it. On an older page nothing is done, and the choice stays with what has changed beside it."""
    teacher, sent = await moderator_of(request, db), await request.form()
    to, instead_of, seen = str(sent.get("to", "")), str(sent.get("instead_of", "")), version_in(sent)
    chosen = How.JOIN if sent.get("how") == How.JOIN else How.SWAP
    stale = False
    try:
        done = await boards.move(
            db, pairing_id, teacher, link=link, uid=str(pupil_id), to=_uid(to), instead_of=_uid(instead_of) or None,
            how=chosen, seen=seen, now=now,
        )  # fmt: skip
        if not done.bars:
            return go(f"/pairings/{pairing_id}/board", say=_("Changed. Now each teacher has to agree again."))
    except Refused as refused:
        if refused.refusal is not Refusal.CHANGED_SINCE:
            raise
        stale = True
    board = await board_reading.read(db, pairing_id, teacher, today=now.date())
    since = seen if stale else None
    return await _page(
        request, db, teacher, board, link, pupil_id, to=to, instead_of=instead_of, seen=since, status=409
    )


async def _page(
    request: Asked, db: AsyncSession, teacher: Moderator, board: Board, link: int, pupil_id: UUID, *, to: str,
    instead_of: str, seen: int | None = None, status: int = 200,
) -> Template:  # fmt: skip
    boards.must_be_mine(board, link)
    table, faces = board.table(link), faces_of(board)
    if str(pupil_id) not in table.pupils:
        raise NotFound
    me, partners_now = faces[str(pupil_id)], table.partners_of(str(pupil_id))
    given_up = _uid(instead_of) if _uid(instead_of) in partners_now else next(iter(partners_now), None)
    choices = _choices(table, faces, me)
    wanted = next((one for one in choices if one.face.member.uid == _uid(to)), None)
    found = boards.possible_moves(board, link, me.member.uid, _uid(to), given_up) if wanted else ()
    since = seen if seen is not None else agreed_to(board)
    changes = (
        await board_versions.differences(db, board.pairing, since) if seen is not None and since is not None else []
    )
    return page(
        request,
        "pairings/board_move.html",
        status=status,
        board=board,
        link=link,
        me=me,
        partners=[faces[uid] for uid in partners_now],
        given_up=faces[given_up] if given_up else None,
        choices=choices,
        wanted=wanted,
        previews=[_preview(one, board, table, faces) for one in found],
        changes=tell(board, changes, teacher),
        stale=seen is not None,
    )


def _choices(table: Table, faces: dict[str, Face], me: Face) -> list[Choice]:
    """The pupils of the other class whom nothing hinders, who fits best first."""
    mine = table.first if me.member.uid in {one.uid for one in table.first.pupils} else table.second
    other = table.second if mine is table.first else table.first
    pupil, own = table.pupils[me.member.uid], table.partners_of(me.member.uid)
    found = []
    for one in other.pupils:
        if one.uid in own or hindrance(pupil, one, table.around.today):
            continue
        why = explain_pupils(pupil, one, table.around)
        now_with = tuple(faces[uid] for uid in table.partners_of(one.uid))
        found.append(Choice(faces[one.uid], why.total, tuple(reasons(why)), now_with))
    return sorted(found, key=lambda one: (-one.points, one.face.name, str(one.face.id)))


def _preview(one: Move, board: Board, table: Table, faces: dict[str, Face]) -> Preview:
    rows = {board_reading.couple_of(row): row for row in board.couples}
    return Preview(
        move=one,
        came=tuple((*_two(couple, table, faces), _points(couple, table)) for couple in one.came),
        gone=tuple((*_two(couple, table, faces), _writes(rows, couple)) for couple in one.gone),
        alone=tuple(faces[uid] for uid in one.alone),
        bars=tuple(board_words.bar_sentence(bar) for bar in one.bars),
    )


def _two(couple: partners.Couple, table: Table, faces: dict[str, Face]) -> tuple[Face, Face]:
    """The pupil of the first class first."""
    firsts = {one.uid for one in table.first.pupils}
    one, other = sorted(couple, key=lambda uid: uid not in firsts)
    return faces[one], faces[other]


def _points(couple: partners.Couple, table: Table) -> int:
    one, other = sorted(couple)
    return explain_pupils(table.pupils[one], table.pupils[other], table.around).total


def _writes(rows: dict[partners.Couple, Couple], couple: partners.Couple) -> bool:
    return couple in rows and rows[couple].correspondence_id is not None


def _uid(text: str) -> str:
    """A uid as the board knows it; the empty text for anything else."""
    found = id_of(text)
    return str(found) if found else ""


ROUTES = [show_move, move]
