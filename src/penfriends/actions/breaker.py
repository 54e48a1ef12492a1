"""Which places are left alone for a while, because mail to them failed again and again? Shared by all workers.

The rows are a memory, not a truth: without them each place is tried once more.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.mail.outcomes import Outcome, OutcomeKind
from penfriends.models.delivery import Delivery, DeliveryState, MailTrouble
from penfriends.rules.bounces import status_in
from penfriends.rules.breaker import PROBE, Place, pause_after, trouble_of

HOUSE = "smarthost"  # no domain: it has no dot
LONGEST_PLACE = 255

_TROUBLES: Any = sa.select(MailTrouble).where(
    col(MailTrouble.place).in_((HOUSE, sa.bindparam("domain", type_=sa.String())))
)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower().rstrip(".")[:LONGEST_PLACE]


async def troubles(db: AsyncSession, domain: str) -> list[MailTrouble]:
    """What is remembered of the smarthost and of `domain`: mostly nothing."""
    return list((await db.exec(_TROUBLES, params={"domain": domain})).scalars())


async def holds_back(
    db: AsyncSession, row: Delivery, known: list[MailTrouble], *, jitter: float, now: datetime
) -> bool:
    """Whether one of the troubled places on its way is closed: then the claimed delivery waits, and it does not count
    as a try."""
    until = await wait_for(db, known, jitter=jitter, now=now)
    if until is None:
        return False
    row.state, row.due_at, row.lease_until, row.attempt = DeliveryState.DEFERRED, until, None, row.attempt - 1
    db.add(row)
    return True


async def wait_for(db: AsyncSession, known: list[MailTrouble], *, jitter: float, now: datetime) -> datetime | None:
    """Until when a mail by way of these places has to wait; None: it may go. Where a pause is over, one mail goes first
    and looks whether all is well again; the others wait for what comes of it."""
    closed = [row for row in known if row.until is not None]
    waits = [row.until for row in closed if row.until and row.until > now]
    if waits:
        return max(waits) + _a_little(jitter)
    for row in closed:
        if not await _probes(db, row, now=now):
            return now + PROBE + _a_little(jitter)
    return None


async def note(
    db: AsyncSession, address: str, outcome: Outcome, *, jitter: float, now: datetime, was_troubled: bool = True
) -> None:
    """What came of a try to send to `address`. `was_troubled` says whether anything was remembered when it was claimed:
    what another worker noted meanwhile stays until the next mail."""
    domain = domain_of(address)
    if outcome.kind in (OutcomeKind.SENT, OutcomeKind.REFUSED):
        if not was_troubled:
            return
        well = [HOUSE, domain] if outcome.kind is OutcomeKind.SENT else [HOUSE]
        await db.exec(delete(MailTrouble).where(col(MailTrouble.place).in_(well)))
        return
    troubled = trouble_of(outcome.kind.value, outcome.phase.value, outcome.code, status_in(outcome.text))
    if troubled is not None:
        await _failed(db, HOUSE if troubled is Place.SMARTHOST else domain, troubled, jitter=jitter, now=now)


async def _failed(db: AsyncSession, name: str, place: Place, *, jitter: float, now: datetime) -> None:
    row = await db.get(MailTrouble, name, with_for_update=True, populate_existing=True)
    if row is None:
        try:
            async with db.begin_nested():
                db.add(MailTrouble(place=name, failures=1, last_at=now))
        except IntegrityError:  # another worker was quicker: one failure more or less does not matter
            pass
        return
    if row.until is not None and row.until > now and row.probe_at is None:
        return  # was under way when the place was closed: that it fails too is no news
    row.failures, row.last_at, row.probe_at = row.failures + 1, now, None
    pause = pause_after(row.failures, place, jitter)
    row.until = now + pause if pause else None
    db.add(row)
    await db.flush()


async def _probes(db: AsyncSession, row: MailTrouble, *, now: datetime) -> bool:
    """Whether this mail is the one that looks. One of two workers wins."""
    done = await db.exec(
        update(MailTrouble)
        .where(col(MailTrouble.place) == row.place, col(MailTrouble.until) == row.until)
        .values(until=now + PROBE, probe_at=now)
        .execution_options(synchronize_session=False)
    )
    return done.rowcount == 1


def _a_little(jitter: float) -> timedelta:
    """So that those who waited do not all come at once."""
    return timedelta(seconds=15 * (1 + jitter))
