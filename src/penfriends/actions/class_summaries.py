"""What has come of a year of letters, in numbers? For parents and for whoever gave money: no name, no small group."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_years, pairing_steps, partner_search, teaching
from penfriends.actions.partner_search import ClassCard
from penfriends.models.letters import Correspondence, Letter, LetterState, Participant
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import LetterRound, Pairing, PairingClass
from penfriends.models.places import Town
from penfriends.models.schools import Pupil
from penfriends.rules.small_groups import Split, split, told


@dataclass(frozen=True, slots=True)
class Summary:
    """`writers`: how many of the own pupils wrote; None: fewer than five. `languages` counts letters by language; None:
    they cannot be told apart without pointing at somebody."""

    card: ClassCard
    towns: Sequence[Town]
    letters: int
    rounds: int
    writers: int | None
    languages: Split | None


async def summary(db: AsyncSession, class_id: UUID, teacher: Moderator, *, now: datetime) -> Summary:
    """The numbers of one class. Raises NotFound for foreign ones."""
    of = await teaching.own_class(db, class_id, teacher)
    card = await partner_search.card_of(db, class_id)
    pairings = await _pairings(db, class_id)
    ours = select(Pupil.resident_id).where(col(Pupil.class_id).in_(await _years_from(db, class_id)))
    here = (
        select(Correspondence.id)
        .join(Participant, col(Participant.correspondence_id) == col(Correspondence.id))
        .where(col(Correspondence.pairing_id).in_([one.id for one in pairings]), col(Participant.resident_id).in_(ours))
    )
    rows = await db.exec(
        select(Participant.resident_id, Letter.language)
        .join(Letter, col(Letter.author_id) == col(Participant.id))
        .where(col(Letter.correspondence_id).in_(here), Letter.state == LetterState.DELIVERED)
    )
    letters = rows.all()
    own = set(await db.exec(ours))
    rounds = await db.exec(
        select(func.count())
        .select_from(LetterRound)
        .where(
            col(LetterRound.pairing_id).in_([one.id for one in pairings]),
            LetterRound.send_on <= min(now.date(), of.ends_on),
        )
    )
    return Summary(
        card,
        await _towns(db, class_id, pairings),
        len(letters),
        rounds.one(),
        told(len({who for who, _ in letters if who in own})),
        split(Counter(language for _, language in letters if language)),
    )


async def _pairings(db: AsyncSession, class_id: UUID) -> list[Pairing]:
    found = await db.exec(
        select(Pairing)
        .join(PairingClass, col(PairingClass.pairing_id) == col(Pairing.id))
        .where(PairingClass.class_id == class_id, col(Pairing.started_at).is_not(None))
    )
    return list(found)


async def _years_from(db: AsyncSession, class_id: UUID) -> list[UUID]:
    """The class and the years after it: pupils who came along are in the newest."""
    years = [class_id]
    while (following := await class_years.next_of(db, years[-1])) is not None and following.id not in years:
        years.append(following.id)
    return years


async def _towns(db: AsyncSession, class_id: UUID, pairings: Sequence[Pairing]) -> list[Town]:
    """Those of the other classes, each once, by name."""
    found = {
        place.card.town.id: place.card.town
        for one in pairings
        for place in await pairing_steps.places_of(db, one)
        if place.seat.class_id != class_id
    }
    return sorted(found.values(), key=lambda one: one.name)
