"""How do hundreds of tests get the real application, although building it takes half a second?

It is built once for the same settings, and lent to one test after another: nothing of a request stays in it, and what
it stands on is put in anew each time. Whoever needs two at once gets two.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import httpx
from litestar import Litestar

from penfriends.app import build
from penfriends.db import Database
from penfriends.settings import Settings
from penfriends.web.visitor import KnowVisitors

# Where things are. The application looks there when it is asked, and nothing of this is built in.
PLACES = {"database_url", "redis_url", "var_dir", "base_url", "web_port", "smtp_port"}
NO_COOKIES: Mapping[str, str] = MappingProxyType({})
_idle: dict[str, list[Litestar]] = {}


@contextmanager
def built(chosen: Settings, database: Database) -> Iterator[KnowVisitors]:
    """The application for these settings on this database, until the end of the block."""
    kind = repr((chosen.secure_cookies, chosen.model_dump(exclude=PLACES)))
    idle = _idle.setdefault(kind, [])
    inner = idle.pop() if idle else _new(chosen, database)
    inner.state.database, inner.state.settings = database, chosen
    try:
        yield KnowVisitors(inner, chosen, database)
    finally:
        idle.append(inner)


def _new(chosen: Settings, database: Database) -> Litestar:
    outermost = build(chosen, database)
    assert isinstance(outermost, KnowVisitors)
    assert isinstance(outermost.app, Litestar)
    return outermost.app


def visitor_of(application: KnowVisitors, base: str, cookies: Mapping[str, str] = NO_COOKIES) -> httpx.AsyncClient:
    """Somebody who asks this application in this process, without a network."""
    asgi: Any = application
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=asgi), base_url=base, cookies=dict(cookies))


def inside(application: KnowVisitors) -> Litestar:
    """What is inside: for those who ask for its routes."""
    assert isinstance(application.app, Litestar)
    return application.app
