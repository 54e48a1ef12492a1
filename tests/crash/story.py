"""How does one schedule go: letters in, blows in between, time passing until nothing moves any more, the checker."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.delivery import Bounce, Delivery, DeliveryState, RawMail, RawMailState
from penfriends.models.letters import Letter, LetterState
from penfriends.models.moderation import Hold
from tests.crash.checker import Expected, Facts, Kept, Verdict, judge
from tests.crash.house import House
from tests.crash.outside import Outside, cast
from tests.crash.postfix import Postfix
from tests.crash.schedule import LIES, ORDINARY, Blow, Event, Schedule
from tests.crash.sink import Sink
from tests.crash.words import MARK

AT_ONCE = 6
PATIENCE = 120.0
MOVING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.COMMITTED, DeliveryState.DEFERRED)
A_LITTLE = timedelta(seconds=1)


async def play(house: House, sink: Sink, schedule: Schedule, behind: Postfix | None = None) -> Verdict:
    """Everything of one schedule; when it ends the house is whole and at rest.

    Behind Postfix the sink is honest, because Postfix would send again what it is not sure of; the wire to it lies.
    """
    sink.known.clear()
    sink.refused_to.clear()
    house.hands.torn.clear()
    pairs = await cast(house, schedule.seed)
    outside = Outside(house, schedule, pairs, behind.inbound_port if behind else house.smtp_port)
    sink.faults = iter([one for one in schedule.faults if not (behind and one in LIES)])
    if behind:
        behind.faults = iter([one if one in LIES else ORDINARY for one in schedule.faults])
    try:
        await _letters_and_blows(house, outside, schedule)
        house.board.disarm()
        stuck = await _rest(house)
    finally:
        house.board.disarm()
        await outside.close()
    expected = [Expected(one.token, one.reader, one.accepted, one.answer) for one in outside.letters]
    facts = Facts(
        await _kept(house, {one.correspondence_id for pair in pairs for one in pair}),
        sink.known, frozenset(sink.refused_to), frozenset(house.hands.torn), resolved=house.smarthost.truthful,
    )  # fmt: skip
    verdict = judge(expected, facts)
    if stuck:
        verdict.complaints.append(f"did not come to rest: {stuck}")
    return verdict


async def _letters_and_blows(house: House, outside: Outside, schedule: Schedule) -> None:
    hands = asyncio.Semaphore(AT_ONCE)
    blows: set[asyncio.Task[None]] = set()

    async def write(number: int) -> None:
        plan = schedule.letters[number]
        async with hands:
            await asyncio.sleep(plan.wait)
            for event in schedule.events:
                if event.before == number:
                    blows.add(asyncio.create_task(strike(house, event)))
            with contextlib.suppress(TimeoutError):
                await outside.write(plan)

    await asyncio.gather(*(write(number) for number in range(len(schedule.letters))))
    await asyncio.gather(*blows)


async def strike(house: House, event: Event) -> None:
    """One blow. What needs a while to come back is awaited."""
    match event.blow:
        case Blow.WORKER:
            house.kill("worker-1")
        case Blow.ALL_WORKERS:
            house.kill("worker-1")
            house.kill("worker-2")
        case Blow.MAILROOM:
            house.kill("mailroom")
        case Blow.WEB:
            house.kill("web")
        case Blow.DATABASE:
            await house.kill_database(event.pause)
        case Blow.BACKEND:
            await house.kill_backend()
        case Blow.QUEUE:
            await house.kill_queue(event.pause)
        case Blow.FLUSH:
            await house.flush_queue()
        case Blow.POINT:
            house.board.arm(event.point, event.passing)


async def _rest(house: House) -> str:
    """Wait until nothing moves any more; where everything waits for a later hour, it becomes later. What still moves
    after our patience, in words."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    moving: Sequence[str] = ["nobody looked"]
    before: object = None
    looked = 0
    # Where somebody reads the smarthost's log, what is unsure will be known.
    moving_states = (*MOVING, DeliveryState.UNSURE) if house.smarthost.truthful else MOVING
    while asyncio.get_running_loop().time() < deadline:
        with contextlib.suppress(sa.exc.DBAPIError, OSError):
            async with house.database.reading() as db:
                unread, waiting = await _waiting(db, moving_states)
            if not unread and not waiting and house.is_whole():
                return ""
            moving = [f"{unread} not read or screened", *(f"{one[1]} until {one[2]}" for one in waiting)]
            now = house.now()
            if not unread and waiting and house.is_whole() and all(until > now for *_, until in waiting):
                house.board.jump(min(until for *_, until in waiting) - now + A_LITTLE)
                await house.sweep()
            elif before == (unread, waiting) and house.is_whole():  # whoever was to be asked was not: the clock asks
                await house.sweep()
            elif looked % 25 == 24:  # perhaps only the smarthost is not done
                await asyncio.to_thread(house.smarthost.nudge)
            before, looked = (unread, waiting), looked + 1
        await asyncio.sleep(0.2)
    return "; ".join(moving)


async def _waiting(
    db: AsyncSession, states: Sequence[DeliveryState]
) -> tuple[int, list[tuple[UUID, DeliveryState, datetime]]]:
    """How much waits for a worker at once, and which deliveries wait for when."""
    mails = await db.exec(select(func.count()).where(RawMail.state == RawMailState.RECEIVED))
    fresh = await db.exec(
        select(func.count()).where(col(Letter.state).in_([LetterState.WRITTEN, LetterState.RECEIVED]))
    )
    rows = await db.exec(select(Delivery).where(col(Delivery.state).in_(states)))
    waiting = [(one.id, one.state, one.lease_until or one.due_at) for one in rows]
    return mails.one() + fresh.one(), waiting


async def _kept(house: House, correspondences: set[UUID]) -> dict[str, list[Kept]]:
    """Every letter of these correspondences under its word; a letter without one under nothing."""
    found: dict[str, list[Kept]] = {}
    async with house.database.reading() as db:
        rows = await db.exec(
            select(Letter, Delivery)
            .join(Delivery, col(Delivery.letter_id) == col(Letter.id), isouter=True)
            .where(col(Letter.correspondence_id).in_(correspondences), Letter.state != LetterState.DRAFT)
        )
        for letter, delivery in rows.all():
            holds = await db.exec(
                select(func.count()).where(Hold.letter_id == letter.id, col(Hold.closed_at).is_(None))
            )
            bounces = await db.exec(
                select(func.count()).where(Bounce.delivery_id == (delivery.id if delivery else None))
            )
            kept = Kept(
                letter.id, letter.state, delivery.id if delivery else None, delivery.state if delivery else None,
                holds.one(), bounces.one() > 0, delivery.last_text if delivery else "",
            )  # fmt: skip
            word = letter.original_text.partition(MARK)[2].split()
            found.setdefault(word[0] if word else "", []).append(kept)
    return found
