"""Whose turn is it in a correspondence, as one side may know it? Computed, because letters cross."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.threads import NEVER_LEFT
from penfriends.models.letters import Letter, LetterState, Participant
from penfriends.rules.threading import Placed, Turn, turn


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose turn it is; when the newest letter came, whether it was opened, and when the newest own one was sent."""

    turn: Turn
    received_at: datetime | None
    is_unread: bool
    written_at: datetime | None

    @property
    def has_begun(self) -> bool:
        return self.received_at is not None or self.written_at is not None


async def standing_of(db: AsyncSession, mine: Participant) -> Standing:
    """From own letters that were sent and the friend's that have arrived; no text is read for it."""
    found = await db.exec(
        select(
            Letter.id,
            Letter.author_id,
            Letter.parent_id,
            Letter.created_at,
            Letter.sent_at,
            Letter.delivered_at,
            Letter.read_at,
        ).where(  # type: ignore[call-overload]
            Letter.correspondence_id == mine.correspondence_id,
            ((col(Letter.author_id) == mine.id) & col(Letter.state).not_in(NEVER_LEFT))
            | (col(Letter.state) == LetterState.DELIVERED),
        )
    )
    rows: Sequence[Any] = found.all()  # seven columns: more than the types of select know
    theirs = [one for one in rows if one.author_id != mine.id]
    newest = max(theirs, key=lambda one: one.delivered_at or one.created_at, default=None)
    own = [one.sent_at or one.created_at for one in rows if one.author_id == mine.id]
    return Standing(
        turn=turn(
            [Placed(one.id, one.author_id, one.sent_at or one.created_at, one.parent_id) for one in rows], mine.id
        ),
        received_at=(newest.delivered_at or newest.created_at) if newest else None,
        is_unread=newest is not None and newest.read_at is None,
        written_at=max(own, default=None),
    )


async def both_sides(db: AsyncSession, correspondence_id: UUID) -> list[Participant]:
    """The people of a correspondence, always in the same order."""
    found = await db.exec(
        select(Participant).where(Participant.correspondence_id == correspondence_id).order_by(col(Participant.id))
    )
    return list(found)
