"""What does a writer hear about a letter that came back, or in which nothing could be found?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose, people
from penfriends.actions.addresses import Addresses
from penfriends.actions.telling import tell_resident
from penfriends.mail.naming import return_reasons
from penfriends.mail.notices import Notice, Rendered, Value, render
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


async def preview(
    db: AsyncSession, letter: Letter, *, reasons: Sequence[str], note: str, at: Addresses
) -> Rendered | None:
    """The words that the writer would get, before anything is decided."""
    side = await compose.side_of(db, letter.author_id)
    if side is None:
        return None
    language = side.resident.locale
    values: dict[str, Value] = {
        **await _frame(db, side),
        "reasons": return_reasons(reasons, language),
        "note": note,
        "url": at.link(f"/letters/{letter.id}/edit"),
    }
    return render(Notice.LETTER_RETURNED, language=language, values=values)


async def tell_empty(db: AsyncSession, letter: Letter, *, at: Addresses, now: datetime) -> None:
    """Tell the writer of a mail that no words of theirs were found in it."""
    side = await compose.side_of(db, letter.author_id)
    if side is not None:
        url = at.link(f"/letters/with/{letter.correspondence_id}")
        await _tell(db, side, Notice.EMPTY_LETTER, {"url": url}, at=at, now=now)


async def _tell(
    db: AsyncSession, side: compose.Side, notice: Notice, values: Mapping[str, Value], *, at: Addresses, now: datetime
) -> None:
    mailbox = await people.mail_to(db, side.resident)
    if mailbox is None:
        return
    await tell_resident(db, notice, side.resident, mailbox, {**await _frame(db, side), **values}, at=at, now=now)


async def _frame(db: AsyncSession, side: compose.Side) -> dict[str, Value]:
    """What every such notice says: to whom, in which tone, about the letter to which friend."""
    friend = await compose.friend_of(db, side.participant.id)
    return {
        "band": side.resident.band.value,
        "town": compose.town_in(side.town, side.resident.locale),
        "name": side.resident.first_name,
        "friend": friend.resident.first_name if friend else "",
    }
