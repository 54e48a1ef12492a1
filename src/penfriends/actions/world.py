"""Who waits, which towns are linked, and who may never meet? Reads the world that a matching round is decided from."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.passage import consent_holds
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant, ParticipantState
from penfriends.models.matching import Block, Match, MatchSide, MatchState
from penfriends.models.moderation import Moderator, Role
from penfriends.models.places import Association, LinkState, Town, TwinLink
from penfriends.models.residents import Resident, ResidentInterest, ResidentLanguage, ResidentState
from penfriends.rules.bands import Band, Birth, age_on
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Medium, Pair, Seeker, TownLink, World, friends_allowed
from penfriends.rules.weights import Weights, kept

PENDING = (MatchState.PROPOSED, MatchState.APPROVED)


async def load(db: AsyncSession, *, now: datetime, afresh: bool = False) -> World:
    """Everybody who waits, with everything that decides; people who may not be matched are not in it.

    `afresh`: as if the proposals to which no moderator has said yes yet had not been made.
    """
    towns = {town.id: town for town in await db.exec(select(Town))}
    residents = await _waiting(db, towns, now=now)
    languages = await _languages(db)
    interests = await _interests(db)
    friends, far = await _friends(db), await _far_allowed(db)
    pending = await _pending(db, PENDING[1:] if afresh else PENDING)
    today = now.date()
    seekers = [
        _seeker(one, towns, languages[one.id], interests[one.id], friends[one.id], pending[one.id], far, today)
        for one in residents
    ]
    return World(
        seekers=tuple(one for one in seekers if one.capacity_left > 0),
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
    languages, interests = await _languages(db, ids), await _interests(db, ids)
    friends, far = await _friends(db), await _far_allowed(db)
    pending = await _pending(db, PENDING) if count_pending else dict.fromkeys(ids, 0)
    return World(
        seekers=tuple(
            _seeker(row, towns, languages[row.id], interests[row.id], friends[row.id], pending[row.id], far, now.date())
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


async def _waiting(db: AsyncSession, towns: dict[UUID, Town], *, now: datetime) -> list[Resident]:
    found = await db.exec(
        select(Resident)
        .where(Resident.state == ResidentState.ACTIVE, col(Resident.waiting_since).is_not(None))
        .order_by(col(Resident.id))
    )
    guarded = await children_allowed(db)
    fit: list[Resident] = []
    for one in found:
        town = towns[one.town_id]
        if town.association_id is None or town.paused_reason:
            continue
        if one.band is Band.CHILD and town.association_id not in guarded:
            continue
        if await consent_holds(db, one, now=now):
            fit.append(one)
    return fit


def _seeker(
    one: Resident,
    towns: dict[UUID, Town],
    languages: list[ResidentLanguage],
    interests: frozenset[str],
    friends: int,
    pending: int,
    far: frozenset[UUID | None],
    today: date,
) -> Seeker:
    birth = Birth(one.birth_year, one.birth_on)
    allowed = min(one.capacity, friends_allowed(age_on(birth, today)))
    since = one.waiting_since.date() if one.waiting_since else today
    return Seeker(
        uid=one.id,
        town=towns[one.town_id].slug,
        band=one.band,
        birth=birth,
        languages={row.code: row.level for row in languages},
        practises=frozenset(row.code for row in languages if row.practises),
        interests=interests,
        media=frozenset({Medium.WEB, Medium.EMAIL}) if one.medium is not Medium.PAPER else frozenset({Medium.PAPER}),
        wished_town=towns[one.wished_town_id].slug if one.wished_town_id else None,
        waiting_days=max(0, (today - since).days),
        capacity_left=max(0, allowed - friends - pending),
        household=one.household_id,
        open_to_twin_of_twin=one.twin_of_twin and towns[one.town_id].association_id in far,
        friends=friends,
    )


async def _languages(db: AsyncSession, only: list[UUID] | None = None) -> dict[UUID, list[ResidentLanguage]]:
    wanted = select(ResidentLanguage).order_by(col(ResidentLanguage.code))
    if only is not None:
        wanted = wanted.where(col(ResidentLanguage.resident_id).in_(only))
    found: dict[UUID, list[ResidentLanguage]] = defaultdict(list)
    for row in await db.exec(wanted):
        found[row.resident_id].append(row)
    return found


async def _interests(db: AsyncSession, only: list[UUID] | None = None) -> dict[UUID, frozenset[str]]:
    wanted = select(ResidentInterest.resident_id, ResidentInterest.code)
    if only is not None:
        wanted = wanted.where(col(ResidentInterest.resident_id).in_(only))
    found: dict[UUID, set[str]] = defaultdict(set)
    for resident_id, code in (await db.exec(wanted)).all():
        found[resident_id].add(code)
    return defaultdict(frozenset, {key: frozenset(codes) for key, codes in found.items()})


async def _friends(db: AsyncSession) -> dict[UUID, int]:
    found = await db.exec(
        select(Participant.resident_id, func.count())
        .join(Correspondence, col(Correspondence.id) == col(Participant.correspondence_id))
        .where(
            Correspondence.state != CorrespondenceState.ENDED,
            Participant.state != ParticipantState.LEFT,
            col(Correspondence.match_id).is_not(None),
        )
        .group_by(col(Participant.resident_id))
    )
    return defaultdict(int, dict(found.all()))


async def _pending(db: AsyncSession, states: Sequence[MatchState]) -> dict[UUID, int]:
    found = await db.exec(
        select(MatchSide.resident_id, func.count())
        .join(Match, col(Match.id) == col(MatchSide.match_id))
        .where(col(Match.state).in_(states))
        .group_by(col(MatchSide.resident_id))
    )
    return defaultdict(int, dict(found.all()))


async def _far_allowed(db: AsyncSession) -> frozenset[UUID | None]:
    """The associations that let friends come from twin towns of the twin towns."""
    return frozenset(await db.exec(select(Association.id).where(Association.twin_of_twin)))


async def _blocked(db: AsyncSession) -> frozenset[Pair]:
    found = await db.exec(select(Block.low_id, Block.high_id))
    return frozenset(frozenset(pair) for pair in found.all())
