"""How many letters a second of processor time does the relay bring from one mailbox to the other?

    python -m bench.relay [--letters N] [--database sqlite|postgresql|both] [--earlier N ...]

Measured are processor seconds, not time on the clock, so that a busy machine does not change the figures much. Three
runs: the real processes (mailroom, worker, reader) with the real queue; a bare aiosmtpd to aiosmtplib forwarder with
the same mails; and the steps of the way one after the other in one process, for the shares.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from bench.way import crowd, outside, words
from penfriends.clock import utc_now
from penfriends.db import make_engine
from penfriends.models.delivery import Delivery, DeliveryState, RawMail
from penfriends.models.letters import Letter
from tests import builders
from tests.support import pgserver, processes, valkey

SIZE = 5 * 1024
WARM = 20  # letters that go through before anything is measured
FIRST_PORT = 8220


@dataclass(frozen=True, slots=True)
class Bench:
    """What was asked for."""

    letters: int
    writers: int
    earlier: int
    seed: int
    url: str
    folder: Path
    postgres: int = 0  # the process of the server, if any
    profile: str = ""


def main() -> None:
    asked = _asked()
    print(f"{asked.letters} letters of 5 KiB, seed {asked.seed}, processor seconds\n")
    for kind in ("sqlite", "postgresql") if asked.database == "both" else (asked.database,):
        for earlier in asked.earlier:
            with tempfile.TemporaryDirectory(prefix="pf-bench-") as folder, _database(kind, Path(folder)) as (url, pid):
                bench = Bench(
                    asked.letters, min(asked.letters, asked.writers), earlier, asked.seed, url, Path(folder), pid,
                    asked.profile,
                )  # fmt: skip
                asyncio.run(_measure(kind, bench, steps_only=asked.steps_only))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.relay", description=__doc__)
    parser.add_argument("--letters", type=int, default=200)
    parser.add_argument("--writers", type=int, default=50, help="pen friends who write these letters in turn")
    parser.add_argument("--earlier", type=int, nargs="+", default=[1000], help="letters in the database before")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps-only", action="store_true", help="only the steps, without the real processes")
    parser.add_argument("--profile", default="", help="a file for the cProfile of the steps")
    return parser.parse_args()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, int]]:
    """An empty database that keeps what it commits through a power cut, as a house needs it."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'bench.sqlite3'}", 0
        return
    server = pgserver.start(fsync="on", synchronous_commit="on", full_page_writes="on", autovacuum="on")
    try:
        yield server.url(), server.process.pid
    finally:
        server.stop()


async def _measure(kind: str, bench: Bench, *, steps_only: bool) -> None:
    engine = make_engine(bench.url)
    people = await crowd.fill(
        engine, letters=bench.earlier, writers=bench.writers, size=SIZE, at=builders.AT, seed=bench.seed, now=utc_now()
    )
    sink = await asyncio.get_running_loop().create_server(outside.Sink, "127.0.0.1", FIRST_PORT)
    random = Random(bench.seed)  # noqa: S311 (repeatable, no secret)
    print(f"{kind}, {people.letters} letters before", flush=True)
    steps = await _steps(bench, _mails(people, random, WARM + bench.letters))
    _tell_steps(steps, bench.letters)
    if not steps_only:
        whole, warm = _mails(people, random, bench.letters), _mails(people, random, WARM)
        ours = await _whole_way(bench, engine, warm, whole)
        peer = await _peer(bench, [*warm, *whole])
        _tell_whole(ours, peer, bench.letters)
    await engine.dispose()
    sink.close()


def _mails(people: crowd.Crowd, random: Random, count: int) -> list[outside.Posting]:
    made = []
    for number in range(count):
        stamp = people.stamps[number % len(people.stamps)]
        raw = words.mail(random, number, stamp, size=SIZE, authserv_id=builders.POLICY.authserv_id)
        made.append(outside.Posting(stamp, raw))
    return made


async def _steps(bench: Bench, mails: list[outside.Posting]) -> dict[str, Any]:
    told = {"url": bench.url, "port": FIRST_PORT + 1, "sink": FIRST_PORT, "warm": WARM, "letters": bench.letters}
    told |= {"profile": bench.profile} if bench.profile else {}
    async with _started(bench, "-m", "bench.way.stages", json.dumps(told)) as (_, said):
        await outside.post(FIRST_PORT + 1, mails)
        found: dict[str, Any] = json.loads(await said.readline())
    return found


async def _peer(bench: Bench, mails: list[outside.Posting]) -> float:
    """Processor seconds of the bare forwarder for the mails after the first WARM ones."""
    port = FIRST_PORT + 2
    async with _started(bench, "-m", "bench.way.forwarder", str(port), str(FIRST_PORT)) as (pid, _):
        await outside.post(port, mails[:WARM])
        before = outside.seconds_of(pid)
        await outside.post(port, mails[WARM:])
        return outside.seconds_of(pid) - before


