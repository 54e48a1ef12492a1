"""Does the database stand as a start wants it, so that nothing is left to make?

Asked at every start, so it is quick: SQLite is read without loading tables or migrations. Of another database nothing
is known here, and whoever asks takes the long way.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from penfriends.settings import Settings

VERSIONS = Path(__file__).parent / "migrations" / "versions"
SQLITE = "sqlite+aiosqlite:///"
_REVISION = re.compile(r'^(down_revision|revision)(?:\s*:[^=]*)?\s*=\s*"([^"]+)"', re.MULTILINE)


def stands(settings: Settings) -> bool:
    """Whether the database surely has the newest shape and, in development, towns."""
    if not settings.database.startswith(SQLITE):
        return False
    file = Path(settings.database.removeprefix(SQLITE))
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            shape = {version for (version,) in database.execute("select version_num from alembic_version")}
            towns = database.execute("select exists (select 1 from town)").fetchone()[0]
    except sqlite3.Error:  # none yet, or an older shape
        return False
    return shape == newest() and (bool(towns) or not settings.development)


def newest() -> set[str]:
    """The revisions that no other one follows, read off the migrations."""
    found = [pair for file in VERSIONS.glob("*.py") for pair in _REVISION.findall(file.read_text(encoding="utf-8"))]
    followed = {revision for kind, revision in found if kind == "down_revision"}
    return {revision for kind, revision in found if kind == "revision"} - followed
