"""How does an invented population come into a database, valid in every way, within a minute or two?

Whoever waits can be matched at once: active and confirmed, children with a guardian's yes, every town with an
association that has a safeguarding lead and a deputy. Rows go in by the thousand and without objects. The site knows
one way of writing a person, so those who would take mail and post alike write on the site here.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import SQLModel

from bench.matching.files import liked, slug, uids, written
from bench.matching.population import BY_MAIL, BY_POST, KINDS, LEVELS, Instance, People
from bench.matching.towns import COUNTRIES
from penfriends import migrate
from penfriends.ids import uuid7
from penfriends.models.matching import Block, BlockReason
from penfriends.models.moderation import Moderator, Role
from penfriends.models.places import Association, Town, TwinLink
from penfriends.models.residents import (
    Consent,
    ConsentState,
    ConsentText,
    Guardian,
    Household,
    Resident,
    ResidentInterest,
    ResidentLanguage,
    ResidentState,
)
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band, Birth, band_on
from penfriends.rules.consent import LASTS
from penfriends.rules.matching import Medium

ROWS_AT_ONCE = 5_000
EMAIL_AGE = 13
Row = dict[str, Any]
NOBODY = UUID(int=0)
"""Stands in a row until its own id is put in."""


async def fill(engine: AsyncEngine, instance: Instance, *, now: datetime) -> None:
    """Into a fresh database. `instance` should be of the day of `now`: ages and waiting days are counted from there."""
    await migrate.upgrade(engine)
    async with engine.begin() as connection:
        towns = await _places(connection, instance, now)
        await _people(connection, instance, towns, now)
        ids = uids(instance.people)
        pairs = [sorted((ids[a], ids[b])) for a, b in instance.blocks.tolist()]
        block = _like(Block(low_id=ids[0], high_id=ids[0], reason=BlockReason.MATCHED_BEFORE, created_at=now))
        await _put(connection, Block, (block | {"id": uuid7(), "low_id": a, "high_id": b} for a, b in pairs))
    async with engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.exec_driver_sql("ANALYZE")


async def _places(connection: AsyncConnection, instance: Instance, now: datetime) -> list[UUID]:
    """An association for each town; the ids of the towns in their order."""
    houses, towns, sign_ins, staff = [], [], [], []
    for n, name in enumerate(instance.towns.names):
        code, _, language, _ = COUNTRIES[int(instance.towns.country[n])]
        house = Association(slug=slug(n), name=f"Friends of {name}"[:120])
        houses.append(house)
        towns.append(
            Town(
                slug=slug(n), name=name[:120], language=language, country=code, timezone="Europe/Berlin", latitude=50.0,
                longitude=8.0, association_id=house.id,
            )
        )  # fmt: skip
        for role in (Role.LEAD, Role.DEPUTY):
            email = f"{role.value}.{n}@staff.example"
            sign_ins.append(SignIn(email=email, email_key=email, verified_at=now, created_at=now))
            staff.append(
                Moderator(
                    sign_in_id=sign_ins[-1].id, association_id=house.id, name=role.value, role=role, created_at=now
                )
            )
    links = []
    for (a, b), kind, since in zip(instance.towns.links.tolist(), instance.kind, instance.since.tolist(), strict=True):
        low, high = sorted((towns[a].id, towns[b].id))
        links.append(TwinLink(low_id=low, high_id=high, kind=KINDS[kind], since=since))
    for rows in (houses, towns, sign_ins, staff, links):
        await _put(connection, type(rows[0]), (row.model_dump() for row in rows))
    return [town.id for town in towns]


async def _people(connection: AsyncConnection, instance: Instance, towns: Sequence[UUID], now: datetime) -> None:
    people = instance.people
    ids = uids(people)
    homes = {int(n): uuid7() for n in sorted(set(people.household.tolist()) - {-1})}
    drawn = [_Drawn(ids[n], *row) for n, row in enumerate(_columns(people))]
    children = [one for one in drawn if one.band(instance.today) is Band.CHILD]
    guards = {one.uid: (uuid7(), uuid7()) for one in children}  # the guardian, and how they sign in
    adults = [one for one in drawn if one.uid not in guards and one.media != BY_POST]
    own = {one.uid: uuid7() for one in adults}
    text = ConsentText(
        sha256=hashlib.sha256(b"bench").hexdigest(),
        version="bench",
        language="en",
        text="I agree that my child writes.",
    )
    await _put(connection, SignIn, _sign_ins([*own.values(), *(sign_in for _, sign_in in guards.values())], now))
    guardian = _like(Guardian(sign_in_id=NOBODY, created_at=now))
    await _put(connection, Guardian, (guardian | {"id": one, "sign_in_id": two} for one, two in guards.values()))
    await _put(connection, Household, ({"id": home, "created_at": now} for home in homes.values()))
    await _put(connection, ConsentText, [text.model_dump()])
    base = _like(_blank(now))
    await _put(connection, Resident, (
        base | one.row(instance.today, towns, homes) | {
            "sign_in_id": own.get(one.uid), "guardian_id": guards[one.uid][0] if one.uid in guards else None
        }
        for one in drawn
    ))  # fmt: skip
    await _put(connection, Consent, _consents(children, guards, text.sha256, now))
    await _put(connection, ResidentLanguage, (
        {"resident_id": uid, "code": code, "level": LEVELS[level], "practises": practises}
        for uid, langs in zip(ids, written(people), strict=True) for code, level, practises in langs
    ))  # fmt: skip
    await _put(connection, ResidentInterest, (
        {"resident_id": uid, "code": code} for uid, codes in zip(ids, liked(people), strict=True) for code in codes
    ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One row of the columns."""

    uid: UUID
    town: int
    year: int
    month: int
    day: int
    media: int
    wish: int
    capacity: int
    waiting: int
    household: int
    allows: bool

    def band(self, today: date) -> Band:
        return band_on(Birth(self.year, self._born()), today)

    def row(self, today: date, towns: Sequence[UUID], homes: dict[int, UUID]) -> Row:
        since = datetime.combine(today - timedelta(days=self.waiting), time(), UTC)
        return {
            "id": self.uid,
            "town_id": towns[self.town],
            "band": self.band(today),
            "birth_year": self.year,
            "birth_on": self._born(),
            "medium": self._medium(today),
            "wished_town_id": towns[self.wish] if self.wish >= 0 else None,
            "capacity": self.capacity,
            "waiting_since": since,
            "created_at": since,
            "household_id": homes.get(self.household),
            "twin_of_twin": self.allows,
        }

    def _born(self) -> date | None:
        return date(self.year, self.month, self.day) if self.month else None

    def _medium(self, today: date) -> Medium:
        if self.media == BY_POST:
            return Medium.PAPER
        grown = today.year - self.year > EMAIL_AGE
        return Medium.EMAIL if self.media == BY_MAIL and grown else Medium.WEB


