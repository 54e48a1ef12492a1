"""How do a thousand tests in several processes make each SQL statement and each template only once?

SQLAlchemy keeps the statements that it has put together beside each engine, by its dialect. A site has one engine and
puts a statement together once; a test has its own, and spent two fifths of its time on that. Here all engines of one
kind of database share what was put together: their dialects are made alike, and count as the same.

What Jinja has made of a template is kept in a folder of the test run, where the other processes find it.
"""

from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from penfriends.mail import notices
from penfriends.web import respond

ROOM = 3000  # statements of one kind of database
_shared: dict[type, LRUCache[Any, Any]] = {}


def share() -> None:
    """From now on, for every engine that is made in this process."""

    def alike(self: DefaultDialect, other: object) -> bool:
        return type(self) is type(other)

    def number(self: DefaultDialect) -> int:
        return hash(type(self))

    plain = Engine.__init__

    def made(self: Engine, *given: Any, **named: Any) -> None:
        plain(self, *given, **named)
        self._compiled_cache = _shared.setdefault(type(self.dialect), LRUCache(ROOM))

    DefaultDialect.__eq__ = alike  # type: ignore[method-assign]
    DefaultDialect.__hash__ = number  # type: ignore[method-assign]
    Engine.__init__ = made  # type: ignore[method-assign]


def share_templates(folder: Path) -> None:
    """From now on, with every process that names the same folder."""
    folder.mkdir(exist_ok=True)
    for environment in (respond.environment(), notices._environment()):
        environment.bytecode_cache = FileSystemBytecodeCache(str(folder))
