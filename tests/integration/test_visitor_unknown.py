"""What hears somebody whose session could not be looked up, because the database was away for that moment?"""

from uuid import uuid4

import pytest
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
