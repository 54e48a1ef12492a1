"""The job that lets one delivery leave: claim, speak SMTP with no transaction open, record."""

import asyncio
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from penfriends.actions import bounces, dispatch
from penfriends.clock import utc_now
from penfriends.ids import jitter
from penfriends.mail import smtp
from penfriends.mail.outcomes import Outcome, OutcomeKind
from penfriends.models.delivery import Delivery
from workers.tools import Tools

RECORD_TRIES = 6
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

    outcome = await smtp.send(
        claim.raw,
        envelope_from=claim.envelope_from,
        envelope_to=claim.envelope_to,
        server=tools.server,
        before_data=before_data,
    )
    await _record(tools, delivery_id, claim.attempt, outcome)


async def _record(tools: Tools, delivery_id: UUID, attempt: int, outcome: Outcome) -> None:
    """Write down what came of it. A database that is away for seconds must not turn a sent mail into an unsure one."""
    for wait in range(RECORD_TRIES):
        try:
            async with tools.database.transaction() as db:
                ours = await dispatch.record(db, delivery_id, attempt, outcome, jitter=jitter(), now=utc_now())
                if ours and outcome.kind is OutcomeKind.REFUSED:
                    row = await db.get_one(Delivery, delivery_id)
                    await bounces.refused(db, row, outcome, at=tools.at, now=utc_now())
        except (DBAPIError, OSError) as error:
            log.warning("outcome_not_recorded", delivery=str(delivery_id), error=type(error).__name__)
            await asyncio.sleep(2**wait / 4)
        else:
            log.info("delivery", delivery=str(delivery_id), outcome=outcome.kind.value, code=outcome.code)
            return
