"""How many pen friends could there be for somebody who waits, and in which towns? Never who.

The same rules and points as a round, over what is in the database at this moment. Whether somebody is really proposed
is decided in the round, for everybody at once.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import seeking
from penfriends.actions.seeking import Seeking
from penfriends.models.places import Town
from penfriends.rules import gist
from penfriends.rules.bands import Band
from penfriends.rules.matching import LinkKind
from penfriends.rules.newcomer_rows import Key, Me, Others, Reached
from penfriends.rules.weights import Weights, between

BEST = 10
LOOKED_AT = 24
OPEN_AFTER = timedelta(days=28)
FEW = 3
"""Twin towns of the twin towns are looked at after four weeks, or at once where fewer than three are nearer."""


Reach = Mapping[Key, Reached]
"""The towns where somebody may be found."""
_Scored = tuple[int, Any]
"""The score of a row of `seeking.waiting`."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Somebody who could fit, where they live (as the database writes it), the score of the two, and how many friends
    they may have in all."""

    resident_id: Key
    town_id: Key
    score: int
    places: int


@dataclass(frozen=True, slots=True)
class Preview:
    """How many could fit in which towns, the town with most of them first; `best` are the highest scores."""

    total: int
    towns: tuple[tuple[Town, int], ...]
    best: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Around:
    """What is asked once for a person, however far is looked."""

    me: Seeking
    twins: Mapping[Key, LinkKind]
    never: Collection[Key]

    @property
    def allows_far(self) -> bool:
        return self.me.allows_far and self.me.association_allows_far


async def best(db: AsyncSession, resident_id: UUID, *, most: int = BEST, now: datetime) -> list[Fit]:
    """Who would fit best, the best first: for the service itself, and for nobody to see."""
    around = await _around(db, resident_id)
    if around is None:
        return []
    found = await _fitting(db, around, await _near(db, around), counted=False, now=now)
    if len(found) < FEW and around.allows_far:
        found += await _fitting(db, around, await _far(db, around), counted=False, far=True, now=now)
    found.sort(key=lambda one: (-one[0], str(one[1].id)))
    return await _with_room(db, found, around.me.band, most, now=now)


async def preview(db: AsyncSession, resident_id: UUID, *, now: datetime) -> Preview | None:
    """The numbers for one person; None for somebody who does not take part or does not wait."""
    around = await _around(db, resident_id)
    if around is None:
        return None
    found = await _fitting(db, around, await _near(db, around), counted=True, now=now)
    since = around.me.waiting_since
    patient = since is not None and now - since >= OPEN_AFTER
    if around.allows_far and (patient or len(found) < FEW):
        found += await _fitting(db, around, await _far(db, around), counted=True, far=True, now=now)
    return await _summed(db, found)


async def further_away(db: AsyncSession, resident_id: UUID, *, now: datetime) -> Preview | None:
    """The numbers for twin towns of the twin towns, for somebody who has not allowed them yet and could."""
    around = await _around(db, resident_id)
    if around is None or around.me.allows_far or not around.me.association_allows_far:
        return None
    return await _summed(db, await _fitting(db, around, await _far(db, around), counted=True, far=True, now=now))


async def _around(db: AsyncSession, resident_id: UUID) -> _Around | None:
    me = await seeking.seeking(db, resident_id)
    if me is None:
        return None
    return _Around(me, *await seeking.around(db, me))


async def _near(db: AsyncSession, around: _Around) -> Reach:
    me, twins = around.me, around.twins
    return _reached(me, twins, await seeking.open_towns(db, {*twins, me.town_id}, me.band))


async def _far(db: AsyncSession, around: _Around) -> Reach:
    usable = await seeking.open_beyond(db, around.me, around.twins.keys())
    return _reached(around.me, dict.fromkeys(usable.keys() - {around.me.town_id}), usable)


def _reached(me: Seeking, kinds: Mapping[Key, LinkKind | None], usable: Mapping[Key, Weights]) -> Reach:
    if me.town_id not in usable:
        return {}
    mine = usable[me.town_id]
    return {town: Reached(kind, between(mine, usable[town])) for town, kind in kinds.items() if town in usable}


async def _fitting(
    db: AsyncSession, around: _Around, reach: Reach, *, counted: bool, far: bool = False, now: datetime
) -> list[_Scored]:
    """Everybody in these towns against whom no rule speaks; places are looked at only where they were `counted`."""
    from penfriends.rules.newcomer import judge  # its numbers are heavy: loaded with the first question

    me = around.me
    rows = await seeking.waiting(db, me, reach, far=far, counted=counted, now=now) if reach else []
    if not rows:
        return []
    mine = Me(me.birth, me.band, me.town_id, me.wished_town_id, me.gist)
    fits, scores = judge(mine, await _columns(db, rows), reach, now.date())
    which = fits.nonzero()[0]
    found = zip(scores[which].tolist(), (rows[place] for place in which.tolist()), strict=True)
    today, never = now.date(), around.never
    return [one for one in found if one[1].id not in never and (not counted or seeking.has_room(one[1], today))]


async def _columns(db: AsyncSession, rows: Sequence[Any]) -> Others:
    """The rows as columns; whose gist is missing or old is read from their lists."""
    _ids, town, year, born, _capacity, wish, gists, *_counts = zip(*rows, strict=True)
    if stale := [rows[place].id for place in gist.stale(gists)]:
        fresh = await seeking.packed(db, [UUID(str(one)) for one in stale])
        made = dict(zip(stale, fresh.values(), strict=True))
        gists = tuple(made.get(one.id, one.gist) for one in rows)
    return Others(year, born, town, wish, gists)


async def _with_room(db: AsyncSession, ranked: Sequence[_Scored], band: Band, most: int, *, now: datetime) -> list[Fit]:
    """The first `most` of these who have a place left: few at the top are asked for, not everybody."""
    kept: list[Fit] = []
    for start in range(0, len(ranked), LOOKED_AT):
        some = ranked[start : start + LOOKED_AT]
        taken = await seeking.taken(db, [row.id for _, row in some], band, now=now)
        fits = (Fit(row.id, row.town_id, score, seeking.places(row, now.date())) for score, row in some)
        kept += [one for one in fits if one.places > taken.get(one.resident_id, one.places)]
        if len(kept) >= most:
            break
    return kept[:most]


async def _summed(db: AsyncSession, found: Sequence[_Scored]) -> Preview:
    numbers = Counter(UUID(str(one)) for one in (row.town_id for _, row in found))
    towns = list(await db.exec(select(Town).where(col(Town.id).in_(numbers)))) if numbers else []
    in_order = sorted(towns, key=lambda one: (-numbers[one.id], one.name))
    points = sorted((score for score, _ in found), reverse=True)[:BEST]
    return Preview(len(found), tuple((one, numbers[one.id]) for one in in_order), tuple(points))
