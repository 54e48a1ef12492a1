"""How much has a class written with its partners? Numbers that stay when the letters themselves are gone (rule R48)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.letters import Correspondence, Letter, LetterState, Participant
from penfriends.models.pairings import PairingClass
from penfriends.models.schools import Pupil


@dataclass(frozen=True, slots=True)
class Numbers:
    """Delivered letters of a class and of its partners' to it, how many of its own pupils wrote, and the letters by
    language. Not to be shown as they are: small numbers point at somebody (`rules.small_groups`)."""

    letters: int = 0
    writers: int = 0
    languages: Mapping[str, int] = field(default_factory=dict)


async def of_class(db: AsyncSession, class_id: UUID) -> Numbers:
    """All exchanges of a class together. Of two, the one in which more pupils wrote says how many: whether those of the
    other are the same ones is not known any more once the letters are gone."""
    seats = await db.exec(select(PairingClass).where(PairingClass.class_id == class_id))
    parts = [Numbers(**one.numbers) if one.numbers else await _counted(db, one) for one in seats.all()]
    return Numbers(
        sum(one.letters for one in parts),
        max((one.writers for one in parts), default=0),
        sum((Counter(one.languages) for one in parts), Counter()),
    )


async def keep(db: AsyncSession, seats: Sequence[PairingClass]) -> None:
    """The exchange is over for these classes: what was counted last stays."""
    for seat in seats:
        if seat.numbers is None:
            seat.numbers = asdict(await _counted(db, seat))
            db.add(seat)
    await db.flush()


async def _counted(db: AsyncSession, seat: PairingClass) -> Numbers:
    ours = select(Pupil.resident_id).where(Pupil.class_id == seat.class_id)
    here = (
        select(Correspondence.id)
        .join(Participant, col(Participant.correspondence_id) == col(Correspondence.id))
        .where(col(Correspondence.pairing_id) == seat.pairing_id, col(Participant.resident_id).in_(ours))
    )
    rows = await db.exec(
        select(Participant.resident_id, Letter.language)
        .join(Letter, col(Letter.author_id) == col(Participant.id))
        .where(col(Letter.correspondence_id).in_(here), Letter.state == LetterState.DELIVERED)
    )
    letters, own = rows.all(), set(await db.exec(ours))
    languages = Counter(language for _, language in letters if language)
    return Numbers(len(letters), len({who for who, _ in letters if who in own}), dict(languages))
