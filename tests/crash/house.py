"""What runs in a house, and how is each part killed and brought back?

Site, mailroom and two workers are processes of penfriends, forked by the nursery; Valkey and PostgreSQL are the real
servers. Whatever dies comes back, as under any supervisor.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from arq.connections import create_pool
from redis.asyncio import Redis
from redis.exceptions import RedisError

from penfriends import migrate, valkey
from penfriends.db import Database, make_engine
from penfriends.jobs import nobody
from penfriends.queue import redis_settings, to_json
from tests.crash.hands import Hands
from tests.crash.nest import Nursery
from tests.crash.points import Board, now_in_house
from tests.crash.sink import Sink
from tests.support import pgserver, processes

PARTS = ("mailroom", "worker-1", "worker-2", "web")
MEMORY = "/dev/shm"  # noqa: S108 (a killed process loses nothing there either, and nobody waits for a disk)
DIE_WITH_US = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
MIGRATING = asyncio.Lock()  # alembic knows of one migration at a time
A_LITTLE = timedelta(seconds=1)
BACK_AFTER = 0.05  # seconds; a supervisor may take longer, which only makes everything slower


class Smarthost(Protocol):
    """Where the workers hand their mail to, and what the house may know of it.

    `settings` are those of the workers. A smarthost that keeps a truthful log names it there for the resolver; then
    nothing may stay unsure.
    """

    port: int
    truthful: bool
    settings: dict[str, str | int]
    deaths: int

    def follow(self, board: Board) -> None: ...

    def keep_up(self) -> None: ...

    def is_idle(self) -> bool: ...

    def nudge(self) -> None: ...

    async def pass_other_mail(self) -> None: ...

    async def kill(self, pause: float) -> None: ...

    def kill_part(self, number: int) -> None: ...


class Direct:
    """The workers hand their mail to the world itself: nobody keeps a log that could be asked, nobody to kill."""

    truthful = False
    deaths = 0

    def __init__(self, sink: Sink) -> None:
        self.port = sink.port
        self.settings: dict[str, str | int] = {}

    def follow(self, board: Board) -> None:
        """It keeps no log."""

    def keep_up(self) -> None:
        """It keeps no log."""

    def is_idle(self) -> bool:
        return True

    def nudge(self) -> None:
        """It has no queue."""

    async def pass_other_mail(self) -> None:
        """It keeps no log."""

    async def kill(self, pause: float) -> None:
        """There is none."""

    def kill_part(self, number: int) -> None:
        """There is none."""


@dataclass
class House:
    """One house in one folder."""

    folder: Path
    database: Database
    board: Board
    environment: dict[str, str]
    nursery: Nursery
    web_port: int
    smtp_port: int
    lmtp_port: int
    smarthost: Smarthost
    postgres: pgserver.PostgresServer | None
    queue: "subprocess.Popen[bytes] | None" = None
    pids: dict[str, int] = field(default_factory=dict)
    deaths: Counter[str] = field(default_factory=Counter)
    _keepers: list["asyncio.Task[None]"] = field(default_factory=list)
    hands: Hands = field(init=False)
    busy: int = 0
    _database_down: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.hands = Hands(self.folder / "passed")

    # --- the parts ---------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        self.start_queue()
        for name in PARTS:
            self._keepers.append(asyncio.create_task(self._keep(name)))
        await self._until_open()

    async def close(self) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for pid in self.pids.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await self.database.close()
        if self.queue is not None:
            self.queue.kill()
            self.queue.wait()
        if self.postgres is not None:
            self.postgres.stop()

    async def _keep(self, name: str) -> None:
        """Start a part again and again."""
        while True:
            log = self.folder / f"{name}.log"
            pid = await self.nursery.start(name.partition("-")[0], self.environment, self.folder, log)
            self.pids[name] = pid
            await _gone(pid)
            del self.pids[name]
            self.deaths[name.partition("-")[0]] += 1
            self.hands.bury(pid)
            await asyncio.sleep(BACK_AFTER)

    async def _until_open(self) -> None:
        for port in (self.web_port, self.smtp_port, self.lmtp_port):

            async def is_open(port: int = port) -> bool:
                if self.deaths:
                    raise RuntimeError("".join((self.folder / f"{name}.log").read_text()[-2000:] for name in PARTS))
                return await _answers(port)

            await processes.until(is_open)

    def kill(self, name: str) -> None:
        """kill -9. Does nothing where it is dead already."""
        pid = self.pids.get(name)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    # --- the servers -------------------------------------------------------------------------------------------------

    def start_queue(self) -> None:
        program = valkey.find_server()
        assert program is not None
        with (self.folder / "valkey.log").open("ab") as log:
            self.queue = subprocess.Popen(
                [*DIE_WITH_US, *valkey.command(program, self.folder, self.folder / "valkey.sock")],
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def kill_queue(self, pause: float) -> None:
        async with self._at_work():
            assert self.queue is not None
            self.queue.kill()
            self.queue.wait()
            self.deaths["valkey"] += 1
            await asyncio.sleep(pause)
            self.start_queue()

    async def flush_queue(self) -> None:
        client = Redis(unix_socket_path=str(self.folder / "valkey.sock"))
        with contextlib.suppress(RedisError, OSError):
            await client.flushall()
        await client.aclose()

    async def sweep(self) -> None:
        """What the clock would ask for in some seconds, now."""
        self.smarthost.keep_up()
        with contextlib.suppress(RedisError, OSError):
            pool = await create_pool(redis_settings(self.queue_url), job_serializer=to_json)
            await pool.enqueue_job("cron:sweep_letters")
            if self.smarthost.truthful:
                await pool.enqueue_job("cron:sweep_unsure")
            await pool.aclose()

    async def jump(self, until: datetime) -> None:
        """It is later now. What was said before was said before."""
        self.smarthost.keep_up()
        self.board.jump(max(until - self.now(), timedelta()) + A_LITTLE)

    @property
    def queue_url(self) -> str:
        return valkey.url(self.folder / "valkey.sock")

    async def kill_database(self, pause: float) -> None:
        """PostgreSQL is killed and comes back after a while; SQLite, which is nobody, is kept locked for as long."""
        async with self._at_work():
            self.deaths["database"] += 1
            if self.postgres is None:
                await asyncio.to_thread(_lock, self.folder / "penfriends.sqlite3", pause)
                return
            async with self._database_down:  # of two blows at once the second hits the server that came back
                self.postgres.kill()
                await asyncio.sleep(pause)
                await self._postgres_again()

    async def _postgres_again(self) -> None:
        assert self.postgres is not None
        log = self.postgres.folder / "log"
        async with asyncio.timeout(processes.PATIENCE):
            while True:
                self.postgres.process = self.postgres.launch()
                while self.postgres.process.poll() is None:  # a second one beside it would only be in its way
                    if "ready to accept" in log.read_text():
                        return
                    await asyncio.sleep(0.02)
                await asyncio.sleep(0.05)  # the old one's memory is still there: wait, and again

    async def kill_backend(self) -> None:
        """One connection's process dies, which takes all others with it: PostgreSQL starts itself anew."""
        if self.postgres is None:
            return
        with contextlib.suppress(sa.exc.DBAPIError, OSError):
            async with self.database.engine.connect() as connection:
                found = await connection.execute(
                    sa.text("select pid from pg_stat_activity where datname = current_database() order by random()")
                )
                pid = found.scalars().first()
            if pid:
                os.kill(pid, signal.SIGKILL)
                self.deaths["database"] += 1

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1

    def is_whole(self) -> bool:
        """Everything lives, and no living worker holds a delivery in its hands."""
        return (
            not self.hands.holds(self.pids.values())
            and not self.busy
            and len(self.pids) == len(PARTS)
            and self.smarthost.is_idle()
        )

    def now(self) -> datetime:
        return now_in_house() + self.board.lead


