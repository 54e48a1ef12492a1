"""Does a backup bring back every row of every table, and refuse what it must not touch?"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from penfriends import supervisor
from penfriends.backup import MANIFEST, BackupFailed, backup, restore
from penfriends.db import Database, make_engine
from penfriends.jobs import nobody
from penfriends.settings import Settings
from tests import builders

NOW = datetime(2026, 5, 12, 10, 0, tzinfo=UTC)


def rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything in a database, by table."""
    with closing(sqlite3.connect(file)) as opened:
        tables = [name for (name,) in opened.execute("select name from sqlite_master where type = 'table'")]
        return {name: sorted(opened.execute(f'select * from "{name}"').fetchall(), key=repr) for name in tables}


async def fill(url: str, name: str = "Henk") -> None:
    database = Database(make_engine(url), nobody)
    async with database.transaction() as db:
        home = await builders.town(db, of=await builders.association(db))
        one, other = await builders.adult(db, home, name), await builders.adult(db, home, "Arthur")
        author, _reader = await builders.correspondence(db, one, other)
        await builders.letter(db, author, "Dear Arthur, für dich: ‏مرحبا")
    await database.close()


@pytest.fixture
async def settings(fresh_sqlite: str, tmp_path: Path) -> Settings:
    await fill(fresh_sqlite)
    return Settings(var_dir=tmp_path)


@pytest.fixture
def saved(settings: Settings, tmp_path: Path) -> Path:
    backup(settings, tmp_path / "saved.penfriends", now=NOW)
    return tmp_path / "saved.penfriends"


async def test_every_row_comes_back(settings: Settings, saved: Path, fresh_sqlite: str) -> None:
    present = settings.var_dir / "penfriends.sqlite3"
    before = rows(present)
    await fill(fresh_sqlite, "Derek")
    changed = rows(present)
    assert changed != before
    said = restore(settings, saved, now=NOW)
    assert rows(present) == before
    kept = settings.var_dir / "penfriends.sqlite3.before-20260512T100000Z"
    assert str(kept) in said
    assert rows(kept) == changed
    await fill(fresh_sqlite, "Brian")


def test_into_an_empty_place(saved: Path, settings: Settings, tmp_path: Path) -> None:
    elsewhere = Settings(var_dir=tmp_path / "elsewhere")
    restore(elsewhere, saved, now=NOW)
    assert rows(elsewhere.var_dir / "penfriends.sqlite3") == rows(settings.var_dir / "penfriends.sqlite3")


async def test_while_somebody_writes(settings: Settings, fresh_sqlite: str, tmp_path: Path) -> None:
    database = Database(make_engine(fresh_sqlite), nobody)
    async with database.transaction() as db:
        await builders.association(db, "not-yet-committed")
        backup(settings, tmp_path / "during", now=NOW)
    await database.close()
    assert "not-yet-committed" not in repr(rows(tmp_path / "during")["association"])


def test_not_over_a_file(settings: Settings, saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(BackupFailed, match="exists already"):
        backup(settings, saved)
    assert saved.read_bytes() == before


def test_not_while_the_site_runs(settings: Settings, saved: Path) -> None:
    before = rows(settings.var_dir / "penfriends.sqlite3")
    with supervisor._only_one(settings.var_dir), pytest.raises(BackupFailed, match="end it first"):
        restore(settings, saved)
    assert rows(settings.var_dir / "penfriends.sqlite3") == before


@pytest.mark.parametrize("damage", ["nothing", "text", "database", "cut", "other version", "lost row"])
def test_nothing_but_a_whole_backup_of_ours(damage: str, settings: Settings, saved: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    if damage == "text":
        wrong.write_text("Dear Kasia\n" * 1000)
    elif damage == "database":
        with closing(sqlite3.connect(wrong)) as made:
            made.execute("create table letter (id)")
    elif damage == "cut":
        wrong.write_bytes(saved.read_bytes()[:-20_000])
    elif damage != "nothing":
        wrong.write_bytes(saved.read_bytes())
        with closing(sqlite3.connect(wrong)) as made, made:
            made.execute(f"update {MANIFEST} set value = '2' where name = 'format'" if damage != "lost row" else
                         "delete from resident")  # fmt: skip
    before = rows(settings.var_dir / "penfriends.sqlite3")
    with pytest.raises(BackupFailed):
        restore(settings, wrong, now=NOW)
    assert rows(settings.var_dir / "penfriends.sqlite3") == before


def test_postgresql_is_told_plainly(tmp_path: Path) -> None:
    there = Settings(var_dir=tmp_path, database_url="postgresql+asyncpg://somebody@somewhere/penfriends")
    with pytest.raises(BackupFailed, match="pg_dump"):
        backup(there, tmp_path / "x")
    with pytest.raises(BackupFailed, match="pg_restore"):
        restore(there, tmp_path / "x")


def test_nothing_to_save_yet(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="nothing to save"):
        backup(Settings(var_dir=tmp_path / "empty"), tmp_path / "x")


def test_over_a_ruined_database_which_is_kept(saved: Path, tmp_path: Path) -> None:
    ruined = Settings(var_dir=tmp_path / "ruined")
    ruined.var_dir.mkdir()
    (ruined.var_dir / "penfriends.sqlite3").write_bytes(b"nothing that anybody can read")
    restore(ruined, saved, now=NOW)
    kept = ruined.var_dir / "penfriends.sqlite3.before-20260512T100000Z"
    assert kept.read_bytes().startswith(b"nothing")
    assert "alembic_version" in rows(ruined.var_dir / "penfriends.sqlite3")


def test_where_nothing_can_be_written(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="could not be written"):
        backup(settings, tmp_path / "no such folder" / "x")
