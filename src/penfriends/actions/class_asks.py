"""How does one class ask another to write, and what follows from yes and no?

A no is free: nobody is told why, and it can be made a yes until the class that asked has asked elsewhere. A class that
comes into a ring is asked together with those that are in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, class_locks, class_notices, eligible, pairing_steps, partner_search, teaching
from penfriends.actions.addresses import Addresses
from penfriends.actions.pairing_steps import Place, last_day, places_of
from penfriends.actions.partner_search import NOT_THIS_TIME, STANDING, TAKEN_BACK, card_of
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Pairing, PairingClass, PairingState
from penfriends.rules.bands import Band
from penfriends.rules.screening import Kind, screen
from penfriends.rules.sign_up import has_contact

ASKS_AT_ONCE = 3
RING_LARGEST = 5
WORDS_LONGEST = 1000
CONTACT = frozenset({Kind.PHONE, Kind.EMAIL, Kind.HANDLE, Kind.LINK, Kind.POSTAL_ADDRESS})
BEFORE_START = (PairingState.AGREED, PairingState.APPROVED)


@dataclass(frozen=True, slots=True)
class AskView:
    """A pairing as a teacher of one of its classes sees it. `may_answer`: the own yes or no is wanted;
    `may_change`: the own no can still become a yes; `until`: the last day to answer; `places`: all classes in the
    order of the ring."""

    pairing: Pairing
    mine: Place
    others: Sequence[Place]
    until: date
    may_answer: bool
    may_change: bool
    places: Sequence[Place]

    @property
    def is_ring(self) -> bool:
        return len(self.others) > 1

    @property
    def newest(self) -> Place:
        """The class that came last: without it the others go on."""
        return self.places[-1]

    @property
    def asked_by_us(self) -> bool:
        return pairing_steps.asker_of(self.places).seat.class_id == self.mine.seat.class_id


def names_contact(words: str) -> bool:
    """Whether words to another teacher carry an address, a number or a link: they write to each other here."""
    return has_contact(words) or any(one.kind in CONTACT for one in screen(words, band=Band.ADULT))


async def ask(
    db: AsyncSession, class_id: UUID, other_id: UUID, teacher: Moderator, *, words: str, at: Addresses, now: datetime
) -> Pairing:
    """Ask a class that fits. Raises NotFound for one that may not be asked, and Refused for a fourth ask at once."""
    await class_locks.classes(db, [class_id])  # of two presses the second finds what the first has asked
    mine = await teaching.running_class(db, class_id, teacher)
    if not any(one.card.of.id == other_id for one in await partner_search.suggestions(db, mine, now=now)):
        raise NotFound
    return await put(db, class_id, other_id, teacher, words=words, at=at, now=now)


async def put(
    db: AsyncSession, class_id: UUID, other_id: UUID, teacher: Moderator, *, words: str, at: Addresses, now: datetime
) -> Pairing:
    """The ask itself, after it was found that the one may ask the other."""
    await eligible.must_be_vetted(db, teacher, now=now)
    must_be_clean(words)
    if len(await open_asks(db, class_id, by_us=True)) >= ASKS_AT_ONCE:
        raise Refused(Refusal.TOO_MANY_ASKS)
    pairing = Pairing(words=words.strip(), asked_at=now)
    db.add(pairing)
    await db.flush()
    db.add_all(
        [
            PairingClass(
                pairing_id=pairing.id, class_id=class_id, position=0, answer=True, answered_by=teacher.id,
                answered_at=now,
            ),
            PairingClass(pairing_id=pairing.id, class_id=other_id, position=1),
        ]
    )  # fmt: skip
    await db.flush()
    asker, other = await card_of(db, class_id), await card_of(db, other_id)
    until = await last_day(db, pairing)
    await class_notices.asked(db, pairing, [asker], other, until=until, at=at, now=now)
    await _note(db, pairing, teacher, "ask_class", now=now)
    return pairing


async def open_asks(db: AsyncSession, class_id: UUID, *, by_us: bool) -> list[Pairing]:
    """What a class has asked, or is asked, and nobody has answered yet; the oldest first."""
    answered = col(PairingClass.answer).is_(True) if by_us else col(PairingClass.answer).is_(None)
    found = await db.exec(
        select(Pairing)
        .join(PairingClass, col(PairingClass.pairing_id) == col(Pairing.id))
        .where(Pairing.state == PairingState.ASKED, PairingClass.class_id == class_id, answered)
        .order_by(col(Pairing.asked_at), col(Pairing.id))
    )
    return list(found)


async def standing_of(db: AsyncSession, class_id: UUID) -> list[Pairing]:
    """The pairings in which a class is agreed, approved or running."""
    found = await db.exec(
        select(Pairing)
        .join(PairingClass, col(PairingClass.pairing_id) == col(Pairing.id))
        .where(col(Pairing.state).in_(STANDING), PairingClass.class_id == class_id)
        .order_by(col(Pairing.asked_at), col(Pairing.id))
    )
    return list(found)


async def view(db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, now: datetime) -> AskView:
    """Raises NotFound for everybody but the teachers of its classes."""
    pairing = await teaching.own_pairing(db, pairing_id, teacher)
    places = await places_of(db, pairing)
    own = set(await db.exec(teaching.classes_of(teacher.id)))
    ours = [one for one in places if one.seat.class_id in own]
    mine = next((one for one in ours if one.seat.answer is None), ours[0])
    until = await last_day(db, pairing)
    waits = pairing.state is PairingState.ASKED and mine.seat.answer is None and now.date() <= until
    return AskView(
        pairing,
        mine,
        [one for one in places if one is not mine],
        until,
        may_answer=waits,
        may_change=now.date() <= until and await pairing_steps.no_is_open(db, pairing, mine.seat),
        places=places,
    )


async def answer(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, yes: bool, at: Addresses, now: datetime
) -> Pairing:
    """A teacher's yes or no for the class that is asked. With the last yes both towns' moderators are asked."""
    seen = await view(db, await class_locks.pairing_and_classes(db, pairing_id), teacher, now=now)
    pairing, seat = seen.pairing, seen.mine.seat
    if yes:
        teaching.must_run(seen.mine.card.of)
    if not (seen.may_answer or (yes and seen.may_change)):
        over = pairing.state is PairingState.ASKED and seat.answer is None
        raise Refused(Refusal.OUT_OF_TIME if over else Refusal.ALREADY_DECIDED)
    seat.answer, seat.answered_by, seat.answered_at = yes, teacher.id, now
    db.add(seat)
    await db.flush()
    if not yes:
        await pairing_steps.close(db, pairing, NOT_THIS_TIME, at=at, now=now)
        await _note(db, pairing, teacher, "class_no", now=now)
        return pairing
    await eligible.must_be_vetted(db, teacher, now=now)
    pairing.state, pairing.closed_at, pairing.closed_because = PairingState.ASKED, None, ""
    db.add(pairing)
    places = await places_of(db, pairing)
    if all(one.seat.answer for one in places):
        await pairing_steps.agree(db, pairing, places, at=at, now=now)
    await _note(db, pairing, teacher, "class_yes", now=now)
    return pairing


async def take_back(db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, at: Addresses, now: datetime) -> Pairing:
    """Who asked does not ask any more. A class that was to come into a ring stays out of it."""
    pairing = await teaching.own_pairing(db, await class_locks.pairing_and_classes(db, pairing_id), teacher)
    own = set(await db.exec(teaching.classes_of(teacher.id)))
    asked_by_us = any(one.seat.class_id in own and one.seat.answer for one in await places_of(db, pairing))
    if pairing.state is not PairingState.ASKED or not asked_by_us:
        raise Refused(Refusal.ALREADY_DECIDED)
    await pairing_steps.close(db, pairing, TAKEN_BACK, at=at, now=now)
    await _note(db, pairing, teacher, "take_ask_back", now=now)
    return pairing


async def invite(
    db: AsyncSession, pairing_id: UUID, third_id: UUID, teacher: Moderator, *, words: str, at: Addresses, now: datetime
) -> Pairing:
    """Ask one more class into a pairing that has not started. All that are in it have to agree, too, and then the
    towns look anew: what they said yes to was smaller. Until then that stands, in case it comes to nothing."""
    pairing = await teaching.own_pairing(db, await class_locks.pairing_and_classes(db, pairing_id), teacher)
    places = await places_of(db, pairing)
    if pairing.state not in BEFORE_START or len(places) >= RING_LARGEST:
        raise Refused(Refusal.ALREADY_DECIDED)
    must_be_clean(words)
    fitting = await partner_search.third_ones(db, [one.card.of for one in places], now=now)
    if not any(one.card.of.id == third_id for one in fitting):
        raise NotFound
    own = set(await db.exec(teaching.classes_of(teacher.id)))
    pairing.state, pairing.asked_at, pairing.words = PairingState.ASKED, now, words.strip()
    for one in places:
        ours = one.seat.class_id in own
        one.seat.answer, one.seat.answered_by = (True, teacher.id) if ours else (None, None)
        one.seat.answered_at = now if ours else None
    third = PairingClass(pairing_id=pairing.id, class_id=third_id, position=len(places))
    db.add_all([pairing, third, *(one.seat for one in places)])
    await db.flush()
    until, ring = await last_day(db, pairing), await places_of(db, pairing)
    for one in ring:
        if one.seat.answer is None:
            others = [other.card for other in ring if other is not one]
            await class_notices.asked(db, pairing, others, one.card, until=until, at=at, now=now)
    await _note(db, pairing, teacher, "invite_class", now=now)
    return pairing


def must_be_clean(words: str) -> None:
    """Raises Refused for words to another teacher that are too long or carry an address, a number, a link."""
    if len(words) > WORDS_LONGEST or names_contact(words):
        raise Refused(Refusal.CONTACT_IN_WORDS)


async def _note(db: AsyncSession, pairing: Pairing, teacher: Moderator, action: str, *, now: datetime) -> None:
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action=action, subject="pairing",
        subject_id=pairing.id,
    )  # fmt: skip
