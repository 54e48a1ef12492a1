"""Two classes on a site, with browsers for a teacher and a pupil: what the tests of pupils' pages begin with."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import classroom
from penfriends.models.schools import SchoolClass
from penfriends.web.forms.classroom import PICTURE_WORDS
from tests import builders as b
from tests.support.schools import Classes, classes
from tests.support.visits import BASE, Visit, visiting

KEY = b.AT.key


@dataclass(frozen=True, slots=True)
class School:
    """Ms Okafor and Ava of 6B in Thetford, and Anton of 5a in Hürth, each with a browser of their own."""

    at: Classes
    okafor: Visit
    ava: Visit
    anton: Visit

    @property
    def class_path(self) -> str:
        return f"/classes/{self.at.here.id}"

    @property
    def thread(self) -> str:
        return f"/letters/with/{self.at.ava_writes.correspondence_id}"

    async def cards(self, **form: object) -> httpx.Response:
        """The teacher makes new cards."""
        answer = await self.okafor.post(f"{self.class_path}/cards", **(form or {"who": "all"}))
        assert answer.status_code in (200, 303)
        return answer

    async def pictures(self) -> list[str]:
        """New cards for all; the three pictures on Ava's."""
        return pictures_on(await self.cards())["Ava B"]

    async def at_the_names(self, code: str = "") -> httpx.Response:
        """Ava's browser with the right code typed."""
        await self.ava.get("/class")
        return await self.ava.post("/class", code=code or self.at.here.code)

    async def taps(self, *pictures: str) -> httpx.Response:
        """Name and pictures; the answer to the last tap."""
        await self.at_the_names()
        answer = await self.ava.post("/class/names", who=str(self.at.ava.resident_id))
        for one in pictures:
            answer = await self.ava.post("/class/pictures", picture=one)
        return answer

    async def change(self, **values: object) -> None:
        """Set something of the class."""
        async with self.ava.database.transaction() as db:
            row = await db.get_one(SchoolClass, self.at.here.id)
            for name, value in values.items():
                setattr(row, name, value)
            db.add(row)


def pictures_on(sheet: httpx.Response) -> dict[str, list[str]]:
    """Of a sheet of cards: the pictures of each name, in order."""
    codes = {str(word): code for code, word in PICTURE_WORDS.items()}
    cards = sheet.text.split("<h2><bdi>")[1:]
    return {
        card.partition("</bdi>")[0]: [
            codes[word] for word in re.findall(r'<span class="vh">([^<]+)</span></li>', card) if word in codes
        ]
        for card in cards
    }


@asynccontextmanager
async def school(database_url: str) -> AsyncIterator[School]:
    """The teacher and Anton are signed in; Ava stands before the door."""
    async with visiting(database_url) as ava, _beside(ava) as okafor, _beside(ava) as anton:
        async with ava.database.transaction() as db:
            at = await classes(db)
            await _this_year(db, at)
            okafor.sign_in(await b.session(db, at.okafor.sign_in_id, staff=True))
            seat = await classroom.seat(db, at.there, at.anton.resident_id)
            anton.sign_in((await classroom.sign_in(db, seat, replaces=None, now=datetime.now(UTC)))[0])
        for visit, path in ((okafor, "/classes"), (anton, "/pupil")):
            assert (await visit.get(path)).status_code == 200
        yield School(at, okafor, ava, anton)


async def _this_year(db: AsyncSession, at: Classes) -> None:
    """The site lives now, and the consents were given then."""
    for one in (at.here, at.there):
        one.ends_on = datetime.now(UTC).date() + timedelta(days=60)
        db.add(one)
    await db.flush()


@asynccontextmanager
async def _beside(visit: Visit) -> AsyncIterator[Visit]:
    """Another browser on the same site."""
    async with httpx.AsyncClient(transport=visit.client._transport, base_url=BASE) as client:
        yield Visit(client, visit.database, visit.settings)
