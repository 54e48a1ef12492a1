"""How do proposals of groups come into the database? All that look for partners, compared at once, looked at twice."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import world
from penfriends.models.groups import Group, GroupMatch, GroupState
from penfriends.models.letters import Correspondence, CorrespondenceState
from penfriends.models.matching import Block, BlockReason, MatchState
from penfriends.models.places import Association, Town
from penfriends.models.residents import Resident, ResidentState
from penfriends.rules.bands import Band
from penfriends.rules.group_kinds import CLUBS
from penfriends.rules.groups import OF_AGE, SeekingGroup
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level, Pair, World

if TYPE_CHECKING:  # the solver is heavy: the site loads it with the first round, not at its start
    from penfriends.rules.group_rounds import GroupProposal, GroupRound

OPEN = (MatchState.PROPOSED, MatchState.APPROVED, MatchState.ACCEPTED)


async def propose(db: AsyncSession, *, now: datetime) -> "GroupRound":
    """Propose partners to all groups that look for some; nobody is asked before moderators of both towns say yes.

    Raises RuntimeError if the second look finds the round wrong: then nothing is proposed.
    """
    towns = {town.id: town for town in await db.exec(select(Town))}
    seeking = await _seeking(db, towns, now=now)
    around = World(
        (),
        await world.links_of(db, towns),
        blocked=await _blocked(db),
        rarity={code: one.rarity for code, one in INTERESTS.items()},
    )
    found = await asyncio.to_thread(_round, seeking, around)
    for one in found.proposals:
        db.add(_row(one, now=now))
    for group in await db.exec(select(Group).where(col(Group.id).in_([one.uid for one in seeking]))):
        group.stuck = found.unmatched.get(group.id)
        db.add(group)
    await db.flush()
    return found


def _round(seeking: list[SeekingGroup], around: World) -> "GroupRound":
    from penfriends.rules.group_rounds import complaints, propose_groups

    found = propose_groups(seeking, around, CLUBS)
    if wrong := complaints(found, seeking, around, CLUBS):
        raise RuntimeError(f"the round of groups does not stand: {wrong[0]}")
    return found


def _row(proposal: "GroupProposal", *, now: datetime) -> GroupMatch:
    low, high = sorted((proposal.first, proposal.second))
    return GroupMatch(
        low_id=low,
        high_id=high,
        score=proposal.explanation.total,
        explanation=[
            {"name": one.name, "points": one.points, "maximum": one.maximum, "detail": list(one.detail)}
            for one in proposal.explanation.points
        ],
        proposed_at=now,
    )


async def far_allowed(db: AsyncSession) -> frozenset[UUID]:
    """The associations that let partners come from twin towns of the twin towns."""
    return frozenset(await db.exec(select(Association.id).where(Association.twin_of_twin)))


def seeking_as(one: Group, home: Town, far: frozenset[UUID], *, now: datetime) -> SeekingGroup:
    """A group as the rules know it, as if it had no partner yet."""
    return SeekingGroup(
        uid=one.id,
        town=home.slug,
        kind=one.kind.value,
        languages={code: Level(level) for code, level in one.languages.items()},
        size=one.size,
        youngest=one.youngest,
        oldest=one.oldest,
        interests=frozenset(one.interests),
        waiting_days=max(0, (now - one.waiting_since).days),
        capacity_left=one.capacity,
        open_to_twin_of_twin=one.twin_of_twin and one.association_id in far,
    )


async def _seeking(db: AsyncSession, towns: dict[UUID, Town], *, now: datetime) -> list[SeekingGroup]:
    """Groups whose contact takes part; with children among the members only where those may be (rule R46)."""
    rows = await db.exec(
        select(Group)
        .join(Resident, col(Resident.id) == col(Group.contact_id))
        .where(
            Group.state == GroupState.SEEKING,
            Group.contact_band == Band.ADULT,
            Resident.state == ResidentState.ACTIVE,
        )
        .order_by(col(Group.id))
    )
    guarded, far = await world.children_allowed(db), await far_allowed(db)
    taken = await _counted(db, OPEN, now=now)
    partners = await _counted(db, (MatchState.ACCEPTED,), now=now)
    return [
        replace(
            seeking_as(one, towns[one.town_id], far, now=now),
            capacity_left=max(0, one.capacity - taken[one.id]),
            partners=partners[one.id],
        )
        for one in rows
        if not towns[one.town_id].paused_reason and (one.youngest >= OF_AGE or one.association_id in guarded)
    ]


async def _counted(db: AsyncSession, states: tuple[MatchState, ...], *, now: datetime) -> Counter[UUID]:
    """How many partners each group has (or may have soon); those who write no more do not count, nor a question whose
    time is over and which no sweep has closed yet."""
    found = await db.exec(
        select(GroupMatch.low_id, GroupMatch.high_id)
        .join(Correspondence, col(Correspondence.id) == col(GroupMatch.correspondence_id), isouter=True)
        .where(
            col(GroupMatch.state).in_(states),
            or_(col(GroupMatch.state) != MatchState.APPROVED, col(GroupMatch.expires_at) > now),
            or_(col(Correspondence.id).is_(None), col(Correspondence.state) != CorrespondenceState.ENDED),
        )
    )
    return Counter(uid for pair in found.all() for uid in pair)


async def _blocked(db: AsyncSession) -> frozenset[Pair]:
    """Groups that were proposed to each other before, whatever came of it; and those whose contacts never meet."""
    met = await db.exec(select(GroupMatch.low_id, GroupMatch.high_id))
    groups: dict[UUID, list[UUID]] = defaultdict(list)
    for contact_id, group_id in (await db.exec(select(Group.contact_id, Group.id))).all():
        groups[contact_id].append(group_id)
    apart = await db.exec(
        select(Block.low_id, Block.high_id).where(
            col(Block.low_id).in_(list(groups)), Block.reason != BlockReason.MATCHED_BEFORE
        )
    )
    contacts = [(one, one) for one in groups] + [(low, high) for low, high in apart.all() if high in groups]
    never = {Pair(pair) for low, high in contacts for pair in product(groups[low], groups[high])}
    return frozenset(never) | frozenset(Pair(pair) for pair in met.all())
