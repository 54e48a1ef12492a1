"""Who waits, which towns are linked, and who may never meet? Reads the world that a matching round is decided from."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import seekers
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant, ParticipantState
from penfriends.models.matching import Block, Match, MatchSide, MatchState
from penfriends.models.moderation import Moderator, Role
from penfriends.models.places import Association, LinkState, Town, TwinLink
from penfriends.models.residents import Resident
from penfriends.models.untouched import raw
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Pair, TownLink, World
from penfriends.rules.newcomer_rows import Key
from penfriends.rules.weights import Weights, kept

PENDING = (MatchState.PROPOSED, MatchState.APPROVED)


async def load(db: AsyncSession, *, now: datetime, afresh: bool = False) -> World:
    """Everybody who waits, with everything that decides; people who may not be matched are not in it.

    `afresh`: as if the proposals to which no moderator has said yes yet had not been made.
    """
    from penfriends.actions import gathering  # its numbers are heavy: loaded with the first question

    towns = {town.id: town for town in await db.exec(select(Town))}
    ground = gathering.Ground(
        towns=sorted(towns.values(), key=lambda town: town.slug),
        guarded=await children_allowed(db),
        far=await _far_allowed(db),
        friends=await _friends(db),
        pending=await _pending(db, PENDING[1:] if afresh else PENDING),
    )
    return World(
        seekers=await gathering.gathered(db, ground, now=now),
        links=await links_of(db, towns),
        blocked=await _blocked(db),
        rarity={code: one.rarity for code, one in INTERESTS.items()},
        weights=await weights_of(db, towns),
    )


async def weights_of(db: AsyncSession, towns: dict[UUID, Town]) -> dict[str, Weights]:
    """What counts for how much, for the towns whose association has tuned that."""
    found = await db.exec(select(Association.id, Association.weights).where(col(Association.weights).is_not(None)))
    tuned = {key: kept(values) for key, values in found.all() if values}
    return {town.slug: tuned[town.association_id] for town in towns.values() if town.association_id in tuned}


async def links_of(db: AsyncSession, towns: dict[UUID, Town]) -> tuple[TownLink, ...]:
    """The active links as the rules know them."""
    found = await db.exec(select(TwinLink).where(TwinLink.state == LinkState.ACTIVE))
    return tuple(TownLink(towns[one.low_id].slug, towns[one.high_id].slug, one.kind, one.since) for one in found)


async def pair_world(db: AsyncSession, one: UUID, other: UUID, *, now: datetime) -> World:
    """A world of two people as they are at this moment, for the second look when a match is approved.

    Their places are counted without the match between them, and their own earlier match is no block.
    """
    return await people_world(db, [one, other], now=now, count_pending=False)


async def people_world(db: AsyncSession, ids: list[UUID], *, now: datetime, count_pending: bool = True) -> World:
    """A world of these people as they are at this moment, whether they may be matched now or not."""
    towns = {town.id: town for town in await db.exec(select(Town))}
    found = await db.exec(select(Resident).where(col(Resident.id).in_(ids)).order_by(col(Resident.id)))
    written, liked = await seekers.lists_of(db, ids)
    friends, far = await _friends(db, ids), await _far_allowed(db)
    pending = await _pending(db, PENDING, ids) if count_pending else {}
    return World(
        seekers=tuple(
            seekers.seeker_of(
                row,
                towns,
                (*written[row.id], liked[row.id]),
                (friends.get(row.id, 0), pending.get(row.id, 0)),
                far,
                now.date(),
            )
            for row in found
        ),
        links=await links_of(db, towns),
        blocked=await _blocked(db),
        rarity={code: interest.rarity for code, interest in INTERESTS.items()},
        weights=await weights_of(db, towns),
    )


async def pending_pairs(db: AsyncSession) -> frozenset[Pair]:
    """Who has a proposal between them that waits for a moderator or for an answer: it need not come a second time."""
    found = await db.exec(
        select(MatchSide.match_id, MatchSide.resident_id)
        .join(Match, col(Match.id) == col(MatchSide.match_id))
        .where(col(Match.state).in_(PENDING))
    )
    sides: dict[UUID, set[UUID]] = defaultdict(set)
    for match_id, resident_id in found.all():
        sides[match_id].add(resident_id)
    return frozenset(Pair(two) for two in sides.values() if len(two) == 2)


async def children_allowed(db: AsyncSession) -> frozenset[UUID]:
    """The associations that have a safeguarding lead and a deputy (rule R46)."""
    found = await db.exec(
        select(Moderator.association_id, Moderator.role).where(
            Moderator.active, col(Moderator.role).in_([Role.LEAD, Role.DEPUTY])
        )
    )
    roles: dict[UUID, set[Role]] = defaultdict(set)
    for association_id, role in found.all():
        roles[association_id].add(Role(role))
    return frozenset(key for key, has in roles.items() if {Role.LEAD, Role.DEPUTY} <= has)


async def _friends(db: AsyncSession, ids: Sequence[UUID] | None = None) -> dict[Key, int]:
    """How many friends people have: some people, or everybody by their ids as the database writes them."""
    return await _numbers(
        db,
        sa.select(sa.func.count())
        .join_from(Participant, Correspondence, col(Correspondence.id) == col(Participant.correspondence_id))
        .where(
            col(Correspondence.state) != CorrespondenceState.ENDED,
            col(Participant.state) != ParticipantState.LEFT,
            col(Correspondence.match_id).is_not(None),
        ),
        col(Participant.resident_id),
        ids,
    )


async def _pending(db: AsyncSession, states: Sequence[MatchState], ids: Sequence[UUID] | None = None) -> dict[Key, int]:
    """How many proposals in these states people have, as above."""
    return await _numbers(
        db,
        sa.select(sa.func.count())
        .join_from(MatchSide, Match, col(Match.id) == col(MatchSide.match_id))
        .where(col(Match.state).in_(states)),
        col(MatchSide.resident_id),
        ids,
    )


async def _numbers(db: AsyncSession, counted: Any, who: Any, ids: Sequence[UUID] | None) -> dict[Key, int]:
    wanted = counted.add_columns(raw(who)) if ids is None else counted.add_columns(who).where(who.in_(ids))
    found: Any = await db.exec(wanted.group_by(who))
    return {key: number for number, key in found.all()}


async def _far_allowed(db: AsyncSession) -> frozenset[UUID | None]:
    """The associations that let friends come from twin towns of the twin towns."""
    return frozenset(await db.exec(select(Association.id).where(Association.twin_of_twin)))


async def _blocked(db: AsyncSession) -> frozenset[Pair]:
    found = await db.exec(select(Block.low_id, Block.high_id))
    return frozenset(frozenset(pair) for pair in found.all())
