"""The job that lets one delivery leave: claim, speak SMTP with no transaction open, record."""

import asyncio
from time import monotonic
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from penfriends.actions import bounces, breaker, delivery, dispatch
from penfriends.actions.dispatch import Claim
from penfriends.clock import utc_now
from penfriends.ids import jitter
from penfriends.mail import smtp
from penfriends.mail.outcomes import Outcome, OutcomeKind, Phase
from penfriends.models.delivery import LETTERS, Delivery
from workers.tools import Tools

RECORD_WAITS = (0.25, 0.5, 1, 2, 4, *[8] * 25)  # seconds; together less than the lease
LONGEST_TURN = 60  # seconds for which one job sends what stands in line; far less than a job may take
log = structlog.get_logger()


async def deliver_in_turn(tools: Tools, delivery_id: UUID) -> None:
    """Send one delivery; a few of those that should not wait behind it (sign-in mails, letters) go first, so that
    thousands of notices delay nobody and no notice waits for ever."""
    async with tools.database.reading() as db:
        precedence, first = await delivery.ahead_of(db, delivery_id, now=utc_now())
    for one in first:
        await deliver(tools, one, LETTERS)
    await deliver(tools, delivery_id, precedence)


async def deliver(tools: Tools, delivery_id: UUID, precedence: int = LETTERS) -> None:
    """Send one delivery if it is due and ours to send, then those that waited for its place. The second run finds
    nothing to do."""
    began = monotonic()
    going: tuple[UUID, int] | None = (delivery_id, precedence)
    while going is not None and monotonic() - began < LONGEST_TURN:
        going = await _one(tools, *going)
    if going is not None:
        tools.lanes.wait(*going)


async def _one(tools: Tools, delivery_id: UUID, precedence: int) -> tuple[UUID, int] | None:
    """Send one. Where this worker sends as much as it may, it waits in line; the answer is who is next in line."""
    place = tools.lanes.enter()
    if place is None:
        tools.lanes.wait(delivery_id, precedence)
        return None
    try:
        async with tools.database.transaction() as db:
            claim = await dispatch.claim(
                db, delivery_id, at=tools.at, now=utc_now(), jitter=jitter(), room=place.has_room_to
            )
        if claim is not None:
            outcome = await _sent(tools, claim)
            await _record(tools, claim, outcome)
    except dispatch.NoRoom as full:
        tools.lanes.wait(delivery_id, precedence, full.domain)
    except BaseException:
        tools.lanes.leave(place)
        raise
    return tools.lanes.leave(place)


async def _sent(tools: Tools, claim: Claim) -> Outcome:
    """Sign it and speak SMTP, with no transaction open but the short one of the last check."""
    raw = await asyncio.to_thread(tools.signer.sign, claim.raw) if tools.signer else claim.raw

    async def before_data() -> bool:
        async with tools.database.transaction() as db:
            return await dispatch.commit_point(db, claim.delivery_id, claim.attempt, raw, now=utc_now())

    try:
        return await smtp.send(
            raw,
            envelope_from=claim.envelope_from,
            envelope_to=claim.envelope_to,
            server=tools.server,
            before_data=before_data,
            kept=tools.kept,
        )
    except (SQLAlchemyError, OSError) as error:  # the last check failed us, perhaps after its commit: nothing was sent
        return Outcome(OutcomeKind.DEFERRED, None, type(error).__name__, Phase.CHECK)


async def _record(tools: Tools, claim: Claim, outcome: Outcome) -> None:
    """Write down what came of it. A database that is away for minutes must not turn a sent mail into an unsure one."""
    for wait in RECORD_WAITS:
        try:
            async with tools.database.transaction() as db:
                now = utc_now()
                ours = await dispatch.record(db, claim.delivery_id, claim.attempt, outcome, jitter=jitter(), now=now)
                if ours and outcome.kind in (OutcomeKind.REFUSED, OutcomeKind.DEFERRED):
                    row = await db.get_one(Delivery, claim.delivery_id)
                    await bounces.refused(db, row, outcome, at=tools.at, now=now)
                await breaker.note(
                    db, claim.envelope_to, outcome, jitter=jitter(), now=now, was_troubled=claim.troubled
                )
        except (SQLAlchemyError, OSError) as error:
            log.warning("outcome_not_recorded", delivery=str(claim.delivery_id), error=type(error).__name__)
            await asyncio.sleep(wait)
        else:
            log.info("delivery", delivery=str(claim.delivery_id), outcome=outcome.kind.value, code=outcome.code)
            return
