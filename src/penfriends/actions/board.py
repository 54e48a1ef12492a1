"""How are the pupils of a pairing partnered: suggested by the house, changed by a teacher, locked?

Nothing is half done: either everybody who is here gets a partner and every wish is kept, or it is said why not and the
board stays as it was. Pupils hear of it when all teachers have agreed (`board_agreement`).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import board_versions
from penfriends.actions.board_reading import Board, couple_of
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Couple
from penfriends.rules import partners
from penfriends.rules.board_moves import How, Move, moves
from penfriends.rules.class_ring import pair_ring
from penfriends.rules.partners import Complaint, Partnering, Remark
from penfriends.rules.score import Explanation, Term

NOT_KEPT_IN_MIND = (Remark.MOVED, Remark.MORE_THAN_USUAL, Remark.PERHAPS_NOT_BEST)
"""What can be said only when partners are looked for; the other remarks can be read off the board."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a search gave: `changed` couples, or complaints and nothing done."""

    changed: int = 0
    remarks: tuple[Remark, ...] = ()
    complaints: tuple[Complaint, ...] = ()


async def suggest(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, seen: int, now: datetime, keep_all: bool = False
) -> Suggestion:
    """Partners for everybody who is here. Couples who write to each other already and those with a lock stay; the
    others are drawn anew, with the next seed if there were any. With `keep_all` every couple stays, and only who has
    nobody gets somebody. Raises Refused(CHANGED_SINCE) if `seen` is not the newest version."""
    board = await board_versions.to_change(db, pairing_id, teacher, seen=seen, now=now)
    again = bool(board.couples) and not keep_all
    seed = board.pairing.seed + again
    kept = frozenset(couple_of(one) for one in board.couples if keep_all or one.correspondence_id)
    found = pair_ring(board.rosters(), board.rules, board.around, seed=seed, standing=kept)
    complaints = tuple(dict.fromkeys(one for result in found for one in result.complaints))
    if complaints:
        return Suggestion(complaints=complaints)
    board.pairing.seed = seed
    db.add(board.pairing)
    changed = await _take_over(db, board, found, teacher, seen=seen, now=now)
    said = {one for result in found for one in result.remarks}
    return Suggestion(changed, tuple(one for one in NOT_KEPT_IN_MIND if one in said))


async def _take_over(
    db: AsyncSession, board: Board, found: tuple[Partnering, ...], teacher: Moderator, *, seen: int, now: datetime
) -> int:
    """Make the board what was found; if it is that already there is no new version. Returns how many couples came."""
    wanted: dict[partners.Couple, Explanation] = {
        partners.Couple((one.first, one.second)): one.explanation for result in found for one in result.pairs
    }
    now_there = {couple_of(one) for one in board.couples}
    came = {couple: why for couple, why in wanted.items() if couple not in now_there}
    went = now_there - wanted.keys()
    if came or went or board.gone:
        await board_versions.store(db, board, came, went, by=teacher, seen=seen, now=now)
    return len(came)


async def lock(
    db: AsyncSession, pairing_id: UUID, couple_ids: tuple[UUID, ...], teacher: Moderator, *, locked: bool, now: datetime
) -> None:
    """Settle pairs, or let go of them. Nobody's partner changes, so nobody's yes is lost. Raises
    Refused(CHANGED_SINCE) if they are partners no more."""
    board = await board_versions.to_change(db, pairing_id, teacher, now=now)
    mine = {one.id: one for link in board.own_links for one in board.in_link(link)}
    if not mine.keys() >= set(couple_ids):
        raise Refused(Refusal.CHANGED_SINCE)
    for one in couple_ids:
        mine[one].locked = locked
        db.add(mine[one])
    await db.flush()


def possible_moves(board: Board, link: int, uid: str, to: str, instead_of: str | None) -> tuple[Move, ...]:
    """What can be done to make `to` a partner of `uid`. Raises NotFound for pupils who are not on this part of the
    board, Refused(CHANGED_SINCE) if `instead_of` is no partner any more."""
    must_be_mine(board, link)
    table = board.table(link)
    sides = [{one.uid for one in roster.pupils} for roster in (table.first, table.second)]
    if not any(uid in one and to in other for one, other in (sides, reversed(sides))):
        raise NotFound
    if instead_of is not None and instead_of not in table.partners_of(uid):
        raise Refused(Refusal.CHANGED_SINCE)
    return moves(table, uid, to, instead_of)


def must_be_mine(board: Board, link: int) -> None:
    """Raises NotFound for a part of a ring in which the teacher has no class."""
    if link not in board.own_links:
        raise NotFound


async def move(
    db: AsyncSession,
    pairing_id: UUID,
    teacher: Moderator,
    *,
    link: int,
    uid: str,
    to: str,
    instead_of: str | None,
    how: How,
    seen: int,
    now: datetime,
) -> Move:
    """Give a pupil another partner. If a bar stands in the way nothing is done, and the move says which.

    Raises Refused(CHANGED_SINCE) if `seen` is not the newest version.
    """
    board = await board_versions.to_change(db, pairing_id, teacher, seen=seen, now=now)
    must_be_mine(board, link)
    chosen = next((one for one in possible_moves(board, link, uid, to, instead_of) if one.how is how), None)
    if chosen is None:
        raise Refused(Refusal.CHANGED_SINCE)
    if not chosen.bars:
        came = board_versions.explained(board, link, chosen.came)
        await board_versions.store(db, board, came, chosen.gone, by=teacher, seen=seen, now=now)
    return chosen


def explanation_of(row: Couple) -> Explanation:
    """The stored reasons of a couple."""
    return Explanation(tuple(Term(a, b, c, tuple(d)) for a, b, c, d in row.explanation), row.score)
