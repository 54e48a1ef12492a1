"""What does a teacher see of a pairing board: rows of pairs, who waits, what is lacking, what another has changed?

Of pupils of another class for whom no guardian has said yes there are the initials only (rule R08).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import board_words, i18n
from penfriends.actions import board_reading, board_versions, board_wishes
from penfriends.actions.board import explanation_of
from penfriends.actions.board_reading import Board, Member, Side, couple_of
from penfriends.actions.board_versions import CHANGING, Difference
from penfriends.class_words import remark_sentence, shortage_sentence
from penfriends.i18n import gettext as _
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Couple, PairingState
from penfriends.reasons import interest_names
from penfriends.rules import name_order, partners
from penfriends.rules.board_moves import Table
from penfriends.rules.class_pairing import broken, circles_of, shortage, told
from penfriends.rules.interests import INTERESTS
from penfriends.rules.partners import Remark, Shortage
from penfriends.web.respond import page

WISHES = frozenset({"apart", "together"})


@dataclass(frozen=True, slots=True)
class Face:
    """A pupil as a row shows one."""

    member: Member
    name: str
    is_own: bool

    @property
    def id(self) -> UUID:
        return self.member.pupil.resident_id

    @property
    def likes(self) -> list[str]:
        return interest_names(sorted(self.member.interests)[:3]) if self.is_own or self.member.has_yes else []


@dataclass(frozen=True, slots=True)
class Row:
    """Who writes with each other: mostly one and one. `changes`: for each pupil who may get another partner, who that
    would be instead of. `waits_for`: the pupils without a guardian's yes."""

    left: tuple[Face, ...]
    right: tuple[Face, ...]
    couples: tuple[Couple, ...]
    changes: tuple[tuple[Face, Face], ...]
    likes: tuple[tuple[str, str, str], ...]
    language: str
    points: int
    is_new: bool
    waits_for: tuple[Face, ...]

    @property
    def is_locked(self) -> bool:
        return any(one.locked for one in self.couples)

    @property
    def people(self) -> tuple[Face, ...]:
        return (*self.left, *self.right)


