"""How does the whole database get into one file, and back?

For SQLite, while the site runs, by SQLite's own online copy. The file is an SQLite database with one table more, which
says what it is; everything of this house, bytes of mails and pictures too, lies in the database. PostgreSQL has its own
good tool for this, and we say so.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from penfriends import __version__
from penfriends.clock import utc_now
from penfriends.errors import PenfriendsError
from penfriends.settings import Settings

MANIFEST = "penfriends_backup"
FORMAT = "1"
PAGES_AT_ONCE = 500


class BackupFailed(PenfriendsError):
    """Nothing was changed; the message says why and what to do."""


def backup(settings: Settings, file: Path, *, now: datetime | None = None) -> str:
    """Write the database into `file`, which must not exist; returns a sentence of what it holds. Raises BackupFailed.

    The site may run meanwhile: what is copied is the state of one moment.
    """
    source = _database_file(settings, "pg_dump --format=custom --file=penfriends.dump")
    if file.exists():
        raise BackupFailed(f"{file} exists already; name another file")
    if not source.exists():
        raise BackupFailed(f"{source} does not exist; there is nothing to save yet")
    unfinished = file.with_name(f".{file.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        _for_us_alone(unfinished)
        _copy(source, unfinished)
        rows = _sign(unfinished, now or utc_now())
        _check(unfinished)
        _to_disk(unfinished)
        unfinished.replace(file)
    except sqlite3.Error as error:
        raise BackupFailed(f"{source} could not be saved: {error}") from error
    except OSError as error:
        raise BackupFailed(f"{file} could not be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return f"{file}: {rows} rows, {file.stat().st_size // 1024} kB"


def restore(settings: Settings, file: Path, *, now: datetime | None = None) -> str:
    """Put a backup in the place of the present database, which is kept beside it; returns a sentence.

    Raises BackupFailed where the file is not one of ours or is damaged, and while the site runs. Then nothing changed.
    """
    target = _database_file(settings, "pg_restore --clean --if-exists --dbname=… penfriends.dump")
    if not file.exists():
        raise BackupFailed(f"{file} does not exist")
    made = _check(file)
    with _site_stopped(settings.var_dir):
        prepared = target.with_name(f".{target.name}.restoring")
        prepared.unlink(missing_ok=True)
        _for_us_alone(prepared)
        _copy(file, prepared)
        _unsign(prepared)
        _check(prepared, signed=False)
        _to_disk(prepared)
        kept = _set_aside(target, now or utc_now())
        prepared.replace(target)
    return f"Brought back: {made}." + (f" What was there before is kept as {kept}." if kept else "")


def _database_file(settings: Settings, instead: str) -> Path:
    url = sa.make_url(settings.database)
    if url.get_backend_name() != "sqlite":
        raise BackupFailed(f"The database is PostgreSQL, which has its own tool for this: {instead}")
    return Path(str(url.database))


def _copy(source: Path, target: Path) -> None:
    """SQLite's online copy: it begins anew when another process writes, so the copy is whole."""
    with closing(_opened(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy, pages=PAGES_AT_ONCE)
        copy.execute("pragma journal_mode=delete")  # one file, without a -wal beside it


def _for_us_alone(file: Path) -> None:
    """Make the empty file that is filled next: every letter and address will be in it, so nobody else may read it."""
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=10)


def _sign(file: Path, now: datetime) -> int:
    """Add the table that says what this is; returns how many rows of ours are in the file."""
    with closing(sqlite3.connect(file)) as copy, copy:
        tables = _tables(copy)
        if "alembic_version" not in tables:
            raise BackupFailed("This database is not one of penfriends, or has never been migrated")
        rows = sum(copy.execute(f'select count(*) from "{name}"').fetchone()[0] for name in tables)  # noqa: S608
        copy.execute(f"create table {MANIFEST} (name text primary key, value text not null)")
        facts = {"format": FORMAT, "made_at": now.isoformat(), "version": __version__, "rows": str(rows)}
        copy.executemany(f"insert into {MANIFEST} values (?, ?)", facts.items())  # noqa: S608
    return int(rows)


def _unsign(file: Path) -> None:
    with closing(sqlite3.connect(file)) as copy, copy:
        copy.execute(f"drop table {MANIFEST}")


def _tables(copy: sqlite3.Connection) -> list[str]:
    found = copy.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
    return [name for (name,) in found if name != MANIFEST]


def _check(file: Path, *, signed: bool = True) -> str:
    """Whether a file is whole and, if `signed`, ours; returns when it was made and by which version."""
    try:
        with closing(_opened(file)) as copy:
            facts = dict(copy.execute(f"select name, value from {MANIFEST}")) if signed else {}  # noqa: S608
            if signed and facts.get("format") != FORMAT:
                raise BackupFailed(f"{file} is a backup of another version of penfriends; use that one")
            verdict = copy.execute("pragma integrity_check").fetchone()[0]
            orphans = copy.execute("pragma foreign_key_check").fetchall()
    except sqlite3.Error as error:
        raise BackupFailed(f"{file} is not a backup of penfriends, or it is damaged ({error})") from error
    if verdict != "ok" or orphans:
        raise BackupFailed(f"{file} is damaged: {verdict if verdict != 'ok' else f'{len(orphans)} rows lost theirs'}")
    return f"backup of {facts['made_at'][:16].replace('T', ' ')} UTC, version {facts['version']}" if signed else ""


def _set_aside(target: Path, now: datetime) -> Path | None:
    """Move the present database, with what SQLite keeps beside it, out of the way."""
    if not target.exists():
        return None
    kept = target.with_name(f"{target.name}.before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    # A ruined database, which may be why somebody restores, is kept as it lies.
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(target)) as present:
        present.execute("pragma wal_checkpoint(truncate)")
    for ending in ("", "-wal", "-shm"):
        if (part := target.with_name(target.name + ending)).exists():
            part.replace(kept.with_name(kept.name + ending))
    return kept


def _to_disk(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _site_stopped(folder: Path) -> Iterator[None]:
    """Holds the supervisor's lock, so that nothing starts on a database that is being replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BackupFailed("penfriends runs on this folder; end it first (Ctrl-C), then restore") from error
        yield
