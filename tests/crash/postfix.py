"""How does the house stand behind a real Postfix: as its smarthost, and as the border that mail comes in through?

An instance of its own, with its own configuration and queue, on loopback ports, which can be killed like everything
else. The workers speak to it over a wire that breaks (wire.py) and read its log by the clock of the house
(clocked_log.py).
"""

import asyncio
import contextlib
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests import builders
from tests.crash.clocked_log import ClockedLog
from tests.crash.points import Board
from tests.crash.schedule import Fault
from tests.crash.sink import Sink
from tests.crash.wire import Wire
from tests.support import processes
from tests.support.postfix import DIE_WITH_US, QUEUES, SERVICES

__all__ = ["Postfix", "running"]
PARTS = ("qmgr", "smtpd", "cleanup", "smtp", "lmtp", "trivial-rewrite", "bounce")
_STRANGER = b"EHLO other.test\r\nMAIL FROM:<>\r\nRCPT TO:<somebody@other.example>\r\nDATA\r\n"


class Postfix:
    """One running instance and the wire in front of it. The workers speak to `port`, the world to `inbound_port`."""

    truthful = True

    def __init__(self, folder: Path, sink: Sink, inbound_port: int) -> None:
        self.folder, self.sink, self.inbound_port = folder, sink, inbound_port
        self.port = 0
        self.wire = Wire(sink, inbound_port)
        self.log = folder / "log"
        self.clocked = ClockedLog(self.log, folder / "mail.log")
        self.settings: dict[str, str | int] = {"smarthost_log": str(self.clocked.shown)}
        self.deaths = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._killing = asyncio.Lock()

    @property
    def faults(self) -> Iterator[Fault]:
        return self.wire.faults

    @faults.setter
    def faults(self, faults: Iterator[Fault]) -> None:
        self.wire.faults = faults

    def follow(self, board: Board) -> None:
        """Its log is to bear the time of this house."""
        self.clocked.follow(board)

    def keep_up(self) -> None:
        """What it wrote so far, it wrote before now."""
        self.clocked.keep_up()

    def is_idle(self) -> bool:
        """It lives, nothing is on the wire, and no mail is in any queue: looked at twice in the order that mail takes,
        because what waited may have gone back to where we had just looked."""
        waiting = any(_is_whole(one) for name in QUEUES * 2 for one in (self.folder / "spool" / name).iterdir())
        return not (waiting or self.wire.open_mails or self._killing.locked())

    def nudge(self) -> None:
        """Try again now: a mail that was looked at while it was being delivered is forgotten for minutes otherwise."""
        subprocess.run(["postqueue", "-c", str(self.folder / "etc"), "-f"], capture_output=True, check=False)

    async def pass_other_mail(self) -> None:
        """Somebody else's mail goes through it, as through any smarthost: its log goes on."""
        with contextlib.suppress(OSError, TimeoutError, EOFError):
            async with asyncio.timeout(5):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.inbound_port)
                try:
                    writer.write(_STRANGER)
                    await reader.readuntil(b"\n354 ")
                    writer.write(b"Subject: other\r\n\r\nmail\r\n.\r\n")
                    await reader.readuntil(b"\n250 ")
                finally:
                    writer.close()

    # --- its life ----------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Lay out the queue."""
        subprocess.run(["postfix", "-c", str(self.folder / "etc"), "check"], capture_output=True, check=False)

    def start(self) -> None:
        """What `postfix start-fg` starts, without the shell in front of it, which would not die with us."""
        told = subprocess.run(
            ["postconf", "-c", str(self.folder / "etc"), "-h", "daemon_directory"],
            capture_output=True,
            text=True,
            check=True,
        )
        master = Path(told.stdout.strip()) / "master"
        with (self.folder / "said").open("ab") as said:
            self._process = subprocess.Popen(
                [*DIE_WITH_US, str(master), "-c", str(self.folder / "etc"), "-s"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True,
            )  # fmt: skip

    async def kill(self, pause: float) -> None:
        """kill -9 of all of it, and start it again after a while. Its log stays true: what was said is written down
        before the writer of the log dies."""
        async with self._killing:
            assert self._process is not None
            os.kill(self._process.pid, signal.SIGSTOP)  # so that nothing comes back in between
            alive = self._processes()
            _end(pid for pid, name in alive.items() if name not in ("postlogd", "master"))
            await asyncio.sleep(0.05)
            _end(pid for pid, name in alive.items() if name == "postlogd")
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            self.deaths += 1
            await asyncio.sleep(pause)
            self.start()
            await self.until_it_greets()

    def kill_part(self, number: int) -> None:
        """kill -9 of one of its processes, whichever is there."""
        there = sorted((PARTS.index(name), pid) for pid, name in self._processes().items() if name in PARTS)
        if there and not self._killing.locked():
            _end([there[number % len(there)][1]])
            self.deaths += 1

    async def until_it_greets(self) -> None:
        await processes.until(self._greets)

    async def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._process.wait, 10)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        _end(self._processes())

    def _processes(self) -> dict[int, str]:
        """Those that work in our queue: all of this instance and nobody else's."""
        found = {}
        for one in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (one / "cwd").readlink() == self.folder / "spool":
                    found[int(one.name)] = (one / "comm").read_text().strip()
        return found

    async def _greets(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"Postfix ended at once: {_read(self.folder / 'said')}{_read(self.log)}")
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.inbound_port)
        except OSError:
            return False
        line = await reader.readline()
        writer.close()
        return line.startswith(b"220")


