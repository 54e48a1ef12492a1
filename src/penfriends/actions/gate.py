"""May exactly these bytes leave? The last look before the point of no return, in the same transaction."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose
from penfriends.actions.passage import Way
from penfriends.mail import leaks, origins, outbound
from penfriends.mail.leaks import Identity
from penfriends.mail.signing import unsigned
from penfriends.models.delivery import Delivery
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
    ours = unsigned(raw)
    mail = outbound.parsed(ours)
    if outbound.headers_outside_list(ours, mail):
        return False
    return not leaks.find_leaks(raw, known, mail if ours == raw else None)


async def _of_friend(db: AsyncSession, row: Delivery) -> list[Identity]:
    """What we know of the friend that a notice may speak of. It may tell its reader the reader's own address."""
    friend = await compose.friend_of(db, row.participant_id) if row.participant_id else None
    if friend is None:
        return []
    known = await _addresses(db, friend.resident, friend.resident)
    return [Identity(addresses=known[friend.resident.id])]


async def _of_letter(db: AsyncSession, row: Delivery, way: Way) -> list[Identity]:
    """Everything that we know of both sides, guardians and second addresses included, and what the header of the
    writer's own mail told."""
    known = await _addresses(db, way.writer, way.receiver)
    reader = await compose.reader_of(db, row, way)
    to = reader.email if reader and reader.email else ""
    others = tuple(one for one in known[way.receiver.id] if one.casefold() != to.casefold())
    return [
        Identity(addresses=known[way.writer.id]),
        *_writers_mail(way),
        Identity(addresses=(to,), reads=True),
        Identity(addresses=others),
    ]


_IDS: Any = (sa.bindparam("one_id", type_=sa.Uuid()), sa.bindparam("other_id", type_=sa.Uuid()))
_WHOSE: Any = sa.union_all(
    sa.select(col(Resident.id).label("resident_id"), col(Resident.sign_in_id)).where(col(Resident.id).in_(_IDS)),
    sa.select(col(Resident.id), col(Guardian.sign_in_id))
    .join(Guardian, col(Guardian.id) == col(Resident.guardian_id))
    .where(col(Resident.id).in_(_IDS)),
    sa.select(col(ResidentAddress.resident_id), col(ResidentAddress.sign_in_id)).where(
        col(ResidentAddress.resident_id).in_(_IDS)
    ),
).subquery()
# Put together once: making it costs more than asking it.
_ADDRESSES: Any = sa.select(_WHOSE.c.resident_id, col(SignIn.email)).join(SignIn, col(SignIn.id) == _WHOSE.c.sign_in_id)


async def _addresses(db: AsyncSession, one: Resident, other: Resident) -> dict[UUID, tuple[str, ...]]:
    """Their own addresses, their guardians' and what they gave besides, by resident."""
    found: dict[UUID, dict[str, None]] = {one.id: {}, other.id: {}}
    for resident_id, email in await db.exec(_ADDRESSES, params={"one_id": one.id, "other_id": other.id}):
        if email:
            found[resident_id][email] = None
    return {resident_id: tuple(emails) for resident_id, emails in found.items()}


def _writers_mail(way: Way) -> list[Identity]:
    """Id, names, addresses and IP addresses of the mail that the letter was; nothing for one from the website."""
    if way.mail_id is None:
        return []
    told = origins.known(way.origin or {}, public=way.writer.first_name)
    ids = [way.mail_id.strip("<>")] if way.mail_id else []
    return [replace(told, traces=(*told.traces, *ids))]
