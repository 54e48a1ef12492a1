"""Does the ground that the tests stand on hold? Both databases, the rollback between tests, the queue's server."""

import redis
import sqlalchemy as sa
from playwright.async_api import Browser
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import migrate
from penfriends.db import make_engine
from penfriends.jobs import Job
from penfriends.models.places import Town
from penfriends.queue import Queue


async def test_what_a_test_commits_is_seen_by_it(db: AsyncSession) -> None:
    connection = await db.connection()
    await connection.execute(sa.text("create table here (a int)"))
    await db.commit()
    connection = await db.connection()
    await connection.execute(sa.text("insert into here values (1)"))
    assert (await db.exec(select(Town))).all() == []


async def test_and_forgotten_by_the_next(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert not await connection.run_sync(lambda plain: sa.inspect(plain).has_table("here"))


async def test_a_fresh_database_is_migrated_and_says_what_the_models_say(fresh_database: str) -> None:
    engine = make_engine(fresh_database)
    try:
        assert await migrate.is_current(engine)
        async with engine.connect() as connection:
            assert await connection.run_sync(migrate.differences) == []
    finally:
        await engine.dispose()


def test_the_queue_has_a_server_of_its_own(redis_url: str) -> None:
    with redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("a", 1)


async def test_a_wish_arrives_in_it(redis_url: str) -> None:
    queue = Queue(redis_url)
    await queue.nudge(next(iter(Job)), None)
    await queue.close()
    with redis.from_url(redis_url) as client:
        assert client.zcard("arq:queue") == 1


async def test_the_browser_draws_a_page(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content("<h1>Dear friend</h1>")
    assert await page.inner_text("h1") == "Dear friend"
    await page.close()
