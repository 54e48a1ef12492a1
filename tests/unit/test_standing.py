"""Is a database that stands known as such, and every other one not?"""

import sqlite3
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from penfriends import migrate, standing
from penfriends.settings import Settings

NEWEST = next(iter(standing.newest()))


def made(folder: Path, revision: str, towns: int) -> Path:
    with sqlite3.connect(folder / "penfriends.sqlite3") as database:
        database.execute("create table alembic_version (version_num text)")
        database.execute("insert into alembic_version values (?)", [revision])
        database.execute("create table town (id text)")
        database.executemany("insert into town values (?)", [[str(number)] for number in range(towns)])
    return folder


def test_the_newest_shape_is_what_alembic_says() -> None:
    alembic = Config()
    alembic.set_main_option("script_location", str(migrate.FOLDER))
    assert standing.newest() == set(ScriptDirectory.from_config(alembic).get_heads())


@pytest.mark.parametrize(("revision", "towns", "stands"), [(NEWEST, 1, True), (NEWEST, 0, False), ("0000", 1, False)])
def test_shape_and_towns_count(tmp_path: Path, revision: str, towns: int, stands: bool) -> None:
    assert standing.stands(Settings(var_dir=made(tmp_path, revision, towns))) is stands


def test_no_database_and_postgresql_take_the_long_way(tmp_path: Path) -> None:
    assert not standing.stands(Settings(var_dir=tmp_path))
    assert not standing.stands(Settings(var_dir=tmp_path, database_url="postgresql+asyncpg://localhost/penfriends"))
