"""Whose letters come to a masked address, from which addresses may they come, and who is the friend that reads them?

One question with what a mail needs to become a letter, and no more: columns, not rows of five tables.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.letters import Participant
from penfriends.models.places import Town
from penfriends.models.residents import Guardian, Resident, ResidentAddress
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band


@dataclass(frozen=True, slots=True)
class Sender:
    """An address as it was given, and as it is compared."""

    email: str
    email_key: str | None


@dataclass(frozen=True, slots=True)
class Writer:
    """The one side of a correspondence. `senders` are the addresses that a mail of theirs may come from: where their
    own mail goes (people.mail_to), then what they proved besides; none for who has no address."""

    participant_id: UUID
    correspondence_id: UUID
    first_name: str
    language: str
    band: Band
    senders: tuple[Sender, ...]
    friend: str | None
    """The friend's first name; None where nobody is left."""
    friend_town: str
    """Its name in the writer's language."""


async def writer_at(db: AsyncSession, participant_id: UUID | None) -> Writer | None:
    """Who writes there."""
    rows = (await db.exec(_WRITER, params={"participant_id": participant_id})).all()
    if not rows:
        return None
    first = rows[0]
    registered = _sender(first.own, first.own_key) or _sender(first.guardians, first.guardians_key)
    further = dict.fromkeys(_sender(one.further, one.further_key) for one in rows)
    senders = (registered, *(one for one in further if one is not None)) if registered else ()
    return Writer(
        participant_id=first.participant_id,
        correspondence_id=first.correspondence_id,
        first_name=first.first_name,
        language=first.locale,
        band=first.band,
        senders=senders,
        friend=first.friend,
        friend_town=str((first.town_names or {}).get(first.locale, first.town)),
    )


def _sender(email: str | None, email_key: str | None) -> Sender | None:
    return Sender(email, email_key) if email else None


_OWN, _GUARDIANS, _FURTHER = aliased(SignIn), aliased(SignIn), aliased(SignIn)
_FRIEND, _READER, _FRIENDS_TOWN = aliased(Participant), aliased(Resident), aliased(Town)
# Put together once: making it costs as much as asking it.
_WRITER: Any = (
    sa.select(
        col(Participant.id).label("participant_id"),
        col(Participant.correspondence_id),
        col(Resident.first_name),
        col(Resident.locale),
        col(Resident.band),
        col(_OWN.email).label("own"),
        col(_OWN.email_key).label("own_key"),
        col(_GUARDIANS.email).label("guardians"),
        col(_GUARDIANS.email_key).label("guardians_key"),
        col(_FURTHER.email).label("further"),
        col(_FURTHER.email_key).label("further_key"),
        col(_READER.first_name).label("friend"),
        col(_FRIENDS_TOWN.name).label("town"),
        col(_FRIENDS_TOWN.names).label("town_names"),
    )
    .select_from(Participant)
    .join(Resident, col(Resident.id) == col(Participant.resident_id))
    .outerjoin(_OWN, col(_OWN.id) == col(Resident.sign_in_id))
    .outerjoin(Guardian, col(Guardian.id) == col(Resident.guardian_id))
    .outerjoin(_GUARDIANS, col(_GUARDIANS.id) == col(Guardian.sign_in_id))
    .outerjoin(
        ResidentAddress,
        sa.and_(col(ResidentAddress.resident_id) == col(Resident.id), col(ResidentAddress.verified_at).is_not(None)),
    )
    .outerjoin(_FURTHER, col(_FURTHER.id) == col(ResidentAddress.sign_in_id))
    .outerjoin(
        _FRIEND,
        sa.and_(
            col(_FRIEND.correspondence_id) == col(Participant.correspondence_id), col(_FRIEND.id) != col(Participant.id)
        ),
    )
    .outerjoin(_READER, col(_READER.id) == col(_FRIEND.resident_id))
    .outerjoin(_FRIENDS_TOWN, col(_FRIENDS_TOWN.id) == col(_READER.town_id))
    .where(col(Participant.id) == sa.bindparam("participant_id", type_=sa.Uuid()))
)
