"""What does a moderator get to see of a round? The pairs in which an own town has a part, who is alone, what is lacking
(rules R17, R18, R38)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import remit, world
from penfriends.actions.queues import Face, face_of
from penfriends.actions.remit import Desk
from penfriends.actions.round_pairs import OPEN
from penfriends.errors import NotFound
from penfriends.models.matching import MatchRound, PairState, RoundPair, RoundState
from penfriends.models.moderation import Moderator
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.rules.bands import Band
from penfriends.rules.shortage import Group, Shortage, shortage

SHOWN = 50
ROUNDS_SHOWN = 20
UNDONE = (RoundState.RUNNING, RoundState.DRAFT, RoundState.FAILED)


@dataclass(frozen=True, slots=True)
class Line:
    """A round in the list; `by` is the name of who started it, empty for the batch."""

    row: MatchRound
    by: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the pairs to show, and in what order."""

    town: str = ""
    band: str = ""
    twins_of_twins: bool = False
    longest_first: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Proposed:
    """A pair with its two people, `first` and `second` as its explanation calls them."""

    pair: RoundPair
    sides: tuple[Face, Face]

    def waited(self, face: Face) -> int:
        return int(self.pair.explanation.get("waiting", {}).get(str(face.resident.id), 0))


@dataclass(frozen=True, slots=True)
class Sums:
    """How much is in a draft for this moderator."""

    proposed: int = 0
    pinned: int = 0
    forbidden: int = 0
    published: int = 0
    children: int = 0

    @property
    def open(self) -> int:
        return self.proposed + self.pinned


@dataclass(frozen=True, slots=True)
class Alone:
    """Somebody of an own town who got nobody: why, what would help, and since when they wait."""

    face: Face
    reason: str
    helps: tuple[str, ...]


async def lines(db: AsyncSession, desk: Desk) -> list[Line]:
    """The last rounds of the own association and the last batches."""
    found = await db.exec(
        select(MatchRound, Moderator.name)
        .outerjoin(Moderator, col(Moderator.id) == col(MatchRound.started_by))
        .where(_visible(desk))
        .order_by(col(MatchRound.started_at).desc(), col(MatchRound.id).desc())
        .limit(ROUNDS_SHOWN)
    )
    return [Line(row, name or "") for row, name in found.all()]


async def open_one(db: AsyncSession, desk: Desk) -> MatchRound | None:
    """The round of the own association that runs, failed, or waits to be published: for the first page of the desk."""
    last = await db.exec(
        select(MatchRound)
        .where(MatchRound.association_id == desk.moderator.association_id)
        .order_by(col(MatchRound.started_at).desc(), col(MatchRound.id).desc())
        .limit(1)
    )
    row = last.first()
    return row if row is not None and row.state in UNDONE else None


async def somebody_runs_one(db: AsyncSession) -> bool:
    """Whether any association's round runs at this moment."""
    return (await db.exec(select(MatchRound.id).where(MatchRound.state == RoundState.RUNNING))).first() is not None


async def must_see(db: AsyncSession, round_id: UUID, desk: Desk) -> MatchRound:
    """A round of the own association or a batch. Raises NotFound for any other, and for an unknown one."""
    found = await db.exec(select(MatchRound).where(MatchRound.id == round_id, _visible(desk)))
    row = found.first()
    if row is None or not desk.moderator.active:
        raise NotFound
    return row


async def sums(db: AsyncSession, desk: Desk, row: MatchRound) -> Sums:
    found = await db.exec(
        select(RoundPair.state, RoundPair.band, func.count())
        .where(RoundPair.round_id == row.id, remit.pairs_for(desk))
        .group_by(col(RoundPair.state), col(RoundPair.band))
    )
    counted = list(found.all())

    def number(*states: PairState, band: Band | None = None) -> int:
        return sum(many for state, of, many in counted if state in states and band in (None, of))

    return Sums(
        number(PairState.PROPOSED),
        number(PairState.PINNED),
        number(PairState.FORBIDDEN),
        number(PairState.PUBLISHED),
        number(*OPEN, band=Band.CHILD),
    )


async def proposals(
    db: AsyncSession, desk: Desk, row: MatchRound, wanted: Wanted, *, now: datetime
) -> tuple[list[Proposed], int]:
    """One page of the pairs, the pinned first, and how many there are on all pages."""
    states = OPEN if row.state is RoundState.DRAFT else (PairState.PUBLISHED,)
    this = and_(col(RoundPair.round_id) == row.id, col(RoundPair.state).in_(states))
    here = [this, remit.pairs_for(desk), *_chosen(wanted)]
    total = (await db.exec(select(func.count()).select_from(RoundPair).where(*here))).one()
    best = col(RoundPair.waited).desc() if wanted.longest_first else col(RoundPair.score).desc()
    found = await db.exec(
        select(RoundPair)
        .where(*here)
        .order_by(col(RoundPair.state) != PairState.PINNED, best, col(RoundPair.id))
        .offset((max(1, wanted.page) - 1) * SHOWN)
        .limit(SHOWN)
    )
    return await with_faces(db, found.all(), now=now), total


