"""The job that lets one delivery leave: claim, speak SMTP with no transaction open, record."""

import asyncio
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from penfriends.actions import bounces, dispatch
from penfriends.clock import utc_now
from penfriends.ids import jitter
from penfriends.mail import smtp
from penfriends.mail.outcomes import Outcome, OutcomeKind, Phase
from penfriends.models.delivery import Delivery
from workers.tools import Tools

RECORD_WAITS = (0.25, 0.5, 1, 2, 4, *[8] * 25)  # seconds; together less than the lease
log = structlog.get_logger()


async def deliver(tools: Tools, delivery_id: UUID) -> None:
    """Send one delivery if it is due and ours to send. The second run finds nothing to do."""
    async with tools.database.transaction() as db:
        claim = await dispatch.claim(db, delivery_id, at=tools.at, now=utc_now())
    if claim is None:
        return

    async def before_data() -> bool:
        async with tools.database.transaction() as db:
            return await dispatch.commit_point(db, delivery_id, claim.attempt, now=utc_now())

    try:
        outcome = await smtp.send(
            claim.raw,
            envelope_from=claim.envelope_from,
            envelope_to=claim.envelope_to,
            server=tools.server,
            before_data=before_data,
        )
    except (SQLAlchemyError, OSError) as error:  # the last check failed us, perhaps after its commit: nothing was sent
        outcome = Outcome(OutcomeKind.DEFERRED, None, type(error).__name__, Phase.CHECK)
    await _record(tools, delivery_id, claim.attempt, outcome)


async def _record(tools: Tools, delivery_id: UUID, attempt: int, outcome: Outcome) -> None:
    """Write down what came of it. A database that is away for minutes must not turn a sent mail into an unsure one."""
    for wait in RECORD_WAITS:
        try:
            async with tools.database.transaction() as db:
                ours = await dispatch.record(db, delivery_id, attempt, outcome, jitter=jitter(), now=utc_now())
                if ours and outcome.kind is OutcomeKind.REFUSED:
                    row = await db.get_one(Delivery, delivery_id)
                    await bounces.refused(db, row, outcome, at=tools.at, now=utc_now())
        except (SQLAlchemyError, OSError) as error:
            log.warning("outcome_not_recorded", delivery=str(delivery_id), error=type(error).__name__)
            await asyncio.sleep(wait)
        else:
            log.info("delivery", delivery=str(delivery_id), outcome=outcome.kind.value, code=outcome.code)
            return
