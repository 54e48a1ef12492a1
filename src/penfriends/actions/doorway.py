"""Where does an address of ours lead: to a writer's letters, to a team's desk, to a delivery that bounced, nowhere?"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.addresses import Addresses
from penfriends.mail import return_path
from penfriends.models.delivery import Alias
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant, ParticipantState
from penfriends.models.places import Association
from penfriends.rules.masking import is_alias_shape

TEAM_PREFIX = "team-"


@dataclass(frozen=True, slots=True)
class Target:
    """Where an address of ours leads: one writer's alias, an association's team, or a delivery that bounced."""

    participant_id: UUID | None = None
    association_id: UUID | None = None
    delivery_id: UUID | None = None


async def target_of(db: AsyncSession, address: str, *, at: Addresses) -> Target | None:
    """Where `address` leads. None for unknown, closed and foreign alike: the sender hears the same (rule R26)."""
    if not (address.isascii() and address.isprintable()):  # none of ours; and no database is asked about such bytes
        return None
    local, _, domain = address.strip().lower().rpartition("@")
    if domain == at.bounce_domain.lower():
        delivery_id = return_path.verify(address, at.key)
        return Target(delivery_id=delivery_id) if delivery_id else None
    if domain != at.mail_domain.lower():
        return None
    if local.startswith(TEAM_PREFIX):
        slug = local.removeprefix(TEAM_PREFIX)
        found = (await db.exec(_TEAM, params={"slug": slug})).scalar()
        return Target(association_id=found) if found else None
    if not is_alias_shape(local):
        return None
    return await _alias_target(db, local)


async def _alias_target(db: AsyncSession, local: str) -> Target | None:
    row = (await db.exec(_ALIAS, params={"local": local})).first()
    if row is None:
        return None
    participant_id, state, correspondence_state = row
    gone = state is ParticipantState.LEFT or correspondence_state is CorrespondenceState.ENDED
    return None if gone else Target(participant_id=participant_id)


# Put together once: making them costs as much as asking them.
_TEAM: Any = sa.select(col(Association.id)).where(col(Association.slug) == sa.bindparam("slug"))
_ALIAS: Any = (
    sa.select(col(Participant.id), col(Participant.state), col(Correspondence.state))
    .join(Alias, col(Alias.participant_id) == col(Participant.id))
    .join(Correspondence, col(Correspondence.id) == col(Participant.correspondence_id))
    .where(col(Alias.local_part) == sa.bindparam("local"), col(Alias.closed_at).is_(None))
)
