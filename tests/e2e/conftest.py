"""What do the walks share? A house with real towns and moderators, and nobody else in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from penfriends.clock import utc_now
from penfriends.demo import load_places
from tests.support.house import House, house


@pytest.fixture
async def home(fresh_sqlite: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house with the towns, twin links and moderators of the demo, and no residents yet."""
    async with house(fresh_sqlite, tmp_path) as opened:
        async with opened.site.database.transaction() as db:
            places = await load_places.places(db)
            await load_places.staff_of(db, places, pepper=opened.settings.password_pepper, now=utc_now())
        yield opened
