"""Where does a measurement get a database from? A fresh one, in a folder or on a server that is thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support import pgserver

KINDS = ("sqlite", "postgresql")


@contextmanager
def fresh(kind: str) -> Iterator[str]:
    """The address of an empty database of this kind."""
    if kind == "sqlite":
        with TemporaryDirectory(prefix="pf-bench-") as folder:
            yield f"sqlite+aiosqlite:///{Path(folder) / 'people.sqlite3'}"
        return
    server = pgserver.start(autovacuum="on")
    try:
        yield server.url()
    finally:
        server.stop()
