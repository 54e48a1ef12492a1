"""How does a test visit the site like a person: with cookies, forms and mails, without a server or a browser?"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx
from sqlmodel import col, select

from penfriends.db import Database, make_engine
from penfriends.jobs import nobody
from penfriends.models.delivery import Delivery
from penfriends.settings import Settings
from tests.support.built import built, visitor_of

BASE = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Visit:
    """One browser on one site."""

    client: httpx.AsyncClient
    database: Database
    settings: Settings

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def greet(self) -> None:
        """Get the cookie whose token every form carries. Any answer brings it, and this one costs least."""
        await self.get("/health")

    async def post(self, path: str, **data: Any) -> httpx.Response:
        """Send a form as the page would: with the token of the cookie."""
        token = self.client.cookies.get("csrf") or ""
        return await self.client.post(path, data={"_csrf_token": token, **data})

    async def mail(self, notice: str) -> Delivery:
        """The newest mail of a kind."""
        async with self.database.reading() as db:
            found = await db.exec(
                select(Delivery)
                .where(Delivery.notice == notice)
                .order_by(col(Delivery.created_at).desc(), col(Delivery.id).desc())
            )
            row = found.first()
        assert row is not None, f"no mail {notice}"
        return row

    async def path_in(self, notice: str) -> str:
        """Where the link of the newest mail of a kind leads."""
        return str((await self.mail(notice)).payload["url"]).removeprefix(BASE)

    def sign_in(self, secret: str) -> None:
        """Take over a session, as made by builders.session."""
        self.client.cookies.set("session", secret)


@asynccontextmanager
async def visiting(database_url: str, **more: Any) -> AsyncIterator[Visit]:
    """The site on this database, answering in this process."""
    chosen = Settings(database_url=database_url, base_url=BASE, **more)
    database = Database(make_engine(chosen.database), nobody)
    with built(chosen, database) as application:
        async with visitor_of(application, BASE) as client:
            yield Visit(client, database, chosen)
    await database.close()


def words(response: httpx.Response) -> str:
    """What the page says, without its markup."""
    main = re.search(r"<main.*?</main>", response.text, re.DOTALL)
    text = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", main.group(0) if main else response.text, flags=re.DOTALL)
    return " ".join(unescape(text).split())


def faults(response: httpx.Response) -> list[str]:
    """The sentences beside the fields."""
    found = re.findall(r'<p class="error-msg".*?</span> ?(.*?)</span></p>', response.text, re.DOTALL)
    return [unescape(one).strip() for one in found]
