"""May exactly these bytes leave? The last look before the point of no return, in the same transaction."""

import asyncio
from dataclasses import replace

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose, people
from penfriends.mail import leaks, origins, outbound
from penfriends.mail.leaks import Identity
from penfriends.mail.signing import unsigned
from penfriends.models.delivery import Delivery, DeliveryKind
from penfriends.models.letters import LetterMailId
from penfriends.models.residents import Resident, ResidentAddress
from penfriends.models.signin import SignIn

LARGE = 500_000  # bytes; to search these takes so long that others should not wait for it


async def may_leave(db: AsyncSession, row: Delivery, raw: bytes) -> bool:
    """Whether the finished mail has only listed headers and parts, and gives away nobody of either side."""
    known = await _identities(db, row)
    if len(raw) > LARGE:
        return await asyncio.to_thread(_is_clean, raw, known)
    return _is_clean(raw, known)


def _is_clean(raw: bytes, known: list[Identity]) -> bool:
    return not outbound.headers_outside_list(unsigned(raw)) and not leaks.find_leaks(raw, known)


async def _identities(db: AsyncSession, row: Delivery) -> list[Identity]:
    """Everything that we know of both sides, guardians and second addresses included, and what the header of the
    writer's own mail told. A notice may tell its reader the reader's own address."""
    friend = await compose.friend_of(db, row.participant_id) if row.participant_id else None
    known = []
    if friend is not None:
        known.append(Identity(addresses=await _addresses(db, friend.resident)))
        if row.kind is DeliveryKind.LETTER:
            known += await _writers_mail(db, row, friend)
    if row.kind is DeliveryKind.LETTER:
        mine = await compose.side_of(db, row.participant_id)
        reader = await compose.reader_of(db, row)
        to = reader.email if reader and reader.email else ""
        others = await _addresses(db, mine.resident) if mine else ()
        known.append(Identity(addresses=(to,), reads=True))
        known.append(Identity(addresses=tuple(one for one in others if one.casefold() != to.casefold())))
    return known


async def _addresses(db: AsyncSession, resident: Resident) -> tuple[str, ...]:
    own = await db.get(SignIn, resident.sign_in_id) if resident.sign_in_id else None
    guardian = await people.guardian_of(db, resident)
    second = await db.exec(
        select(SignIn)
        .join(ResidentAddress, col(ResidentAddress.sign_in_id) == col(SignIn.id))
        .where(ResidentAddress.resident_id == resident.id)
    )
    found = [one.email for one in (own, guardian, *second.all()) if one is not None and one.email]
    return tuple(dict.fromkeys(found))


async def _writers_mail(db: AsyncSession, row: Delivery, writer: compose.Side) -> list[Identity]:
    """Id, names, addresses and IP addresses of the mail that the letter was; nothing for one from the website."""
    found = await db.exec(
        select(LetterMailId.message_id, LetterMailId.origin).where(
            LetterMailId.letter_id == row.letter_id, col(LetterMailId.participant_id) == writer.participant.id
        )
    )
    known = []
    for message_id, origin in found.all():
        told = origins.known(origin, public=writer.resident.first_name)
        ids = [message_id.strip("<>")] if message_id else []
        known.append(replace(told, traces=(*told.traces, *ids)))
    return known
