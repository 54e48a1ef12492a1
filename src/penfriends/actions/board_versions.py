"""How does a board change, and what has another teacher changed meanwhile?

Every change of who is partnered with whom makes a new version. Who changes something says which version they looked at:
with an older one nothing is changed, and they are told what is different.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, board_reading, class_locks, teaching
from penfriends.actions.board_reading import Board, couple_of, two
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import BoardChange, Couple, Pairing, PairingState
from penfriends.rules import partners
from penfriends.rules.pupil_score import explain_pupils
from penfriends.rules.score import Explanation

CHANGING = (PairingState.APPROVED, PairingState.RUNNING)


@dataclass(frozen=True, slots=True)
class Difference:
    """What one teacher has changed since a version: couples who came, and who went."""

    by: Moderator | None
    came: tuple[partners.Couple, ...]
    went: tuple[partners.Couple, ...]

    @property
    def number(self) -> int:
        return max(len(self.came), len(self.went))


async def claim(db: AsyncSession, pairing: Pairing, seen: int) -> int:
    """The number of the next version, for whoever looked at the newest one; of two at the same moment one gets it.

    Raises Refused(CHANGED_SINCE), and Refused(CORRESPONDENCE_CLOSED) when nothing is to be changed any more.
    """
    if pairing.state not in CHANGING:
        raise Refused(Refusal.CORRESPONDENCE_CLOSED)
    done = await db.exec(
        update(Pairing)
        .where(col(Pairing.id) == pairing.id, col(Pairing.board_version) == seen)
        .values(board_version=seen + 1)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise Refused(Refusal.CHANGED_SINCE)
    await db.refresh(pairing)
    return seen + 1


async def to_change(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, seen: int | None = None, now: datetime
) -> Board:
    """The board for who changes it or agrees to it: nobody else does until the transaction ends, so it is read after
    the others are done. Raises as `claim` does, and takes no number."""
    await teaching.own_pairing(db, pairing_id, teacher)
    await class_locks.pairing(db, pairing_id)
    board = await board_reading.read(db, pairing_id, teacher, today=now.date())
    if board.pairing.state not in CHANGING:
        raise Refused(Refusal.CORRESPONDENCE_CLOSED)
    if seen is not None and board.pairing.board_version != seen:
        raise Refused(Refusal.CHANGED_SINCE)
    return board


async def store(
    db: AsyncSession,
    board: Board,
    came: Mapping[partners.Couple, Explanation],
    went: Collection[partners.Couple],
    *,
    by: Moderator,
    seen: int,
    now: datetime,
) -> int:
    """Put couples on the board and take others off it. Couples of pupils who have left go with them. Returns the new
    version."""
    version = await claim(db, board.pairing, seen)
    for row in [*board.gone, *(one for one in board.couples if couple_of(one) in went)]:
        await _off(db, row, version, by, now=now)
    await db.flush()
    for couple in sorted(came, key=sorted):
        await _on(db, board.pairing, couple, came[couple], version, by, now=now)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=by.id, action="change_board", subject="pairing",
        subject_id=board.pairing.id, details={"version": version, "came": len(came), "went": len(went)},
    )  # fmt: skip
    await db.flush()
    return version


async def _off(db: AsyncSession, row: Couple, version: int, by: Moderator, *, now: datetime) -> None:
    db.add(
        BoardChange(
            pairing_id=row.pairing_id, version=version, low_id=row.low_id, high_id=row.high_id, came=False,
            by_id=by.id, at=now,
        )
    )  # fmt: skip
    await db.delete(row)


async def _on(
    db: AsyncSession, pairing: Pairing, couple: partners.Couple, why: Explanation, version: int, by: Moderator, *,
    now: datetime,
) -> None:  # fmt: skip
    low, high = sorted(map(UUID, couple))
    db.add(
        Couple(
            pairing_id=pairing.id,
            low_id=low,
            high_id=high,
            score=why.total,
            explanation=[[one.name, one.points, one.maximum, list(one.detail)] for one in why.points],
            changed_in=version,
            changed_by=by.id,
            correspondence_id=await _from_before(db, pairing, low, high),
        )
    )
    db.add(
        BoardChange(
            pairing_id=pairing.id, version=version, low_id=low, high_id=high, came=True, by_id=by.id, at=now,
        )
    )  # fmt: skip


async def _from_before(db: AsyncSession, pairing: Pairing, low: UUID, high: UUID) -> UUID | None:
    """Two who were parted on the board and come together again before anybody agreed write on as they did."""
    other = aliased(Participant)
    found = await db.exec(
        select(Correspondence.id)
        .join(Participant, col(Participant.correspondence_id) == col(Correspondence.id))
        .join(other, col(other.correspondence_id) == col(Correspondence.id))
        .where(
            Correspondence.pairing_id == pairing.id,
            Correspondence.state != CorrespondenceState.ENDED,
            Participant.resident_id == low,
            col(other.resident_id) == high,
        )
    )
    return found.first()


async def differences(db: AsyncSession, pairing: Pairing, since: int) -> list[Difference]:
    """What is different from version `since`, by who changed it. Who came and went again is not in it."""
    found = await db.exec(
        select(BoardChange)
        .where(BoardChange.pairing_id == pairing.id, col(BoardChange.version) > since)
        .order_by(col(BoardChange.version), col(BoardChange.came), col(BoardChange.id))
    )
    first: dict[partners.Couple, BoardChange] = {}
    last: dict[partners.Couple, BoardChange] = {}
    for one in found:
        couple = two(one.low_id, one.high_id)
        first.setdefault(couple, one)
        last[couple] = one
    real = [(couple, one) for couple, one in last.items() if first[couple].came == one.came]
    told = []
    for by_id, group in groupby(sorted(real, key=lambda one: str(one[1].by_id)), key=lambda one: one[1].by_id):
        here = list(group)
        came = tuple(sorted((couple for couple, one in here if one.came), key=sorted))
        went = tuple(sorted((couple for couple, one in here if not one.came), key=sorted))
        told.append(Difference(await db.get(Moderator, by_id) if by_id else None, came, went))
    return told


def explained(board: Board, link: int, couples: Collection[partners.Couple]) -> dict[partners.Couple, Explanation]:
    """Why each of these fits, the pupil of the first class of the link first."""
    table = board.table(link)
    firsts = {one.uid for one in table.first.pupils}
    found = {}
    for couple in couples:
        if not couple <= table.pupils.keys():
            raise NotFound
        one, other = sorted(couple, key=lambda uid: uid not in firsts)
        found[couple] = explain_pupils(table.pupils[one], table.pupils[other], board.around)
    return found
