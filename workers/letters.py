"""Jobs that look at letters: read a mail that came in, check a letter that was written."""

import asyncio
from uuid import UUID

from penfriends.actions import intake, letters
from penfriends.clock import utc_now
from penfriends.ids import chance
from penfriends.mail.inbound import headers, parse
from workers.tools import Tools


async def read_mail(tools: Tools, raw_mail_id: UUID) -> None:
    """Parse a kept mail and let it become what it is. The parsing runs beside the event loop."""
    async with tools.database.reading() as db:
        raw = await intake.bytes_of(db, raw_mail_id)
    if raw is None:
        return
    parsed = await asyncio.to_thread(parse, raw)
    async with tools.database.transaction() as db:
        await intake.read_mail(db, raw_mail_id, parsed, headers(raw), at=tools.at, policy=tools.policy, now=utc_now())


async def screen_letter(tools: Tools, letter_id: UUID) -> None:
    """Check a letter, then hold it or let it go. Chance is drawn here, at the door (rule R23)."""
    async with tools.database.transaction() as db:
        drawn = chance(await letters.sample_one_in(db, letter_id, tools.policy))
        await letters.screen_letter(db, letter_id, drawn=drawn, at=tools.at, policy=tools.policy, now=utc_now())
