"""What do the walks share? An empty house with real towns and moderators, and the whole demo to look at."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from penfriends.clock import utc_now
from penfriends.demo import load_places
from penfriends.doorkeys import addresses_of
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
            settings = opened.settings
            await load_places.staff_of(
                db, places, pepper=settings.password_pepper, key=settings.secret_key.encode(), now=utc_now()
            )
        yield opened


@pytest.fixture(scope="session")
async def world(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The demo on a site that stays for the whole run, to look at: nobody changes anything but claims."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copyfile(demo, folder / "demo.sqlite3")
    async with running(f"sqlite+aiosqlite:///{folder}/demo.sqlite3", "", folder, nudge=nobody) as site:
        yield await populated(site, at=addresses_of(site.settings), now=utc_now())


@pytest.fixture
async def lively(demo: Path, tmp_path: Path) -> AsyncIterator[tuple[House, World]]:
    """The demo in a house of this test's own, to do things in."""
    shutil.copyfile(demo, tmp_path / "demo.sqlite3")
    async with house(f"sqlite+aiosqlite:///{tmp_path}/demo.sqlite3", tmp_path) as opened:
        yield opened, await populated(opened.site, at=addresses_of(opened.settings), now=utc_now())
