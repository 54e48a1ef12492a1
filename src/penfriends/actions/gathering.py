"""Who waits for a pen friend? Read in slices into columns, for a hundred thousand people and more.

A slice holds some thousand residents with their languages and interests. Ids and words stay as the database writes
them until they are numbers: nobody becomes an object here.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.seekers import DIGITAL, ON_PAPER
from penfriends.models.consents import CONSENT, HOLDS
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentInterest, ResidentLanguage, ResidentState
from penfriends.models.untouched import AsItIs, raw, table
from penfriends.rules import crowd, seeker_rows
from penfriends.rules.bands import ADULT_AGE, Band
from penfriends.rules.crowd import LEVELS, NO_WISH, WORD, Bools, Column, People, Surroundings
from penfriends.rules.gathered import Gathered, joined
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level, Medium, friends_allowed
from penfriends.rules.newcomer_rows import Key

AT_ONCE = 10_000
UNLISTED = 1
"""How rare an interest counts that is no longer on the list."""
_BANDS = {band.value: number for number, band in enumerate(Band)}
_BITS = {one: sum(map(crowd.medium_bit, ON_PAPER if one is Medium.PAPER else DIGITAL)) for one in Medium}
_MEDIA = {one.value: bits for one, bits in _BITS.items()}
_ALLOWED = np.array([friends_allowed(years) for years in range(ADULT_AGE + 1)])


@dataclass(frozen=True, slots=True)
class Ground:
    """What decides who may take part, beside their own rows: all towns in the order of their slugs; the associations
    that may have children (rule R46), and those that let friends come from the twin towns of twin towns; how many
    friends and open proposals somebody has, by ids as the database writes them."""

    towns: Sequence[Town]
    guarded: frozenset[UUID]
    far: frozenset[UUID | None]
    friends: Mapping[Key, int]
    pending: Mapping[Key, int]


async def gathered(db: AsyncSession, ground: Ground, *, now: datetime) -> Gathered:
    """Everybody who may be matched and has a place left, in the order of their ids. Raises ValueError for more than 64
    languages."""
    consented: Any = await db.exec(_CONSENTED, params={"now": now})
    reader = _Reader(ground, frozenset(consented.scalars()), now.date())
    async for rows, languages, interests in _slices(db):
        reader.take(rows, languages, interests)
    return reader.all()


class _Numbered(dict[str, int]):
    """The bit of each word, given when it is first seen."""

    def __init__(self, known: Mapping[str, int], following: int) -> None:
        super().__init__(known)
        self._following = following
        self.new: list[str] = []

    def __missing__(self, word: str) -> int:
        bit = self[word] = 1 << self._following + len(self.new)
        self.new.append(word)
        return bit


@dataclass(slots=True)
class _Reader:
    """Turns rows into columns, slice by slice."""

    ground: Ground
    consented: frozenset[Key]
    today: date
    around: Surroundings = field(init=False)
    _town: dict[Key, int] = field(init=False)
    _homes: dict[Key, int] = field(init=False, default_factory=dict)
    _languages: _Numbered = field(init=False)
    _interests: _Numbered = field(init=False)
    _parts: list[People] = field(init=False, default_factory=list)
    _liked: list[int] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        towns, listed = self.ground.towns, {code: one.rarity for code, one in INTERESTS.items()}
        self.around = crowd.surroundings_of([town.slug for town in towns], (), (), listed, {})
        self._town = {key: n for n, town in enumerate(towns) for key in (town.id, town.id.hex)}
        words = self.around.interests
        known = {code: 1 << word * WORD + n for word, codes in enumerate(words) for n, code in enumerate(codes)}
        self._interests, self._languages = _Numbered(known, len(words) * WORD), _Numbered({}, 0)

    def take(self, rows: Sequence[Any], languages: Iterable[Any], interests: Iterable[Any]) -> None:
        """One slice: people, their languages (id, code, level, whether to be practised), their interests (id, codes)"""
        people, ids = self._people(rows, languages), [row[0] for row in rows]
        kept = np.flatnonzero(self._may(people, ids))
        likes, bit = dict(map(tuple, interests)), self._interests.__getitem__
        self._liked += [sum(map(bit, filter(None, likes.get(ids[row], "").split(",")))) for row in kept.tolist()]
        self._parts.append(people.only(kept))

    def all(self) -> Gathered:
        """Everybody of all slices."""
        new, width = self._interests.new, len(self.around.interests)
        words = tuple(tuple(new[start : start + WORD]) for start in range(0, len(new), WORD))
        around = replace(
            self.around,
            languages=tuple(self._languages.new),
            interests=(*self.around.interests, *words),
            rarity={**self.around.rarity, **dict.fromkeys(new, UNLISTED)},
        )
        people = joined([seeker_rows.people_of((), self.around), *self._parts])
        return Gathered(replace(people, interests=_words(self._liked, width + len(words))), around)

    def _people(self, rows: Sequence[Any], languages: Iterable[Any]) -> People:
        ids, bands, towns, years, births, capacity, media, wishes, since, homes, allows = zip(*rows, strict=True)
        writes, today = self._writes(ids, languages), self.today.toordinal()
        town = np.array([self._town[key] for key in towns], dtype=np.int32)
        friends = np.array([self.ground.friends.get(key, 0) for key in ids], dtype=np.int32)
        pending = np.array([self.ground.pending.get(key, 0) for key in ids], dtype=np.int32)
        home = self._homes
        found = People(
            uid=_halves(ids),
            band=np.array([_BANDS[band] for band in bands], dtype=np.int8),
            town=town,
            year=np.array(years, dtype=np.int32),
            month=np.array([1 if born is None else born.month for born in births], dtype=np.int32),
            day=np.array([0 if born is None else born.day for born in births], dtype=np.int32),
            written=writes[:, : len(LEVELS)],
            practises=writes[:, len(LEVELS)],
            interests=np.zeros((len(ids), len(self.around.interests)), dtype=np.uint64),
            media=np.array([_MEDIA[medium] for medium in media], dtype=np.uint8),
            wish=np.array([NO_WISH if key is None else self._town[key] for key in wishes], dtype=np.int32),
            waited=np.array([max(0, today - one.toordinal()) for one in since], dtype=np.int32),
            capacity_left=np.array(capacity, dtype=np.int32),
            friends=friends,
            household=np.array([-1 if key is None else home.setdefault(key, len(home)) for key in homes], np.int32),
            allows=np.array(allows, dtype=bool) & self._towns_in(self.ground.far)[town],
        )
        allowed = _ALLOWED[np.clip(crowd.ages(found, self.today), 0, ADULT_AGE)]
        left = np.minimum(found.capacity_left, allowed) - friends - pending
        return replace(found, capacity_left=np.maximum(0, left).astype(np.int32))

    def _may(self, people: People, ids: Sequence[Key]) -> Bools:
        """Who may be matched: towns that are looked after and not paused, children with a yes that holds (R07 to R11)
        where somebody looks after them (R46), and only who has a place left."""
        opened = np.array([town.association_id is not None and not town.paused_reason for town in self.ground.towns])
        consented = np.array([key in self.consented for key in ids], dtype=bool)
        is_child = people.band == _BANDS[Band.CHILD]
        cared = consented & self._towns_in(self.ground.guarded)[people.town]
        may: Bools = opened[people.town] & (~is_child | cared) & (people.capacity_left > 0)
        return may

    def _towns_in(self, associations: frozenset[Any]) -> Bools:
        return np.array([town.association_id in associations for town in self.ground.towns], dtype=bool)

    def _writes(self, ids: Sequence[Key], languages: Iterable[Any]) -> Column:
        """For each the words of `People.written`, and what they would practise."""
        rank = {level.value: level.rank for level in Level}
        known: dict[Any, int] = {}
        found = dict.fromkeys(ids, 0)
        for key, *said in languages:
            if key not in found:  # somebody who does not wait
                continue
            code, level, practises = what = tuple(said)
            if what not in known:
                bit = self._languages[code]
                known[what] = sum(bit << WORD * n for n in range(rank[level])) | bool(practises) * bit << WORD * 3
            found[key] += known[what]
        if len(self._languages.new) > WORD:
            raise ValueError(f"{len(self._languages.new)} languages, and there is room for {WORD}")
        return _words(found.values(), len(LEVELS) + 1)


def _words(numbers: Iterable[int], width: int) -> Column:
    """Numbers of so many words each, a row a number."""
    joined_up = b"".join(number.to_bytes(width * 8, "little") for number in numbers)
    return np.frombuffer(joined_up, dtype="<u8").reshape(-1, width).astype(np.uint64)


def _halves(ids: Sequence[Key]) -> Column:
    """Ids as two words each, whether they are text or not."""
    found = b"".join(bytes.fromhex(key) if isinstance(key, str) else key.bytes for key in ids)
    return np.frombuffer(found, dtype=">u8").reshape(-1, 2).astype(np.uint64)


async def _slices(db: AsyncSession) -> AsyncIterator[tuple[Sequence[Any], Sequence[Any], Sequence[Any]]]:
    start: tuple[Any, ...] = ()
    while True:
        found: Any = await db.exec(_WAITING.where(*start))
        rows: Sequence[Any] = found.all()
        if rows:
            within = {"first": rows[0][0], "last": rows[-1][0]}
            languages: Any = (await db.exec(_LANGUAGES, params=within)).all()
            interests: Any = (await db.exec(_INTERESTS, params=within)).all()
            yield rows, languages, interests
        if len(rows) < AT_ONCE:
            return
        start = (_R.id > sa.bindparam(None, rows[-1][0], type_=AsItIs()),)


_R, _L, _I = (table(one).c for one in (Resident, ResidentLanguage, ResidentInterest))
_CONSENTED: Any = sa.select(raw(CONSENT.resident_id)).where(*HOLDS)
_WITHIN = sa.bindparam("first", type_=AsItIs()), sa.bindparam("last", type_=AsItIs())
_WAITING: Any = (
    sa.select(
        raw(_R.id), raw(_R.band), raw(_R.town_id), _R.birth_year, _R.birth_on, _R.capacity, raw(_R.medium),
        raw(_R.wished_town_id), sa.type_coerce(_R.waiting_since, sa.DateTime(timezone=True)), raw(_R.household_id),
        _R.twin_of_twin,
    )
    .where(_R.state == ResidentState.ACTIVE, _R.waiting_since.is_not(None))
    .order_by(_R.id)
    .limit(AT_ONCE)
)  # fmt: skip
_LANGUAGES: Any = sa.select(raw(_L.resident_id), _L.code, raw(_L.level), raw(_L.practises)).where(
    _L.resident_id.between(*_WITHIN)
)
_INTERESTS: Any = (
    sa.select(raw(_I.resident_id), sa.func.aggregate_strings(_I.code, ","))
    .where(_I.resident_id.between(*_WITHIN))
    .group_by(_I.resident_id)
)