async def set_aside(
    db: AsyncSession, desk: Desk, row: MatchRound, state: PairState, *, now: datetime
) -> list[Proposed]:
    """The forbidden pairs of a draft, or those that no longer fit."""
    found = await db.exec(
        select(RoundPair)
        .where(RoundPair.round_id == row.id, RoundPair.state == state, remit.pairs_for(desk))
        .order_by(col(RoundPair.id))
        .limit(SHOWN)
    )
    return await with_faces(db, found.all(), now=now)


async def with_faces(db: AsyncSession, pairs: Sequence[RoundPair], *, now: datetime) -> list[Proposed]:
    ids = {uid for pair in pairs for uid in (pair.low_id, pair.high_id)}
    found = await db.exec(
        select(Resident, Town).join(Town, col(Town.id) == col(Resident.town_id)).where(col(Resident.id).in_(ids))
    )
    faces = {resident.id: face_of(resident, town, now.date()) for resident, town in found.all()}
    return [Proposed(pair, (faces[pair.low_id], faces[pair.high_id])) for pair in pairs]


async def others_in(db: AsyncSession, desk: Desk, shown: Sequence[Proposed]) -> Mapping[str, tuple[str, Town]]:
    """The runners-up of these pairs: by number the first name, which is empty unless this moderator may know it, and
    the town (rules R17, R18)."""
    ids = {UUID(str(one["other"])) for each in shown for one in each.pair.explanation.get("alternatives", [])}
    found = await db.exec(
        select(Resident.id, Town, Resident.first_name, remit.person_for(desk))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(col(Resident.id).in_(ids))
    )
    return {str(uid): (name if may_know else "", town) for uid, town, name, may_know in found.all()}


async def alone(db: AsyncSession, desk: Desk, row: MatchRound, *, now: datetime) -> list[Alone]:
    """Everybody of the own towns who got nobody, still waits, and whom this moderator may judge; the longest
    wait first."""
    return await _left(db, desk, row.unmatched, row.helps, now=now)


async def wish_for_more(db: AsyncSession, desk: Desk, row: MatchRound, *, now: datetime) -> list[Alone]:
    """The same for those who have friends, wished for one more, and got none."""
    return await _left(db, desk, row.one_more, {}, now=now)


async def _left(
    db: AsyncSession, desk: Desk, codes: Mapping[str, Any], helps: Mapping[str, Any], *, now: datetime
) -> list[Alone]:
    found = await db.exec(
        select(Resident, Town)
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(col(Resident.waiting_since).is_not(None), remit.person_for(desk))
        .order_by(col(Resident.waiting_since), col(Resident.id))
    )
    return [
        Alone(
            face_of(resident, town, now.date()),
            str(codes[str(resident.id)]),
            tuple(str(code) for code in helps.get(str(resident.id), ())),
        )
        for resident, town in found.all()
        if str(resident.id) in codes
    ]


async def sheet(db: AsyncSession, desk: Desk, row: MatchRound) -> tuple[Shortage, dict[str, Town]]:
    """The shortage of the own towns and of their twins, in numbers, and the towns by short name."""
    towns = {town.id: town for town in await db.exec(select(Town))}
    twins: dict[str, set[str]] = {}
    for link in await world.links_of(db, towns):
        twins.setdefault(link.a, set()).add(link.b)
        twins.setdefault(link.b, set()).add(link.a)
    own = {town.slug for town in towns.values() if town.association_id == desk.moderator.association_id}
    waiting = [Group(str(town), int(ages), str(language), int(many)) for town, ages, language, many in row.shortage]
    return shortage(waiting, twins, own), {town.slug: town for town in towns.values()}


async def towns_in(db: AsyncSession, desk: Desk, row: MatchRound) -> list[Town]:
    """The towns that have a part in pairs of this draft, for the filter."""
    low = select(RoundPair.low_id).where(RoundPair.round_id == row.id, remit.pairs_for(desk))
    high = select(RoundPair.high_id).where(RoundPair.round_id == row.id, remit.pairs_for(desk))
    home = select(Resident.town_id).where(or_(col(Resident.id).in_(low), col(Resident.id).in_(high)))
    return list(await db.exec(select(Town).where(col(Town.id).in_(home)).order_by(col(Town.name))))


def _visible(desk: Desk) -> ColumnElement[bool]:
    """Own rounds; of the batches those that have ended well, and whatever runs."""
    batch = and_(col(MatchRound.association_id).is_(None), col(MatchRound.state) != RoundState.FAILED)
    return or_(col(MatchRound.association_id) == desk.moderator.association_id, batch)


def _chosen(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.town:
        home = select(Resident.id).join(Town, col(Town.id) == col(Resident.town_id)).where(Town.slug == wanted.town)
        conditions.append(or_(col(RoundPair.low_id).in_(home), col(RoundPair.high_id).in_(home)))
    if wanted.band in set(Band):
        conditions.append(col(RoundPair.band) == Band(wanted.band))
    if wanted.twins_of_twins:
        conditions.append(col(RoundPair.twin_of_twin).is_(True))
    return conditions
