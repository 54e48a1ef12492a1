"""What do the rows say: what still has to move, and what became of each letter?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.db import Database
from penfriends.models.delivery import Bounce, Delivery, DeliveryState, RawMail, RawMailState
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, LetterState
from penfriends.models.moderation import Decision, Hold, Verb
from tests.crash.checker import Kept
from tests.crash.desk import word_of

MOVING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.COMMITTED, DeliveryState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Moving:
    """A delivery that is not done, and the hour for which it waits."""

    delivery_id: UUID
    state: DeliveryState
    until: datetime
    last_text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a worker at once, and which deliveries wait for when."""

    unread: int
    deliveries: tuple[Moving, ...]

    @property
    def is_empty(self) -> bool:
        return not self.unread and not self.deliveries


async def waiting(database: Database, *, unsure_too: bool) -> Waiting:
    """`unsure_too`: where somebody reads the smarthost's log, what is unsure will be known."""
    async with database.reading() as db:
        mails = await db.exec(select(func.count()).where(RawMail.state == RawMailState.RECEIVED))
        fresh = await db.exec(
            select(func.count()).where(col(Letter.state).in_([LetterState.WRITTEN, LetterState.RECEIVED]))
        )
        states = (*MOVING, DeliveryState.UNSURE) if unsure_too else MOVING
        rows = await db.exec(select(Delivery).where(col(Delivery.state).in_(states)).order_by(col(Delivery.id)))
        found = [Moving(row.id, row.state, row.lease_until or row.due_at, row.last_text) for row in rows]
        return Waiting(mails.one() + fresh.one(), tuple(found))


async def kept(database: Database, correspondences: Collection[UUID]) -> dict[str, list[Kept]]:
    """Every letter of these correspondences under its word; a letter without one under nothing."""
    found: dict[str, list[Kept]] = {}
    async with database.reading() as db:
        rows = await db.exec(
            select(Letter, Delivery, Correspondence.state)
            .join(Correspondence, col(Correspondence.id) == col(Letter.correspondence_id))
            .join(Delivery, col(Delivery.letter_id) == col(Letter.id), isouter=True)
            .where(col(Letter.correspondence_id).in_(correspondences), Letter.original_text != "")
        )
        letters = rows.all()
        holds = await _open_holds(db, [letter.id for letter, *_ in letters])
        bounced = await _bounced(db, [row.id for _, row, _ in letters if row])
        yeses = await _yeses(db, [letter.id for letter, *_ in letters])
    for letter, row, state in letters:
        one = Kept(
            letter.id,
            letter.state,
            row.id if row else None,
            row.state if row else None,
            holds.count(letter.id),
            row is not None and row.id in bounced,
            row.last_text if row else "",
            state is CorrespondenceState.OPEN,
            handed_to=row.participant_id if row else None,
            yeses=tuple(who for of, who, seen in yeses if (of, seen) == (letter.id, letter.content_hash)),
        )
        found.setdefault(word_of(letter.original_text), []).append(one)
    return found


async def _open_holds(db: AsyncSession, letters: list[UUID]) -> list[UUID]:
    rows = await db.exec(select(Hold.letter_id).where(col(Hold.letter_id).in_(letters), col(Hold.closed_at).is_(None)))
    return list(rows.all())


async def _yeses(db: AsyncSession, letters: list[UUID]) -> list[tuple[UUID, UUID, str | None]]:
    """Who said yes to which words of which letter, and did not take it back."""
    rows = await db.exec(
        select(Decision.subject_id, Decision.moderator_id, Decision.content_hash).where(
            col(Decision.subject_id).in_(letters), Decision.verb == Verb.RELEASE, col(Decision.undone_at).is_(None)
        )
    )
    return list(rows.all())


async def _bounced(db: AsyncSession, deliveries: list[UUID]) -> set[UUID | None]:
    rows = await db.exec(select(Bounce.delivery_id).where(col(Bounce.delivery_id).in_(deliveries)))
    return set(rows.all())
