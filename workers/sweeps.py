"""Which rows should have moved and did not? Looks for them and asks again; losing the queue costs seconds."""

from sqlmodel import col, select

from penfriends.actions import consent_sweep, correspondences, digest, dispatch, intake, residents, signup, throttle
from penfriends.clock import utc_now
from penfriends.jobs import Job, later
from penfriends.models.letters import Letter, LetterState
from workers.tools import Tools

AT_ONCE = 200


async def sweep_letters(tools: Tools) -> None:
    """Mails not read, letters not checked, deliveries due or forsaken by a worker that died."""
    now = utc_now()
    async with tools.database.transaction() as db:
        for raw_mail_id in await intake.unread(db, now=now, limit=AT_ONCE):
            later(db, Job.READ_MAIL, raw_mail_id)
        waiting = await db.exec(
            select(Letter.id)
            .where(col(Letter.state).in_([LetterState.WRITTEN, LetterState.RECEIVED]))
            .order_by(col(Letter.changed_at), col(Letter.id))
            .limit(AT_ONCE)
        )
        for letter_id in waiting:
            later(db, Job.SCREEN_LETTER, letter_id)
        await dispatch.unsure_after_silence(db, now=now)
        for delivery_id in await dispatch.due(db, now=now, limit=AT_ONCE):
            later(db, Job.DELIVER, delivery_id)


async def sweep_people(tools: Tools) -> None:
    """Consents that were not answered or run out, sign-ups nobody confirmed, pauses that are over, old tries."""
    now = utc_now()
    async with tools.database.transaction() as db:
        await consent_sweep.sweep(db, at=tools.at, now=now)
        await correspondences.wake(db, now=now)
        await signup.sweep(db, now=now)
        await residents.wake(db, now=now)
        await throttle.forget_old(db, now=now)
        await digest.send_due(db, tools.at, now)
