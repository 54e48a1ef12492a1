"""What hears somebody for whom the database was away at that moment?"""

import asyncio
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from penfriends.web import visitor
from tests.support.visits import visiting


async def away(*_asked: object, **_more: object) -> None:
    raise OperationalError("select 1", None, OSError("gone"))


async def test_who_presses_send_is_asked_to_try_again_and_not_told_that_there_is_no_such_letter(
    fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(fresh_sqlite) as visit:
        await visit.get("/safety")
        monkeypatch.setattr(visitor, "who_is", away)
        visit.sign_in("of-somebody")
        answer = await visit.post(f"/letters/{uuid4()}/sending", text="All my words", language="en")
    assert answer.status_code == 503


async def test_a_connection_that_is_lost_while_it_is_asked_is_a_database_that_is_away(fresh_postgres: str) -> None:
    waits = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    async with visiting(fresh_postgres) as visit:
        engine = visit.database.engine
        async with engine.connect() as holder, engine.connect() as killer:
            await holder.execute(sa.text("LOCK TABLE town IN ACCESS EXCLUSIVE MODE"))
            asked = asyncio.create_task(visit.get("/"))
            while not asked.done() and not (await killer.execute(sa.text(waits))).all():
                await killer.rollback()  # another transaction sees who waits by then
                await asyncio.sleep(0.02)
            answer = await asked
        assert answer.status_code == 503
        assert (await visit.get("/")).status_code == 200
