"""What follows for classes when an ask is answered, taken back or left too long?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_notices, partner_search
from penfriends.actions.addresses import Addresses
from penfriends.actions.partner_search import FOUND_OTHER, NOT_THIS_TIME, STANDING, TAKEN_BACK, TIME_OVER, ClassCard
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.pairings import Pairing, PairingApproval, PairingClass, PairingState
from penfriends.models.schools import SchoolClass, SchoolDays
from penfriends.rules.class_fit import answer_by
from penfriends.rules.school_days import Span


@dataclass(frozen=True, slots=True)
class Place:
    """One class of a pairing, with what its teacher said."""

    seat: PairingClass
    card: ClassCard


async def places_of(db: AsyncSession, pairing: Pairing) -> list[Place]:
    """The classes of a pairing in the order of the ring."""
    seats = await db.exec(
        select(PairingClass).where(PairingClass.pairing_id == pairing.id).order_by(col(PairingClass.position))
    )
    return [Place(one, await partner_search.card_of(db, one.class_id)) for one in seats.all()]


async def locked(db: AsyncSession, pairing_id: UUID) -> UUID:
    """The same id, of a row that nobody else changes meanwhile. Raises NotFound."""
    found = await db.exec(
        select(Pairing).where(Pairing.id == pairing_id).with_for_update().execution_options(populate_existing=True)
    )
    if found.first() is None:
        raise NotFound
    return pairing_id


async def agree(db: AsyncSession, pairing: Pairing, places: Sequence[Place], *, at: Addresses, now: datetime) -> None:
    """All classes want it: the towns decide now, and whoever else was asking one of them hears that it is taken.

    Raises Refused if one has found another meanwhile, or they do not fit any more.
    """
    ids = [one.seat.class_id for one in places]
    await db.exec(  # two yeses at once for one class: the second waits here and finds the first
        select(SchoolClass.id).where(col(SchoolClass.id).in_(ids)).order_by(col(SchoolClass.id)).with_for_update()
    )
    other = await db.exec(
        select(PairingClass.class_id)
        .join(Pairing, col(Pairing.id) == col(PairingClass.pairing_id))
        .where(col(PairingClass.class_id).in_(ids), col(Pairing.state).in_(STANDING), col(Pairing.id) != pairing.id)
    )
    if other.first() or not await partner_search.still_together(db, [one.card.of for one in places], now=now):
        raise Refused(Refusal.CLASSES_DO_NOT_FIT)
    pairing.state = PairingState.AGREED
    db.add(pairing)
    for one in places:
        one.card.of.seeking_since = None
        db.add(one.card.of)
    await db.flush()
    await _close_others(db, pairing, ids, at=at, now=now)
    if len(places) == 2:
        await class_notices.answered(db, pairing, places[0].card, places[1].card, yes=True, at=at, now=now)


async def close(db: AsyncSession, pairing: Pairing, because: str, *, at: Addresses, now: datetime) -> None:
    """An ask came to nothing. A ring goes on without the class that was to come in."""
    places = await places_of(db, pairing)
    if len(places) > 2:
        await _go_on_without(db, pairing, places, now=now)
        return
    pairing.state, pairing.closed_at, pairing.closed_because = PairingState.REFUSED, now, because
    db.add(pairing)
    await db.flush()
    if because != TAKEN_BACK:
        await class_notices.answered(db, pairing, places[0].card, places[1].card, yes=False, at=at, now=now)


async def no_is_open(db: AsyncSession, pairing: Pairing, seat: PairingClass) -> bool:
    """Whether a no can still become a yes: who asked has neither asked elsewhere since nor found somebody."""
    if pairing.closed_because != NOT_THIS_TIME or seat.answer is not False or pairing.closed_at is None:
        return False
    asker = select(PairingClass.class_id).where(PairingClass.pairing_id == pairing.id, PairingClass.position == 0)
    later = await db.exec(
        select(Pairing.id)
        .join(PairingClass, col(PairingClass.pairing_id) == col(Pairing.id))
        .where(
            col(PairingClass.class_id).in_(asker),
            col(PairingClass.answer).is_(True),
            (col(Pairing.asked_at) > pairing.closed_at) | col(Pairing.state).in_(STANDING),
        )
    )
    return later.first() is None


async def forget_approvals(db: AsyncSession, pairing: Pairing) -> None:
    """What the towns said yes to is another pairing now."""
    await db.exec(delete(PairingApproval).where(col(PairingApproval.pairing_id) == pairing.id))


async def seek_again(db: AsyncSession, classes: Sequence[SchoolClass], *, since: datetime) -> None:
    """Classes whose pairing came to nothing look on, as if they had not stopped."""
    for one in classes:
        one.seeking_since = one.seeking_since or since
        db.add(one)
    await db.flush()


async def expire(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Asks that nobody answered in time, for workers. Returns how many."""
    found = await db.exec(
        select(Pairing).where(Pairing.state == PairingState.ASKED).order_by(col(Pairing.id)).with_for_update()
    )
    over = [one for one in found.all() if await last_day(db, one) < now.date()]
    for pairing in over:
        await close(db, pairing, TIME_OVER, at=at, now=now)
    return len(over)


async def last_day(db: AsyncSession, pairing: Pairing) -> date:
    """Until when it can be answered: holidays of the schools that are asked stand still (`class_fit.answer_by`)."""
    asked = await db.exec(
        select(SchoolClass.school_id)
        .join(PairingClass, col(PairingClass.class_id) == col(SchoolClass.id))
        .where(PairingClass.pairing_id == pairing.id, PairingClass.position > 0)
    )
    return max([answer_by(pairing.asked_at.date(), await _closed(db, one)) for one in asked.all()])


async def _closed(db: AsyncSession, school_id: UUID) -> list[Span]:
    """Days off, and what lies between two terms, as far as the school has told."""
    found = await db.exec(
        select(SchoolDays).where(SchoolDays.school_id == school_id).order_by(col(SchoolDays.first_on))
    )
    days = found.all()
    terms = [one for one in days if one.is_term]
    between = [
        Span(one.last_on + timedelta(days=1), following.first_on - timedelta(days=1))
        for one, following in pairwise(terms)
    ]
    return [Span(one.first_on, one.last_on) for one in days if not one.is_term] + between


async def _close_others(
    db: AsyncSession, pairing: Pairing, classes: Sequence[UUID], *, at: Addresses, now: datetime
) -> None:
    """Asks of and to these classes that are still open."""
    found = await db.exec(
        select(Pairing)
        .join(PairingClass, col(PairingClass.pairing_id) == col(Pairing.id))
        .where(
            Pairing.state == PairingState.ASKED, col(Pairing.id) != pairing.id, col(PairingClass.class_id).in_(classes)
        )
        .order_by(col(Pairing.id))
    )
    for one in {row.id: row for row in found.all()}.values():
        asker = (await places_of(db, one))[0].seat.class_id
        await close(db, one, TAKEN_BACK if asker in classes else FOUND_OTHER, at=at, now=now)


async def _go_on_without(db: AsyncSession, pairing: Pairing, places: Sequence[Place], *, now: datetime) -> None:
    """The class that was to come in stays out, and the others are as agreed as before; the towns look anew."""
    await db.delete(places[-1].seat)
    for one in places[:-1]:
        one.seat.answer, one.seat.answered_at = True, now
        db.add(one.seat)
    pairing.state = PairingState.AGREED
    db.add(pairing)
    await db.flush()