async def _whole_way(
    bench: Bench, engine: Any, warm: list[outside.Posting], mails: list[outside.Posting]
) -> dict[str, float]:
    """Processor seconds of the real processes for `mails`, from the first MAIL FROM to the last one handed out."""
    queue = valkey.start()
    chosen: dict[str, str | int] = {
        "database_url": bench.url, "redis_url": queue.url(), "smtp_port": FIRST_PORT, "sweep_seconds": 60,
        "mailroom_smtp_port": FIRST_PORT + 3, "mailroom_lmtp_port": FIRST_PORT + 4,
    }  # fmt: skip
    try:
        async with (
            processes.running("mailroom", bench.folder, **chosen) as door,
            processes.running("worker", bench.folder, **chosen) as worker,
        ):
            await door.says("mailroom_open")
            await worker.says("worker_ready")
            whose = {"mailroom": door.process.pid, "worker": worker.process.pid, "queue": queue.process.pid}
            whose |= {"postgresql": bench.postgres} if bench.postgres else {}
            await _through(warm)
            before = {name: outside.seconds_of(pid) for name, pid in whose.items()}
            await _through(mails)
            spent = {name: outside.seconds_of(pid) - before[name] for name, pid in whose.items()}
            await _recorded(engine)
            return spent
    finally:
        queue.stop()
        await _all_delivered(engine)


async def _through(mails: list[outside.Posting]) -> None:
    wanted = outside.Sink.taken + len(mails)
    await outside.post(FIRST_PORT + 3, mails)
    await outside.arrived(wanted, patience=30 + len(mails))


async def _recorded(engine: Any, patience: float = 10) -> None:
    """The last mails have been handed out a moment before their rows say so, and the processes are killed next."""
    unsent = sa.select(sa.func.count()).select_from(Delivery).where(col(Delivery.state) != DeliveryState.SENT)
    until = asyncio.get_running_loop().time() + patience
    while asyncio.get_running_loop().time() < until:
        async with engine.connect() as connection:
            if not (await connection.execute(unsent)).scalar_one():
                return
        await asyncio.sleep(0.1)


async def _all_delivered(engine: Any) -> None:
    """A fast relay that held or lost letters would be no relay."""
    async with engine.connect() as connection:
        mails = (await connection.execute(sa.select(sa.func.count()).select_from(RawMail))).scalar_one()
        made = (await connection.execute(sa.select(sa.func.count()).select_from(Letter))).scalar_one()
        waiting = sa.select(sa.func.count()).select_from(Delivery).where(col(Delivery.state) != DeliveryState.SENT)
        left = (await connection.execute(waiting)).scalar_one()
    if mails != made or left:
        print(f"  NOT ALL DELIVERED: {mails} mails, {made} letters, {left} deliveries waiting", file=sys.stderr)


@asynccontextmanager
async def _started(bench: Bench, *command: str) -> AsyncIterator[tuple[int, asyncio.StreamReader]]:
    """The pid and the words of a process of the measurement that has said that it is open; ended with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=processes.environment(bench.folder), stdout=asyncio.subprocess.PIPE
    )
    said = process.stdout or asyncio.StreamReader()
    try:
        if not await said.readline():
            raise RuntimeError(f"{command} did not start")
        yield process.pid, said
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _tell_steps(found: dict[str, Any], count: int) -> None:
    spent, watched, statements = found["steps"], found["watched"], found["statements"]
    pure = sum(watched.values())
    rows = {
        "receiving": spent["receiving"],
        "parsing (reader process)": spent["reader"],
        "screening": watched["screening"],
        "building and gate": watched["building and gate"],
        "sending": watched["sending"],
        "database and the rest": spent["read_mail"] + spent["screen_letter"] + spent["deliver"] - pure,
    }
    total = sum(rows.values())
    for name, seconds in rows.items():
        print(f"  {name:<26}{seconds / count * 1000:7.2f} ms a letter {seconds / total:6.0%}")
    print(f"  {'all steps':<26}{total / count * 1000:7.2f} ms a letter  = {count / total:.0f} letters a core-second")
    signing = found["signing"] * 1000
    print(f"  {'signing, RSA 2048, apart':<26}{signing:7.2f} ms a letter, where no mail server of its own signs")
    said = ", ".join(f"{name} {number / count:.1f}" for name, number in statements.items())
    print(f"  statements a letter: {said}; together {sum(statements.values()) / count:.1f}")


def _tell_whole(ours: dict[str, float], peer: float, count: int) -> None:
    relay = ours["mailroom"] + ours["worker"]
    said = ", ".join(f"{name} {seconds / count * 1000:.2f}" for name, seconds in ours.items())
    print(f"  real processes: {said} ms a letter")
    print(f"  relay {count / relay:.0f} letters a core-second (with its servers {count / sum(ours.values()):.0f}),")
    print(f"  bare forwarder {count / max(peer, 0.01):.0f}, ratio 1 to {relay / max(peer, 0.01):.1f}\n")


if __name__ == "__main__":
    main()
