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
from penfriends.actions.partner_search import (
    FOUND_OTHER,
    NO_TO_RING,
    NOT_THIS_TIME,
    STANDING,
    TAKEN_BACK,
    TIME_OVER,
    VETOED,
    ClassCard,
)
from penfriends.errors import Refusal, Refused
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


async def agree(db: AsyncSession, pairing: Pairing, places: Sequence[Place], *, at: Addresses, now: datetime) -> None:
    """All classes want it: the towns decide now, and whoever else was asking one of them hears that it is taken. Who
    calls holds the classes: of two yeses at once for one class the second finds the first.

    Raises Refused if one has found another meanwhile, or they do not fit any more.
    """
    ids = [one.seat.class_id for one in places]
    other = await db.exec(
        select(PairingClass.class_id)
        .join(Pairing, col(Pairing.id) == col(PairingClass.pairing_id))
        .where(col(PairingClass.class_id).in_(ids), col(Pairing.state).in_(STANDING), col(Pairing.id) != pairing.id)
    )
    if other.first() or not await partner_search.still_together(db, [one.card.of for one in places], now=now):
        raise Refused(Refusal.CLASSES_DO_NOT_FIT)
    pairing.state = PairingState.AGREED
    if len(places) > 2:  # what the towns said yes to was smaller
        pairing.approved_at = None
        await forget_approvals(db, pairing)
    db.add(pairing)
    for one in places:
        one.card.of.seeking_since = None
        db.add(one.card.of)
    await db.flush()
    await _close_others(db, pairing, ids, at=at, now=now)
    asker = asker_of(places)
    others = [one.card for one in places if one is not asker]
    await class_notices.answered(db, pairing, asker.card, others, yes=True, at=at, now=now)


def asker_of(places: Sequence[Place]) -> Place:
    """Who asked: their yes was the first."""
    answered = [(one.seat.answered_at, one.seat.position, one) for one in places if one.seat.answered_at]
    return min(answered, key=lambda one: one[:2])[2]


async def close(db: AsyncSession, pairing: Pairing, because: str, *, at: Addresses, now: datetime) -> None:
    """An ask came to nothing. A ring goes on without the class that was to come in."""
    places = await places_of(db, pairing)
    if len(places) > 2:
        await go_on_without(db, pairing, places, because, at=at, now=now)
        return
    pairing.state, pairing.closed_at, pairing.closed_because = PairingState.REFUSED, now, because
    db.add(pairing)
    await db.flush()
    if because != TAKEN_BACK:
        await class_notices.answered(db, pairing, places[0].card, [places[1].card], yes=False, at=at, now=now)


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
    """Asks that nobody answered in time, for workers. Returns how many. One that somebody is at is left for later."""
    found = await db.exec(
        select(Pairing)
        .where(Pairing.state == PairingState.ASKED)
        .order_by(col(Pairing.id))
        .with_for_update(skip_locked=True)
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


async def go_on_without(
    db: AsyncSession, pairing: Pairing, places: Sequence[Place], because: str, *, at: Addresses, now: datetime
) -> None:
    """The class that was to come into a ring stays out, and the others are as agreed as before; if the towns had said
    yes to all, they look anew. Who did not want whom is remembered; all others of the ring are told that it came to
    nothing, or the moderator who refused tells them."""
    *inside, newest = places
    refusing = [one for one in places if one.seat.answer is False]
    if because == VETOED:
        await _remember(db, pairing, inside, newest, VETOED, now=now)
    elif because == NOT_THIS_TIME:
        against = [one for one in refusing if one is not newest] or [asker_of(places)]
        await _remember(db, pairing, against, newest, NO_TO_RING, now=now)
    await db.delete(newest.seat)
    for one in inside:
        one.seat.answer, one.seat.answered_at = True, now
        db.add(one.seat)
    pairing.state = PairingState.APPROVED if pairing.approved_at else PairingState.AGREED
    db.add(pairing)
    await db.flush()
    if because in (TAKEN_BACK, VETOED):
        return
    for one in places:
        others = [newest.card] if one is not newest else [other.card for other in inside]
        if one not in refusing and (one is not newest or refusing):
            await class_notices.answered(db, pairing, one.card, others, yes=False, at=at, now=now)


async def _remember(
    db: AsyncSession, ring: Pairing, inside: Sequence[Place], newest: Place, because: str, *, now: datetime
) -> None:
    """Rows of refused pairings: these classes are not proposed to each other again (`partner_search`)."""
    for one in inside:
        row = Pairing(
            state=PairingState.REFUSED, asked_at=ring.asked_at, closed_at=now, closed_because=because
        )  # fmt: skip
        db.add(row)
        await db.flush()
        for position, place in enumerate((one, newest)):
            seat = place.seat
            db.add(
                PairingClass(
                    pairing_id=row.id, class_id=seat.class_id, position=position, answer=seat.answer,
                    answered_by=seat.answered_by, answered_at=seat.answered_at,
                )
            )  # fmt: skip
    await db.flush()
