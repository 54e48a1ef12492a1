"""May exactly these bytes leave? The last look before the point of no return, in the same transaction."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose
from penfriends.actions.passage import Way
from penfriends.mail import leaks, origins, outbound
from penfriends.mail.leaks import Identity
from penfriends.mail.signing import unsigned
from penfriends.models.delivery import Delivery
from penfriends.models.letters import LetterMailId
from penfriends.models.residents import Guardian, Resident, ResidentAddress
from penfriends.models.signin import SignIn

LARGE = 500_000  # bytes; to search these takes so long that others should not wait for it


async def may_leave(db: AsyncSession, row: Delivery, raw: bytes, way: Way | None) -> bool:
    """Whether the finished mail, of a letter by its `way`, has only listed headers and parts, and gives away nobody of
    either side."""
    known = await _of_friend(db, row) if way is None else await _of_letter(db, row, way)
    if len(raw) > LARGE:
        return await asyncio.to_thread(_is_clean, raw, known)
    return _is_clean(raw, known)


def _is_clean(raw: bytes, known: list[Identity]) -> bool:
    return not outbound.headers_outside_list(unsigned(raw)) and not leaks.find_leaks(raw, known)


async def _of_friend(db: AsyncSession, row: Delivery) -> list[Identity]:
    """What we know of the friend that a notice may speak of. It may tell its reader the reader's own address."""
    friend = await compose.friend_of(db, row.participant_id) if row.participant_id else None
    if friend is None:
        return []
    known = await _addresses(db, friend.resident)
    return [Identity(addresses=known[friend.resident.id])]


async def _of_letter(db: AsyncSession, row: Delivery, way: Way) -> list[Identity]:
    """Everything that we know of both sides, guardians and second addresses included, and what the header of the
    writer's own mail told."""
    known = await _addresses(db, way.writer, way.receiver)
    reader = await compose.reader_of(db, row)
    to = reader.email if reader and reader.email else ""
    others = tuple(one for one in known[way.receiver.id] if one.casefold() != to.casefold())
    return [
        Identity(addresses=known[way.writer.id]),
        *await _writers_mail(db, way),
        Identity(addresses=(to,), reads=True),
        Identity(addresses=others),
    ]


async def _addresses(db: AsyncSession, *residents: Resident) -> dict[UUID, tuple[str, ...]]:
    """Their own addresses, their guardians' and what they gave besides, by resident."""
    ids = [one.id for one in residents]
    whose: tuple[Any, ...] = (
        sa.select(col(Resident.id).label("resident_id"), col(Resident.sign_in_id)).where(col(Resident.id).in_(ids)),
        sa.select(col(Resident.id), col(Guardian.sign_in_id))
        .join(Guardian, col(Guardian.id) == col(Resident.guardian_id))
        .where(col(Resident.id).in_(ids)),
        sa.select(col(ResidentAddress.resident_id), col(ResidentAddress.sign_in_id)).where(
            col(ResidentAddress.resident_id).in_(ids)
        ),
    )
    each = sa.union_all(*whose).subquery()
    asked: Any = sa.select(each.c.resident_id, col(SignIn.email)).join(SignIn, col(SignIn.id) == each.c.sign_in_id)
    found: dict[UUID, dict[str, None]] = {one: {} for one in ids}
    for resident_id, email in await db.exec(asked):
        if email:
            found[resident_id][email] = None
    return {one: tuple(emails) for one, emails in found.items()}


async def _writers_mail(db: AsyncSession, way: Way) -> list[Identity]:
    """Id, names, addresses and IP addresses of the mail that the letter was; nothing for one from the website."""
    found = await db.exec(
        select(LetterMailId.message_id, LetterMailId.origin).where(
            LetterMailId.letter_id == way.letter.id, col(LetterMailId.participant_id) == way.author.id
        )
    )
    known = []
    for message_id, origin in found.all():
        told = origins.known(origin, public=way.writer.first_name)
        ids = [message_id.strip("<>")] if message_id else []
        known.append(replace(told, traces=(*told.traces, *ids)))
    return known
