"""How does a test get a Postfix of its own, with its own configuration and queue, on loopback ports?"""

import asyncio
import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import processes

DIE_WITH_US = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
QUEUES = ("maildrop", "incoming", "active", "deferred")
SERVICES = """
pickup unix n - n 2 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 2 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that Postfix, which gives up its rights, may enter; gone after the block."""
    folder = Path(tempfile.mkdtemp(prefix="pf-postfix-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Instance:
    """A running Postfix. `folder` holds its configuration, queue and log."""

    folder: Path
    port: int

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def waiting(self) -> int:
        """How many mails are in any of its queues."""
        return sum(1 for name in QUEUES for _ in (self.folder / "spool" / name).iterdir())

    def nudge(self) -> None:
        """Try again now what waits."""
        command = ["postqueue", "-c", str(self.folder / "etc"), "-f"]
        subprocess.run(command, capture_output=True, check=False)


@asynccontextmanager
async def running(folder: Path, port: int, settings: Mapping[str, str], before: str = "") -> AsyncIterator[Instance]:
    """Postfix until the end of the block. `before` is main.cf as somebody else wrote it; `settings` win."""
    instance = Instance(folder, port)
    _configure(instance, settings, before)
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(  # noqa: ASYNC220 (it only starts)
            [*DIE_WITH_US, "postfix", "-c", str(folder / "etc"), "start-fg"],
            stdout=subprocess.DEVNULL, stderr=said, start_new_session=True,
        )  # fmt: skip
    try:
        await processes.until(lambda: _greets(instance, process))
        yield instance
    finally:
        stop = ["postfix", "-c", str(folder / "etc"), "stop"]
        await asyncio.to_thread(subprocess.run, stop, capture_output=True, check=False)
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, 10)
        if process.poll() is None:
            process.kill()
            process.wait()


def _configure(instance: Instance, settings: Mapping[str, str], before: str) -> None:
    folder = instance.folder
    folder.mkdir(exist_ok=True)
    for name in ("etc", "spool", "data"):
        (folder / name).mkdir()
    folder.chmod(0o755)
    shutil.chown(folder / "data", "postfix")
    own = {
        "compatibility_level": "3.6",
        "queue_directory": str(folder / "spool"),
        "data_directory": str(folder / "data"),
        "maillog_file": str(instance.log),
        "maillog_file_prefixes": str(folder),
        "mydestination": "",
        "alias_maps": "",
        "local_recipient_maps": "",
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "smtp_dns_support_level": "disabled",
        "smtp_host_lookup": "native",
        "hash_queue_names": "hold",
        **settings,
    }
    kept = [line for line in before.splitlines() if line.partition(" = ")[0] not in own]
    lines = [*kept, *(f"{name} = {value}" for name, value in own.items()), ""]
    (folder / "etc" / "main.cf").write_text("\n".join(lines))
    door = f"127.0.0.1:{instance.port} inet n - n - - smtpd\n"
    (folder / "etc" / "master.cf").write_text(door + SERVICES.lstrip())


async def _greets(instance: Instance, process: "subprocess.Popen[bytes]") -> bool:
    if process.poll() is not None:
        log = instance.log.read_text() if instance.log.exists() else ""
        raise RuntimeError(f"Postfix ended at once: {(instance.folder / 'said').read_text()}{log}")
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", instance.port)
    except OSError:
        return False
    line = await reader.readline()
    writer.close()
    return line.startswith(b"220")
