"""Who waits for a pen friend? Read in slices and without objects of the database, for a hundred thousand people.

A slice holds five thousand residents; their languages and interests come put together by the database, one row a
person. What is kept is a `Seeker` each.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.places import Town
from penfriends.models.residents import (
    Consent,
    ConsentState,
    Resident,
    ResidentInterest,
    ResidentLanguage,
    ResidentState,
)
from penfriends.rules.bands import Band, Birth, age_on
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level, Medium, Seeker, friends_allowed

AT_ONCE = 5000
DIGITAL, ON_PAPER = frozenset({Medium.WEB, Medium.EMAIL}), frozenset({Medium.PAPER})
_CODES = {code: code for code in INTERESTS}


def _table(kind: type[SQLModel]) -> Any:
    return cast(Any, sa.inspect(kind)).local_table.c


_R, _L, _I, _C = (_table(one) for one in (Resident, ResidentLanguage, ResidentInterest, Consent))


async def seekers(
    db: AsyncSession,
    towns: Mapping[UUID, Town],
    friends: Mapping[UUID, int],
    pending: Mapping[UUID, int],
    allowed: tuple[frozenset[UUID], frozenset[UUID | None]],
    *,
    now: datetime,
) -> list[Seeker]:
    """Everybody who may be matched and has a place left. `allowed`: the associations that may have children (R46), and
    those that let friends come from the twin towns of twin towns."""
    guarded, far = allowed
    consented = await _consented(db, now=now)
    today = now.date()
    found: list[Seeker] = []
    async for rows, languages, interests in _slices(db):
        for row in rows:
            town = towns[row.town_id]
            if town.association_id is None or town.paused_reason:
                continue
            if row.band is Band.CHILD and (town.association_id not in guarded or row.id not in consented):
                continue
            has = languages.get(row.id, "")
            seeker = seeker_of(
                row,
                towns,
                (*written(has), liked(interests.get(row.id, "").split(","))),
                (friends.get(row.id, 0), pending.get(row.id, 0)),
                far,
                today,
            )
            if seeker.capacity_left > 0:
                found.append(seeker)
    return found


def seeker_of(
    row: Any,
    towns: Mapping[UUID, Town],
    writes: tuple[Mapping[str, Level], frozenset[str], frozenset[str]],
    count: tuple[int, int],
    far: frozenset[UUID | None],
    today: date,
) -> Seeker:
    """What the rules know of a resident. `writes`: levels, what is to be practised, interests; `count`: friends, and
    proposals that are still open."""
    birth = Birth(row.birth_year, row.birth_on)
    friends, pending = count
    since = row.waiting_since.date() if row.waiting_since else today
    return Seeker(
        uid=row.id,
        town=towns[row.town_id].slug,
        band=row.band,
        birth=birth,
        languages=writes[0],
        practises=writes[1],
        interests=writes[2],
        media=ON_PAPER if row.medium is Medium.PAPER else DIGITAL,
        wished_town=towns[row.wished_town_id].slug if row.wished_town_id else None,
        waiting_days=max(0, (today - since).days),
        capacity_left=max(0, min(row.capacity, friends_allowed(age_on(birth, today))) - friends - pending),
        household=row.household_id,
        open_to_twin_of_twin=row.twin_of_twin and towns[row.town_id].association_id in far,
        friends=friends,
    )


@lru_cache(maxsize=10_000)
def written(text: str) -> tuple[Mapping[str, Level], frozenset[str]]:
    """Levels and what is to be practised, out of "de first 0,en well 1". The same for all who write the same."""
    parts = [part.split(" ") for part in sorted(text.split(",")) if part]
    return {code: Level(level) for code, level, _ in parts}, frozenset(code for code, _, wish in parts if wish == "1")


def liked(codes: Iterable[str]) -> frozenset[str]:
    """Interests, with one text for each code however many people like it."""
    return frozenset(_CODES.get(code, code) for code in codes if code)


async def _slices(db: AsyncSession) -> AsyncIterator[tuple[Any, dict[UUID, str], dict[UUID, str]]]:
    after: UUID | None = None
    while True:
        start = () if after is None else (_R.id > after,)
        found = await db.exec(cast(Any, _WAITING.where(*start)))
        rows: Any = found.all()
        if rows:
            within = {"first": rows[0].id, "last": rows[-1].id}
            languages: Any = (await db.exec(cast(Any, _LANGUAGES), params=within)).all()
            interests: Any = (await db.exec(cast(Any, _INTERESTS), params=within)).all()
            yield rows, dict(tuple(one) for one in languages), dict(tuple(one) for one in interests)
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].id


async def _consented(db: AsyncSession, *, now: datetime) -> frozenset[UUID]:
    """The children whose newest consent is a yes that has not run out (rules R07 to R11)."""
    found = await db.exec(
        select(Consent.resident_id, Consent.state, Consent.expires_at).order_by(col(Consent.asked_at), col(Consent.id))
    )
    newest = {resident_id: (state, expires_at) for resident_id, state, expires_at in found.all()}
    return frozenset(
        resident_id
        for resident_id, (state, until) in newest.items()
        if state is ConsentState.GIVEN and until is not None and until > now
    )


_WITHIN = sa.bindparam("first", type_=sa.Uuid()), sa.bindparam("last", type_=sa.Uuid())
_WAITING: Any = (
    sa.select(
        _R.id, _R.band, _R.town_id, _R.birth_year, _R.birth_on, _R.capacity, _R.medium, _R.wished_town_id,
        _R.waiting_since, _R.household_id, _R.twin_of_twin,
    )
    .where(_R.state == ResidentState.ACTIVE, _R.waiting_since.is_not(None))
    .order_by(_R.id)
    .limit(AT_ONCE)
)  # fmt: skip
_PRACTISES: Any = sa.case((_L.practises.is_(sa.true()), "1"), else_="0")
_LANGUAGES: Any = (
    sa.select(
        _L.resident_id,
        sa.func.aggregate_strings(_L.code + " " + sa.cast(_L.level, sa.String) + " " + _PRACTISES, ","),
    )
    .where(_L.resident_id.between(*_WITHIN))
    .group_by(_L.resident_id)
)
_INTERESTS: Any = (
    sa.select(_I.resident_id, sa.func.aggregate_strings(_I.code, ","))
    .where(_I.resident_id.between(*_WITHIN))
    .group_by(_I.resident_id)
)


async def of_some(
    db: AsyncSession, ids: list[UUID]
) -> tuple[Mapping[UUID, tuple[Mapping[str, Level], frozenset[str]]], Mapping[UUID, frozenset[str]]]:
    """Languages and interests of a few people, whether they wait or not."""
    levels: dict[UUID, dict[str, Level]] = defaultdict(dict)
    practises: dict[UUID, set[str]] = defaultdict(set)
    spoken = select(ResidentLanguage).where(col(ResidentLanguage.resident_id).in_(ids))
    for row in await db.exec(spoken.order_by(col(ResidentLanguage.code))):
        levels[row.resident_id][row.code] = row.level
        if row.practises:
            practises[row.resident_id].add(row.code)
    likes: dict[UUID, list[str]] = defaultdict(list)
    found = await db.exec(
        select(ResidentInterest.resident_id, ResidentInterest.code).where(col(ResidentInterest.resident_id).in_(ids))
    )
    for resident_id, code in found.all():
        likes[resident_id].append(code)
    return {one: (levels[one], frozenset(practises[one])) for one in ids}, {one: liked(likes[one]) for one in ids}
