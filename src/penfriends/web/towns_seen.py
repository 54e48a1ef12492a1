"""What may everybody know of a town: its links, who runs it, and how many wait there? Never who they are (rule R20)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.consent import children_open, lead_of
from penfriends.errors import NotFound
from penfriends.models.moderation import Moderator
from penfriends.models.places import Association, LinkState, Town, TwinLink
from penfriends.models.residents import Resident, ResidentState
from penfriends.rules.bands import Band
from penfriends.rules.town_names import is_named, means
from penfriends.web.assets import MapTown
from penfriends.web.respond import country_name, town_name

FEW = 5
"""Counts below this are shown as "a few": a single person must not be seen in a number."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait in a town; `bands` only where there are enough to hide in."""

    count: int
    bands: frozenset[str]

    @property
    def few(self) -> bool:
        return 0 < self.count < FEW


@dataclass(frozen=True, slots=True)
class Twin:
    """A twin of the town on the page."""

    town: Town
    link: TwinLink
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class SeenTown:
    """Everything that a town's page shows."""

    town: Town
    association: Association | None
    lead: Moderator | None
    children: bool
    twins: list[Twin]

    @property
    def open(self) -> bool:
        return self.association is not None and not self.town.paused_reason


NOBODY = Waiting(0, frozenset())


async def every_town(db: AsyncSession) -> list[Town]:
    """All towns, by their names in the reader's language."""
    return sorted(await db.exec(select(Town)), key=lambda town: town_name(town).casefold())


def found_by(typed: str, towns: Sequence[Town]) -> list[Town]:
    """The towns that somebody may mean; the one that is called exactly so alone."""
    exact = [town for town in towns if is_named(typed, names_of(town))]
    return exact or [town for town in towns if means(typed, names_of(town))]


def names_of(town: Town) -> list[str]:
    """Every name that a town goes by."""
    return [town.name, *town.names.values(), town.slug]


def by_country(towns: Iterable[Town]) -> list[tuple[str, list[Town]]]:
    """Names of countries in the reader's language with their towns."""
    made: dict[str, list[Town]] = defaultdict(list)
    for town in towns:
        made[country_name(town.country)].append(town)
    return sorted(made.items())


def on_map(town: Town) -> MapTown:
    return MapTown(town_name(town), town.latitude, town.longitude)


async def seen(db: AsyncSession, slug: str) -> SeenTown:
    """A town as its page shows it. Raises NotFound."""
    town = (await db.exec(select(Town).where(Town.slug == slug))).first()
    if town is None:
        raise NotFound
    association = await db.get(Association, town.association_id) if town.association_id else None
    return SeenTown(
        town, association, await lead_of(db, town.id), await children_open(db, town.id), await _twins(db, town)
    )


async def _twins(db: AsyncSession, town: Town) -> list[Twin]:
    found = await db.exec(
        select(TwinLink, Town)
        .join(Town, or_(col(Town.id) == col(TwinLink.low_id), col(Town.id) == col(TwinLink.high_id)))
        .where(
            or_(TwinLink.low_id == town.id, TwinLink.high_id == town.id),
            Town.id != town.id,
            TwinLink.state != LinkState.ENDED,
        )
    )
    rows = found.all()
    waiting = await _waiting(db, [other.id for _link, other in rows])
    twins = [Twin(other, link, waiting.get(other.id, NOBODY)) for link, other in rows]
    return sorted(twins, key=lambda twin: (twin.link.state is LinkState.RESTING, town_name(twin.town).casefold()))


async def _waiting(db: AsyncSession, town_ids: Sequence[UUID]) -> dict[UUID, Waiting]:
    found = await db.exec(
        select(Resident.town_id, Resident.band, func.count())
        .where(
            col(Resident.town_id).in_(town_ids),
            Resident.state == ResidentState.ACTIVE,
            col(Resident.waiting_since).is_not(None),
        )
        .group_by(col(Resident.town_id), col(Resident.band))
    )
    counts: dict[UUID, Counter[Band]] = defaultdict(Counter)
    for town_id, band, number in found.all():
        counts[town_id][Band(band)] = number
    return {town_id: _shown(bands) for town_id, bands in counts.items()}


def _shown(bands: Counter[Band]) -> Waiting:
    """Which bands wait is said only of those with enough people in them."""
    return Waiting(bands.total(), frozenset(str(band.value) for band, number in bands.items() if number >= FEW))


async def associations(db: AsyncSession) -> list[tuple[Association, list[Town]]]:
    """Every association that looks after a town, with its towns."""
    found = await db.exec(
        select(Association, Town)
        .join(Town, col(Town.association_id) == col(Association.id))
        .order_by(col(Association.name), col(Town.name))
    )
    rows = found.all()
    made = {one.id: (one, [town for other, town in rows if other.id == one.id]) for one, _town in rows}
    return list(made.values())
