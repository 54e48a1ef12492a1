"""What has come of a year of letters, in numbers? For parents and for whoever gave money: no name, no small group."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_numbers, pairing_steps, partner_search, teaching
from penfriends.actions.partner_search import ClassCard
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import LetterRound, Pairing, PairingClass
from penfriends.models.places import Town
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
    numbers = await class_numbers.of_class(db, class_id)
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
        numbers.letters,
        rounds.one(),
        told(numbers.writers),
        split(numbers.languages),
    )


async def _pairings(db: AsyncSession, class_id: UUID) -> list[Pairing]:
    found = await db.exec(
        select(Pairing)
        .join(PairingClass, col(PairingClass.pairing_id) == col(Pairing.id))
        .where(PairingClass.class_id == class_id, col(Pairing.started_at).is_not(None))
    )
    return list(found)


async def _towns(db: AsyncSession, class_id: UUID, pairings: Sequence[Pairing]) -> list[Town]:
    """Those of the other classes, each once, by name."""
    found = {
        place.card.town.id: place.card.town
        for one in pairings
        for place in await pairing_steps.places_of(db, one)
        if place.seat.class_id != class_id
    }
    return sorted(found.values(), key=lambda one: one.name)
