"""What does a writer hear about a letter that came back?"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose, people
from penfriends.actions.addresses import Addresses
from penfriends.actions.delivery import queue_notice
from penfriends.mail.naming import return_reasons
from penfriends.mail.notices import Notice, Value
from penfriends.models.letters import Letter


async def tell_writer(db: AsyncSession, letter: Letter, *, at: Addresses, now: datetime) -> None:
    """Tell the writer what to change, in their language; a child without an address hears by the guardian's."""
    side = await compose.side_of(db, letter.author_id)
    friend = await compose.friend_of(db, letter.author_id)
    mailbox = await people.mail_to(db, side.resident) if side else None
    if side is None or mailbox is None:
        return
    association = await people.association_of(db, side.town.id)
    values: dict[str, Value] = {
        "band": side.resident.band.value,
        "town": compose.town_in(side.town, side.resident.locale),
        "name": side.resident.first_name,
        "friend": friend.resident.first_name if friend else "",
        "reasons": return_reasons(letter.return_reasons, side.resident.locale),
        "note": letter.return_note,
        "url": at.link(f"/letters/{letter.id}/edit"),
    }
    await queue_notice(
        db,
        Notice.LETTER_RETURNED,
        to=mailbox.id,
        language=side.resident.locale,
        values=values,
        association_id=association.id if association else None,
        at=at,
        now=now,
    )
