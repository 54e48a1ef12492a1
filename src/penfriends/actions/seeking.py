"""Which of those who wait could come into question for one person? Reads few columns of few rows, by indices.

The towns are known first, then one statement asks for everybody there of the band and about the age; the exact rules
are left to `rules.newcomer`. Statements are put together once, and a `Key` is an id as the database writes it, text on
SQLite, because the preview has ten milliseconds, and to make thousands of UUIDs would take them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.consents import CONSENT, HOLDS
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant, ParticipantState
from penfriends.models.matching import Block, Match, MatchSide, MatchState
from penfriends.models.moderation import Moderator, Role
from penfriends.models.places import Association, LinkState, Town, TwinLink
from penfriends.models.residents import Resident, ResidentInterest, ResidentLanguage, ResidentState
from penfriends.models.untouched import AsItIs, among, halves_of, raw, shares_bits, table
from penfriends.rules import gist
from penfriends.rules.bands import Band, Birth, age_on
from penfriends.rules.matching import Level, LinkKind, Medium, friends_allowed
from penfriends.rules.newcomer_rows import Key, years_around
from penfriends.rules.weights import STANDARD, Weights, kept


@dataclass(frozen=True, slots=True)
class Seeking:
    """The person for whom somebody is sought, and what their own association allows."""

    id: Key
    town_id: Key
    band: Band
    birth: Birth
    paper: bool
    wished_town_id: Key | None
    household_id: Key | None
    gist: bytes
    waiting_since: datetime | None
    allows_far: bool
    association_allows_far: bool


async def seeking(db: AsyncSession, resident_id: UUID) -> Seeking | None:
    """The person, if they take part and wait."""
    row: Any = (await db.exec(_ME, params={"me": resident_id})).first()
    if row is None:
        return None
    bits = row.gist if gist.is_current(row.gist) else (await packed(db, [resident_id]))[resident_id]
    return Seeking(
        id=row.id,
        town_id=row.town_id,
        band=row.band,
        birth=Birth(row.birth_year, row.birth_on),
        paper=row.medium is Medium.PAPER,
        wished_town_id=row.wished_town_id,
        household_id=row.household_id,
        gist=bits,
        waiting_since=row.waiting_since,
        allows_far=row.twin_of_twin,
        association_allows_far=bool(row.association_allows_far),
    )


async def around(db: AsyncSession, me: Seeking) -> tuple[Mapping[Key, LinkKind], Collection[Key]]:
    """The twin towns, whether people may be matched there now or not; and everybody who is never proposed to this
    person."""
    found: Any = (await db.exec(_AROUND, params={"my_town": me.town_id, "me": me.id})).all()
    links = [one for one in found if one.kind is not None]
    strongest = sorted(links, key=lambda one: -list(LinkKind).index(one.kind))
    twins = {one.high_id if one.low_id == me.town_id else one.low_id: one.kind for one in strongest}
    never = {one.high_id if one.low_id == me.id else one.low_id for one in found if one.kind is None}
    return twins, never


async def open_towns(db: AsyncSession, towns: Collection[Key], band: Band) -> dict[Key, Weights]:
    """Of these towns, those where people are matched, with the weights that count there: looked after, not paused, for
    children with a safeguarding lead and a deputy (rule R46)."""
    found: Any = (await db.exec(_OPEN[band, False], params={"towns": list(towns)})).all()
    return {one.id: kept(one.weights) if one.weights else STANDARD for one in found}


async def open_beyond(db: AsyncSession, me: Seeking, twins: Collection[Key]) -> dict[Key, Weights]:
    """The same of the person's own town and of the twin towns of its twin towns that are not twins themselves, where
    friends may come from a twin town of a twin town."""
    told = {"towns": list(twins), "my_town": me.town_id}
    found: Any = (await db.exec(_OPEN[me.band, True], params=told)).all()
    return {one.id: kept(one.weights) if one.weights else STANDARD for one in found if one.id not in twins}


async def waiting(
    db: AsyncSession, me: Seeking, towns: Collection[Key], *, far: bool, counted: bool, now: datetime
) -> Sequence[Any]:
    """Rows of everybody in these towns who waits, is of the band and about the age, writes in the same way, lives
    elsewhere and, where that is known, has a language in common: id, town_id, birth_year, birth_on, capacity, wish (as
    in `Others`), gist; with `counted` also friends and pending, and only children with a valid yes."""
    low, high = years_around(me.birth, now.date())
    spoken = halves_of(gist.written(me.gist))
    if not spoken:
        return []
    told = {
        "me": me.id,
        "my_town": me.town_id,
        "home": me.household_id or me.id,  # nobody lives in a home with the id of a person
        "towns": list(towns),
        "low": low,
        "high": high,
        "now": now,
        **{f"spoken{half}": bits for half, bits in spoken.items()},
    }
    wanted = _waiting(me.band, tuple(spoken), paper=me.paper, far=far, counted=counted)
    rows: Sequence[Any] = (await db.exec(wanted, params=told)).all()
    return rows


async def taken(db: AsyncSession, residents: Sequence[Key], band: Band, *, now: datetime) -> dict[Key, int]:
    """Of each, how many places are taken by friends and proposals; a child whose guardian's yes is not valid is not in
    it. The rows of the people are not opened: they lie far apart."""
    found: Any = (await db.exec(_TAKEN, params={"residents": list(residents), "now": now})).all()
    allowed = {one.id for one in found if one.kind == "consented"} if band is Band.CHILD else set(residents)
    numbers = Counter({one: 0 for one in allowed})
    for one in found:
        if one.kind != "consented" and one.id in allowed:
            numbers[one.id] += one.number
    return dict(numbers)


def places(row: Any, today: date) -> int:
    """How many friends somebody who waits wished for and rule R19 allows."""
    return min(int(row.capacity), friends_allowed(age_on(Birth(row.birth_year, row.birth_on), today)))


def has_room(row: Any, today: date) -> bool:
    """Whether somebody whose friends and proposals were counted has a place left. Whoever waits may have one friend."""
    taken: int = row.friends + row.pending
    return taken == 0 or places(row, today) > taken


async def packed(db: AsyncSession, residents: Sequence[UUID]) -> dict[UUID, bytes]:
    """Gists made of the lists of these people."""
    written = await db.exec(select(ResidentLanguage).where(col(ResidentLanguage.resident_id).in_(residents)))
    liked = await db.exec(select(ResidentInterest).where(col(ResidentInterest.resident_id).in_(residents)))
    levels: dict[UUID, dict[str, Level]] = defaultdict(dict)
    practises: dict[UUID, set[str]] = defaultdict(set)
    likes: dict[UUID, set[str]] = defaultdict(set)
    for spoken in written:
        levels[spoken.resident_id][spoken.code] = spoken.level
        if spoken.practises:
            practises[spoken.resident_id].add(spoken.code)
    for like in liked:
        likes[like.resident_id].add(like.code)
    return {one: gist.pack(levels[one], practises[one], likes[one]) for one in residents}


async def pack_missing(db: AsyncSession, *, limit: int = 500) -> int:
    """Write the gists that are missing or of another release, for workers. Returns how many."""
    current = gist.pack({}, (), ())[:8]
    stale = sa.or_(col(Resident.gist).is_(None), sa.func.substr(col(Resident.gist), 1, 8) != current)
    found = await db.exec(
        select(Resident.id)
        .where(Resident.state == ResidentState.ACTIVE, col(Resident.waiting_since).is_not(None), stale)
        .limit(limit)
    )
    made = await packed(db, list(found))
    for resident_id, bits in made.items():
        await db.exec(sa.update(Resident).where(col(Resident.id) == resident_id).values(gist=bits))
    return len(made)


# --- the statements, on the tables: without objects to make or to watch ---------------------------------------------

_R, _S, _M, _P, _C = (table(one).c for one in (Resident, MatchSide, Match, Participant, Correspondence))
_T, _A, _L, _B, _V = (table(one).c for one in (Town, Association, TwinLink, Block, Moderator))
_PEOPLE: Any = table(Resident)


def _count(*where: Any) -> Any:
    return sa.select(sa.func.count()).where(*where).correlate(_PEOPLE).scalar_subquery()


_GOES_ON = (
    _C.id == _P.correspondence_id,
    _C.state != CorrespondenceState.ENDED,
    _P.state != ParticipantState.LEFT,
    _C.match_id.is_not(None),
)
# Not a join: whoever has few rows here should not be looked for among all matches that wait for somebody.
_STANDS = (
    sa.exists(sa.select(_M.id).where(_M.id == _S.match_id, _M.state.in_((MatchState.PROPOSED, MatchState.APPROVED)))),
)
_FRIENDS: Any = _count(_P.resident_id == _R.id, *_GOES_ON).label("friends")
_PENDING: Any = _count(_S.resident_id == _R.id, *_STANDS).label("pending")
_CONSENTED: Any = sa.exists(sa.select(CONSENT.id).where(CONSENT.resident_id == _R.id, *HOLDS)).correlate(_PEOPLE)
_ME_KEY: Any = sa.bindparam("me", type_=AsItIs())


_STALE: Any = sa.or_(
    _R.gist.is_(None), sa.func.substr(_R.gist, 1, 8) != gist.FRESH, sa.func.length(_R.gist) != gist.SIZE
)


@cache
def _waiting(band: Band, spoken: tuple[int, ...], *, paper: bool, far: bool, counted: bool) -> Any:
    counts = (_FRIENDS, _PENDING) if counted else ()
    home, town = sa.bindparam("home", type_=AsItIs()), sa.bindparam("my_town", type_=AsItIs())
    wish = sa.case((_R.wished_town_id.is_(None), 1), (_R.wished_town_id == town, 2), else_=0).label("wish")
    wanted = sa.select(
        raw(_R.id), raw(_R.town_id), _R.birth_year, _R.birth_on, _R.capacity, wish, raw(_R.gist), *counts
    ).where(
        _R.state == ResidentState.ACTIVE,
        _R.band == band,
        among(_R.town_id, "towns"),
        _R.birth_year.between(sa.bindparam("low"), sa.bindparam("high")),
        _R.waiting_since.is_not(None),
        _R.id != _ME_KEY,
        _R.medium == Medium.PAPER if paper else _R.medium != Medium.PAPER,
        _R.household_id.is_distinct_from(home),
        sa.or_(shares_bits(_R.gist, gist.WRITTEN_FROM, spoken, "spoken"), _STALE),
    )
    if far:
        wanted = wanted.where(_R.twin_of_twin.is_(sa.true()))
    return wanted.where(_CONSENTED) if band is Band.CHILD and counted else wanted


def _open(band: Band, *, beyond: bool) -> Any:
    wanted = sa.select(raw(_T.id), _A.weights).where(_A.id == _T.association_id, _T.paused_reason.is_(None))
    if beyond:
        ends = ((_L.low_id, _L.high_id), (_L.high_id, _L.low_id))
        linked = (sa.select(there).where(among(here, "towns"), _L.state == LinkState.ACTIVE) for here, there in ends)
        near = sa.union_all(*linked, sa.select(sa.bindparam("my_town", type_=AsItIs())))
        wanted = wanted.where(_T.id.in_(near), _A.twin_of_twin.is_(sa.true()))
    else:
        wanted = wanted.where(among(_T.id, "towns"))
    if band is Band.CHILD:
        for role in (Role.LEAD, Role.DEPUTY):
            staff = sa.select(_V.id).where(_V.association_id == _A.id, _V.role == role, _V.active.is_(sa.true()))
            wanted = wanted.where(sa.exists(staff))
    return wanted


_OPEN: Mapping[tuple[Band, bool], Any] = {
    (band, beyond): _open(band, beyond=beyond) for band in Band for beyond in (False, True)
}
_ME: Any = sa.select(
    *map(raw, (_R.id, _R.town_id, _R.wished_town_id, _R.household_id)), _R.band, _R.birth_year, _R.birth_on, _R.medium,
    _R.gist, _R.waiting_since, _R.twin_of_twin, _A.twin_of_twin.label("association_allows_far"),
).where(
    _R.id == sa.bindparam("me", type_=sa.Uuid()), _T.id == _R.town_id, _A.id == _T.association_id,
    _R.state == ResidentState.ACTIVE, _R.waiting_since.is_not(None),
)  # fmt: skip
_MY_TOWN: Any = sa.bindparam("my_town", type_=AsItIs())
_AROUND: Any = sa.union_all(
    *(
        sa.select(raw(_L.low_id), raw(_L.high_id), _L.kind).where(end == _MY_TOWN, _L.state == LinkState.ACTIVE)
        for end in (_L.low_id, _L.high_id)
    ),
    *(
        sa.select(raw(_B.low_id), raw(_B.high_id), sa.null().label("kind")).where(end == _ME_KEY)
        for end in (_B.low_id, _B.high_id)
    ),
)
_TAKEN: Any = sa.union_all(
    sa.select(raw(_P.resident_id).label("id"), sa.literal("friends").label("kind"), sa.func.count().label("number"))
    .where(among(_P.resident_id, "residents"), *_GOES_ON)
    .group_by(_P.resident_id),
    sa.select(raw(_S.resident_id), sa.literal("pending"), sa.func.count())
    .where(among(_S.resident_id, "residents"), *_STANDS)
    .group_by(_S.resident_id),
    sa.select(raw(CONSENT.resident_id), sa.literal("consented"), sa.literal(0)).where(
        among(CONSENT.resident_id, "residents"), *HOLDS
    ),
)
