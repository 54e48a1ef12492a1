"""How does one schedule go: letters in, blows in between, time passing until nothing moves any more, the checker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import sqlalchemy as sa

from penfriends.mail.smarthost_log import SETTLED
from penfriends.models.delivery import DeliveryState
from tests.crash import ledger
from tests.crash.browser import Browser
from tests.crash.checker import Expected, Facts, Verdict, judge
from tests.crash.desk import Desk
from tests.crash.house import House
from tests.crash.ledger import Waiting
from tests.crash.outside import Outside, Written
from tests.crash.people import cast
from tests.crash.postfix import Postfix
from tests.crash.schedule import LIES, ORDINARY, Blow, Event, Reading, Schedule
from tests.crash.sink import Sink

AT_ONCE = 6
PATIENCE = 120.0
LOOK = 0.2
KILLED = {
    Blow.WORKER: ("worker-1",), Blow.ALL_WORKERS: ("worker-1", "worker-2"), Blow.MAILROOM: ("mailroom",),
    Blow.WEB: ("web",),
}  # fmt: skip


async def play(
    house: House, sink: Sink, browser: Browser, schedule: Schedule, behind: Postfix | None = None
) -> Verdict:
    """Everything of one schedule; when it ends the house is whole and at rest.

    Behind Postfix the sink is honest, because Postfix would send again what it is not sure of; the wire to it lies.
    """
    sink.known.clear()
    sink.refused_to.clear()
    house.hands.torn.clear()
    pairs = await cast(house, schedule.seed)
    ours = frozenset(one.correspondence_id for pair in pairs for one in pair)
    outside = Outside(house, browser, schedule, pairs, behind.inbound_port if behind else house.smtp_port)
    teachers = {one.participant_id: one.teacher for pair in pairs for one in pair if one.teacher}
    desk = Desk(house, browser, ours, outside.readings(), teachers)
    sink.faults = iter([one for one in schedule.faults if not (behind and one in LIES)])
    if behind:
        behind.clocked.shorten()
        behind.faults = iter([one if one in LIES else ORDINARY for one in schedule.faults])
    async with _at_work(desk):
        await _letters_and_blows(house, outside, schedule)
    house.board.disarm()
    stuck = await _rest(house, desk)
    facts = Facts(
        await ledger.kept(house.database, ours),
        sink.known, frozenset(sink.refused_to), frozenset(house.hands.torn), resolved=house.smarthost.truthful,
    )  # fmt: skip
    verdict = judge(map(_expected, outside.letters), facts)
    if stuck:
        verdict.complaints.append(f"did not come to rest: {stuck}")
    await desk.clear()
    return verdict


def _expected(letter: Written) -> Expected:
    reading = letter.plan.reading
    return Expected(
        letter.token, letter.reader, letter.accepted, letter.answer, gone=letter.gone,
        may_wait=reading is Reading.LEAVE, may_return=reading is Reading.RETURN, on_site=letter.on_site,
    )  # fmt: skip


@asynccontextmanager
async def _at_work(desk: Desk) -> AsyncIterator[None]:
    """The moderators decide while the letters come in."""
    work = asyncio.create_task(desk.work())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


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
    for name in KILLED.get(event.blow, ()):
        house.kill(name)
    match event.blow:
        case Blow.DATABASE:
            await house.kill_database(event.pause)
        case Blow.BACKEND:
            await house.kill_backend()
        case Blow.QUEUE:
            await house.kill_queue(event.pause)
        case Blow.SMARTHOST:
            await house.smarthost.kill(event.pause)
        case Blow.SMARTHOST_PART:
            house.smarthost.kill_part(event.point)
        case Blow.FLUSH:
            await house.flush_queue()
        case Blow.POINT:
            house.board.arm(event.point, event.passing)


async def _rest(house: House, desk: Desk) -> str:
    """Wait until nothing moves any more; where everything waits for a later hour, it becomes later. What still moves
    after our patience, in words.

    At rest: everything was whole before we looked at the rows, and is after; and the same a moment later. Else a mail
    may have come from where we had not looked yet to where we had looked already.
    """
    deadline = asyncio.get_running_loop().time() + PATIENCE
    found: Waiting | None = None
    looked = quiet = 0
    while asyncio.get_running_loop().time() < deadline:
        before, whole = found, house.is_whole()
        open_work = await desk.look()
        with contextlib.suppress(sa.exc.DBAPIError, OSError):
            found = await ledger.waiting(house.database, unsure_too=house.smarthost.truthful)
            whole = whole and house.is_whole()
            quiet = quiet + 1 if whole and not open_work and found.is_empty else 0
            if quiet > 1:
                return ""
            if whole and not open_work and not quiet:
                await _hurry(house, found, again=found == before)
        if looked % 25 == 24:  # perhaps only the smarthost is not done
            await asyncio.to_thread(house.smarthost.nudge)
        looked += 1
        await asyncio.sleep(LOOK)
    return f"{found}, the house {'is' if house.is_whole() else 'is not'} whole"


async def _hurry(house: House, found: Waiting, *, again: bool) -> None:
    """Make it later, if that is all that is missing; or ask what the clock would ask some seconds from now."""
    now = house.now()
    due = [one.until for one in found.deliveries if one.state is not DeliveryState.UNSURE]
    known_at = [one.until + SETTLED for one in found.deliveries if one.state is DeliveryState.UNSURE]
    later = _next(due, known_at, now) if not found.unread else None
    if later is not None:
        await house.jump(later)
    if known_at and (later or again):
        await house.smarthost.pass_other_mail()
    if later or again:
        await house.sweep()


def _next(due: list[datetime], known_at: list[datetime], now: datetime) -> datetime | None:
    """The hour for which everything waits. What nobody is sure of hinders nothing else."""
    if any(one <= now for one in due):
        return None
    return min((one for one in (*due, *known_at) if one > now), default=None)
