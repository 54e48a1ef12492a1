"""How do all parts of penfriends run on one machine with one command, and end together?

Which parts there are, what they need before they can start, and when the site is open. `processes.py` keeps them alive.
"""

import asyncio
import errno
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from penfriends import valkey
from penfriends.errors import BadSettings
from penfriends.processes import Part, Processes
from penfriends.settings import Settings

LONGEST_SOCKET_PATH = 100  # Linux allows 107 bytes
QUEUE_WITHIN, SITE_WITHIN = 15.0, 60.0
SITE_GOES_FIRST = 8.0  # seconds; letters wait no longer for a site that does not come


@dataclass(frozen=True, slots=True)
class Port:
    """A port that a part listens on, and the setting that chooses it."""

    setting: str
    host: str
    number: int


@dataclass(frozen=True, slots=True)
class Queue:
    """The Valkey of this run: its address, and the process if it is ours."""

    url: str
    part: Part | None = None
    socket: Path = Path()


async def supervise(settings: Settings, announce: Callable[[], None]) -> int:
    """Runs every part until Ctrl-C, SIGTERM or a part that cannot live; returns the exit code.

    `announce` is called once, when the site answers. Raises BadSettings where a port is taken, where another penfriends
    runs on the same folder, or where there is no Valkey to run.
    """
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    with _only_one(settings.var_dir):
        refuse_taken_ports(ports_of(settings))
        queue = queue_of(settings)
        async with _told_to_stop() as stop:
            processes = Processes(stop)
            opening = asyncio.create_task(_open(settings, queue, processes, announce))
            await stop.wait()
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            return await processes.end()


async def _open(settings: Settings, queue: Queue, processes: Processes, announce: Callable[[], None]) -> None:
    """The queue first, because the others look for it at once; then all but the worker: it has much to load, and would
    delay the site, for which somebody waits. The greeting comes when all are started."""
    if queue.part is not None:
        processes.start(queue.part)
        await _until(lambda: _queue_answers(queue.socket), QUEUE_WITHIN)
    *others, worker = parts_of(settings, queue.url)
    for part in others:
        processes.start(part)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.web_host, settings.web_host)  # noqa: S104 (a comparison)
    await _until(lambda: _site_answers(host, settings.web_port), SITE_GOES_FIRST)
    processes.start(worker)
    if await _until(lambda: _site_answers(host, settings.web_port), SITE_WITHIN):
        announce()


def parts_of(settings: Settings, redis_url: str) -> list[Part]:
    """The parts that are Python, in the order of their start: the site first, the worker last."""
    names = ["web", *(["postbox"] if settings.development else []), "mailroom", "worker"]
    environment = {"PENFRIENDS_REDIS_URL": redis_url, "PYTHONUNBUFFERED": "1"}
    return [Part(name, (sys.executable, "-m", "penfriends", name), environment) for name in names]


def queue_of(settings: Settings) -> Queue:
    """The Valkey that was set, else one of our own on a socket in the var folder. Raises BadSettings without either."""
    if settings.redis_url:
        return Queue(settings.redis_url)
    server = valkey.find_server()
    if server is None:
        raise BadSettings("PENFRIENDS_REDIS_URL: there is no Valkey here to start; install valkey-server or name one")
    folder = (settings.var_dir / "valkey").absolute()
    folder.mkdir(exist_ok=True)
    place = folder / "valkey.sock"
    if len(os.fsencode(place)) > LONGEST_SOCKET_PATH:
        place = Path(mkdtemp(prefix="penfriends-")) / "valkey.sock"
    # A hint for machines with snapshots of gigabytes; ours has a few megabytes and no snapshots.
    part = Part("valkey", tuple(valkey.command(server, folder, place)), unsaid="Memory overcommit must be enabled")
    return Queue(valkey.url(place), part, place)


def ports_of(settings: Settings) -> list[Port]:
    """Every port that the parts will listen on."""
    ports = [
        Port("PENFRIENDS_WEB_PORT", settings.web_host, settings.web_port),
        Port("PENFRIENDS_MAILROOM_SMTP_PORT", settings.mailroom_host, settings.mailroom_smtp_port),
        Port("PENFRIENDS_MAILROOM_LMTP_PORT", settings.mailroom_host, settings.mailroom_lmtp_port),
    ]
    if settings.development:
        ports.append(Port("PENFRIENDS_POSTBOX_PORT", "127.0.0.1", settings.postbox_port))
    return ports


def refuse_taken_ports(ports: Sequence[Port]) -> None:
    """Raises BadSettings, naming the setting, where a port cannot be had."""
    for port in ports:
        family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
        try:
            socket.create_server((port.host, port.number), family=family).close()
        except OSError as error:
            why = "is in use by another program" if error.errno == errno.EADDRINUSE else f"failed: {error.strerror}"
            raise BadSettings(f"{port.setting}: port {port.number} on {port.host} {why}; set another one") from error


async def _until(answers: Callable[[], Awaitable[bool]], within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with suppress(OSError, EOFError, TimeoutError):
            if await asyncio.wait_for(answers(), 5):
                return True
        await asyncio.sleep(0.05)
    return False


async def _queue_answers(place: Path) -> bool:
    """Whether Valkey has read its append-only file and serves: before that it answers PING with LOADING."""
    return (await _ask(*await asyncio.open_unix_connection(place), b"PING\r\n")).startswith(b"+PONG")


async def _site_answers(host: str, port: int) -> bool:
    request = f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    return b" 200 " in await _ask(*await asyncio.open_connection(host, port), request)


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, question: bytes) -> bytes:
    """The first line of the answer."""
    try:
        writer.write(question)
        await writer.drain()
        return await reader.readline()
    finally:
        writer.close()


@asynccontextmanager
async def _told_to_stop() -> AsyncIterator[asyncio.Event]:
    """An event that Ctrl-C and SIGTERM set; a second Ctrl-C interrupts as always."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def on_signal(number: int) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(number)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Two runs on one folder would write the same queue and the same database file."""
    with (folder / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BadSettings(f"PENFRIENDS_VAR_DIR: another penfriends runs on the folder {folder}") from error
        yield
