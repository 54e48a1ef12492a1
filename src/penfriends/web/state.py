"""What do handlers get handed: the database, a session, the time?"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from litestar import Request
from litestar.di import Provide
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.addresses import Addresses, Policy
from penfriends.clock import utc_now
from penfriends.db import Database
from penfriends.doorkeys import addresses_of, policy_of


def database_of(request: Request[Any, Any, Any]) -> Database:
    found: Database = request.app.state.database
    return found


async def provide_db(request: Request[Any, Any, Any]) -> AsyncIterator[AsyncSession]:
    """One transaction a request: reading for GET, writing and committed before the answer for everything else."""
    database = database_of(request)
    context = database.reading() if request.method in ("GET", "HEAD") else database.transaction()
    async with context as session:
        yield session


async def provide_log_db(request: Request[Any, Any, Any]) -> AsyncIterator[AsyncSession]:
    """A writing transaction for the few GETs that leave a trace: a claim, a line in the audit log."""
    async with database_of(request).transaction() as session:
        yield session


def provide_now() -> datetime:
    return utc_now()


def provide_addresses(request: Request[Any, Any, Any]) -> Addresses:
    return addresses_of(request.app.state.settings)


def provide_policy(request: Request[Any, Any, Any]) -> Policy:
    return policy_of(request.app.state.settings)


DEPENDENCIES = {
    "db": Provide(provide_db),
    "tracing_db": Provide(provide_log_db),
    "now": Provide(provide_now, sync_to_thread=False),
    "at": Provide(provide_addresses, sync_to_thread=False),
    "policy": Provide(provide_policy, sync_to_thread=False),
}
