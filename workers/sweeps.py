"""Which rows should have moved and did not? Looks for them and asks again; losing the queue costs seconds."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    class_alarms,
    class_endings,
    coming_of_age,
    consent_sweep,
    correspondences,
    date_reminders,
    departures,
    digest,
    dispatch,
    domain_checks,
    endings,
    fit_checks,
    inbox,
    nudges,
    proofs_ending,
    residents,
    retention,
    running_out,
    scanned_pages,
    seeking,
    signup,
    throttle,
    unsure,
)
from penfriends.actions.addresses import Addresses
from penfriends.clock import utc_now
from penfriends.jobs import Job, later
from penfriends.mail.smarthost_log import SKEW, Answer, Fate
from penfriends.models.letters import Letter, LetterState
from penfriends.nameserver import findings
from workers.tools import Tools

AT_ONCE = 200
MOST_BATCHES = 500  # of one kind in one go: letters and mails must not wait for a whole night
log = structlog.get_logger()


async def sweep_letters(tools: Tools) -> None:
    """Mails not read, letters not checked, deliveries due or forsaken by a worker that died;
    teachers who were not told yet of a report or an urgent letter."""
    now = utc_now()
    async with tools.database.transaction() as db:
        for raw_mail_id in await inbox.unread(db, now=now, limit=AT_ONCE):
            later(db, Job.READ_MAIL, raw_mail_id)
        waiting = await db.exec(
            select(Letter.id)
            .where(col(Letter.state).in_([LetterState.WRITTEN, LetterState.RECEIVED]))
            .order_by(col(Letter.changed_at), col(Letter.id))
            .limit(AT_ONCE)
        )
        for letter_id in waiting:
            later(db, Job.SCREEN_LETTER, letter_id)
        await endings.unsure_after_silence(db, now=now)
        for delivery_id in await dispatch.due(db, now=now, limit=AT_ONCE):
            later(db, Job.DELIVER, delivery_id)
    async with tools.database.transaction() as db:
        await class_alarms.sweep(db, at=tools.at, now=now)


async def sweep_unsure(tools: Tools) -> None:
    """Mails that may or may not have left: what the smarthost's log proves of them is done, the rest stays."""
    if not tools.smarthost.can_be_asked():
        return
    now = utc_now()
    async with tools.database.reading() as db:
        asked = await unsure.questions(db, at=tools.at, now=now)
        known = await unsure.witnesses(db, at=tools.at, now=now) if asked else []
    if not asked:
        return
    mails = [*(one.mail for one in asked), *(mail for mail, _ in known)]
    since = min([one.since for one in asked] + [at for _, at in known]) - SKEW
    reading = await asyncio.to_thread(tools.smarthost.read, mails, since=since, now=now)
    for one in asked:
        answer = reading.answer(one.mail, since=one.since, until=one.until)
        if answer.fate is Fate.NOT_TAKEN and not reading.is_ours(known, near=one.since):
            answer = Answer(Fate.UNKNOWN, "not_our_log")
        async with tools.database.transaction() as db:
            settled = await unsure.settle(db, one, answer, now=now)
        # Asked again every few seconds, for days perhaps: what stays open is on the desk, not in the log.
        say = log.info if settled else log.debug
        say("unsure", delivery=str(one.delivery_id), fate=answer.fate.value, why=answer.why, settled=settled)


async def sweep_domains(tools: Tools) -> None:
    """What DNS says of our domains, for the page of mail health: asked with no transaction open, then kept."""
    if tools.house is None or tools.nameserver is None:
        return
    found = await findings(tools.house, tools.nameserver)
    async with tools.database.transaction() as db:
        await domain_checks.keep(db, found, now=utc_now())
    log.info("domains", **Counter(one.level.value for one in found))


async def sweep_retention(tools: Tools) -> None:
    """What has been kept for long enough goes, a few rows in each transaction. Once a day; one that was broken off is
    begun again within the hour, and finds the rest."""
    now = utc_now()
    async with tools.database.reading() as db:
        if not await retention.is_due(db, now=now):
            return
    removed: Counter[str] = Counter()
    for name in retention.STEPS:
        for _ in range(MOST_BATCHES):
            async with tools.database.transaction() as db:
                gone = await retention.step(db, name, now=now)
            removed[name] += gone
            if gone < retention.AT_ONCE:
                break
    async with tools.database.transaction() as db:
        await retention.keep(db, removed, now=now)
    log.info("retention", **removed)


async def sweep_people(tools: Tools) -> None:
    """Consents that were not answered or run out, sign-ups nobody confirmed, pauses that are over, old tries.

    Each in a transaction of its own: one that fails takes no other with it, and none keeps anybody waiting for long.
    """
    now, failed = utc_now(), None
    for step in _for_people(tools.at, now):
        try:
            async with tools.database.transaction() as db:
                await step(db)
        except Exception as error:  # noqa: BLE001 (the others go on, and the last failure is told at the end)
            log.error("sweep_failed", error=type(error).__name__)
            failed = error
    if failed is not None:
        raise failed


def _for_people(at: Addresses, now: datetime) -> tuple[Callable[[AsyncSession], Awaitable[object]], ...]:
    return (
        lambda db: class_endings.sweep(db, at=at, now=now),
        lambda db: consent_sweep.sweep(db, at=at, now=now),
        lambda db: correspondences.wake(db, now=now),
        lambda db: signup.sweep(db, now=now),
        lambda db: residents.wake(db, now=now),
        seeking.pack_missing,
        lambda db: coming_of_age.sweep(db, at=at, now=now),
        lambda db: nudges.sweep(db, at=at, now=now),
        lambda db: fit_checks.sweep(db, at=at, now=now),
        lambda db: throttle.forget_old(db, now=now),
        lambda db: digest.send_due(db, at, now),
        lambda db: scanned_pages.forget_old(db, now=now),
        lambda db: date_reminders.sweep(db, at=at, now=now),
        lambda db: departures.sweep(db, at=at, now=now),
        lambda db: running_out.sweep(db, at=at, now=now),
        lambda db: proofs_ending.sweep(db, at=at, now=now),
    )
