"""When have all teachers agreed to a board, and what follows from it for the pupils?

Each class's teacher agrees to one version; a later one voids it. When all have agreed to the same, each couple gets its
correspondence as soon as a guardian has said yes for both, and who was taken apart writes no more: their letters stay.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    audit,
    board_reading,
    board_versions,
    class_letters,
    class_locks,
    class_notices,
    partner_search,
    reports,
    teaching,
)
from penfriends.actions.addresses import Addresses
from penfriends.actions.board_reading import Board
from penfriends.errors import Refusal, Refused
from penfriends.models.letters import Correspondence, CorrespondenceState
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import BoardChange, Couple, Pairing, PairingClass, PairingState
from penfriends.models.schools import Pupil

PARTED = "other_partner"
LEFT = "left_class"
NOT_YET = frozenset({Refusal.CONSENT_MISSING, Refusal.NOT_ACTIVE})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What followed: how many begin to write, how many were parted, and which couples wait for a guardian's yes."""

    all_agreed: bool = False
    opened: int = 0
    parted: int = 0
    waiting: tuple[Couple, ...] = ()


async def agree(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, seen: int, at: Addresses, now: datetime
) -> Outcome:
    """A teacher says yes to this version for the own class. The last yes opens what can be opened. Those who have still
    to agree are told, or all that everybody has; a second yes to the same tells nobody.

    Raises Refused(CHANGED_SINCE) if there is a newer one, and Refused(NOBODY_PARTNERED) for an empty board.
    """
    board = await board_versions.to_change(db, pairing_id, teacher, seen=seen, now=now)
    if not board.couples:
        raise Refused(Refusal.NOBODY_PARTNERED)
    again = all(side.place.board_agreed == seen for side in board.sides if side.is_own)
    for side in board.sides:
        if side.is_own:
            side.place.board_agreed, side.place.board_agreed_by = seen, teacher.id
            side.place.board_agreed_at = now
            db.add(side.place)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action="agree_to_board", subject="pairing",
        subject_id=pairing_id, details={"version": seen},
    )  # fmt: skip
    await db.flush()
    outcome = await carry_out(db, board.pairing, now=now)
    if not again:
        await _tell(db, board, teacher, outcome, at=at, now=now)
    return outcome


async def _tell(
    db: AsyncSession, board: Board, teacher: Moderator, outcome: Outcome, *, at: Addresses, now: datetime
) -> None:
    cards = [await partner_search.card_of(db, side.of.id) for side in board.sides]
    version = board.pairing.board_version
    to = [
        card
        for card, side in zip(cards, board.sides, strict=True)
        if outcome.all_agreed or side.place.board_agreed != version
    ]
    await class_notices.pairs_sent(
        db, board.pairing, teacher, cards, to, all_agreed=outcome.all_agreed, at=at, now=now
    )  # fmt: skip


async def carry_out(db: AsyncSession, pairing: Pairing, *, now: datetime) -> Outcome:
    """Make the letters what all teachers have agreed to; without that do nothing. A second time changes nothing."""
    await class_locks.pairing(db, pairing.id)
    places = (await db.exec(select(PairingClass).where(PairingClass.pairing_id == pairing.id))).all()
    if pairing.state not in board_versions.CHANGING:
        return Outcome()
    if any(one.board_agreed is None or one.board_agreed != pairing.board_version for one in places):
        return Outcome()
    if pairing.state is PairingState.APPROVED:
        pairing.state, pairing.started_at = PairingState.RUNNING, now
        db.add(pairing)
        await db.flush()
    board = await board_reading.read_all(db, pairing, today=now.date())
    parted = await _end_those_apart(db, board, now=now)
    opened, waiting = 0, []
    for couple in board.couples:
        if couple.correspondence_id is None:
            if await _opens(db, pairing, couple, now=now):
                opened += 1
            else:
                waiting.append(couple)
    await db.flush()
    return Outcome(True, opened, parted, tuple(waiting))


async def yes_came(db: AsyncSession, resident_id: UUID, *, now: datetime) -> int:
    """A guardian's yes came for a pupil: open what waited for it. Returns how many correspondences began."""
    found = await db.exec(
        select(Pairing)
        .join(Couple, col(Couple.pairing_id) == col(Pairing.id))
        .where(
            or_(col(Couple.low_id) == resident_id, col(Couple.high_id) == resident_id),
            col(Couple.correspondence_id).is_(None),
        )
        .distinct()
    )
    opened = 0
    for one in found.all():
        with suppress(Refused):  # the yes stands, whatever else keeps the letters from beginning
            opened += (await carry_out(db, one, now=now)).opened
    return opened


async def left(db: AsyncSession, pupil: Pupil, teacher: Moderator, *, now: datetime) -> int:
    """A pupil leaves the class: their letters stop, and their partner is free for another. Returns how many couples
    that were. The new version of the board wants everybody's yes again."""
    await teaching.own_class(db, pupil.class_id, teacher)
    await class_locks.pupil(db, pupil.resident_id)
    pupil.left_at = pupil.left_at or now
    db.add(pupil)
    await db.flush()
    mine = or_(col(Couple.low_id) == pupil.resident_id, col(Couple.high_id) == pupil.resident_id)
    rows = (await db.exec(select(Couple).where(mine).order_by(col(Couple.id)))).all()
    touched = {one: await db.get_one(Pairing, one) for one in {row.pairing_id for row in rows}}
    for pairing in touched.values():
        pairing.board_version += 1
        db.add(pairing)
    for row in rows:
        pairing = touched[row.pairing_id]
        db.add(
            BoardChange(
                pairing_id=pairing.id, version=pairing.board_version, low_id=row.low_id, high_id=row.high_id,
                came=False, by_id=teacher.id, at=now,
            )
        )  # fmt: skip
        if row.correspondence_id is not None:
            await reports.end(db, row.correspondence_id, LEFT, now=now)
        await db.delete(row)
    await db.flush()
    return len(rows)


async def _opens(db: AsyncSession, pairing: Pairing, couple: Couple, *, now: datetime) -> bool:
    """Whether the two may begin to write; not before a guardian has said yes for both."""
    try:
        await class_letters.open_for(db, pairing, couple, now=now)
    except Refused as refused:
        if refused.refusal in NOT_YET:
            return False
        raise
    return True


async def _end_those_apart(db: AsyncSession, board: Board, *, now: datetime) -> int:
    """Two who write to each other and are partners no more: it ends, and what is written stays readable."""
    kept = {one.correspondence_id for one in board.couples if one.correspondence_id}
    for row in board.gone:
        await db.delete(row)
    found = await db.exec(
        select(Correspondence.id).where(
            Correspondence.pairing_id == board.pairing.id, Correspondence.state != CorrespondenceState.ENDED
        )
    )
    apart = [one for one in found if one not in kept]
    for one in apart:
        await reports.end(db, one, PARTED, now=now)
    return len(apart)
