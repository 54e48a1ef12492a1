"""What hears somebody for whom the database was away at that moment?"""

import asyncio
from uuid import uuid4

import pytest
import sqlalchemy as sa
from litestar import Request
from sqlalchemy.exc import DBAPIError, OperationalError

from penfriends.models.signin import SignIn
from penfriends.web import errors, visitor
from tests import builders as b
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


async def test_while_the_database_is_away_the_page_speaks_the_language_of_who_was_here_and_keeps_the_words(
    fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(fresh_sqlite) as visit:
        async with visit.database.transaction() as db:
            teacher = (await b.school_class(db, await b.town(db)))[1]
            (await db.get_one(SignIn, teacher.sign_in_id)).locale = "de"
            visit.sign_in(await b.session(db, teacher.sign_in_id, staff=True))
        visit.client.headers["accept-language"] = "pl"
        assert 'lang="de"' in (await visit.get("/classes")).text
        monkeypatch.setattr(visitor, "who_is", away)
        answer = await visit.post(f"/classes/{uuid4()}/pupils/add", text="Ava B 3.4.2016")
        assert (answer.status_code, 'lang="de"' in answer.text) == (503, True)
        assert "Ava B 3.4.2016" in answer.text
        visit.client.cookies.delete("spoken")
        assert 'lang="pl"' in (await visit.get("/classes")).text


class Deadlock(Exception):
    sqlstate = "40P01"


@pytest.mark.parametrize("error", [DBAPIError("update", None, Deadlock()), Deadlock()])
def test_who_was_ended_because_two_waited_for_each_other_is_asked_to_try_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    asked: list[Exception] = []
    monkeypatch.setattr(errors, "on_database_away", lambda _request, why: asked.append(why))
    errors.on_anything(Request({"type": "http"}), error)  # type: ignore[arg-type]
    assert asked == [error]
