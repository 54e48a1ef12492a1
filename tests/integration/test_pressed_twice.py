"""What if somebody presses twice, or from two windows? The second press changes nothing."""

import asyncio

from penfriends.actions import letters
from penfriends.db import Database, make_engine
from penfriends.errors import Refusal, Refused
from penfriends.jobs import nobody
from penfriends.models.letters import Letter, LetterState
from tests import builders


async def test_a_letter_sent_from_two_windows_is_sent_once(fresh_database: str) -> None:
    database = Database(make_engine(fresh_database), nobody)
    async with database.transaction() as db:
        home = await builders.town(db)
        abroad = await builders.town(db, twin=home)
        one, other = await builders.adult(db, home), await builders.adult(db, abroad)
        author, _ = await builders.correspondence(db, one, other)
        letter = await builders.letter(db, author, state=LetterState.DRAFT)
    both_have_read = asyncio.Barrier(2) if database.engine.dialect.name == "postgresql" else asyncio.Barrier(1)

    async def press() -> None:
        async with database.transaction() as db:
            seen = await db.get_one(Letter, letter.id)
            await both_have_read.wait()  # on SQLite writers queue before they read
            await letters.send(db, seen, now=builders.NOW)

    ends = await asyncio.gather(press(), press(), return_exceptions=True)
    refused = [end for end in ends if isinstance(end, Refused)]
    assert [end.refusal for end in refused] == [Refusal.CHANGED_SINCE]
    async with database.reading() as db:
        assert (await db.get_one(Letter, letter.id)).state is LetterState.WRITTEN
    await database.close()
