"""Among what does a letter stand? What is around it decides, with its words, whether a person must read it.

Each of the two statements is put together once: making one costs as much as asking it.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.letters import Attachment, Correspondence, Letter, LetterState, Participant
from penfriends.models.places import Association, Town
from penfriends.models.residents import Resident

READ_TOGETHER = 5
PASSED = (LetterState.RELEASED, LetterState.ON_ITS_WAY, LetterState.DELIVERED, LetterState.UNSURE)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The correspondence of a letter, how many pictures it has, how many letters of this writer, in all
    correspondences, a person or the policy has let go, and what the associations of both people's towns ask for."""

    correspondence: Correspondence
    pictures: int
    released_before: int
    read_first: tuple[int | None, ...]
    sample_one_in: tuple[int | None, ...]


async def surroundings_of(db: AsyncSession, letter: Letter) -> Surroundings:
    """Everything in one question, but the words of earlier letters."""
    asked = {"letter_id": letter.id, "author_id": letter.author_id, "correspondence_id": letter.correspondence_id}
    rows = (await db.exec(_AROUND, params=asked)).all()
    correspondence, pictures, released_before, *_ = rows[0]
    return Surroundings(
        correspondence,
        pictures,
        released_before,
        read_first=tuple(one.read_first_letters for one in rows),
        sample_one_in=tuple(one.sample_one_in for one in rows),
    )


async def earlier_texts(db: AsyncSession, letter: Letter) -> list[str]:
    """The words of the writer's last letters in this correspondence, oldest first."""
    found = await db.exec(_EARLIER, params={"letter_id": letter.id, "author_id": letter.author_id})
    return list(reversed(found.scalars().all()))


def _asked(name: str) -> Any:
    return sa.bindparam(name, type_=sa.Uuid())


_ME, _MINE = aliased(Participant), aliased(Participant)
_PICTURES = sa.select(sa.func.count()).select_from(Attachment).where(col(Attachment.letter_id) == _asked("letter_id"))
_RELEASED = (
    sa.select(sa.func.count())
    .select_from(_ME)
    .join(_MINE, col(_MINE.resident_id) == col(_ME.resident_id))
    .join(Letter, col(Letter.author_id) == col(_MINE.id))
    .where(col(_ME.id) == _asked("author_id"), col(Letter.state).in_(PASSED))
)
_AROUND: Any = (
    sa.select(
        Correspondence, _PICTURES.scalar_subquery(), _RELEASED.scalar_subquery(),
        col(Association.read_first_letters), col(Association.sample_one_in),
    )
    .select_from(Correspondence)
    .outerjoin(Participant, col(Participant.correspondence_id) == col(Correspondence.id))
    .outerjoin(Resident, col(Resident.id) == col(Participant.resident_id))
    .outerjoin(Town, col(Town.id) == col(Resident.town_id))
    .outerjoin(Association, col(Association.id) == col(Town.association_id))
    .where(col(Correspondence.id) == _asked("correspondence_id"))
)  # fmt: skip
_EARLIER: Any = (
    sa.select(col(Letter.kept_text))
    .where(
        col(Letter.author_id) == _asked("author_id"),
        col(Letter.id) != _asked("letter_id"),
        col(Letter.screened_at).is_not(None),
    )
    .order_by(col(Letter.created_at).desc(), col(Letter.id).desc())
    .limit(READ_TOGETHER)
)