def _columns(people: People) -> Iterator[tuple[Any, ...]]:
    wanted = (people.town, people.year, people.month, people.day, people.media, people.wish, people.capacity,
              people.waiting, people.household, people.allows)  # fmt: skip
    return zip(*(one.tolist() for one in wanted), strict=True)


def _sign_ins(ids: Sequence[UUID], now: datetime) -> Iterator[Row]:
    base = _like(SignIn(verified_at=now, created_at=now))
    for number, key in enumerate(ids):
        email = f"person.{number}@post.example"
        yield base | {"id": key, "email": email, "email_key": email}


def _consents(
    children: Sequence[_Drawn], guards: dict[UUID, tuple[UUID, UUID]], text: str, now: datetime
) -> Iterator[Row]:
    given = now - timedelta(days=30)
    base = _like(
        Consent(
            resident_id=NOBODY, guardian_id=NOBODY, state=ConsentState.GIVEN, text_sha256=text, asked_at=given,
            answered_at=given, expires_at=given + LASTS,
        )
    )  # fmt: skip
    for one in children:
        yield base | {"id": uuid7(), "resident_id": one.uid, "guardian_id": guards[one.uid][0]}


def _blank(now: datetime) -> Resident:
    return Resident(
        town_id=NOBODY, band=Band.ADULT, birth_year=1900, first_name="Robin", state=ResidentState.ACTIVE,
        profile_changed_at=now, rules_agreed_at=now, created_at=now,
    )  # fmt: skip


def _like(example: SQLModel) -> Row:
    """What the other rows of this table have in common."""
    return example.model_dump()


async def _put(connection: AsyncConnection, kind: type[SQLModel], rows: Iterable[Row]) -> None:
    found: Any = kind
    table: sa.Table = found.__table__
    statement, some = sa.insert(table), iter(rows)
    while chunk := list(islice(some, ROWS_AT_ONCE)):
        await connection.execute(statement, chunk)
