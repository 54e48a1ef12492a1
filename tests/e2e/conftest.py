"""What do the walks share? An empty house with real towns and moderators, and the whole demo to look at."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from penfriends.clock import utc_now
from penfriends.demo import load_places
from penfriends.demo.load import load
from penfriends.doorkeys import addresses_of, policy_of
from penfriends.jobs import nobody
from tests.e2e.world import World, populated
from tests.support.house import House, house
from tests.support.site import running


@pytest.fixture
async def home(fresh_sqlite: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house with the towns, twin links and moderators of the demo, and no residents yet."""
    async with house(fresh_sqlite, tmp_path) as opened:
        async with opened.site.database.transaction() as db:
            places = await load_places.places(db)
            await load_places.staff_of(db, places, pepper=opened.settings.password_pepper, now=utc_now())
        yield opened


@pytest.fixture(scope="session")
async def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The demo, loaded once, on a site that stays for the whole run; looking at pages changes next to nothing."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copyfile(sqlite_template, folder / "demo.sqlite3")
    async with running(f"sqlite+aiosqlite:///{folder}/demo.sqlite3", "", folder, nudge=nobody) as site:
        now, at = utc_now(), addresses_of(site.settings)
        async with site.database.transaction() as db:
            await load(db, now=now, at=at, policy=policy_of(site.settings))
        yield await populated(site, at=at, now=now)