def _is_whole(mail: Path) -> bool:
    """Whether this queue file is a mail that was taken. What was cut off stays there for a day, not executable."""
    try:
        return bool(mail.stat().st_mode & stat.S_IXUSR)
    except FileNotFoundError:
        return True  # on its way into the next queue


def _end(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@asynccontextmanager
async def running(sink: Sink, folder: Path, lmtp_port: int) -> AsyncIterator[Postfix]:
    """Postfix until the end of the block. Mail for our domains goes to the mailroom, all other to the sink."""
    server = Postfix(folder, sink, processes.free_port())
    _configure(server, lmtp_port)
    server.prepare()
    server.start()
    wire = await asyncio.start_server(server.wire.carry, "127.0.0.1", 0, limit=2**20)
    server.port = wire.sockets[0].getsockname()[1]
    try:
        await server.until_it_greets()
        yield server
    finally:
        wire.close()
        await server.stop()


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _configure(server: Postfix, lmtp_port: int) -> None:
    folder = server.folder
    for name in ("etc", "spool", "data"):
        (folder / name).mkdir()
    folder.chmod(0o755)
    shutil.chown(folder / "data", "postfix")
    room = f"lmtp:inet:127.0.0.1:{lmtp_port}"
    ours = (builders.AT.mail_domain, builders.AT.bounce_domain)
    settings = {
        "compatibility_level": "3.6",
        "queue_directory": str(folder / "spool"),
        "data_directory": str(folder / "data"),
        "maillog_file": str(server.log),
        "maillog_file_prefixes": str(folder),
        "myhostname": "smarthost.test",
        "mydestination": "",
        "alias_maps": "",
        "local_recipient_maps": "",
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "mynetworks": "127.0.0.0/8",
        "smtpd_relay_restrictions": "permit_mynetworks, reject",
        "relayhost": f"[127.0.0.1]:{server.sink.port}",
        "transport_maps": "inline:{ " + ", ".join(f"{{{one} = {room}}}" for one in ours) + " }",
        "smtp_dns_support_level": "disabled",
        "smtp_host_lookup": "native",
        "minimal_backoff_time": "1s",
        "maximal_backoff_time": "2s",
        "queue_run_delay": "1s",
        # Who was killed is back at once, and nobody goes because there is little to do.
        "transport_retry_time": "1s",
        "service_throttle_time": "1s",
        "max_idle": "3600s",
        "default_destination_concurrency_failed_cohort_limit": "0",
        "hash_queue_names": "hold",
        "smtpd_client_connection_rate_limit": "0",
        **{f"smtp_{step}_timeout": "3s" for step in ("connect", "helo", "mail", "rcpt", "data_init", "quit")},
    }
    (folder / "etc" / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    door = f"127.0.0.1:{server.inbound_port} inet n - n - - smtpd\n"
    (folder / "etc" / "master.cf").write_text(door + SERVICES.lstrip())
