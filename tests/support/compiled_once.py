"""How do a thousand tests, each with an engine of its own, make each SQL statement only once?

SQLAlchemy keeps the statements that it has put together beside each engine, by its dialect. A site has one engine and
puts a statement together once; a test has its own, and spent two fifths of its time on that. Here all engines of one
kind of database share what was put together: their dialects are made alike, and count as the same.
"""

from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

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
