"""Jobs that look at letters: read a mail that came in, check a letter that was written."""

import asyncio
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from penfriends.actions import inbox, intake, letters
from penfriends.clock import utc_now
from penfriends.db import passes as passing
from penfriends.ids import chance
from penfriends.jobs import Job, wishes_of
from penfriends.mail.images import undrawn
from workers.tools import Tools

log = structlog.get_logger()


async def read_and_screen(tools: Tools, raw_mail_id: UUID) -> None:
    """Read a mail and check its letter at once, without a walk through the queue. The mail is read when its transaction
    is over, whatever comes of the check; a sweep finds a letter that is left unchecked."""
    for letter_id in await _read(tools, raw_mail_id, goes_on=True):
        await screen_letter(tools, letter_id)


async def read_mail(tools: Tools, raw_mail_id: UUID) -> None:
    """Let a kept mail become what it is, and ask for the check of its letter."""
    await _read(tools, raw_mail_id, goes_on=False)


async def _read(tools: Tools, raw_mail_id: UUID, *, goes_on: bool) -> list[UUID]:
    """A mail is parsed and its pictures are drawn in a process that may be lost. Who `goes_on` gets the letter that is
    to be checked next, and nobody else is asked to do it."""
    async with tools.database.reading() as db:
        raw = await inbox.bytes_of(db, raw_mail_id)
    if raw is None:
        return []
    parsed, headers = await asyncio.to_thread(tools.reader.parse, raw)
    worth_it = intake.may_have_pictures(parsed)
    if worth_it:
        async with tools.database.reading() as db:
            worth_it = await intake.is_from_its_writer(db, raw_mail_id, parsed)
    drawn = await asyncio.to_thread(tools.reader.draw, raw, parsed) if worth_it else undrawn(parsed.attachments)
    try:
        async with tools.database.transaction() as db:
            await intake.read_mail(
                db, raw_mail_id, parsed, headers, drawn=drawn, at=tools.at, policy=tools.policy, now=utc_now()
            )
            unchecked = wishes_of(db.sync_session.info).keep_back(Job.SCREEN_LETTER) if goes_on else []
    except Exception as error:
        if passes(error):
            raise
        log.exception("mail_not_read", raw_mail=str(raw_mail_id))
        async with tools.database.transaction() as db:
            await intake.quarantine(db, raw_mail_id, "cannot_be_handled", now=utc_now())
        return []
    return unchecked


async def screen_letter(tools: Tools, letter_id: UUID) -> None:
    """Check a letter, then hold it or let it go. Chance is drawn here, at the door (rule R23)."""
    try:
        async with tools.database.transaction() as db:
            await letters.screen_letter(db, letter_id, drawn=chance, at=tools.at, policy=tools.policy, now=utc_now())
    except Exception as error:
        if passes(error):
            raise
        log.exception("letter_not_screened", letter=str(letter_id))
        async with tools.database.transaction() as db:
            await letters.hold_unscreened(db, letter_id, now=utc_now())


def passes(error: Exception) -> bool:
    """Whether trying again can help: the database was away, or another worker was at it in the same moment."""
    if passing(error) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return True
    return isinstance(error, OperationalError | InterfaceError | IntegrityError | PoolTimeout | OSError)
