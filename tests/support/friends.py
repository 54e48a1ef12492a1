"""Two residents who write to each other, each with a browser: what the tests of the pages about letters begin with."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from PIL import Image

from penfriends.models.letters import Letter, LetterState, Participant
from penfriends.models.residents import Resident
from tests import builders as b
from tests.support.visits import BASE, Visit, visiting


@dataclass(frozen=True, slots=True)
class Friends:
    """Arthur in Thetford and Henk in Spijkenisse; `arthur` and `henk` are their browsers."""

    arthur: Visit
    henk: Visit
    stranger: Visit
    one: Resident
    other: Resident
    mine: Participant
    theirs: Participant

    @property
    def thread(self) -> str:
        return f"/letters/with/{self.mine.correspondence_id}"

    async def letter(
        self, author: Participant, text: str = "Dear friend, how are you?", *, days_ago: int = 1,
        state: LetterState = LetterState.DELIVERED,
    ) -> Letter:  # fmt: skip
        """A letter that was written some days ago."""
        async with self.arthur.database.transaction() as db:
            return await b.letter(db, author, text, state=state, at=datetime.now(UTC) - timedelta(days=days_ago))

    async def again(self, letter: Letter) -> Letter:
        """The row as it is now."""
        async with self.arthur.database.reading() as db:
            return await db.get_one(Letter, letter.id)


@asynccontextmanager
async def two_friends(database_url: str) -> AsyncIterator[Friends]:
    """Both signed in, and a stranger of the same town, on one database."""
    async with visiting(database_url) as one, _beside(one) as two, _beside(one) as three:
        async with one.database.transaction() as db:
            home = await b.town(db, "Thetford")
            away = await b.town(db, "Spijkenisse", country="NL", language="nl", zone="Europe/Amsterdam", twin=home)
            arthur, henk = await b.adult(db, home, "Arthur"), await b.adult(db, away, "Henk")
            stranger = await b.adult(db, home, "Stranger")
            mine, theirs = await b.correspondence(db, arthur, henk)
            for visit, who in ((one, arthur), (two, henk), (three, stranger)):
                assert who.sign_in_id is not None
                visit.sign_in(await b.session(db, who.sign_in_id))
        for visit in (one, two, three):
            await visit.greet()
        yield Friends(one, two, three, arthur, henk, mine, theirs)


@asynccontextmanager
async def _beside(visit: Visit) -> AsyncIterator[Visit]:
    """Another browser on the same site."""
    async with httpx.AsyncClient(transport=visit.client._transport, base_url=BASE) as client:
        yield Visit(client, visit.database, visit.settings)


def drawing() -> bytes:
    """A small picture as somebody might upload it."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#e2a32b").save(out, "JPEG")
    return out.getvalue()