@dataclass(frozen=True, slots=True)
class Part:
    """Two classes that write to each other."""

    number: int
    first: Side
    second: Side
    rows: tuple[Row, ...]
    waiting: tuple[Face, ...]
    away: tuple[Face, ...]
    lack: Shortage | None
    lack_said: str
    remarks: tuple[str, ...]

    @property
    def pairs(self) -> int:
        return sum(len(one.people) == 2 for one in self.rows)

    @property
    def groups(self) -> int:
        return len(self.rows) - self.pairs

    def joinable(self, face: Face) -> list[tuple[Face, tuple[Face, ...]]]:
        """Who of the other class could be shared, and with whom."""
        is_first = face.member.pupil.class_id == self.first.of.id
        found = [
            (one, row.left if is_first else row.right)
            for row in self.rows
            for one in (row.right if is_first else row.left)
        ]  # fmt: skip
        return sorted(found, key=lambda one: name_order.key(one[0].name, i18n.current.get()))


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody has changed, in names."""

    by: str
    is_me: bool
    number: int
    came: tuple[str, ...]
    went: tuple[str, ...]


def names_of(board: Board) -> dict[str, str]:
    """What to call each pupil here."""
    return {one.uid: name_of(one, is_own=side.is_own) for side in board.sides for one in side.members}


def name_of(one: Member, *, is_own: bool) -> str:
    """First name and initial; of a pupil of another class only the initials until a guardian has said yes."""
    first = one.resident.first_name if is_own or one.has_yes else f"{one.resident.first_name[:1]}."
    return f"{first} {one.pupil.initial}".strip()


def faces_of(board: Board) -> dict[str, Face]:
    names = names_of(board)
    return {
        one.uid: Face(one, names[one.uid], side.is_own) for side in board.sides for one in side.members
    }  # fmt: skip


def by_name(faces: Iterable[Face]) -> list[Face]:
    """As a list of names is sorted for whoever reads it."""
    return sorted(faces, key=lambda one: (name_order.key(one.name, i18n.current.get()), str(one.id)))


async def board_page(
    request: Request[Any, Any, Any],
    db: AsyncSession,
    teacher: Moderator,
    board: Board,
    *,
    now: datetime,
    seen: int | None = None,
    complaints: Sequence[str] = (),
    template: str = "pairings/board.html",
) -> Template:
    """The board. `seen` is the version that somebody looked at who came too late: then it is told what is different,
    and nothing was done."""
    since = seen if seen is not None else agreed_to(board)
    changes = await board_versions.differences(db, board.pairing, since) if since is not None else []
    return page(
        request,
        template,
        status=409 if seen is not None or complaints else 200,
        board=board,
        parts=[part_of(board, n, since=since) for n in board.own_links],
        changes=tell(board, changes, teacher),
        stale=seen is not None,
        complaints=complaints,
        can_change=board.pairing.state in CHANGING,
        is_running=board.pairing.state is PairingState.RUNNING,
        mine=[side for side in board.sides if side.is_own],
        others=[side for side in board.sides if not side.is_own],
        agreed={side.of.id: has_agreed(board, side) for side in board.sides},
        i_agreed=all(has_agreed(board, side) for side in board.sides if side.is_own),
        others_agreed=all(has_agreed(board, side) for side in board.sides if not side.is_own),
        wishes=wishes_told(board, await board_wishes.own_wishes(db, board, teacher)),
        by_name=lambda side: by_name(one for one in faces_of(board).values() if one.member in side.members),
        now=now,
    )


def agreed_to(board: Board) -> int | None:
    """The version that the own classes have said yes to last, if it is not the newest."""
    versions = [side.place.board_agreed for side in board.sides if side.is_own and side.place.board_agreed is not None]
    return min(versions) if versions and min(versions) < board.pairing.board_version else None


def has_agreed(board: Board, side: Side) -> bool:
    return bool(board.couples) and side.place.board_agreed == board.pairing.board_version


def part_of(board: Board, link: int, *, since: int | None = None) -> Part:
    """Everything of one link, sorted by the names of its first class."""
    faces, table, couples = faces_of(board), board.table(link), board.in_link(link)
    first, second = (board.sides[n] for n in board.links[link])
    known = {couple_of(one): one for one in couples}
    circles = circles_of(known, table.rules)
    rows = [_row(table, circle, known, faces, since=since) for circle in circles]
    rows.sort(key=lambda one: (name_order.key(one.left[0].name, i18n.current.get()), str(one.left[0].id)))
    without = [uid for uid in table.pupils if not table.partners_of(uid)]
    lack = shortage(table.first, table.second, table.rules)
    return Part(
        number=link,
        first=first,
        second=second,
        rows=tuple(rows),
        waiting=tuple(by_name(faces[uid] for uid in without if table.pupils[uid].present)),
        away=tuple(by_name(faces[uid] for uid in without if not table.pupils[uid].present)),
        lack=lack,
        lack_said=shortage_sentence(lack, (first, second)[lack.smaller].of.name) if lack and lack.sharing else "",
        remarks=_remarks(table),
    )


def _row(
    table: Table, circle: frozenset[str], known: Mapping[partners.Couple, Couple],
    faces: Mapping[str, Face], *, since: int | None,
) -> Row:  # fmt: skip
    here = {one.uid for one in table.first.pupils}
    left, right = by_name(faces[x] for x in circle & here), by_name(faces[x] for x in circle - here)
    couples = tuple(row for couple, row in known.items() if couple <= circle)
    best = max(couples, key=lambda one: (one.score, str(one.id)))
    why = explanation_of(best)
    many, few = (left, right) if len(left) >= len(right) else (right, left)
    writing = all(one.correspondence_id for one in couples)
    return Row(
        left=tuple(left),
        right=tuple(right),
        couples=couples,
        changes=tuple(
            (one, other)
            for one in many
            for other in few
            if partners.Couple((one.member.uid, other.member.uid)) in known
        ),
        likes=tuple((code, INTERESTS[code].icon or "star", name) for code, name in board_words.likes(why)),
        language=board_words.language(why),
        points=min(one.score for one in couples),
        is_new=since is not None and any(one.changed_in > since for one in couples),
        waits_for=() if writing else tuple(one for one in (*left, *right) if not one.member.has_yes),
    )


def _remarks(table: Table) -> tuple[str, ...]:
    """What has to be said of the couples as they stand."""
    here = {one.uid for roster in (table.first, table.second) for one in roster.present}
    couples = [one for one in table.couples if one <= here]
    if not couples:
        return ()
    found = told(table.first, table.second, couples, table.rules, table.around).remarks
    said = tuple(remark_sentence(one) for one in found if one is not Remark.JOINED_CIRCLES)
    wrong = broken(table.first, table.second, couples, table.rules, table.around, most=len(couples))
    return (*said, _("These pairs do not keep a wish yet.")) if WISHES & set(wrong) else said


def tell(board: Board, changes: Sequence[Difference], me: Moderator) -> list[Told]:
    """The changes in the names of those whom the teacher may see; of other classes of a ring there is nothing."""
    mine = {uid for n in board.own_links for uid in board.table(n).pupils}
    names = {uid: name for uid, name in names_of(board).items() if uid in mine}
    found = []
    for one in changes:
        came, went = (_said(couples, names) for couples in (one.came, one.went))
        if came or went:
            by = one.by.name if one.by else ""
            is_me = one.by is not None and one.by.id == me.id
            found.append(Told(by, is_me, max(len(came), len(went)), came, went))
    return found


def _said(couples: Iterable[partners.Couple], names: Mapping[str, str]) -> tuple[str, ...]:
    known = [one for one in couples if one & names.keys()]
    return tuple(
        sorted(" – ".join(sorted(names.get(uid, _("a pupil who has left")) for uid in couple)) for couple in known)
    )


def wishes_told(board: Board, own: frozenset[UUID]) -> dict[str, Any]:
    """The own wishes with their pupils; of the others how many there are."""
    names = names_of(board)
    mine = [(one, names[str(one.low_id)], names[str(one.high_id)]) for one in board.wishes if one.id in own]
    only = [
        (name_of(one, is_own=True), one.pupil.writes_only, one.pupil.resident_id)
        for one in board_reading.own_members(board)
        if one.pupil.writes_only
    ]
    return {"mine": mine, "others": len(board.wishes) - len(mine), "languages": only}
