"""How does a notice about a resident find its reader, its language and the town whose volunteers write it?"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.addresses import Addresses
from penfriends.actions.delivery import queue_notice
from penfriends.actions.people import association_of, mail_to
from penfriends.mail.notices import Notice, Value
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant, ParticipantState
from penfriends.models.places import LinkState, Town, TwinLink
from penfriends.models.residents import Resident
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band


async def tell(
    db: AsyncSession,
    notice: Notice,
    *,
    to: SignIn,
    about: Resident,
    band: Band,
    at: Addresses,
    now: datetime,
    **values: Value,
) -> None:
    """Queue a notice to `to`, written by the volunteers of the town of `about`; `band` is the reader's register."""
    town = await db.get(Town, about.town_id)
    association = await association_of(db, about.town_id)
    await queue_notice(
        db,
        notice,
        to=to.id,
        language=to.locale,
        values={**values, "band": band.value, "town": called(town, to.locale)},
        association_id=association.id if association else None,
        at=at,
        now=now,
    )


async def tell_resident(
    db: AsyncSession,
    notice: Notice,
    me: Resident,
    mailbox: SignIn,
    values: Mapping[str, Value],
    *,
    at: Addresses,
    now: datetime,
    participant_id: UUID | None = None,
) -> None:
    """Queue a notice in the resident's own language and register, also where a guardian's mailbox gets it."""
    town = await db.get(Town, me.town_id)
    association = await association_of(db, me.town_id)
    await queue_notice(
        db,
        notice,
        to=mailbox.id,
        language=me.locale,
        values={"band": me.band.value, "town": called(town, me.locale), **values},
        association_id=association.id if association else None,
        at=at,
        now=now,
        participant_id=participant_id,
    )


def called(town: Town | None, language: str) -> str:
    """A town's name in a language, else its own."""
    return "" if town is None else town.names.get(language, town.name)


async def linked_towns(db: AsyncSession, town_id: UUID) -> list[Town]:
    """The twin towns where a friend may be found, by name."""
    found = await db.exec(
        select(Town)
        .join(TwinLink, or_(col(TwinLink.low_id) == col(Town.id), col(TwinLink.high_id) == col(Town.id)))
        .where(
            or_(TwinLink.low_id == town_id, TwinLink.high_id == town_id),
            Town.id != town_id,
            TwinLink.state == LinkState.ACTIVE,
        )
        .order_by(col(Town.name))
    )
    return list(found.all())


async def friend_towns(db: AsyncSession, town_id: UUID, language: str, *, most: int = 4) -> list[str]:
    """The names of a few of them, in a language."""
    return [called(town, language) for town in (await linked_towns(db, town_id))[:most]]


async def end_correspondences(
    db: AsyncSession, resident: Resident, *, notice: Notice, reason: str, at: Addresses, now: datetime
) -> int:
    """End everything that `resident` writes in, and tell each partner kindly. Returns how many were ended."""
    rows = await db.exec(
        select(Correspondence, Participant)
        .join(Participant, col(Participant.correspondence_id) == col(Correspondence.id))
        .where(Participant.resident_id == resident.id, Correspondence.state != CorrespondenceState.ENDED)
    )
    ended = rows.all()
    for correspondence, mine in ended:
        correspondence.state = CorrespondenceState.ENDED
        correspondence.state_reason = reason
        correspondence.state_changed_at = now
        mine.state = ParticipantState.LEFT
        mine.open_band = None
        db.add_all([correspondence, mine])
        await _tell_partners(db, resident, correspondence.id, notice, at=at, now=now)
    await db.flush()
    return len(ended)


async def _tell_partners(
    db: AsyncSession, resident: Resident, correspondence_id: UUID, notice: Notice, *, at: Addresses, now: datetime
) -> None:
    partners = await db.exec(
        select(Resident)
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .where(
            Participant.correspondence_id == correspondence_id,
            Participant.resident_id != resident.id,
            Participant.state != ParticipantState.LEFT,
        )
    )
    for partner in partners.all():
        to = await mail_to(db, partner)
        if to is not None:
            names = {"name": partner.first_name, "friend": resident.first_name}
            await tell(db, notice, to=to, about=partner, band=partner.band, at=at, now=now, url=at.link("/me"), **names)
