"""What do teachers ask of the partnering: who shares, who is away, who is kept apart or together, in which language?

A wish about own pupils is the own teachers' affair: the other class's teacher learns that there is one, never more.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, board_reading, board_versions, teaching
from penfriends.actions.board_reading import Board, Member
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import PairingWish, WishKind
from penfriends.models.schools import ClassTeacher


async def mark_pupils(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, volunteers: Collection[UUID], away: Collection[UUID],
    now: datetime,
) -> int:  # fmt: skip
    """Who of the own pupils would write with two, or is appointed to, and who is not here now. Returns how many
    changed. Nobody is partnered anew by it."""
    board = await _changeable(db, pairing_id, teacher, now=now)
    changed = 0
    for one in board_reading.own_members(board):
        uid = one.pupil.resident_id
        wanted = uid in volunteers, uid not in away
        if (one.pupil.volunteer, one.pupil.present) != wanted:
            one.pupil.volunteer, one.pupil.present = wanted
            db.add(one.pupil)
            changed += 1
    await db.flush()
    return changed


async def wish(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, kind: WishKind, one: UUID, other: UUID, *, now: datetime
) -> PairingWish:
    """Two pupils apart, or with the same partner. One of them at least is the teacher's own; together are two of one
    class. A second wish about the same two takes the place of the first, if that was the teacher's own.

    Raises NotFound for foreign pupils, Refused(WISH_NOT_POSSIBLE) for two who cannot be meant.
    """
    board = await _changeable(db, pairing_id, teacher, now=now)
    members, own = board.members, {member.pupil.resident_id for member in board_reading.own_members(board)}
    if not {one, other} <= members.keys() or not own & {one, other}:
        raise NotFound
    same_class = members[one].pupil.class_id == members[other].pupil.class_id
    if one == other or (kind is WishKind.TOGETHER and not same_class):
        raise Refused(Refusal.WISH_NOT_POSSIBLE)
    low, high = sorted((one, other))
    row = next((found for found in board.wishes if (found.low_id, found.high_id) == (low, high)), None)
    if row is not None and row.id not in await own_wishes(db, board, teacher):
        raise Refused(Refusal.WISH_NOT_POSSIBLE)
    row = row or PairingWish(pairing_id=pairing_id, kind=kind, low_id=low, high_id=high, wished_by=teacher.id)
    row.kind, row.wished_by = kind, teacher.id
    db.add(row)
    await _noted(db, teacher, pairing_id, kind.value, now=now)
    await db.flush()
    return row


async def take_back(db: AsyncSession, pairing_id: UUID, teacher: Moderator, wish_id: UUID, *, now: datetime) -> None:
    """An own wish, or one of the other teacher of the own class. Raises NotFound."""
    board = await _changeable(db, pairing_id, teacher, now=now)
    if wish_id not in await own_wishes(db, board, teacher):
        raise NotFound
    await db.delete(next(one for one in board.wishes if one.id == wish_id))
    await _noted(db, teacher, pairing_id, "take_back", now=now)
    await db.flush()


async def ask_language(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, pupil_id: UUID, language: str, *, now: datetime
) -> None:
    """The letters of an own pupil are to be in this language; empty: in any of theirs. Raises
    Refused(WISH_NOT_POSSIBLE) for a language that the pupil does not write."""
    board = await _changeable(db, pairing_id, teacher, now=now)
    mine: Mapping[UUID, Member] = {one.pupil.resident_id: one for one in board_reading.own_members(board)}
    if pupil_id not in mine:
        raise NotFound
    if language and language not in mine[pupil_id].languages:
        raise Refused(Refusal.WISH_NOT_POSSIBLE)
    mine[pupil_id].pupil.writes_only = language
    db.add(mine[pupil_id].pupil)
    await db.flush()


async def join_circles(db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, join: bool, now: datetime) -> None:
    """Whether two pairs may become one circle, for pupils who are to be together in classes of one size."""
    board = await _changeable(db, pairing_id, teacher, now=now)
    board.pairing.join_circles = join
    db.add(board.pairing)
    await db.flush()


async def own_wishes(db: AsyncSession, board: Board, teacher: Moderator) -> frozenset[UUID]:
    """The wishes that a teacher of the own classes has made, now or before."""
    colleagues = await db.exec(
        select(ClassTeacher.moderator_id).where(col(ClassTeacher.class_id).in_(teaching.classes_of(teacher.id)))
    )
    ours = set(colleagues)
    return frozenset(one.id for one in board.wishes if one.wished_by in ours)


async def _changeable(db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, now: datetime) -> Board:
    return await board_versions.to_change(db, pairing_id, teacher, now=now)


async def _noted(db: AsyncSession, teacher: Moderator, pairing_id: UUID, what: str, *, now: datetime) -> None:
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action="pairing_wish", subject="pairing",
        subject_id=pairing_id, details={"what": what},
    )  # fmt: skip