async def _gone(pid: int) -> None:
    """Until a process that is not our child has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(handle, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)


async def _answers(port: int) -> bool:
    try:
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _lock(path: Path, seconds: float) -> None:
    import sqlite3

    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    try:
        connection.execute("begin immediate")
        time.sleep(seconds)
        connection.execute("rollback")
    finally:
        connection.close()


@asynccontextmanager
async def standing(
    nest: Nursery, smarthost: Smarthost, *, postgres: bool, ports: tuple[int, int, int] | None = None
) -> AsyncIterator[House]:
    """An open house with an empty database. A house that kept its promise leaves nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="pf-crash-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    server = pgserver.start(synchronous_commit="on") if postgres else None
    url = server.url() if server else f"sqlite+aiosqlite:///{folder}/penfriends.sqlite3"
    web, smtp, lmtp = ports or (processes.free_port(), processes.free_port(), processes.free_port())
    chosen = {
        "database_url": url, "redis_url": valkey.url(folder / "valkey.sock"), "sweep_seconds": 15, "web_port": web,
        "mailroom_smtp_port": smtp, "mailroom_lmtp_port": lmtp, "smtp_port": smarthost.port, **smarthost.settings,
    }  # fmt: skip
    database = Database(make_engine(url), nobody)
    async with MIGRATING:
        await migrate.upgrade(database.engine)
    (folder / "passed").touch()
    environment = processes.environment(folder, **chosen)
    house = House(folder, database, Board(folder / "board"), environment, nest, web, smtp, lmtp, smarthost, server)
    smarthost.follow(house.board)
    try:
        await house.open()
        yield house
    finally:
        await house.close()
        if not os.environ.get("KEEP"):
            shutil.rmtree(folder, ignore_errors=True)
