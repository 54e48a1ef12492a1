"""What does a writer hear about a letter that came back, or in which nothing could be found?"""

from collections.abc import Mapping
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
    if side is not None:
        values: dict[str, Value] = {
            "reasons": return_reasons(letter.return_reasons, side.resident.locale),
            "note": letter.return_note,
            "url": at.link(f"/letters/{letter.id}/edit"),
        }
        await _tell(db, side, Notice.LETTER_RETURNED, values, at=at, now=now)


async def tell_empty(db: AsyncSession, letter: Letter, *, at: Addresses, now: datetime) -> None:
    """Tell the writer of a mail that no words of theirs were found in it."""
    side = await compose.side_of(db, letter.author_id)
    if side is not None:
        url = at.link(f"/letters/with/{letter.correspondence_id}")
        await _tell(db, side, Notice.EMPTY_LETTER, {"url": url}, at=at, now=now)


async def _tell(
    db: AsyncSession, side: compose.Side, notice: Notice, values: Mapping[str, Value], *, at: Addresses, now: datetime
) -> None:
    friend = await compose.friend_of(db, side.participant.id)
    mailbox = await people.mail_to(db, side.resident)
    if mailbox is None:
        return
    association = await people.association_of(db, side.town.id)
    await queue_notice(
        db,
        notice,
        to=mailbox.id,
        language=side.resident.locale,
        values={
            "band": side.resident.band.value,
            "town": compose.town_in(side.town, side.resident.locale),
            "name": side.resident.first_name,
            "friend": friend.resident.first_name if friend else "",
            **values,
        },
        association_id=association.id if association else None,
        at=at,
        now=now,
    )
