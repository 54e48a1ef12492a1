"""Which rows should have moved and did not? Looks for them and asks again; losing the queue costs seconds."""

import asyncio
from collections import Counter

import structlog
from sqlmodel import col, select

from penfriends.actions import (
    class_endings,
    coming_of_age,
    consent_sweep,
    correspondences,
    date_reminders,
    digest,
    dispatch,
    domain_checks,
    endings,
    fit_checks,
    inbox,
    nudges,
    residents,
    seeking,
    signup,
    throttle,
    unsure,
)
from penfriends.clock import utc_now
from penfriends.jobs import Job, later
from penfriends.mail.smarthost_log import SKEW, Answer, Fate
from penfriends.models.letters import Letter, LetterState
from penfriends.nameserver import findings
from workers.tools import Tools

AT_ONCE = 200
log = structlog.get_logger()


async def sweep_letters(tools: Tools) -> None:
    """Mails not read, letters not checked, deliveries due or forsaken by a worker that died."""
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


async def sweep_people(tools: Tools) -> None:
    """Consents that were not answered or run out, sign-ups nobody confirmed, pauses that are over, old tries."""
    now = utc_now()
    async with tools.database.transaction() as db:
        await class_endings.sweep(db, at=tools.at, now=now)
        await consent_sweep.sweep(db, at=tools.at, now=now)
        await correspondences.wake(db, now=now)
        await signup.sweep(db, now=now)
        await residents.wake(db, now=now)
        await seeking.pack_missing(db)
        await coming_of_age.sweep(db, at=tools.at, now=now)
        await nudges.sweep(db, at=tools.at, now=now)
        await fit_checks.sweep(db, at=tools.at, now=now)
        await throttle.forget_old(db, now=now)
        await digest.send_due(db, tools.at, now)
        await date_reminders.sweep(db, at=tools.at, now=now)
