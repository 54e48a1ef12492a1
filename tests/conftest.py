"""What do all tests share? Servers started once for the whole run, a database that forgets, a browser."""

import fcntl
import gc
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import redis
import sqlalchemy as sa
from hypothesis import settings as hypothesis_settings
from playwright.async_api import Browser, async_playwright
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

import penfriends.models  # noqa: F401 (registers the tables)
from penfriends import migrate
from penfriends.clock import utc_now
from penfriends.db import Database, make_engine
from penfriends.demo.load import load
from penfriends.jobs import nobody
from tests.support import chromium, compiled_once
from tests.support.servers import Servers
from tests.support.site import Site, running

BACKENDS = ("sqlite", "postgres")
SERVERS = pytest.StashKey[Servers]()

# CI draws the same examples each time; a developer's machine goes on looking for new ones. PENFRIENDS_THOROUGH=1 draws
# many more, for an hour without hurry.
hypothesis_settings.register_profile(
    "penfriends", deadline=None, derandomize=bool(os.environ.get("CI")), max_examples=25
)
hypothesis_settings.register_profile("thorough", deadline=None, max_examples=400)
hypothesis_settings.load_profile("thorough" if os.environ.get("PENFRIENDS_THOROUGH") else "penfriends")

compiled_once.share()

# The collector of garbage would look again and again through all that was imported and collected, for a twelfth of the
# time of all tests. What a test leaves behind it still finds, a little later.
SELDOM = (50_000, 20, 50)
gc.set_threshold(*SELDOM)


# --- The servers: one of each for the whole run, started by whoever needs it first -----------------------------------


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SERVERS] = Servers(getattr(config, "workerinput", {}).get("penfriends_servers"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:  # type: ignore[no-untyped-def]  # a hook of xdist, which has no types
    node.workerinput["penfriends_servers"] = node.config.stash[SERVERS].addresses()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[SERVERS].stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the browser is a browser test, marked or not."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def pg_url(request: pytest.FixtureRequest) -> str:
    """The address of a PostgreSQL server where databases may be made: ours, or the one of PENFRIENDS_TEST_PG."""
    return request.config.stash[SERVERS].postgres()


@pytest.fixture
def redis_url(request: pytest.FixtureRequest, worker_id: str) -> Iterator[str]:
    """The address of an empty Valkey database that no other worker of the test run uses."""
    number = int(worker_id.removeprefix("gw")) % 16 if worker_id.startswith("gw") else 0
    url = request.config.stash[SERVERS].valkey(number)
    with closing(redis.from_url(url)) as client:
        client.flushdb()
        yield url
        client.flushdb()


@pytest.fixture(scope="session")
def of_the_run(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this test run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once(of_the_run: Path) -> None:
    compiled_once.share_templates(of_the_run / "templates")


# --- A database that forgets: every test in a transaction that is rolled back -----------------------------------------


@pytest.fixture(scope="session", params=BACKENDS)
def engine(request: pytest.FixtureRequest) -> AsyncEngine:
    """An engine on a database with all tables, once on SQLite and once on PostgreSQL."""
    made: AsyncEngine = request.getfixturevalue(f"{request.param}_engine")
    return made


@pytest.fixture(scope="session")
async def sqlite_engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('db')}/shared.sqlite3")
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def postgres_engine(pg_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(await _new_postgres_database(pg_url))
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield engine
    await engine.dispose()


@pytest.fixture
async def db(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A session inside a transaction that is rolled back at the end; what commits inside is a savepoint only."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        async with AsyncSession(
            bind=connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as session:
            yield session
        if outer.is_active:
            await outer.rollback()


# --- A database that remembers: for what needs real commits, several connections or another process -------------------


@pytest.fixture(params=BACKENDS)
def fresh_database(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database for this test alone, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"fresh_{request.param}")
    return url


@pytest.fixture
def fresh_sqlite(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a migrated, empty SQLite database for this test alone."""
    shutil.copyfile(sqlite_template, tmp_path / "penfriends.sqlite3")
    return f"sqlite+aiosqlite:///{tmp_path}/penfriends.sqlite3"


@pytest.fixture
async def fresh_postgres(kept_postgres: str) -> AsyncIterator[str]:
    """The address of a migrated, empty PostgreSQL database that nobody else uses meanwhile."""
    yield kept_postgres
    await _emptied(kept_postgres)


@pytest.fixture(scope="session")
async def demo(sqlite_template: Path, of_the_run: Path) -> Path:
    """An SQLite file with the whole demo, loaded once for the whole run, to copy."""
    path = of_the_run / "demo.sqlite3"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process of this run may be at it
        if not path.exists():
            loading = path.with_suffix(".loading")
            shutil.copyfile(sqlite_template, loading)
            database = Database(make_engine(f"sqlite+aiosqlite:///{loading}"), nobody)
            async with database.transaction() as db:
                await load(db, now=utc_now())
            await database.close()
            with closing(sqlite3.connect(loading)) as connection:
                connection.execute("pragma wal_checkpoint(truncate)")
            loading.rename(path)
    return path


@pytest.fixture(scope="session")
async def kept_postgres(pg_url: str) -> str:
    """The migrated database of this test process. Making one takes a quarter of a second, emptying it a hundredth."""
    url = await _new_postgres_database(pg_url)
    engine = make_engine(url)
    await migrate.upgrade(engine)
    await engine.dispose()
    return url


async def _emptied(url: str) -> None:
    """Nobody is connected any more (a killed process may still be), and no row is left; triggers do not fire."""
    connection = await asyncpg.connect(sa.make_url(url).set(drivername="postgresql").render_as_string(False))
    try:
        others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
        await connection.execute(f"{others} and pid <> pg_backend_pid()")
        deletes = "; ".join(f'delete from "{table.name}"' for table in SQLModel.metadata.sorted_tables)
        await connection.execute(f"set session_replication_role = replica; {deletes}")
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: migrating takes a second, copying does not."""
    path = tmp_path_factory.mktemp("template") / "migrated.sqlite3"
    engine = make_engine(f"sqlite+aiosqlite:///{path}")
    await migrate.upgrade(engine)
    await engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    return path


async def _new_postgres_database(server: str) -> str:
    name = f"test_{uuid4().hex[:12]}"
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text(f'create database "{name}"'))
    await engine.dispose()
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
async def site(fresh_sqlite: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """The real site on a port of its own: `site.url`, with `site.database.transaction()` to set the scene."""
    async with running(fresh_sqlite, redis_url, tmp_path) as started:
        yield started


# --- A browser --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole run; a test opens its own context in it."""
    program = chromium.find()
    if program is None:
        pytest.skip("no Chromium here (apt install chromium, or name one in PENFRIENDS_TEST_BROWSER)")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=program, args=list(chromium.FLAGS))
        yield launched
        await launched.close()
