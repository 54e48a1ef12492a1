"""Is everybody who waits read into columns as they are read one by one, and nobody who may not be matched?"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import preview, world
from penfriends.actions.passage import consent_holds
from penfriends.clock import utc_now
from penfriends.db import make_engine
from penfriends.models.matching import Match, MatchSide, MatchState
from penfriends.models.places import Town
from penfriends.models.residents import (
    Consent,
    ConsentState,
    Household,
    Resident,
    ResidentInterest,
    ResidentState,
)
from penfriends.rules.bands import Band
from penfriends.rules.matching import Medium, Seeker
from tests import builders as b
from tests.support.desk import Twins, twins

GIVEN, ASKED, WITHDRAWN = ConsentState.GIVEN, ConsentState.ASKED, ConsentState.WITHDRAWN
LATER = timedelta(days=100)


async def one_by_one(db: AsyncSession, *, now: datetime) -> list[Seeker]:
    """The same people by the plain way: every rule asked for each person apart."""
    allowed = await world.children_allowed(db)
    waiting = (
        select(Resident)
        .where(Resident.state == ResidentState.ACTIVE, col(Resident.waiting_since).is_not(None))
        .order_by(col(Resident.id))
    )
    kept = []
    for row in (await db.exec(waiting)).all():
        town = await db.get_one(Town, row.town_id)
        open_here = town.association_id is not None and not town.paused_reason
        cared = row.band is Band.ADULT or (town.association_id in allowed and await consent_holds(db, row, now=now))
        kept += [row.id] if open_here and cared else []
    around = await world.people_world(db, kept, now=now)
    return [one for one in around.seekers if one.capacity_left > 0]


def homes_alike(columns: list[Seeker], plain: list[Seeker]) -> tuple[list[Seeker], list[Seeker]]:
    """Both with the number of whoever is first in a home as its id: columns know homes by number only."""

    def told(some: list[Seeker]) -> list[Seeker]:
        first: dict[UUID, UUID] = {}
        for one in some:
            if one.household is not None:
                first.setdefault(one.household, one.uid)
        return [replace(one, household=one.household and first[one.household]) for one in some]

    return told(columns), told(plain)


async def test_the_demo_is_read_alike(demo: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{demo}")
    now = utc_now()
    async with AsyncSession(engine) as db:
        columns, plain = homes_alike(list((await world.load(db, now=now)).seekers), await one_by_one(db, now=now))
    await engine.dispose()
    assert len(columns) > 100
    assert columns == plain


async def _various(db: AsyncSession, twin: Twins) -> list[Resident]:
    """Everything that a row can say."""
    home = Household(created_at=b.NOW)
    db.add(home)
    await db.flush()
    full, open_to_all = await b.adult(db, twin.here, "Full"), await b.adult(db, twin.there, "Open")
    one, other, later = [await b.adult(db, twin.here, name) for name in ("One", "Other", "Later")]
    one.household_id = other.household_id = home.id
    other.medium, other.wished_town_id, other.capacity = Medium.PAPER, twin.there.id, 3
    later.birth_on, later.birth_year = date(2007, 2, 28), 2007
    later.waiting_since, later.twin_of_twin = b.NOW - timedelta(days=40), True
    paused = await b.adult(db, twin.there, "Paused")
    paused.state = ResidentState.PAUSED
    child = await b.child(db, twin.there)
    db.add_all([one, other, later, paused, ResidentInterest(resident_id=one.id, code="no-longer-listed")])
    match = Match(band=Band.ADULT, state=MatchState.PROPOSED, proposed_at=b.NOW)
    db.add(match)
    await db.flush()
    db.add_all([MatchSide(match_id=match.id, resident_id=who.id, band=Band.ADULT) for who in (full, other)])
    await db.flush()
    return [open_to_all, one, other, later, child]


async def test_all_that_a_row_can_say_is_read_alike(db: AsyncSession) -> None:
    twin = await twins(db)
    there = await _various(db, twin)
    columns = list((await world.load(db, now=b.NOW)).seekers)
    assert [one.uid for one in columns] == sorted(one.id for one in there)
    alike, plain = homes_alike(columns, await one_by_one(db, now=b.NOW))
    assert alike == plain
    found = {one.uid: one for one in columns}
    assert {found[one.id].household is None for one in there[1:3]} == {False}
    assert (found[there[2].id].capacity_left, found[there[2].id].wished_town) == (2, twin.there.slug)
    assert (found[there[3].id].waiting_days, found[there[3].id].open_to_twin_of_twin) == (40, True)
    assert "no-longer-listed" in found[there[1].id].interests


@pytest.mark.parametrize(
    ("answers", "holds"),
    [
        ([(GIVEN, 0, LATER)], True),
        ([(GIVEN, 0, -LATER)], False),
        ([(GIVEN, 0, LATER), (WITHDRAWN, 1, LATER)], False),
        ([(WITHDRAWN, 0, LATER), (GIVEN, 1, LATER)], True),
        ([(GIVEN, 0, LATER), (ASKED, 1, None)], False),
        ([(GIVEN, 0, None)], False),
        ([], False),
    ],
)
async def test_R07_R10_only_a_newest_yes_counts_at_every_door(
    db: AsyncSession, answers: list[tuple[ConsentState, int, timedelta | None]], holds: bool
) -> None:
    twin = await twins(db)
    friend, child = await b.child(db, twin.here), await b.child(db, twin.there, "Jonas", born=date(2015, 9, 1))
    first = (await db.exec(select(Consent).where(Consent.resident_id == child.id))).one()
    guardian_id = first.guardian_id
    await db.delete(first)
    for state, day, lasts in answers:
        asked = b.NOW - timedelta(days=30 - day)
        until = None if lasts is None else b.NOW + lasts
        db.add(
            Consent(resident_id=child.id, guardian_id=guardian_id, state=state, asked_at=asked, expires_at=until)
        )  # fmt: skip
    await db.flush()
    counted = await preview.preview(db, friend.id, now=b.NOW)
    assert counted is not None
    assert await consent_holds(db, child, now=b.NOW) is holds
    waiting = {one.uid for one in (await world.load(db, now=b.NOW)).seekers}
    assert (child.id in waiting) is holds
    assert (counted.total == 1) is holds
    assert (len(await preview.best(db, friend.id, now=b.NOW)) == 1) is holds
